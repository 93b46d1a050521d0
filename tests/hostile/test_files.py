"""Every hostile file is refused with a sentence or stored without its harm, and memory stays bounded."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import unicodedata
from typing import TYPE_CHECKING

import pytest
from tests.support.hostile.corpus import corpus, files
from tests.support.hostile.entries import FORMULA

from blockplan.errors import IntakeError
from blockplan.notice.intake.limits import LIMITS
from blockplan.notice.intake.texts_in import TURNING
from blockplan.notice.intake.uploads import ENDINGS, Upload, take_file
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from tests.support.hostile.entries import Hostile

FILES = {entry.name: entry for entry in files()}


def as_bytes(content: bytes | str) -> bytes:
    return content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")


def taken(entry: Hostile) -> Upload | IntakeError:
    """What becomes of an entry; any other error is a fault."""
    content = entry.content
    assert isinstance(content, bytes)
    try:
        return take_file(entry.file_name, content)
    except IntakeError as error:
        return error


def test_the_corpus_has_more_than_300_entries_each_with_its_own_name() -> None:
    found = [entry.name for entry in corpus()]
    assert len(found) == len(set(found)) > 300


DIGEST = """
import hashlib, re
from tests.support.hostile.corpus import corpus

found = hashlib.sha256()
for entry in corpus():
    if not re.search("bomb|million|large", entry.name):
        content = entry.content
        found.update(entry.name.encode())
        found.update(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
print(found.hexdigest())
"""


@pytest.mark.long
def test_the_corpus_is_the_same_in_every_process() -> None:
    def digest(seed: int) -> str:
        # Sets come in another order under another seed, as they do on another day.
        own = os.environ | {"PYTHONHASHSEED": str(seed)}
        done = subprocess.run([sys.executable, "-c", DIGEST], env=own, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert digest(1) == digest(2)


@pytest.mark.long(0.1)
@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_on_its_ground_or_stored_harmless_under_a_sound_name(name: str) -> None:
    entry = FILES[name]
    found = taken(entry)
    if isinstance(found, IntakeError):
        assert found.code == entry.code
        for lang in LANGUAGES:
            assert found.text[lang].endswith((".", "。", ")", "）"))
            assert "{" not in found.text[lang]
        return
    assert entry.code == ""
    assert found.media_type in ENDINGS
    assert not [harm for harm in entry.gone if harm in found.content]
    assert hashlib.sha256(found.content).hexdigest() == found.sha256
    assert found.download_only or found.media_type.startswith("image/")
    assert has_a_name_that_every_system_takes(found)


def has_a_name_that_every_system_takes(found: Upload) -> bool:
    stem, _, ending = found.name.rpartition(".")
    assert f".{ending}" in ENDINGS[found.media_type]
    assert stem
    assert len(found.name) <= LIMITS.name_characters
    assert len(found.name.encode()) <= 255
    assert not set(found.name) & set('<>:"|?*/\\')
    assert not TURNING.search(found.name)
    assert all(unicodedata.category(sign)[0] != "C" for sign in found.name)
    assert found.name[0] not in "=+-@. ~"
    return True


@pytest.mark.parametrize("name", [name for name, entry in FILES.items() if entry.never == FORMULA])
def test_no_spreadsheet_finds_a_formula_however_it_cuts_the_table(name: str) -> None:
    found = taken(FILES[name])
    assert isinstance(found, Upload)
    text = found.content.decode(found.charset or "utf-8").lstrip("\ufeff")
    for delimiter in ",;\t":
        for line in text.splitlines():
            for cell in line.split(delimiter):
                bare = cell.strip(' "')
                only_figures = re.fullmatch(r"[\d.,e%+ -]*", bare)
                assert not bare.startswith(tuple("=+-@＝＋－＠")) or only_figures, cell


def test_numbers_of_a_table_stay_numbers() -> None:
    found = take_file("list.csv", b"x,y\n-3.5,+12\n-1.2e3,+5%\n")
    assert found.kept


TAKE_ALL = """
import json, re, resource, sys
from pathlib import Path
from tests.support.builders import a_plan
from tests.support.hostile.corpus import corpus
from blockplan.errors import BlockplanError
from blockplan.notice.intake.geometry_in import NoticeArea, take_geometry
from blockplan.notice.intake.places import PlaceIndex
from blockplan.notice.intake.texts_in import made_fit
from blockplan.notice.intake.uploads import take_file

area = NoticeArea.of_plan(a_plan())
index = PlaceIndex.of_plan(a_plan())
take = {
    "file": lambda entry: take_file(entry.file_name, entry.content),
    "text": lambda entry: made_fit(entry.content),
    "geometry": lambda entry: take_geometry(entry.content, area),
    "place": lambda entry: index.find(entry.content),
}
refused = 0
for entry in corpus():
    try:
        take[entry.kind](entry)
    except BlockplanError:
        refused += 1
used = resource.getrusage(resource.RUSAGE_SELF)
peak = used.ru_maxrss
if sys.platform == "linux":
    # There the peak that getrusage tells begins with that of the process before exec, which is pytest's.
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(json.dumps({"mb": peak / 1024, "cpu_s": used.ru_utime + used.ru_stime, "refused": refused}))
"""


@pytest.mark.long(60)
def test_the_whole_corpus_is_taken_in_less_than_512_mb() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", TAKE_ALL], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2_000:]
    figures = json.loads(done.stdout)
    assert figures["mb"] <= 512
    assert figures["refused"] > 100

"""What a public record shows against its own log is found by both verifiers, by the same cases."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.disclosures import ACTS, MODES, SIGNER, TWO, act
from tests.support.forging import Finished, copied, lines_of, rewrite, seal
from tests.support.notice_records import PERIOD, a_clock, an_opening

from blockplan.errors import BlockplanError
from blockplan.notice import Attachment, SqliteStore
from blockplan.notice.leaves import commitment
from blockplan.notice.proof import canonical
from blockplan.notice.proof.notary import Notary, TipFile, new_key
from blockplan.notice.record import export
from blockplan.notice.submissions import Submission, amend, enter, erase
from blockplan.notice.verify import verify
from blockplan.respond import Answer, Desk

if TYPE_CHECKING:
    from collections.abc import Callable

SECOND = Path(__file__).parent / "second.mjs"
SECRET = "made-up-secret"

#: What the archive holds and the public record keeps back: number of the entry, and on what ground.
KEPT_BACK = {1: "held", 2: "withheld", 3: "redacted", 4: "withdrawn", 5: "replaced", 6: "held"}


def scan(number: int) -> tuple[Attachment]:
    return (Attachment(f"{number}.txt", "text/plain", f"file of {number}".encode()),)


def send(store: SqliteStore, number: int, *, held: bool = False) -> None:
    one = Submission(text=f"words {number}", files=scan(number), person={"name": f"N {number}"})
    store.transact(lambda ledger: enter(ledger, one, SECRET, held=held))


def what_happened(store: SqliteStore) -> None:
    """Each opinion has another fate; O-1 and O-6 wait, O-6 because it was amended after a look."""
    for number in range(1, 9):
        send(store, number, held=number in {1, 6})
    store.append("withheld", {"opinion": "O-2", "ground": "names a neighbour", **TWO})
    store.append("redacted", {"opinion": "O-3", "text": "w…", "ground": "an address", **TWO})
    store.append("withdrawn", {"opinion": "O-4"})
    amend(store, "O-5", "newer words", secret=SECRET)
    erase(store, "O-7", ground="asked for", by="a")
    erase(store, "O-8", ground="asked for", by="a", person_only=True)
    desk = Desk(store)
    desk.cut(by="a")
    desk.answer_segment("O-8.1", Answer("noted", "It was read."), by="a")


@pytest.fixture(scope="module", params=["live", "after_close_full"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp(request.param)
    clock, signer = a_clock(), new_key(folder / "key", "blockplan/made-up")
    notary = Notary(signer, TipFile(folder / "tip"))
    with SqliteStore(folder / "n.sqlite", notice="made-up", clock=clock, notary=notary) as store:
        store.append("opened", an_opening(publication=request.param))
        what_happened(store)
        if request.param != "live":
            clock.set(2026, 4, 1, 9)
            store.append("closed", {"ended_before": PERIOD["ends_before"], "by": "a"})
        export(store, folder / "record", notary)
        export(store, folder / "archive", notary, archive=True)
    return Finished(folder / "record", signer, notary, [], [])


@pytest.fixture
def tampered(made: Finished, tmp_path: Path) -> Path:
    return copied(made, tmp_path)


def archived(made: Finished, number: int) -> dict[str, Any]:
    """The line of an entry as the archive has it, without the name."""
    line = lines_of(made.folder.with_name("archive"))[number]
    return {key: value for key, value in line.items() if not key.startswith("person")}


def give(made: Finished, tampered: Path, line: dict[str, Any]) -> None:
    """Put a line of the archive into the public record, files and all, and sign and seal it anew."""
    for file in line.get("files", ()):
        (tampered / "files").mkdir(exist_ok=True)
        shutil.copy(made.folder.with_name("archive") / file["path"], tampered / file["path"])
    put(made, tampered, line)


def put(made: Finished, tampered: Path, line: dict[str, Any]) -> None:
    number = line["leaf"]["seq"]
    rewrite(tampered, made.signer, lambda lines: [*lines[:number], line, *lines[number + 1 :]])


def both_find(repo: Path, folder: Path) -> set[tuple[str, str]]:
    """What the two find, with the part or the ground where it is about one; they have to agree."""
    found = verify(folder)
    here = {(one.kind, one.where) for one in found.findings}
    there = {(one["kind"], one["where"]) for one in second(repo, folder)}
    assert here == there
    return {(one.kind, one.said) for one in found.findings}


def second(repo: Path, folder: Path) -> list[dict[str, str]]:
    if shutil.which("node") is None:
        pytest.skip("needs Node (Debian package nodejs)")
    command = repo / "src" / "blockplan" / "notice" / "verifier" / "cli.mjs"
    done = subprocess.run(
        ["node", "--no-warnings", command, folder], capture_output=True, text=True, encoding="utf-8"
    )
    findings: list[dict[str, str]] = json.loads(done.stdout)["findings"]
    return findings


def test_both_take_the_record_and_its_archive_as_they_are(made: Finished, repo: Path) -> None:
    assert both_find(repo, made.folder) == set()
    assert both_find(repo, made.folder.with_name("archive")) == set()
    grounds = {line["leaf"]["seq"]: line.get("kept_back") for line in lines_of(made.folder)}
    assert {number: grounds[number] for number in KEPT_BACK} == KEPT_BACK
    assert grounds[7] == "erased"
    assert grounds[8] is None


@pytest.mark.long
@pytest.mark.parametrize(("number", "ground"), KEPT_BACK.items())
def test_words_that_the_log_keeps_back_and_a_public_record_shows_are_found(
    made: Finished, tampered: Path, repo: Path, number: int, ground: str
) -> None:
    give(made, tampered, archived(made, number))
    assert both_find(repo, tampered) == {("shown_wrongly", ground)}


def test_an_answer_that_is_shown_before_the_report_is_found(
    made: Finished, tampered: Path, repo: Path
) -> None:
    number = next(line["leaf"]["seq"] for line in lines_of(tampered) if line["leaf"]["kind"] == "answered")
    give(made, tampered, archived(made, number))
    assert both_find(repo, tampered) == {("shown_wrongly", "not_yet_published")}


def test_a_name_in_a_public_record_is_found(made: Finished, tampered: Path, repo: Path) -> None:
    line = lines_of(made.folder.with_name("archive"))[1]
    put(made, tampered, lines_of(tampered)[1] | {key: line[key] for key in ("person", "person_key")})
    assert both_find(repo, tampered) == {("shown_wrongly", "person")}


def test_a_record_that_shows_what_only_the_archive_may_is_found_when_it_calls_itself_public(
    made: Finished, tmp_path: Path, repo: Path
) -> None:
    folder = tmp_path / "given-away"
    shutil.copytree(made.folder.with_name("archive"), folder)
    seal(folder, made.signer, view="public")
    found = both_find(repo, folder)
    assert {said for kind, said in found if kind == "shown_wrongly"} >= {"held", "withheld", "person"}
    seal(folder, made.signer, view="open")
    assert "manifest_damaged" in {finding.kind for finding in verify(folder).findings}
    assert "manifest_damaged" in {finding["kind"] for finding in second(repo, folder)}


def erased_body(made: Finished, tampered: Path) -> str:
    line = {"leaf": lines_of(tampered)[7]["leaf"], "body": {"opinion": "O-7", "text": "words 7"}}
    put(made, tampered, line | {"body_key": "00" * 32, "files": [None]})
    return "body"


def erased_name(made: Finished, tampered: Path) -> str:
    line = lines_of(tampered)[8]
    line |= {"person": {"name": "N 8"}, "person_key": "00" * 32}
    line["leaf"]["person"] = commitment(bytes(32), canonical.dumps(line["person"]))
    put(made, tampered, line)
    return "person"


def erased_file(made: Finished, tampered: Path) -> str:
    """Entry 8 is shown; an entry says that its file is gone."""
    lines = lines_of(tampered)
    entry = next(line for line in lines if line["leaf"]["kind"] == "erased")
    entry["body"]["entries"].append({"seq": 8, "parts": ["files"]})
    put(made, tampered, entry)
    return "files"


@pytest.mark.long
@pytest.mark.parametrize("change", [erased_body, erased_name, erased_file], ids=lambda one: one.__name__)
def test_what_is_erased_by_the_log_and_still_here_is_found(
    made: Finished, tampered: Path, repo: Path, change: Callable[[Finished, Path], str]
) -> None:
    part = change(made, tampered)
    assert ("erased_present", part) in both_find_less(repo, tampered)


def both_find_less(repo: Path, folder: Path) -> set[tuple[str, str]]:
    """As `both_find`, where laws are broken too that only the first verifier knows."""
    here = {(one.kind, one.said) for one in verify(folder).findings}
    there = {(one["kind"], one["said"]) for one in second(repo, folder)}
    return here & there


def test_a_file_that_no_entry_speaks_of_is_found(made: Finished, tampered: Path, repo: Path) -> None:
    (tampered / "files" / "1-0.txt").write_bytes(b"file of 1")
    seal(tampered, made.signer)
    assert both_find(repo, tampered) == {("file_extra", "no entry speaks of it")}


@pytest.mark.long
@pytest.mark.parametrize("name", ["body_key", "files", "note"])
def test_a_line_that_keeps_its_words_back_and_gives_more_away_is_refused(
    made: Finished, tampered: Path, repo: Path, name: str
) -> None:
    line = archived(made, 1)
    value = line.get(name, {"text": "words 1"})
    put(made, tampered, lines_of(tampered)[1] | {name: value})
    assert "log_damaged" in {finding.kind for finding in verify(tampered).findings}
    assert "log_damaged" in {finding["kind"] for finding in second(repo, tampered)}


@pytest.mark.long
def test_both_take_whatever_can_happen_to_opinions(tmp_path: Path, repo: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("needs Node (Debian package nodejs)")
    folders = [a_random_record(tmp_path / str(number), number) for number in range(24)]
    assert [kind for folder in folders for kind in verify(folder).findings] == []
    asked = "".join(
        json.dumps({"op": "record", "folder": str(one), "witnesses": {}}) + "\n" for one in folders
    )
    done = subprocess.run(
        ["node", "--no-warnings", SECOND, repo / "src" / "blockplan" / "notice" / "verifier"],
        input=asked, capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert [json.loads(line) for line in done.stdout.splitlines()] == [{"is": []}] * len(folders)


def a_random_record(folder: Path, number: int) -> Path:
    draw, clock = random.Random(number), a_clock()
    folder.mkdir()
    notary = Notary(SIGNER, TipFile(folder / "tip"))
    with SqliteStore(folder / "n.sqlite", notice="made-up", clock=clock, notary=notary) as store:
        store.append("opened", an_opening(publication=draw.choice(MODES)))
        for one in range(3):
            send(store, one, held=draw.random() < 0.6)
        for step in range(draw.randrange(12)):
            try:
                act(store, draw.choice(ACTS), f"O-{draw.randint(1, 3)}", step)
            except BlockplanError:
                continue  # withdrawn or erased before
        if draw.random() < 0.5:
            clock.set(2026, 4, 1, 9)
            store.append("closed", {"ended_before": PERIOD["ends_before"], "by": "a"})
        export(store, folder / "record", notary, archive=draw.random() < 0.3)
    return folder / "record"

"""What a file of YAML says is what YAML 1.2 says, whichever parser of the library reads it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from blockplan import yamlfile
from blockplan.errors import MappingError, RulePackError
from blockplan.yamlfile import read_documents, read_map

if TYPE_CHECKING:
    from pathlib import Path


def both(path: Path) -> tuple[Any, Any]:
    """What libyaml and the parser in Python make of a file: documents with lines, or what they refuse."""
    found = []
    for loader in (yaml.CSafeLoader, yaml.SafeLoader):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yamlfile, "_LOADER", loader)
            try:
                found.append([(document.value, document.lines) for document in read_documents(path)])
            except RulePackError as error:
                found.append(str(error))
    return found[0], found[1]


def test_every_pack_reads_the_same_by_both_parsers(repo: Path) -> None:
    files = sorted((repo / "src/blockplan/packs").glob("*/[a-c]*.yaml"))
    assert files
    for path in files:
        fast, slow = both(path)
        assert fast == slow, path.name
        assert not isinstance(fast, str), fast


def test_every_broken_file_is_refused_at_the_same_line_by_both_parsers(repo: Path) -> None:
    for path in sorted((repo / "tests/check/data").glob("*.yaml")):
        fast, slow = both(path)
        same = fast.split(": ")[0] == slow.split(": ")[0] if isinstance(fast, str) else fast == slow
        assert same, path.name


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("yes", "yes"), ("on", "on"), ("No", "No"), ("true", True), ("FALSE", False), ("~", None),
        ("Null", None), ("4.20", 4.2), ("4.", 4.0), (".5", 0.5), ("-1e3", -1000.0), ("1_000", 1000),
        ("010", 10), ("0o17", 15), ("0x1F", 31), ("-7", -7), ("7m", "7m"), ("1.2.3", "1.2.3"), ("-", "-"),
        ("2021-01-01", dt.date(2021, 1, 1)), ('"4.20"', "4.20"), ("12:30", "12:30"), ("e3", "e3"),
    ],
)  # fmt: skip
def test_bare_words_mean_what_they_mean_in_yaml_1_2(tmp_path: Path, word: str, value: object) -> None:
    path = tmp_path / "words.yaml"
    path.write_text(f"a: {word}" if word != "-" else "a: '-'", encoding="utf-8")
    found = read_map(path, MappingError)["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("word", "said"),
    [("2021-02-30", "no date or number"), ("2021-01-01 10:00:00", "not a day"), (".inf", "not a finite")],
)
def test_what_is_no_day_or_number_is_refused_with_its_line(tmp_path: Path, word: str, said: str) -> None:
    path = tmp_path / "words.yaml"
    path.write_text(f"a: 1\nb: {word}", encoding="utf-8")
    with pytest.raises(RulePackError, match=f"line 2: .*{said}"):
        read_documents(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1, 2]", "line 1: holds no map"),
        ("", "line 1: holds no map"),
        ("a: 1\na: 2", "line 2: key 'a' stands here a second time"),
        ("a: &x 1\nb: *x", "line 1: anchors"),
        ("a: !!python/name:os.system x", "line 1: the tag .* is not allowed"),
        ("a: [", "line 1: not valid YAML"),
        ("a: \x00", "line 1: not valid YAML"),
    ],
)
def test_a_file_that_is_no_plain_map_is_refused_by_the_error_of_who_asks(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingError, match=said):
        read_map(path, MappingError)


GOOD = """\
id: town
title: { zh: 床位, en: "Beds: one, two", ja: 床 }
note: >-
  folded
  text
limits:
  - from: 2019-01-01
    min: 8
"""


@given(st.data())
def test_a_file_with_one_line_broken_is_read_or_refused_with_its_line(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    lines = GOOD.splitlines()
    lines[data.draw(st.integers(0, len(lines) - 1))] = data.draw(st.text(max_size=30))
    path = tmp_path_factory.getbasetemp() / "broken.yaml"
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    try:
        read_documents(path)
    except RulePackError as error:
        said = str(error)
    else:
        said = f"{path}, line 0"
    assert said.startswith(f"{path}, line ")

"""The fast reader of rule files and the careful one say the same."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.check import yamlfile
from blockplan.check.yamlfile import read_documents
from blockplan.errors import RulePackError

if TYPE_CHECKING:
    from pathlib import Path


def both(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """What the two readers make of a file: documents with their lines, or what they refuse."""
    found = []
    for fast in (yamlfile._fast, lambda _text: None):
        with monkeypatch.context() as patch:
            patch.setattr(yamlfile, "_fast", fast)
            try:
                found.append([(document.value, document.lines) for document in read_documents(path)])
            except RulePackError as error:
                found.append(str(error))
    return found[0], found[1]


def test_every_pack_reads_the_same_by_both(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = sorted((repo / "src/blockplan/packs").rglob("*.yaml"))
    assert files
    for path in files:
        fast, careful = both(path, monkeypatch)
        assert fast == careful, path.name


def test_every_broken_file_is_refused_alike_by_both(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in sorted((repo / "tests/check/data").glob("*.yaml")):
        fast, careful = both(path, monkeypatch)
        assert fast == careful, path.name


@pytest.mark.parametrize(
    "text", ["a: yes", "a: 4.20", "a: 0o17", "a: 1_000", "a: 010", "a: on", "a: 2021-01-01"]
)
def test_bare_words_mean_what_they_mean_in_yaml_1_2_by_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = tmp_path / "words.yaml"
    path.write_text(text, encoding="utf-8")
    fast, careful = both(path, monkeypatch)
    assert fast == careful
    assert not isinstance(fast, str)


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
def test_a_file_with_one_line_broken_is_read_the_same_or_refused_by_both(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    lines = GOOD.splitlines()
    lines[data.draw(st.integers(0, len(lines) - 1))] = data.draw(st.text(max_size=30))
    path = tmp_path_factory.getbasetemp() / "both.yaml"
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    with contextlib.ExitStack() as stack:
        fast, careful = both(path, stack.enter_context(pytest.MonkeyPatch.context()))
    if isinstance(fast, str) or isinstance(careful, str):
        # libyaml takes a few things that YAML 1.2 forbids; none of them is refused by the fast reader alone.
        assert isinstance(careful, str)
    else:
        assert fast == careful

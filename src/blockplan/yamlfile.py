"""
YAML files read warily: plain values, and the line on which each of them stands.

The grammar is YAML 1.2 without its dangerous and surprising half: anchors,
aliases, tags and directives are refused, and so are duplicate keys, keys that
are no words, deep nesting and large files. What remains is maps, lists, texts,
numbers, true, false, null and dates.

The parser is libyaml, by PyYAML. What a bare word means is said here, because PyYAML alone knows only
YAML 1.1, in which ``no`` is false and ``010`` is eight.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from blockplan.errors import RulePackError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from blockplan.errors import BlockplanError

#: A rule file is a page or two; anything near this size is not one.
LARGEST_FILE_BYTES = 1_000_000
#: A rule needs five levels: file, parameters, one parameter, its note, a language.
DEEPEST_NESTING = 8

#: Written in C where PyYAML was built with libyaml, as its wheels are; in Python elsewhere.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS = {"": None, "~": None} | {
    spelt: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for spelt in (word, word.capitalize(), word.upper())
}
_WHOLE = re.compile(r"[-+]?(0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)")
_FLOAT = re.compile(
    r"[-+]?([0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*|[0-9][0-9_]*(?=[eE]))([eE][-+]?[0-9]+)?"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d?-\d\d?([Tt]|[ \t]+)\d{1,2}:\d\d:\d\d.*")

#: From the document downwards: keys of maps and positions in lists.
Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """One document of a YAML file: its value, and where each part of it stands."""

    path: Path
    value: Any
    lines: dict[Location, int]

    def line(self, location: Location) -> int:
        """The line (from 1) of a part of the document; of the nearest part above where it has none."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def at(self, location: Location) -> str:
        """``FILE, line N`` of a part of the document."""
        return f"{self.path}, line {self.line(location)}"


def read_documents(path: Path) -> list[YamlDocument]:
    """
    The documents of a YAML file, in order; empty documents are left out.

    Raises
    ------
    RulePackError
        If the file cannot be read, is too large, is not YAML, or uses what is
        refused here; the message begins with file and line.
    """
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise RulePackError(
                f"{path}, line 1: the file is larger than {LARGEST_FILE_BYTES:,} bytes. Split it by subject."
            )
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RulePackError(f"{path}, line 1: cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise RulePackError(f"{path}, line {line}: not UTF-8 text. Save the file as UTF-8.") from None
    try:
        events = yaml.parse(text, Loader=_LOADER)
        return [document for document in _Reader(path).documents(events) if document.value is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else min(mark.line, text.count("\n")) + 1  # not behind the last
        raise RulePackError(
            f"{path}, line {line}: not valid YAML: {error.problem or error.context}."
        ) from None
    except yaml.YAMLError as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RulePackError(f"{path}, line 1: not valid YAML: {said}.") from None


def read_map(path: Path, refused: type[BlockplanError]) -> dict[str, Any]:
    """
    The one map that a file of YAML holds.

    Raises
    ------
    refused
        As `read_documents`, and where the file holds anything but one map.
    """
    try:
        found = read_documents(path)
    except RulePackError as error:
        raise refused(str(error)) from None
    if len(found) != 1 or not isinstance(found[0].value, dict):
        raise refused(f"{path}, line 1: holds no map of keys. Write it as KEY: VALUE, a line each.")
    value: dict[str, Any] = found[0].value
    return value


@dataclass(slots=True)
class _Open:
    """A map or list that has begun and not yet ended."""

    value: dict[str, Any] | list[Any]
    location: Location
    key: str | None = None
    lines: dict[str, int] = field(default_factory=dict)


@cache
def _plain(value: str) -> Any:
    """What a bare word means in YAML 1.2; ValueError for a day or number that is none."""
    if value in _WORDS:
        return _WORDS[value]
    if _WHOLE.fullmatch(value):
        prefixed = value.lstrip("+-")[1:2].isalpha()
        return int(value.replace("_", ""), 0 if prefixed else 10)
    if _FLOAT.fullmatch(value):
        return float(value.replace("_", "").replace(".inf", "inf").replace(".nan", "nan").lower())
    if _DAY.fullmatch(value):
        return dt.date.fromisoformat(value)
    return value


class _Reader:
    """Builds documents from the parser's events, without recursion, refusing as it goes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stack: list[_Open] = []
        self.root: Any = None
        self.lines: dict[Location, int] = {}

    def documents(self, events: Iterable[Any]) -> Iterator[YamlDocument]:
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                if event.version is not None or event.tags:
                    self._refuse(event, "a % directive is not allowed", "Leave it out")
                self.root, self.lines, self.stack = None, {(): event.start_mark.line + 1}, []
            elif kind == "DocumentEndEvent":
                yield YamlDocument(self.path, self.root, self.lines)
            else:
                self._take(kind, event)

    def _take(self, kind: str, event: Any) -> None:
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            self._refuse(event, "anchors (&) and aliases (*) are not allowed", "Write the value out")
        if kind in {"MappingEndEvent", "SequenceEndEvent"}:
            self.stack.pop()
        elif kind in {"MappingStartEvent", "SequenceStartEvent"}:
            self._no_tag(event)
            location = self._place(event)
            opened = _Open({} if kind == "MappingStartEvent" else [], location)
            self._put(opened.value)
            self.stack.append(opened)
            if len(self.stack) > DEEPEST_NESTING:
                self._refuse(event, f"nested more than {DEEPEST_NESTING} deep", "A rule needs fewer levels")
        elif kind == "ScalarEvent":
            self._no_tag(event)
            top = self.stack[-1] if self.stack else None
            if top is not None and isinstance(top.value, dict) and top.key is None:
                self._key(event, top)
            else:
                self._place(event)
                self._put(self._scalar(event))

    def _key(self, event: Any, top: _Open) -> None:
        key = event.value
        if key in top.lines:
            self._refuse(
                event, f"key {key!r} stands here a second time (first in line {top.lines[key]})", "Keep one"
            )
        top.key = key
        top.lines[key] = event.start_mark.line + 1
        self.lines[(*top.location, key)] = event.start_mark.line + 1

    def _place(self, event: Any) -> Location:
        """Location of the value that begins here; notes its line."""
        if not self.stack:
            self.lines[()] = event.start_mark.line + 1
            return ()
        top = self.stack[-1]
        if isinstance(top.value, list):
            location: Location = (*top.location, len(top.value))
            self.lines[location] = event.start_mark.line + 1
            return location
        if top.key is None:
            self._refuse(event, "a key must be a word, not a map or list", "Correct the indentation")
        return (*top.location, str(top.key))

    def _put(self, value: Any) -> None:
        if not self.stack:
            self.root = value
        elif isinstance(top := self.stack[-1].value, list):
            top.append(value)
        else:
            top[str(self.stack[-1].key)] = value
            self.stack[-1].key = None

    def _scalar(self, event: Any) -> Any:
        if not event.implicit[0]:  # in quotes, or a block of text
            return event.value
        if _TIME.fullmatch(event.value):
            self._refuse(event, f"{event.value!r} is a time, not a day", "Write a day as 2021-01-01")
        try:
            value = _plain(event.value)
        except ValueError as error:
            self._refuse(event, f"{event.value!r} is no date or number: {error}", "Correct it")
        if isinstance(value, float) and not math.isfinite(value):
            self._refuse(event, f"{event.value!r} is not a finite number", "Leave the limit out instead")
        return value

    def _no_tag(self, event: Any) -> None:
        if event.tag is not None:
            self._refuse(event, f"the tag {event.tag} is not allowed", "Leave it out")

    def _refuse(self, event: Any, what: str, remedy: str) -> None:
        raise RulePackError(f"{self.path}, line {event.start_mark.line + 1}: {what}. {remedy}.")

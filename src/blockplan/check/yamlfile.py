"""
YAML files read warily: plain values, and the line on which each of them stands.

The grammar is YAML 1.2 without its dangerous and surprising half: anchors,
aliases, tags and directives are refused, and so are duplicate keys, keys that
are no words, deep nesting and large files. What remains is maps, lists, texts,
numbers, true, false, null and dates.

A file is first read by libyaml, which is many times faster. Whatever that parser refuses or what is refused
here besides (it knows YAML 1.1) is read again by the parser that knows 1.2, and judged by what that one says.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml as libyaml
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import ScalarNode

from blockplan.errors import RulePackError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

#: A rule file is a page or two; anything near this size is not one.
LARGEST_FILE_BYTES = 1_000_000
#: A rule needs five levels: file, parameters, one parameter, its note, a language.
DEEPEST_NESTING = 8

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
                f"{path}, line 1: the file is larger than {LARGEST_FILE_BYTES:,} bytes, so it is no "
                "rule file. Split it by subject."
            )
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RulePackError(f"{path}, line 1: cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise RulePackError(f"{path}, line {line}: not UTF-8 text. Save the file as UTF-8.") from None
    try:
        events = _fast(text) or YAML(typ="safe", pure=True).parse(text)
        return [document for document in _Reader(path).documents(events) if document.value is not None]
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise RulePackError(
            f"{path}, line {line}: not valid YAML: {error.problem or error.context}."
        ) from None
    except YAMLError as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RulePackError(f"{path}, line 1: not valid YAML: {said}.") from None


@dataclass(slots=True)
class _Open:
    """A map or list that has begun and not yet ended."""

    value: dict[str, Any] | list[Any]
    location: Location
    key: str | None = None
    lines: dict[str, int] = field(default_factory=dict)


def _fast(text: str) -> list[Any] | None:
    """The events of a file by libyaml; None where there is none, or anything that it must not decide."""
    loader = getattr(libyaml, "CSafeLoader", None)
    if loader is None:
        return None
    try:
        events = list(libyaml.parse(text, Loader=loader))
    except (libyaml.YAMLError, ValueError):
        return None
    odd = any(
        isinstance(event, libyaml.AliasEvent)
        or getattr(event, "anchor", None)
        or getattr(event, "tag", None)
        or getattr(event, "version", None)
        or getattr(event, "tags", None)
        for event in events
    )
    return None if odd else events


@cache
def _plain(value: str) -> Any:
    """What a bare word means in YAML 1.2; ValueError or OverflowError for a day or number that is none."""
    yaml = _resolving()
    tag = yaml.resolver.resolve(ScalarNode, value, (True, False))
    return yaml.constructor.construct_object(ScalarNode(tag, value))


@cache
def _resolving() -> YAML:
    return YAML(typ="safe", pure=True)


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
        try:
            value = _plain(event.value)
        except (ValueError, OverflowError) as error:
            self._refuse(event, f"{event.value!r} is no date or number: {error}", "Correct it")
        if isinstance(value, dt.datetime):
            self._refuse(event, f"{event.value!r} is a time, not a day", "Write a day as 2021-01-01")
        if isinstance(value, float) and not math.isfinite(value):
            self._refuse(event, f"{event.value!r} is not a finite number", "Leave the limit out instead")
        return value

    def _no_tag(self, event: Any) -> None:
        tag = getattr(event, "ctag", None)
        if tag is not None and str(tag) not in {"", "None"}:
            self._refuse(event, f"the tag {tag} is not allowed", "Leave it out")

    def _refuse(self, event: Any, what: str, remedy: str) -> None:
        raise RulePackError(f"{self.path}, line {event.start_mark.line + 1}: {what}. {remedy}.")

"""
A result as JSON: records by their fields, and text to the same characters for the same result, quick where it
is large.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import chain
from operator import attrgetter
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, cast

from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES, pick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LANGUAGES = frozenset(LANGUAGES)
#: Most of what a document holds.
_AS_IT_IS = frozenset({str, float, int, bool, type(None)})
#: Metadata of a field that is null in JSON where it is empty.
OR_NULL: Mapping[str, Any] = {"null": True}
#: Metadata of a field whose own keys stand in the record's place: a mapping, or another record.
SPREAD: Mapping[str, Any] = {"json": ""}
#: JSON of more characters than this is not indented throughout.
INDENTED = 2_000_000


class JsonRecord:
    """
    A dataclass that JSON writes by its fields, in their order.

    ``field(metadata={"json": "change"})`` gives a field another name there, None keeps it out;
    `OR_NULL` writes an empty text as null, `SPREAD` the keys of what a field holds in the place of it. A
    class that names its ``KEYS`` is written by these, fields and properties alike: ``"from=was.code"`` is
    written as ``from``, null where nothing was; ``code`` may be a key of a mapping. A method among them is
    asked for its text in the language.
    A record whose JSON is more than that has a `to_dict` of its own.
    """

    __slots__ = ()

    def to_dict(self, lang: str | None = None) -> dict[str, Any]:
        """The record as JSON writes it, its texts in one language; as they are where none is asked for."""
        kind: Any = type(self)
        found: dict[str, Any] = {}
        for get, key in _read(kind):
            value = get(self)
            value = value(lang or DEFAULT_LANGUAGE) if callable(value) else plain(value, lang)
            if key:
                found[key] = value
            else:
                found |= value
        for key in _or_null(kind):
            found[key] = found[key] or None
        return found


def plain(value: Any, lang: str | None = None) -> Any:
    """
    A value as JSON has it: records as objects, rows as arrays, days and times in ISO 8601.

    Examples
    --------
    >>> plain({"day": dt.date(2026, 3, 1), "name": {"zh": "公园", "en": "park"}}, "en")
    {'day': '2026-03-01', 'name': 'park'}
    """
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, JsonRecord):
        return value.to_dict(lang)
    if is_dataclass(value):
        value = {key: get(value) for get, key in _read(cast("Any", type(value)))}
    elif hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        if lang is not None and value and value.keys() <= _LANGUAGES:
            return pick(value, lang)
        return {key: plain(one, lang) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one, lang) for one in value]
    return _written(value)


def some(record: Any, lang: str | None, *names: str) -> dict[str, Any]:
    """Some of what a record holds or tells, by name, as `plain` has it."""
    return {name: plain(getattr(record, name), lang) for name in names}


@cache
def _read(kind: Any) -> tuple[tuple[Callable[[Any], Any], str], ...]:
    """(what reads it, name in JSON) of what JSON has of a record: its `KEYS`, else its fields."""
    if keys := getattr(kind, "KEYS", ()):
        named = [(key.rpartition("=")[2], key.partition("=")[0]) for key in keys]
    else:
        named = [(one.name, one.metadata.get("json", one.name)) for one in fields(kind)]
    return tuple((_reader(name), key) for name, key in named if key is not None)


def _reader(path: str) -> Callable[[Any], Any]:
    """What reads an attribute, or one of an attribute or mapping: None where there is none on the way."""
    outer, _, name = path.rpartition(".")
    if not outer:
        return attrgetter(name)
    holder = _reader(outer)
    return lambda record: _read_of(holder(record), name)


def _read_of(holder: Any, name: str) -> Any:
    if holder is None:
        return None
    return holder.get(name) if isinstance(holder, Mapping) else getattr(holder, name)


@cache
def _or_null(kind: Any) -> tuple[str, ...]:
    return tuple(one.metadata.get("json", one.name) for one in fields(kind) if "null" in one.metadata)


def document(found: dict[str, Any]) -> str:
    """
    A document as indented JSON; NaN and infinity are a fault of ours and refused.

    A large one has a line for each item of a list at its top: Python indents by an encoder that takes
    several times as long, and nobody reads tens of megabytes line by line.
    """
    return "".join(pieces(found))


def pieces(found: dict[str, Any]) -> Iterator[str]:
    """The same document piece by piece: a large one need not be in memory as a whole."""
    spread, held, size = _spread(found), [], 0
    for piece in spread:
        held.append(piece)
        size += len(piece)
        if size > INDENTED:
            return chain(held, spread)
    return iter([json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False, default=_plain)])


def _spread(found: dict[str, Any]) -> Iterator[str]:
    """A document with a line for each item of the lists at its top."""
    before = "{\n  "
    for key, value in found.items():
        yield f"{before}{line(key)}: "
        before = ",\n  "
        if not isinstance(value, list | tuple) or not value:
            yield line(value)
            continue
        for number, item in enumerate(value):
            yield ",\n    " if number else "[\n    "
            yield line(item)
        yield "\n  ]"
    yield "\n}"


def line(value: Any) -> str:
    """A value as JSON on one line."""
    return _ENCODER.encode(value)


def _written(value: Any) -> Any:
    """A day, a time or a path as text; anything else as it is."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, PurePath) else value


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if hasattr(value, "item"):
        return value.item()
    if isinstance(value, set | frozenset):
        return sorted(value)
    msg = f"{type(value).__name__} cannot be written as JSON"
    raise TypeError(msg)


#: `json.dumps` would make one anew for each of many thousands of items.
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_plain)

"""
Reading JSON from strangers: what is no plain, finite, shallow document in UTF-8 is refused, and never
becomes a fault of ours further in.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from ninja.parser import Parser

from blockplan.portal.api.answers import Refused
from blockplan.texts import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from django.utils.datastructures import MultiValueDict

#: Nested deeper than any geometry; Python's own reader gives up a little below a thousand.
DEEPEST = 32
#: Texts, lists and tables in one document, at most.
MOST_VALUES = 20_000


class StrictParser(Parser):
    """Body and query of a request, as the API takes them."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body; `Refused` if it is not what JSON should be."""
        return document(request.body)

    def parse_querydict(
        self, data: MultiValueDict[str, str], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Each name once, in whole characters."""
        twice = [name for name in data if len(data.getlist(name)) > 1]
        if twice:
            raise Refused("not_valid", f"{shortened(twice[0], 120)}: given twice")
        found = {name: str(data[name]) for name in data}
        for name, value in found.items():
            _check_text(name)
            _check_text(value)
        return found


def document(body: bytes) -> Any:
    """
    The value of a JSON document.

    Raises
    ------
    Refused
        If it is no UTF-8, no JSON, names a key twice, holds NaN, an infinite number, half a character or
        NUL, or is nested too deep.
    """
    try:
        value = json.loads(
            body.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite,
            object_pairs_hook=_once,
        )  # fmt: skip
    except UnicodeDecodeError:
        raise Refused("unreadable", "UTF-8") from None
    except RecursionError:
        raise Refused("unreadable", f"> {DEEPEST}") from None
    except ValueError as error:  # also a whole number with thousands of digits
        raise Refused("unreadable", shortened(str(error), 120)) from None
    for count, (depth, one) in enumerate(_values(value)):
        if depth > DEEPEST or count > MOST_VALUES:
            raise Refused("unreadable", f"> {DEEPEST if depth > DEEPEST else MOST_VALUES}")
        if isinstance(one, str):
            _check_text(one)
    return value


def _values(value: Any) -> Iterator[tuple[int, Any]]:
    """All values and keys with their depth; without recursion, because nobody knows yet how deep it goes."""
    waiting = [(0, value)]
    while waiting:
        depth, one = waiting.pop()
        yield depth, one
        if isinstance(one, dict):
            waiting += [(depth + 1, part) for item in one.items() for part in item]
        elif isinstance(one, list):
            waiting += [(depth + 1, part) for part in one]


def _check_text(value: str) -> None:
    if "\x00" in value:
        raise Refused("unreadable", "U+0000")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Refused("unreadable", f"U+{ord(error.object[error.start]):04X}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:20]} is too large")
    return number


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")

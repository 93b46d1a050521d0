"""
Canonical JSON (RFC 8785): one text for one value, so that a hash of it means something.

Keys stand in the order of their UTF-16 code units, numbers are written as
ECMAScript writes them, texts with the shortest escapes, and nothing else is between
the signs. A browser gets the same bytes from ``JSON.stringify`` over sorted keys.
"""

from __future__ import annotations

import json
import math
from json.encoder import encode_basestring as _text  # what `json.dumps` does with a text, without ASCII alone
from typing import Any

from blockplan.errors import UsageError
from blockplan.notice.refusals import refused

#: Up to here every whole number has a double of its own.
LARGEST_WHOLE = 2**53 - 1
#: Deeper than any document of ours, and shallow enough for every reader's stack.
DEEPEST = 64


def dumps(value: Any) -> bytes:
    r"""
    The canonical JSON of a value made of dict, list, tuple, str, int, float, bool and None.

    Raises
    ------
    UsageError
        If the value holds what JSON cannot carry exactly: NaN, a whole number that no double holds,
        a lone surrogate, a key that is no text, an object of another kind, or too deep a nest.

    Examples
    --------
    >>> dumps({"b": 1.0, "a": [1e21, "€"]})
    b'{"a":[1e+21,"\xe2\x82\xac"],"b":1}'
    """
    try:
        return _written(value, 0).encode("utf-8")
    except UnicodeEncodeError as error:
        raise UsageError(
            f"a text holds half a sign (a lone surrogate, U+{ord(error.object[error.start]):04X}); "
            "it cannot be written as UTF-8. Send the text again, without it."
        ) from None


def loads(data: bytes) -> Any:
    """
    The value of canonical JSON; a byte that is not where canonical JSON has it is refused.

    Raises
    ------
    ValueError
        If the bytes are no JSON, or not its canonical form (other order, spaces, a key twice).
    """
    try:
        value = json.loads(data.decode("utf-8"), parse_int=_read_whole, parse_constant=_no_constant)
        again = dumps(value)
    except (UsageError, RecursionError) as error:
        raise ValueError(str(error)) from None
    if again != data:
        raise ValueError("not in canonical form (RFC 8785)")
    return value


def _read_whole(digits: str) -> int | float:
    number = int(digits)
    return number if abs(number) <= LARGEST_WHOLE else float(digits)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _written(value: Any, depth: int) -> str:
    if isinstance(value, str):
        return _text(value)
    if depth > DEEPEST:
        raise refused(UsageError, "nested", most=DEEPEST)
    if isinstance(value, dict):
        members = [f"{_text(key)}:{_written(value[key], depth + 1)}" for key in _in_order(value)]
        return "{" + ",".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join([_written(item, depth + 1) for item in value]) + "]"
    return _scalar(value)


def _in_order(value: dict[Any, Any]) -> list[str]:
    try:
        plain = "".join(value).isascii()
    except TypeError:
        plain = False
    # Of ASCII alone the order of the signs is that of UTF-16.
    return sorted(value) if plain else sorted(value, key=_utf16)


def _utf16(key: Any) -> bytes:
    if not isinstance(key, str):
        raise UsageError(f"the key {key!r} of a document is no text; write it in quotes.")
    return key.encode("utf-16-be", "surrogatepass")


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return _whole(value)
    if isinstance(value, float):
        return _number(value)
    raise UsageError(f"{type(value).__name__} cannot be written as JSON; give text, number, list or table.")


def _whole(value: int) -> str:
    if abs(value) <= LARGEST_WHOLE:
        return str(value)
    if abs(value) < 2**1023 and int(float(value)) == value:
        return _number(float(value))
    raise refused(UsageError, "number_inexact", value=value)


def _number(value: float) -> str:
    """A double as ECMAScript writes it (shortest digits that read back)."""
    if not math.isfinite(value):
        raise refused(UsageError, "number_none", value=value)
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    digits, _, exponent = repr(abs(value)).partition("e")
    whole, _, part = digits.partition(".")
    part = "" if part == "0" else part
    figures = (whole + part).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + part) - len(figures))
    figures = figures.rstrip("0")
    return sign + _placed(figures, point)


def _placed(figures: str, point: int) -> str:
    """The digits with their point `point` places after the first; ECMA-262, Number::toString."""
    count = len(figures)
    if count <= point <= 21:
        return figures + "0" * (point - count)
    if 0 < point <= 21:
        return figures[:point] + "." + figures[point:]
    if -6 < point <= 0:
        return "0." + "0" * -point + figures
    mantissa = figures[0] + ("." + figures[1:] if count > 1 else "")
    return f"{mantissa}e{'+' if point > 0 else '-'}{abs(point - 1)}"

"""A result as JSON text: to the same characters for the same result, and quick where it is large."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

#: JSON of more characters than this is not indented throughout.
INDENTED = 2_000_000


def document(found: dict[str, Any]) -> str:
    """
    A document as indented JSON; NaN and infinity are a fault of ours and refused.

    A large one has a line for each item of a list at its top: Python indents by an encoder that takes
    several times as long, and nobody reads tens of megabytes line by line.
    """
    members = [f"{line(key)}: {_items(value)}" for key, value in found.items()]
    if sum(map(len, members)) > INDENTED:
        return "{\n  " + ",\n  ".join(members) + "\n}"
    return json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False, default=_plain)


def line(value: Any) -> str:
    """A value as JSON on one line."""
    return _ENCODER.encode(value)


def _items(value: Any) -> str:
    """A value as JSON, a line for each item where it is a list that is not empty."""
    if not isinstance(value, list | tuple) or not value:
        return line(value)
    return "[\n    " + ",\n    ".join(map(line, value)) + "\n  ]"


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

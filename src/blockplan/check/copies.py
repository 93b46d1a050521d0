"""Copies of records, thousands at a time: of a rule that judges each living circle, after each edit."""

from __future__ import annotations

from collections import deque
from dataclasses import fields
from functools import cache
from itertools import repeat
from operator import attrgetter, call
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def changed(record: T, **values: Any) -> T:
    """
    What `dataclasses.replace` gives of a record with slots that does nothing more once it is made, sooner.

    Examples
    --------
    >>> from blockplan.check.verdict import Required
    >>> changed(Required(">=", 8.0), value=9.0)
    Required(op='>=', value=9.0)
    """
    kind = type(record)
    read, put = _slots(kind)  # type: ignore[arg-type]
    made: T = object.__new__(kind)
    deque(map(call, put.values(), repeat(made), read(record)), maxlen=0)  # without a step of Python a field
    for name, value in values.items():
        put[name](made, value)
    return made


@cache
def _slots(kind: type) -> tuple[Callable[[Any], tuple[Any, ...]], dict[str, Callable[[Any, Any], None]]]:
    """How the fields of a class are read, and how each is written."""
    names = [each.name for each in fields(kind)]
    return attrgetter(*names), {name: getattr(kind, name).__set__ for name in names}

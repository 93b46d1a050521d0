"""The day of a plan, as an office's texts, file names and features say it."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from typing import TYPE_CHECKING

from blockplan.exchange.office.titles import plain
from blockplan.exchange.office.values import is_blank, text_of

if TYPE_CHECKING:
    from blockplan.exchange.office.source import SourceLayer

_MONTH = re.compile(r"(?<!\d)(20\d{2})\s*年\s*(\d{1,2})\s*月")
_DAY_FIELD = re.compile(
    r"pfsj|pfdate|pfrq|pzsj|bzsj|批复时间|批准日期|批准时间|批复日期|编制日期|编制时间|成果日期"
)
_DAY = re.compile(
    r"(?<!\d)(20\d{2})(?:(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)|\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})(?!\d))"
)


def days_of(layer: SourceLayer) -> list[str]:
    """Days of approval or drawing that the features of a layer say, the most frequent first."""
    names = [name for name in layer.fields if _DAY_FIELD.fullmatch(plain(name))]
    said = [text_of(value) for name in names for value in layer.frame[name] if not is_blank(value)]
    return [text for text, _ in Counter(said).most_common(3)]


def day_in(text: str) -> dt.date | None:
    """
    The day that a text or a file name says; the first of a month where it says no day.

    Examples
    --------
    >>> day_in("控规成果20240628"), day_in("2024年6月28日")
    (datetime.date(2024, 6, 28), datetime.date(2024, 6, 28))
    >>> day_in("2023年7月编制"), day_in("地块2024")
    (datetime.date(2023, 7, 1), None)
    """
    found = _DAY.search(text)
    month = _MONTH.search(text)
    if not found and not month:
        return None
    try:
        if found:
            return dt.date(int(found[1]), int(found[2] or found[4]), int(found[3] or found[5]))
        return dt.date(int(month[1]), int(month[2]), 1) if month else None
    except ValueError:
        return None

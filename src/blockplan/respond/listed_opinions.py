"""
An opinion on its way into the record: what a list or a mailbox says of it, made safe and nothing lost.

A text is kept as it came. Only what no file can carry is changed, and the change is told: a lone
surrogate and a control character become the replacement character.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from blockplan.texts import toml_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.notice import Attachment

#: Fields of a person: kept apart from the opinion, and never published.
PERSONAL = ("name", "contact", "address")
#: How XLSX writes a carriage return, and many exports of it to CSV too.
_ESCAPED_LINE_END = re.compile(r"_x000[Dd]_(?:\r?\n|_x000[Aa]_)?")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_ERA_DAY = re.compile(r"(?:令和|R)\s*(\d{1,2}|元)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_CLOCK = re.compile(r"(\d{1,2})\s*[:：时時]\s*(\d{1,2})(?:\s*[:：分]\s*(\d{1,2}))?")
#: Reiwa 1 is 2019.
REIWA = 2018


@dataclass(frozen=True, slots=True)
class ListedOpinion:
    """
    One opinion of a list or a mailbox.

    Attributes
    ----------
    text, title
        As they came; formulas of a spreadsheet are text.
    received_at
        Day or time of arrival (ISO 8601, local where it has no offset); None where it is not known.
    channel, sender
        As the record knows them: ``post``, ``email``, ``import`` ...; ``public`` or ``agency``.
    fields
        clause, reason, standing, language and number, where they are given.
    targets
        Objects of the plan: {layer, id}.
    person
        name, contact, address, where they are given.
    other
        What stood in columns that nobody knows, under their own names.
    row
        Row of the list as a spreadsheet counts (the header is 1), or number of the mail from 1.
    faults
        What is not as it should be, in sentences. The opinion is kept all the same.
    """

    text: str
    row: int
    title: str = ""
    received_at: str | None = None
    channel: str = "import"
    sender: str = "public"
    fields: Mapping[str, str] = field(default_factory=dict)
    targets: tuple[Mapping[str, str], ...] = ()
    person: Mapping[str, str] = field(default_factory=dict)
    other: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether there are words or a file: an empty row is no opinion, and is reported."""
        return bool(self.text.strip() or self.title.strip() or self.attachments)

    def payload(self) -> dict[str, Any]:
        """The body of the entry ``submitted``."""
        said: dict[str, Any] = {"text": self.text, "channel": self.channel, "from": self.sender}
        said |= {"title": self.title} if self.title else {}
        said |= {"received_at": self.received_at} if self.received_at else {}
        said |= {"targets": [dict(target) for target in self.targets]} if self.targets else {}
        said |= {"other": dict(self.other)} if self.other else {}
        return said | dict(self.fields)


def known_names() -> dict[str, Any]:
    """The names of columns, channels and senders that are understood."""
    return toml_table("blockplan.respond", "columns.toml")


def plain_name(name: str) -> str:
    """A column's name for comparing: no case, spaces, brackets or signs around it."""
    return re.sub(r"[\s_\-*＊:：]|[（(].*?[）)]", "", name).lower()


@cache
def field_of(column: str) -> str | None:
    """
    The field that a column holds; None where nobody knows its name.

    Examples
    --------
    >>> field_of("意见内容（必填）"), field_of("Received at"), field_of("colour")
    ('text', 'received_at', None)
    """
    return _fields().get(plain_name(column))


@cache
def _fields() -> dict[str, str]:
    lists = {key: names for key, names in known_names().items() if isinstance(names, list)}
    return {plain_name(name): key for key, names in lists.items() for name in names}


def word_of(table: str, said: str) -> str | None:
    """The word of the record (table ``channels`` or ``senders``) that a cell means; None if unknown."""
    plain = plain_name(said)
    for meant, words in known_names()[table].items():
        if any(plain_name(word) in plain for word in words):
            return str(meant)
    return None


def with_line_ends(text: str) -> tuple[str, bool]:
    r"""
    The text with line ends where a spreadsheet's export wrote ``_x000D_`` for them, and whether it did.

    Examples
    --------
    >>> with_line_ends("dear mayor:_x000D_\nmore green")
    ('dear mayor:\nmore green', True)
    """
    fixed, count = _ESCAPED_LINE_END.subn("\n", text)
    return fixed, bool(count)


def day_or_time(said: Any) -> str | None:
    """
    A day or time as people of the three languages write it, in ISO 8601; None where it is none.

    Examples
    --------
    >>> day_or_time("2020/1/6 12:09:38"), day_or_time("2026年3月1日"), day_or_time("令和8年3月1日")
    ('2020-01-06T12:09:38', '2026-03-01', '2026-03-01')
    """
    if isinstance(said, dt.datetime):
        return said.isoformat() if said.time() != dt.time() else said.date().isoformat()
    if isinstance(said, dt.date):
        return said.isoformat()
    text = str(said).strip()
    try:
        return (
            dt.datetime.fromisoformat(text).isoformat()
            if len(text) > 10
            else dt.date.fromisoformat(text).isoformat()
        )
    except ValueError:
        return _written_day(text)


def _written_day(text: str) -> str | None:
    if match := _DAY.match(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _ERA_DAY.match(text):
        year = REIWA + (1 if match[1] == "元" else int(match[1]))
        month, day = int(match[2]), int(match[3])
    else:
        return None
    clock = _CLOCK.match(text[match.end() :].strip())
    try:
        if clock is None:
            # Words behind a day may be its weekday, or say that it is not exact: only a bare day is taken.
            return dt.date(year, month, day).isoformat() if match.end() == len(text) else None
        hour, minute, second = (int(part or 0) for part in clock.groups())
        return dt.datetime(year, month, day, hour, minute, second).isoformat()  # noqa: DTZ001 (local, as written)
    except ValueError:
        return None

"""Numbers of opinions, 1, 2, 3 in order of arrival, kept in the index; see `blockplan.notice.numbers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.notice import numbers
from blockplan.portal.record import single_rows
from blockplan.portal.record.models import Opinion
from blockplan.portal.words import OPEN, SHUT, pseudo

if TYPE_CHECKING:
    from collections.abc import Iterable


def number_of(notice: str, opinion: str) -> int | None:
    """The number of an opinion ("O-17"), or of the one that a point ("O-17.2") is of; None without one."""
    found = single_rows.find(Opinion, ["number"], notice_id=notice, seq=_seq(opinion))
    return None if found is None else int(found[0])


def numbers_of(notice: str, opinions: Iterable[str]) -> dict[str, int]:
    """The numbers of several opinions or points, by what they are called; asked for at once."""
    asked = {one: _seq(one) for one in opinions}
    rows = Opinion.objects.filter(notice_id=notice, seq__in=set(asked.values()))
    found = dict(rows.values_list("seq", "number"))
    return {one: found[seq] for one, seq in asked.items() if seq in found}


def entry_of(notice: str, number: int) -> int | None:
    """Number of the entry that the opinion of a number came with; None where there is none."""
    found = single_rows.find(Opinion, ["seq"], notice_id=notice, number=number)
    return None if found is None else int(found[0])


def named(notice: str, opinion: str, lang: str, number: int | None = None) -> str:
    """An opinion, or a point of one, as people are told it; `number` where it is known already."""
    if not opinion:
        return ""
    said = numbers.named(opinion, number or number_of(notice, opinion), lang)
    return f"{OPEN}{said}{SHUT}" if pseudo() else said


def _seq(opinion: str) -> int:
    return int(opinion.partition(".")[0].removeprefix("O-"))

"""
Who of the office has a point or a theme in hand.

None of it stands in the record: it is the office's own affair, and is kept beside it: who gave it, to whom
and when.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from blockplan.errors import UsageError
from blockplan.portal.office.models import DeskMove, Staff
from blockplan.portal.words import say
from blockplan.texts import listed, refusal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from blockplan.respond import Sorting
    from blockplan.respond.segments import Segment

#: Roles whose bearers can be given something.
ROLES = ("clerk", "planner", "approver")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has something in hand (`staff`, `name`), who gave it (`by`) and when."""

    staff: int
    name: str
    by: str
    at: dt.datetime


def held(notice: str) -> dict[str, Holder]:
    """Point or theme -> who has it in hand."""
    names = dict(Staff.objects.values_list("pk", "name"))
    moves = DeskMove.objects.filter(notice_id=notice).exclude(kind="themed").order_by("pk")
    found: dict[str, Holder | None] = {}
    for kind, changes, by, at in moves.values_list("kind", "changes", "by__name", "at"):
        if kind == "passed":
            found |= {part: found.get(whole) for part, whole in changes.items()}
            continue
        for subject, (_, to) in changes.items():
            found[subject] = Holder(to, names[to], by, at) if to in names else None
    return {subject: one for subject, one in found.items() if one is not None}


def people(notice: str) -> list[tuple[int, str]]:
    """Who can be given something: id and name."""
    here = Q(grant__notice=None) | Q(grant__notice_id=notice)
    found = Staff.objects.filter(here, grant__role__in=ROLES, user__is_active=True)
    return list(found.order_by("name").distinct().values_list("pk", "name"))


def passed_on(
    notice: str,
    cut: Mapping[str, Sequence[Segment]],
    was: Mapping[str, str | None],
    now: Sorting,
    places: Mapping[str, str | None],
) -> dict[str, str | None]:
    """
    What an act at the desk leaves in the hand that had it: points that are cut anew or joined, and those of a
    theme that went into another.

    Parameters
    ----------
    cut, was
        Opinion -> its points, and point -> its theme, before the act.
    places
        Point -> its theme, after it.

    Returns
    -------
    dict
        Point -> the point or theme whose holder it has; None for a point that is no more.

    Raises
    ------
    UsageError
        If points are joined that several people have.
    """
    have = held(notice)
    if not have:
        return {}
    changes: dict[str, str | None] = {}
    for opinion, parts in now.segments.items():
        for one in parts:
            if one.id in have or was.get(one.id) in now.themes:
                continue
            hands = _hands(one, cut.get(opinion), was, have)
            if len(hands) > 1:
                who = listed(have[whole].name for whole in hands.values())
                raise refusal(UsageError, say, "office_refused.several_hands", who=who)
            along = have.get(places.get(one.id) or "")
            for staff, whole in hands.items():
                if along is None or along.staff != staff:
                    changes[one.id] = whole
    standing = {one.id for parts in now.segments.values() for one in parts}
    return changes | {
        name: None for name in have if name.rpartition(".")[0] in now.segments and name not in standing
    }


def _hands(
    one: Segment, cut: Sequence[Segment] | None, was: Mapping[str, str | None], have: Mapping[str, Holder]
) -> dict[int, str]:
    """Who had the words of a point in hand -> for which point or theme."""
    if cut is None:  # the words were amended: of several people the one of the first point has them all
        points = [name for name in have if name.rpartition(".")[0] == one.opinion]
        wholes: list[str | None] = (
            [min(points, key=lambda name: int(name.rpartition(".")[2]))] if points else []
        )
    else:
        over = [old.id for old in cut if old.start < one.end and one.start < old.end]
        wholes = [name if name in have else was.get(name) for name in over]
    return {have[whole].staff: whole for whole in wholes if whole is not None and whole in have}

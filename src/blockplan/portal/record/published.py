"""What a published response says of a theme and of an opinion; before the publication that is nothing."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from blockplan.notice.disclosure import PUBLISHED
from blockplan.portal.record.store import open_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.portal.record.models import Notice


class _Published(NamedTuple):
    """Theme -> title, of those that have an answer to give; opinion -> [{segment, kind, reason}] in order."""

    titles: dict[str, Mapping[str, str] | str]
    answers: dict[str, list[dict[str, Any]]]


def title_of(row: Notice, theme: str) -> Mapping[str, str] | str | None:
    """The title of a theme that the published response answers; None where there is none."""
    return _of(row).titles.get(theme)


def answers_to(row: Notice, number: str) -> list[dict[str, Any]]:
    """[{segment, kind, reason}] of the parts of an opinion, in order."""
    return _of(row).answers.get(number, [])


def _of(row: Notice) -> _Published:
    if row.state not in PUBLISHED:
        return _Published({}, {})
    published = max((event.seq for event in open_store(row.id).events({"published"})), default=-1)
    return _read(row.id, published)


@lru_cache(maxsize=8)
def _read(notice: str, _published: int) -> _Published:
    """Read once for each publication: nothing is sorted or answered after it."""
    from blockplan.respond.sorting import Sorting  # noqa: PLC0415 (only a response needs it)

    sorting = Sorting(open_store(notice))
    titles = {theme.id: theme.title for theme in sorting.themes.values() if sorting.members(theme.id)}
    answers: dict[str, list[dict[str, Any]]] = {}
    for segment in sorting.open_segments():
        answer = sorting.answer_of(segment.id)
        if answer is not None:
            said = {"segment": segment.id, "kind": answer.kind, "reason": answer.reason}
            answers.setdefault(segment.opinion, []).append(said)
    return _Published(titles, answers)

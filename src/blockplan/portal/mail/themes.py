"""Themes of a published response, as mail and its pages name them; before the publication there are none."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from blockplan.notice.state import State
from blockplan.portal.record.store import open_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.portal.record.models import Notice

PUBLISHED = frozenset({State.PUBLISHED, State.IN_FORCE, State.SUPERSEDED})


def title_of(row: Notice, theme: str) -> Mapping[str, str] | str | None:
    """The title of a theme that the published response answers; None where there is none."""
    if row.state not in PUBLISHED:
        return None
    published = max((event.seq for event in open_store(row.id).events({"published"})), default=-1)
    return _titles(row.id, published).get(theme)


@lru_cache(maxsize=8)
def _titles(notice: str, _published: int) -> dict[str, Mapping[str, str] | str]:
    """Read once for each publication: nothing is sorted or answered after it."""
    from blockplan.respond.sorting import Sorting  # noqa: PLC0415 (only themes need it)

    sorting = Sorting(open_store(notice))
    return {theme.id: theme.title for theme in sorting.themes.values() if sorting.members(theme.id)}

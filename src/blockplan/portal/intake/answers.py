"""What was answered to one opinion, once the answers are published."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from blockplan.notice.state import State
from blockplan.portal.record.store import open_store
from blockplan.respond.sorting import Sorting

if TYPE_CHECKING:
    from blockplan.portal.record.models import Notice
    from blockplan.portal.record.store import DatabaseStore

PUBLISHED = frozenset({State.PUBLISHED, State.IN_FORCE, State.SUPERSEDED})


def answers_to(store: DatabaseStore, row: Notice, number: str) -> list[dict[str, Any]]:
    """[{text, kind, reason}] of the parts of an opinion, in order; empty before the publication."""
    if row.state not in PUBLISHED:
        return []
    published = max((event.seq for event in store.events({"published"})), default=-1)
    return _all(row.id, published).get(number, [])


@lru_cache(maxsize=8)
def _all(notice: str, _published: int) -> dict[str, list[dict[str, Any]]]:
    """Every answer of a notice, read once for each publication: nothing is answered after it."""
    sorting = Sorting(open_store(notice))
    found: dict[str, list[dict[str, Any]]] = {}
    for segment in sorting.open_segments():
        answer = sorting.answer_of(segment.id)
        if answer is not None:
            said = {"segment": segment.id, "kind": answer.kind, "reason": answer.reason}
            found.setdefault(segment.opinion, []).append(said)
    return found

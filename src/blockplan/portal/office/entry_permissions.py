"""
Who may enter what: one table, asked of every entry that the office makes, whichever page it came through.

A page asks it before anything is done (`blockplan.portal.office.urls`), and `work` asks it again at the
record for each entry: an uploaded table, a cut that takes an answer over, or sorting that takes an approval
back enters what the page itself says nothing of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.core.exceptions import PermissionDenied

from blockplan.notice.events import KINDS
from blockplan.notice.refusals import kind_word
from blockplan.portal.lang import current
from blockplan.portal.record.store import open_store
from blockplan.portal.words import say
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Callable

    from blockplan.notice.ledger import Ledger
    from blockplan.portal.office.permissions import Actor

T = TypeVar("T")
OFFICE = ("clerk", "planner")
PLANNER = ("planner",)
#: Who confirms what somebody else asked for.
SECONDS = ("approver",)
#: Kind of entry -> roles that may enter it, or ask for it where a second person confirms it.
ENTERS: dict[str, tuple[str, ...]] = {
    # The notice and its dates.
    "opened": PLANNER, "extended": PLANNER, "corrected": PLANNER, "displayed": OFFICE, "closed": PLANNER,
    "restarted": PLANNER, "notice_withdrawn": PLANNER, "stepped": PLANNER, "in_force": PLANNER,
    "superseded": PLANNER, "clock_repaired": PLANNER, "recovered": (),
    # Opinions: taken in, read, and what of them is open.
    "submitted": OFFICE, "amended": OFFICE, "transcribed": OFFICE, "shown": OFFICE, "withdrawn": OFFICE,
    "redacted": OFFICE, "withheld": OFFICE, "restored": PLANNER, "erased": PLANNER,
    # Whoever sorts does not answer for the office.
    "segmented": OFFICE, "grouped": OFFICE, "theme": OFFICE, "themed": OFFICE, "folded": OFFICE,
    "answered": PLANNER, "answers_complete": PLANNER, "answers_reopened": PLANNER,
    "approved": ("planner", "approver"), "published": PLANNER,
}  # fmt: skip


class NotYoursError(PermissionDenied):
    """An entry that none of somebody's roles may make; `why` says whose it is, on the page of the refusal."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def require(kind: str, actor: Actor, roles: tuple[str, ...] | None = None) -> None:
    """NotYoursError where none of the actor's roles may enter, or ask for, an entry of this kind."""
    wanted = ENTERS[kind] if roles is None else roles
    if not actor.may(*wanted):
        lang = current()
        whose = say("office_refused.or", lang).join(say(f"office_role.{role}", lang) for role in wanted)
        raise NotYoursError(
            say("office_refused.not_yours", lang, kind=pick(kind_word(kind), lang), whose=whose)
        )


def require_second(kind: str, actor: Actor) -> None:
    """The same for whoever confirms an act of two persons."""
    require(kind, actor, SECONDS if KINDS[kind].two else None)


def work(
    notice: str, act: Callable[[Ledger], T], actor: Actor, allow: Callable[[str, Actor], None] = require
) -> T:
    """Work on a record in the name of somebody: all of its entries are theirs to make, or none is made."""

    def inside(ledger: Ledger) -> T:
        ledger.allow = lambda kind: allow(kind, actor)
        return act(ledger)

    return open_store(notice).transact(inside)

"""
What a notice waits for next, and whose it is: one step, told on the first page, at the notice and its draft.

The state of the notice decides, which the library keeps; this only says what the office has to do there.
What may be done at all stands in `blockplan.portal.office.services`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from blockplan.errors import BlockplanError
from blockplan.notice.countries import country
from blockplan.notice.events import parse_time
from blockplan.notice.particulars import asked_and_missing, particulars_from
from blockplan.notice.state import TAKES_OPINIONS
from blockplan.portal.office import drafts
from blockplan.portal.office.models import Draft, Pending
from blockplan.portal.record.clock import time_of
from blockplan.portal.record.models import Opinion
from blockplan.respond.coverage import each_gap

if TYPE_CHECKING:
    from blockplan.portal.office.permissions import Actor
    from blockplan.portal.record.models import Notice
    from blockplan.respond import Sorting

OFFICE, PLANNER = ("clerk", "planner"), ("planner",)
#: Acts that move the notice on once a second person has confirmed them.
_MOVING = ("approved", "published")
#: State -> what comes next there: its words, the act, and whose it is.
_AFTER = {
    "answered": ("approve", "approve", ("planner", "approver")),
    "approved": ("publish", "publish", PLANNER),
    "published": ("in_force", "in-force", PLANNER),
}
_BEFORE_OPENING = ("draft", "restarted")


@dataclass(frozen=True, slots=True)
class Step:
    """
    The next step of a notice.

    Attributes
    ----------
    name
        Its words in ``office_next.toml``.
    to
        Where it is done; empty where nothing is to be done but wait.
    roles
        Whose it is; empty for nobody.
    """

    name: str
    to: str = ""
    roles: tuple[str, ...] = ()

    def for_(self, actor: Actor) -> dict[str, Any]:
        """As a page shows it: a link for whoever may do it, and for others whose it is."""
        mine = bool(self.to) and actor.may(*self.roles)
        return {"key": f"office_next.{self.name}", "to": self.to if mine else "",
                "roles": [] if mine else [f"office_role.{role}" for role in self.roles]}  # fmt: skip


def next_of(row: Notice, actor: Actor, now: Sorting | None = None) -> Step:
    """
    What a notice waits for.

    Parameters
    ----------
    actor
        Who looks: nobody may be his own second person.
    now
        What stands at the desk; without it nobody can say whether every point is answered.
    """
    if row.state in _BEFORE_OPENING:
        draft = Draft.objects.select_related("version").filter(pk=row.pk).first()
        return Step("nothing") if draft is None else _of_draft(draft, actor)
    return _waiting(row, actor) or _by_state(row, now)


def _waiting(row: Notice, actor: Actor) -> Step | None:
    """What somebody has to look at before anything else."""
    asked = Pending.objects.filter(notice=row, outcome="", kind__in=_MOVING).order_by("id").first()
    if asked is not None and asked.asked_by_id == actor.staff.pk:
        return Step("own_waits")
    if asked is not None:
        return Step("confirm", reverse("office_waiting", args=[row.pk, asked.pk]), ("approver",))
    if row.state in TAKES_OPINIONS and Opinion.objects.filter(notice=row, held__in=[True]).exists():
        return _look(row)
    return None


def _look(row: Notice) -> Step:
    return Step("held", f"{reverse('office_opinions', args=[row.pk])}?standing=held", OFFICE)


def is_over(row: Notice) -> bool:
    """Whether the period of a notice has ended, by the time of its record."""
    return bool(row.ends_before) and time_of(row.id) >= parse_time(row.ends_before)


def at_desk(row: Notice, *, gaps: int, uncut: bool, held: bool = False) -> Step | None:
    """
    What comes next at the desk, of so many gaps; None where all is answered and nothing follows there.

    As on the notice's own page the opinions that wait for a look, `held`, come before everything else.
    """
    if held:
        return _look(row)
    if uncut:
        return Step("cut", "#tools", OFFICE)
    if gaps:
        return Step("gaps", f"{reverse('office_segments', args=[row.pk])}?show=unanswered", OFFICE)
    return _complete(row) if row.state == "closed" else None


def _complete(row: Notice) -> Step:
    return Step("complete", reverse("office_act_complete", args=[row.pk]), PLANNER)


def _by_state(row: Notice, now: Sorting | None) -> Step:
    if row.state == "on_notice":
        close = Step("close", reverse("office_act_close", args=[row.pk]), PLANNER)
        return close if is_over(row) else Step("runs")
    if row.state == "closed" and now is not None and next(each_gap(now), None) is None:
        return _complete(row)
    if row.state == "closed":
        return Step("answer", reverse("office_desk", args=[row.pk]), OFFICE)
    if row.state not in _AFTER:
        return Step("nothing")
    name, act, roles = _AFTER[row.state]
    return Step(name, reverse(f"office_act_{act}", args=[row.pk]), roles)


def _of_draft(draft: Draft, actor: Actor) -> Step:
    """The first of the five steps that is not done."""
    law = country(draft.country)
    try:
        drafts.period_of(draft)
    except BlockplanError:
        return _planner(draft, "dates")
    if draft.version is None:
        return _planner(draft, "plan")
    if asked_and_missing(particulars_from(draft.particulars), law):
        return _planner(draft, "particulars")
    now = drafts.looked_at(draft)
    if draft.signed and draft.signed["of"] == now:
        return _planner(draft, "open")
    to = reverse("office_release", args=[draft.pk])
    if not draft.release or draft.signed:
        return Step("release", to, ("planner", "approver"))
    own = draft.release.get("by") == actor.name
    return Step("own_release") if own else Step("sign", to, ("approver",))


def _planner(draft: Draft, name: str) -> Step:
    return Step(name, reverse(f"office_{name}", args=[draft.pk]), PLANNER)

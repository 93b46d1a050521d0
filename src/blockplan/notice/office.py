"""
What an office does with a notice: open, extend, close, restart, withdraw.

Each act works out what to enter and lets the record decide. Dates come from the law of the country; the
plan on notice is frozen, file by file (`blockplan.notice.package`), in the entry that opens it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice.countries import Holidays, PeriodRule, country
from blockplan.notice.events import write_time
from blockplan.notice.lengths import closed_within
from blockplan.notice.periods import DAY, first_moment, planned
from blockplan.notice.refusals import refused
from blockplan.notice.state import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blockplan.notice.events import Event
    from blockplan.notice.ledger import Ledger
    from blockplan.notice.package import FrozenPlan
    from blockplan.notice.periods import NoticeSchedule
    from blockplan.notice.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """
    By which law a notice runs, and when.

    Attributes
    ----------
    country
        "CN", "JP", "DE", or a YAML file of the same shape.
    rule
        A rule of the country; None takes its first.
    subdivision
        The part of the country whose holidays count, where they differ ("BE").
    first, last, inspection_last
        Days. None for `last` takes the earliest lawful one.
    """

    country: str
    first: dt.date
    rule: str | None = None
    subdivision: str | None = None
    last: dt.date | None = None
    inspection_last: dt.date | None = None

    def period(self) -> NoticeSchedule:
        """The period; UsageError where the law does not allow it."""
        one = country(self.country)
        return planned(
            one.rule(self.rule), self.first, one.closed_days(self.subdivision),
            last=self.last, inspection_last=self.inspection_last,
        )  # fmt: skip


def open_notice(
    store: Store,
    plan: FrozenPlan,
    law: Law,
    *,
    by: str,
    more: Mapping[str, Any] | None = None,
    steps: Sequence[tuple[str, str]] = (),
) -> Event:
    """
    Put a plan on notice.

    Parameters
    ----------
    more
        What the notice says besides: ``places``, ``channels``, ``authority``, ``publication``,
        ``release`` ...
    steps
        Steps of the country that were done before, and their days.

    Raises
    ------
    UsageError
        If the law does not allow the dates, or has no such step before the notice.
    NoticeStateError
        If the notice is already open, or its first day is over.
    """
    return store.transact(lambda ledger: enter_opening(ledger, plan, law, by=by, more=more, steps=steps))


def enter_opening(
    ledger: Ledger,
    plan: FrozenPlan,
    law: Law,
    *,
    by: str,
    more: Mapping[str, Any] | None = None,
    steps: Sequence[tuple[str, str]] = (),
) -> Event:
    """The same as `open_notice` inside a piece of work that does more."""
    payload = opening(plan, law, by, more or {})
    known = [step["id"] for step in payload["steps"] if State.DRAFT in step["in"]]
    for name, _ in steps:
        if name not in known:
            raise UsageError(
                f"There is no step {name!r} before a notice. Steps: {', '.join(known) or 'none'}."
            )
    for name, day in steps:
        ledger.append("stepped", {"step": name, "on": day, "by": by})
    return ledger.append("opened", payload, attachments=plan.files)


def extend(
    store: Store, last: dt.date, *, reason: str, by: str, inspection_last: dt.date | None = None
) -> Event:
    """
    Lengthen the running period.

    Raises
    ------
    NoticeStateError
        If it is over, or would become shorter.
    UsageError
        If it may not end on that day.
    """
    return store.transact(
        lambda ledger: enter_extension(ledger, last, reason=reason, by=by, inspection_last=inspection_last)
    )


def enter_extension(
    ledger: Ledger, last: dt.date, *, reason: str, by: str, inspection_last: dt.date | None = None
) -> Event:
    """The same as `extend` inside a piece of work that does more."""
    said = _lengthened(ledger.standing.opened, last, inspection_last)
    return ledger.append("extended", {**said, "reason": reason, "by": by})


def close(store: Store, *, by: str) -> Event:
    """Enter that the period is over; NoticeStateError before its end."""
    return store.transact(lambda ledger: enter_close(ledger, by=by))


def enter_close(ledger: Ledger, *, by: str) -> Event:
    """The same as `close` inside a piece of work that does more."""
    return ledger.append("closed", {"ended_before": ledger.standing.ends_before or "", "by": by})


def restart(
    store: Store, plan: FrozenPlan, law: Law, *, reason: str, by: str, more: Mapping[str, Any] | None = None
) -> Event:
    """Begin anew after a material change: both entries or none. The opinions of the rounds before stay."""
    return store.transact(lambda ledger: enter_restart(ledger, plan, law, reason=reason, by=by, more=more))


def enter_restart(
    ledger: Ledger, plan: FrozenPlan, law: Law, *, reason: str, by: str, more: Mapping[str, Any] | None = None
) -> Event:
    """The same as `restart` inside a piece of work that does more."""
    payload = opening(plan, law, by, more or {})
    said = ledger.standing.opened
    ledger.append("restarted", {"reason": reason, "by": by})
    kept = {key: said[key] for key in ("publication", "places", "channels", "authority") if key in said}
    return ledger.append("opened", {**payload, **kept, **(more or {})}, attachments=plan.files)


def opening(plan: FrozenPlan, law: Law, by: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """
    What an ``opened`` entry says: the notice as it will be.

    Raises
    ------
    UsageError
        If the law does not allow the dates.
    """
    one = country(law.country)
    within = one.publish_within
    period = law.period()
    return {
        **{key: value for key, value in more.items() if value},
        "plan": plan.said,
        "period": period.to_dict(),
        # The law is entered as it was, so that an extension years later counts by the same one.
        "rule": {
            "country": one.country,
            "subdivision": law.subdivision,
            "holidays": one.holidays.model_dump(mode="json"),
            **one.rule(law.rule).model_dump(mode="json", by_alias=True, exclude={"cases"}),
        },
        # As they were known on this day: holidays are announced, and libraries differ, years later.
        "closed": closed_within(period, one.closed_days(law.subdivision)),
        "publication": more.get("publication") or one.publication,
        "wants": list(one.wants),
        "steps": [{"id": step.id, "title": step.title, "in": step.in_} for step in one.steps],
        "publish_within": within.model_dump(mode="json") if within else None,
        "by": by,
    }


def _lengthened(opened: Mapping[str, Any], last: dt.date, inspection_last: dt.date | None) -> dict[str, Any]:
    """The period with a later end and its closed days, by the law that was entered at the opening."""
    if not opened:
        raise refused(NoticeStateError, "not_open_yet")
    now = opened["period"]
    if last <= dt.date.fromisoformat(now["submission"]["last"]):
        # The record's own law refuses it, and says what to do instead.
        spans = {
            name: {**now[name], "last": min(now[name]["last"], last.isoformat())}
            for name in ("inspection", "submission")
        }
        shorter = {**now, **spans, "ends_before": write_time(first_moment(last + DAY, now["zone"]))}
        return {"period": shorter}
    said = opened["rule"]
    fields = {key: value for key, value in said.items() if key in PeriodRule.model_fields}
    rule = PeriodRule.model_validate(fields)
    closed = Holidays.model_validate(said["holidays"]).closed_days(said["subdivision"])
    if inspection_last is None and rule.submission_after_inspection is not None:
        inspection_last = dt.date.fromisoformat(now["inspection"]["last"])
    first = dt.date.fromisoformat(now["submission"]["first"])
    period = planned(rule, first, closed, last=last, inspection_last=inspection_last)
    return {"period": period.to_dict(), "closed": closed_within(period, closed)}

"""
Where a notice stands: its state, its dates, and what may be entered now.

The same laws are asked when an entry is made and again when a record is verified, so that an entry
which the law forbids is found even where somebody wrote it past the software.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice.events import CHANNELS, KINDS, write_time
from blockplan.notice.periods import DAY, first_moment
from blockplan.notice.state import State, step

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from blockplan.notice.events import Event


@dataclass(frozen=True, slots=True)
class Standing:
    """State, round and dates of a notice after its entries so far; times as in the record."""

    state: State = State.DRAFT
    #: 1, and one more after each restart.
    round: int = 0
    zone: str = "UTC"
    begins: str | None = None
    #: The first moment that is no longer in time.
    ends_before: str | None = None
    #: The payload of the newest ``opened``; its ``period`` as last extended.
    opened: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[Mapping[str, Any], ...] = ()

    def after(self, event: Event) -> Standing:
        """
        The standing once an entry is made.

        Raises
        ------
        NoticeStateError
            If the entry may not be made now.
        """
        self.admit(event.kind, event.payload, event.at)
        leads_to = KINDS[event.kind].leads_to
        found = self if leads_to is None else replace(self, state=leads_to)
        if event.kind == "opened":
            period = event.payload["period"]
            return replace(found, round=self.round + 1, opened=event.payload, **_dates(period))
        if event.kind == "extended":
            period = event.payload["period"]
            return replace(found, opened={**self.opened, "period": period}, **_dates(period))
        if event.kind == "stepped":
            return replace(found, steps=(*self.steps, event.payload))
        return found

    def admit(self, kind: str, payload: Mapping[str, Any], at: str) -> None:
        """
        Whether an entry may be made at the moment `at`.

        Raises
        ------
        NoticeStateError
            If it may not; the message says why and what to do instead.
        """
        spec = KINDS[kind]
        if spec.leads_to is not None and spec.leads_to is not self.state:
            step(self.state, spec.leads_to)
        if self.state not in spec.when:
            allowed = ", ".join(sorted(spec.when))
            raise NoticeStateError(
                f"'{kind}' cannot be entered: the plan is '{self.state}'. It may be when: {allowed}."
            )
        law = _LAWS.get(kind)
        if law is not None:
            law(self, payload, at)

    def running(self, at: str) -> bool:
        """Whether the moment is before the end of the period."""
        return self.ends_before is not None and at < self.ends_before

    def is_late(self, payload: Mapping[str, Any], at: str) -> bool:
        """
        Whether a submission is late: by the server's time, or by the day of arrival where a clerk enters
        a letter.

        Raises
        ------
        UsageError
            If a day of arrival is given for an opinion from the web, or lies in the future.
        """
        return not self.running(self.arrival(payload, at))

    def arrival(self, payload: Mapping[str, Any], at: str) -> str:
        """The moment that counts for a submission; of a day of arrival its first moment."""
        given = payload.get("received_at")
        if given is None:
            return at
        if not CHANNELS[payload["channel"]]:
            raise UsageError(
                f"received_at cannot be given for the channel {payload['channel']!r}: the server's "
                f"clock decides. "
                "Leave it out."
            )
        arrived = write_time(self.moment(str(given)))
        if arrived > at:
            raise UsageError(
                f"received_at is {given}, which is after now ({at}). Give the day or time at which it "
                f"arrived."
            )
        return arrived

    def moment(self, said: str) -> dt.datetime:
        """
        A day ("2026-03-31": its first moment here) or a time ("2026-03-31T16:20", local, or with
        offset).
        """
        try:
            found = dt.datetime.fromisoformat(said)
        except ValueError:
            raise UsageError(
                f"{said!r} is no day and no time; write 2026-03-31 or 2026-03-31T16:20+08:00."
            ) from None
        return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(self.zone))


def standing(events: Iterable[Event]) -> Standing:
    """The standing after some entries (those of `STANDING` are enough)."""
    found = Standing()
    for event in events:
        found = found.after(event)
    return found


def _dates(period: Mapping[str, Any]) -> dict[str, Any]:
    return {"zone": period["zone"], "begins": period["begins"], "ends_before": period["ends_before"]}


def _law_opened(_standing: Standing, payload: Mapping[str, Any], at: str) -> None:
    period = payload["period"]
    _check_moments(period)
    _check_release(payload)
    after_first = dt.date.fromisoformat(period["submission"]["first"]) + DAY
    if at >= write_time(first_moment(after_first, period["zone"])):
        raise NoticeStateError(
            f"The notice cannot begin on {period['submission']['first']}: that day is over, and a "
            f"record is not "
            "made backwards. Take today or a later day as its first."
        )


def _check_release(payload: Mapping[str, Any]) -> None:
    """Where a release check stands with an opening, two persons signed it, and for this very plan."""
    release = payload.get("release")
    if not release:
        return
    by, second = (str(release.get(who) or "").strip().casefold() for who in ("by", "second"))
    if not by or not second or by == second:
        raise NoticeStateError("The release check is not signed by two persons. Let a second person look.")
    if release.get("plan") != payload["plan"].get("content_hash"):
        raise NoticeStateError("The release check is about another plan. Let the check be signed anew.")


def _check_moments(period: Mapping[str, Any]) -> None:
    """The moments of a period are those of its days, at the place."""
    submission, inspection = period["submission"], period["inspection"]
    first, last, seen = (dt.date.fromisoformat(day) for day in (
        submission["first"], submission["last"], inspection["last"]))  # fmt: skip
    moments = (first_moment(first, period["zone"]), first_moment(last + DAY, period["zone"]))
    if (period["begins"], period["ends_before"]) != tuple(write_time(moment) for moment in moments):
        raise NoticeStateError(
            f"The moments of the period are not those of {first} to {last} at {period['zone']}."
        )
    if inspection["first"] != submission["first"] or not first <= seen <= last:
        raise NoticeStateError("Inspection and submission do not begin together, or inspection ends later.")


def _law_extended(now: Standing, payload: Mapping[str, Any], at: str) -> None:
    period = payload["period"]
    _check_moments(period)
    if not now.running(at):
        raise NoticeStateError(
            f"The period ended before {now.ends_before}; a period that is over is not lengthened. "
            "Restart the notice if more time is needed."
        )
    if period["begins"] != now.begins or period["zone"] != now.zone:
        raise NoticeStateError("An extension moves the end alone; beginning and time zone stay.")
    if period["ends_before"] <= (now.ends_before or ""):
        raise NoticeStateError(
            f"The new end ({period['submission']['last']}) is not after the present one "
            f"({now.opened['period']['submission']['last']}): a running period can be lengthened, "
            f"never shortened. "
            "Give a later day, or withdraw or restart the notice."
        )
    if period["inspection"]["last"] < now.opened["period"]["inspection"]["last"]:
        raise NoticeStateError("An extension must not shorten the inspection. Give a later day.")


def _law_closed(now: Standing, payload: Mapping[str, Any], at: str) -> None:
    if now.running(at):
        raise NoticeStateError(
            f"The period runs until {now.ends_before} (last day "
            f"{now.opened['period']['submission']['last']}); "
            "it cannot be closed before its end. Withdraw the notice, or restart it, if it must stop now."
        )
    if payload["ended_before"] != now.ends_before:
        raise NoticeStateError(f"The period ended before {now.ends_before}, not {payload['ended_before']}.")


def _law_submitted(now: Standing, payload: Mapping[str, Any], at: str) -> None:
    said = (payload.get("late"), payload.get("ends_before"), payload.get("round"))
    true = (now.is_late(payload, at), now.ends_before, now.round)
    if said != true:
        raise NoticeStateError(
            f"The opinion says late={said[0]}, end {said[1]}, round {said[2]}; by the record it is "
            f"late={true[0]}, "
            f"end {true[1]}, round {true[2]}."
        )


def _law_amended(now: Standing, _payload: Mapping[str, Any], at: str) -> None:
    if not now.running(at):
        raise NoticeStateError(
            f"The period ended before {now.ends_before}; what was submitted cannot be amended any more. "
            "Submit a further opinion: it is kept, and marked late."
        )


def _law_stepped(now: Standing, payload: Mapping[str, Any], _at: str) -> None:
    known = {step["id"]: step["in"] for step in now.opened.get("steps", [])}
    if now.opened and now.state not in known.get(payload["step"], ()):
        there = ", ".join(name for name, states in known.items() if now.state in states) or "none"
        raise NoticeStateError(
            f"The step {payload['step']!r} is none for a plan that is '{now.state}'. Steps now: {there}."
        )


def check_about(kind: str, first: Event, *, withdrawn: bool) -> None:
    """
    Whether an entry about an opinion may be made.

    Parameters
    ----------
    first
        The entry by which it was submitted.
    withdrawn
        Whether it was taken back before.

    Raises
    ------
    NoticeStateError
        If it may not.
    """
    if kind in {"amended", "transcribed", "withdrawn"} and withdrawn:
        raise NoticeStateError(f"Opinion {first.opinion} was withdrawn; submit a new one instead.")
    if kind == "transcribed" and first.known:
        said = first.payload
        if not CHANNELS[said["channel"]] or not first.files or said["text"].strip():
            raise NoticeStateError(
                f"Opinion {first.opinion} has words of its own, or no scan: there is nothing to transcribe. "
                "Nobody puts other words in their place."
            )


_LAWS = {
    "opened": _law_opened,
    "extended": _law_extended,
    "closed": _law_closed,
    "submitted": _law_submitted,
    "amended": _law_amended,
    "stepped": _law_stepped,
}

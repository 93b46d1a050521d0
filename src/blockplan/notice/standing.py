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
from blockplan.notice.events import CHANNELS, KINDS, LONGEST_WAY, parse_time, write_time
from blockplan.notice.package import package_hash
from blockplan.notice.periods import DAY, first_moment
from blockplan.notice.refusals import TEXTS, kind_word, refused, state_word
from blockplan.notice.state import TAKES_OPINIONS, State, step
from blockplan.texts import listed

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
        if event.kind == "clock_repaired" and self.state is State.CLOSED and self.running(event.at):
            return replace(found, state=State.ON_NOTICE)  # it was closed by the wrong time alone
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
        anew = kind == "amended" and "recovered" in payload and self.state in TAKES_OPINIONS
        if self.state not in spec.when and not anew:
            allowed = listed(state_word(state) for state in sorted(spec.when))
            raise refused(
                NoticeStateError,
                "not_now",
                kind=kind_word(kind),
                state=state_word(self.state),
                allowed=allowed,
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
        """
        The moment that counts for a submission: when it reached the door, or was entered; of a day of arrival
        its first moment.
        """
        if isinstance(before := payload.get("recovered"), dict):
            return min(str(before["at"]), at)  # it came before the loss, as its receipt proves
        given = payload.get("received_at")
        if given is None:
            return _at_door(payload, at)
        if not CHANNELS[payload["channel"]]:
            raise refused(UsageError, "received_by_clock", channel=payload["channel"])
        arrived = write_time(self.moment(str(given)))
        if arrived > at:
            raise refused(UsageError, "received_later", given=given, at=at)
        return arrived

    def moment(self, said: str) -> dt.datetime:
        """
        A day ("2026-03-31": its first moment here) or a time ("2026-03-31T16:20", local, or with
        offset).
        """
        try:
            found = dt.datetime.fromisoformat(said)
        except ValueError:
            raise refused(UsageError, "no_moment", said=said) from None
        return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(self.zone))


def _at_door(payload: Mapping[str, Any], at: str) -> str:
    """
    When a submission reached the service, as it says, and else when it was entered.

    Raises
    ------
    NoticeStateError
        If it lies after the entry, or so long before it that no queue explains it.
    """
    arrived = payload.get("arrived_at")
    if arrived is None:
        return at
    try:
        way = parse_time(at) - parse_time(str(arrived))
    except ValueError:
        way = dt.timedelta(days=-1)
    if CHANNELS[payload.get("channel", "web")] or not dt.timedelta(0) <= way <= LONGEST_WAY:
        minutes = LONGEST_WAY // dt.timedelta(minutes=1)
        raise refused(NoticeStateError, "arrived_otherwise", given=arrived, at=at, minutes=minutes)
    return str(arrived)


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
        raise refused(NoticeStateError, "first_day_over", first=period["submission"]["first"])


def _check_release(payload: Mapping[str, Any]) -> None:
    """Where a release check stands with an opening, two persons signed it, and for these very files."""
    release = payload.get("release")
    if not release:
        return
    by, second = (str(release.get(who) or "").strip().casefold() for who in ("by", "second"))
    if not by or not second or by == second:
        raise refused(NoticeStateError, "release_two")
    if release.get("plan") != payload["plan"].get("content_hash"):
        raise refused(NoticeStateError, "release_other_plan")
    if release.get("package") != package_hash(payload["plan"]["files"]):
        raise refused(NoticeStateError, "release_other_package")


def _check_moments(period: Mapping[str, Any]) -> None:
    """The moments of a period are those of its days, at the place."""
    submission, inspection = period["submission"], period["inspection"]
    first, last, seen = (dt.date.fromisoformat(day) for day in (
        submission["first"], submission["last"], inspection["last"]))  # fmt: skip
    moments = (first_moment(first, period["zone"]), first_moment(last + DAY, period["zone"]))
    if (period["begins"], period["ends_before"]) != tuple(write_time(moment) for moment in moments):
        raise refused(NoticeStateError, "moments", first=first, last=last, zone=period["zone"])
    if inspection["first"] != submission["first"] or not first <= seen <= last:
        raise refused(NoticeStateError, "not_together")


def _law_extended(now: Standing, payload: Mapping[str, Any], at: str) -> None:
    period = payload["period"]
    _check_moments(period)
    if not now.running(at):
        raise refused(NoticeStateError, "over_not_lengthened", ends=now.ends_before)
    if period["begins"] != now.begins or period["zone"] != now.zone:
        raise refused(NoticeStateError, "beginning_stays")
    if period["ends_before"] <= (now.ends_before or ""):
        raise refused(
            NoticeStateError, "never_shortened", new=period["submission"]["last"],
            last=now.opened["period"]["submission"]["last"],
        )  # fmt: skip
    if period["inspection"]["last"] < now.opened["period"]["inspection"]["last"]:
        raise refused(NoticeStateError, "inspection_shortened")


def _law_closed(now: Standing, payload: Mapping[str, Any], at: str) -> None:
    if now.running(at):
        last = now.opened["period"]["submission"]["last"]
        raise refused(NoticeStateError, "still_runs", ends=now.ends_before, last=last)
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


def _law_amended(now: Standing, payload: Mapping[str, Any], at: str) -> None:
    before = payload.get("recovered")  # it came before a loss, as its receipt proves
    came = min(str(before["at"]), at) if isinstance(before, dict) else _at_door(payload, at)
    if not now.running(came):
        raise refused(NoticeStateError, "amend_over", ends=now.ends_before)


def _law_stepped(now: Standing, payload: Mapping[str, Any], _at: str) -> None:
    known = {step["id"]: step["in"] for step in now.opened.get("steps", [])}
    if now.opened and now.state not in known.get(payload["step"], ()):
        names = [name for name, states in known.items() if now.state in states]
        raise refused(
            NoticeStateError, "no_step_now", step=payload["step"], state=state_word(now.state),
            there=listed(names) if names else TEXTS.text("none"),
        )  # fmt: skip


def check_about(kind: str, first: Event, *, withdrawn: bool) -> None:
    """
    Whether an entry about an opinion may be made.

    Raises
    ------
    NoticeStateError
        If it may not.
    """
    if kind in {"amended", "transcribed", "withdrawn"} and withdrawn:
        raise refused(NoticeStateError, "opinion_withdrawn", opinion=first.opinion)
    if kind == "transcribed" and first.known:
        said = first.payload
        if not CHANNELS[said["channel"]] or not first.files or said["text"].strip():
            raise refused(NoticeStateError, "nothing_to_transcribe", opinion=first.opinion)


_LAWS = {
    "opened": _law_opened,
    "extended": _law_extended,
    "closed": _law_closed,
    "submitted": _law_submitted,
    "amended": _law_amended,
    "stepped": _law_stepped,
}

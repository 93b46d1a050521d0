"""
A notice before it opens: its law and dates, its plan, its particulars, the release check by two persons.

What is lawful, what is missing and what was released is asked of `blockplan.notice`.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice import office as acts
from blockplan.notice.countries import country
from blockplan.notice.events import write_time
from blockplan.notice.package import FrozenPlan, PackageChoice, PackagePart, package_hash, parts_of
from blockplan.notice.particulars import particulars_from
from blockplan.notice.release import findings, fingerprint, release_from, require_released, signed
from blockplan.portal import clock
from blockplan.portal.office import permissions
from blockplan.portal.office.audit import note
from blockplan.portal.office.edit_conflicts import of_plan, of_release, of_values, require_seen
from blockplan.portal.office.models import Draft
from blockplan.portal.plans.models import PlanVersion
from blockplan.portal.plans.places import places_of
from blockplan.portal.plans.prepare import judge, prepare
from blockplan.portal.record.store import begin, open_store
from blockplan.portal.words import say
from blockplan.texts import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from blockplan.check.verdict import CheckResult
    from blockplan.notice.events import Event
    from blockplan.notice.ledger import Ledger
    from blockplan.notice.periods import NoticeSchedule
    from blockplan.notice.release import ReleaseFinding
    from blockplan.plan.model.faults import Fault
    from blockplan.portal.config import Config
    from blockplan.portal.office.permissions import Actor

    Check = Callable[[Draft], None]

COUNTRIES = ("CN", "JP", "DE")
LARGEST_UPLOAD = 200_000_000


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a draft is to say of its release check, if `check` has nothing against it when it is kept."""

    release: dict[str, Any]
    check: Check | None = None

    def put(self, draft: Draft, version: PlanVersion | None = None) -> PlanVersion | None:
        """Keep it, in the caller's transaction; gives back the plan that stood before."""
        now = Draft.objects.select_for_update().get(pk=draft.pk)
        if self.check is not None:
            self.check(now)
        old = now.version
        draft.version = old if version is None else version
        draft.release, draft.signed = self.release, {}
        draft.save(update_fields=["version", "release", "signed"])
        return old


def begin_draft(notice: str, code: str, rule: str, *, by: str) -> Draft:
    """Begin a notice; UsageError where the id is taken or no address, or there is no such rule."""
    law = country(code)
    law.rule(rule)
    begin(notice)
    note("draft_begun", who=by, notice=notice)
    return Draft.objects.create(notice_id=notice, country=code, rule=rule, publication=law.publication)


def draft_anew(notice: str, reason: str, *, by: str) -> Draft:
    """A draft of a notice that begins anew, with what it said before."""
    store = open_store(notice)
    opened = [event.payload for event in store.events({"opened"})][-1]
    rule = opened["rule"]
    version = PlanVersion.objects.filter(notice_id=notice).order_by("-id").first()
    note("draft_begun", who=by, notice=notice, about=reason)
    made, _ = Draft.objects.update_or_create(
        notice_id=notice,
        defaults={
            "country": rule["country"], "rule": rule["id"], "subdivision": rule.get("subdivision") or "",
            "publication": opened["publication"], "particulars": opened.get("particulars", {}),
            "version": version, "restart_reason": reason, "release": {}, "signed": {},
        },
    )  # fmt: skip
    return made


def law_of(draft: Draft) -> acts.Law:
    """By which law and when; UsageError before it has a first day."""
    if draft.first is None:
        raise refusal(UsageError, say, "office_refused.no_first_day")
    return acts.Law(
        country=draft.country, first=draft.first, rule=draft.rule,
        subdivision=draft.subdivision or None, last=draft.last, inspection_last=draft.inspection_last,
    )  # fmt: skip


def period_of(draft: Draft) -> NoticeSchedule:
    """The dates as the law has them; UsageError where it does not allow them."""
    return law_of(draft).period()


def looked_at(draft: Draft) -> str:
    """The fingerprint of all that a release check is about."""
    version = draft.version
    return fingerprint(
        plan=None if version is None else version.content_hash,
        package=None if version is None else package_hash(version.document["frozen"]["files"]),
        period=period_of(draft).to_dict(), rule=draft.rule, publication=draft.publication,
        particulars=draft.particulars, answers=draft.release.get("answers", {}),
        anew=draft.restart_reason,
    )  # fmt: skip


def found_in(draft: Draft) -> list[ReleaseFinding]:
    """What a machine finds in the draft; reads the plan, so it takes a second or more."""
    from blockplan.plan import read  # noqa: PLC0415

    version = _version(draft)
    return findings(read(version.package), particulars_from(draft.particulars), country(draft.country))


def dates_of(draft: Draft) -> dict[str, Any]:
    """What somebody kept of the dates; nothing before there is a first day."""
    names = ("first", "last", "inspection_last", "subdivision", "publication")
    return {name: getattr(draft, name) for name in names} if draft.first else {}


def keep_dates(draft: Draft, said: dict[str, Any], actor: Actor, seen: str) -> None:
    """
    Keep dates and the mode of publication.

    Raises
    ------
    NoticeStateError
        If others stand by now than were `seen`.
    UsageError
        If the law does not allow them.
    """
    with transaction.atomic():
        now = Draft.objects.select_for_update().get(pk=draft.pk)
        require_seen(seen, *of_values(dates_of(now)))
        for name, value in said.items():
            setattr(now, name, value)
        period_of(now)
        now.save(update_fields=list(said))
        note("draft_changed", who=actor.name, notice=draft.notice_id, about="dates")


def keep_particulars(draft: Draft, said: dict[str, Any], actor: Actor, seen: str) -> None:
    """Keep what the notice says of itself; NoticeStateError if other words stand by now than were `seen`."""
    with transaction.atomic():
        now = Draft.objects.select_for_update().get(pk=draft.pk)
        require_seen(seen, *of_values(now.particulars))
        now.particulars = said
        now.save(update_fields=["particulars"])
        note("draft_changed", who=actor.name, notice=draft.notice_id, about="particulars")


def take_plan(draft: Draft, chunks: Iterable[bytes], config: Config, seen: str) -> PlanVersion:
    """
    Keep a plan package (zip) and make it ready for the pages.

    Raises
    ------
    UsageError, PlanDataError
        If it is too large, no zip, or no plan; nothing of it is kept then.
    NoticeStateError
        If another plan stands by now than was `seen`.
    """

    def check(now: Draft) -> None:
        require_seen(seen, *of_plan(now.version))

    check(Draft.objects.select_related("version").get(pk=draft.pk))
    folder = config.data / "packages"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = folder / f"{secrets.token_hex(8)}.zip"
    digest, size = hashlib.sha256(), 0
    try:
        with beside.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > LARGEST_UPLOAD:
                    raise refusal(UsageError, say, "office_refused.plan_large", most=f"{LARGEST_UPLOAD:,}")
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        return use_plan(draft, beside, check=check)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def use_plan(
    draft: Draft, source: Path, scenario: str = "", judged: tuple[FrozenPlan, CheckResult] | None = None,
    *, check: Check | None = None,
) -> PlanVersion:  # fmt: skip
    """
    Make what the office has the plan of the draft; the one before is let go of.

    What of that one was withheld stays withheld, as far as this one has it; the questions of the release
    check are to be answered anew.

    Parameters
    ----------
    judged
        The public package of that source with nothing withheld and nothing added, where it is at hand.
    check
        Asked of the draft as it stands when the plan is exchanged, which takes a while to build.
    """
    from blockplan.plan import read  # noqa: PLC0415

    choice = PackageChoice() if draft.version is None else choice_of(draft.version)
    if judged is None or choice != PackageChoice():
        plan = read(source, scenario or None)
        choice = choice.within(parts_of(plan))
        judged = judge(plan, choice)
    return _build(draft, source, scenario, choice, judged, _Kept({}, check))


def choose(
    draft: Draft, choice: PackageChoice, *, release: dict[str, Any], check: Check | None = None
) -> None:  # fmt: skip
    """
    Keep the first person's answers, and build the public package anew where they choose another one.

    Raises
    ------
    UsageError
        If the choice names what the plan has not.
    """
    from blockplan.plan import read  # noqa: PLC0415

    kept = _Kept(release, check)
    version = _version(draft)
    choice.check(parts_in(version))
    if choice == choice_of(version):
        with transaction.atomic():
            kept.put(draft)
        return
    judged = judge(read(version.source, version.scenario or None), choice)
    _build(draft, Path(version.source), version.scenario, choice, judged, kept)


def choice_of(version: PlanVersion) -> PackageChoice:
    """What of the office's plan a version withholds, and adds."""
    said = version.document["choice"]
    return PackageChoice(withheld=tuple(said["withheld"]), added=tuple(said["added"]))


def parts_in(version: PlanVersion) -> list[PackagePart]:
    """The layers and columns that the office's plan has."""
    return [PackagePart(**said) for said in version.document["parts"]]


def _build(
    draft: Draft, source: Path, scenario: str, choice: PackageChoice,
    judged: tuple[FrozenPlan, CheckResult], kept: _Kept,
) -> PlanVersion:  # fmt: skip
    version = prepare(draft.notice_id, source, scenario, judged, choice)
    try:
        with transaction.atomic():
            old = kept.put(draft, version=version)
    except NoticeStateError:
        version.delete()
        raise
    with transaction.atomic():
        if old is not None and old.round is None:
            old.delete()
    return version


def faults_of(version: PlanVersion) -> Sequence[Fault]:
    """
    Faults of the plan's data.

    Raises
    ------
    PlanDataError, UsageError
        If the plan has to be read anew and cannot be.
    """
    return places_of(version).result.faults


def answer_release(draft: Draft, said: dict[str, Any], actor: Actor, seen: str) -> None:
    """The first person's answers; NoticeStateError if others stand by now than were `seen`."""

    def check(now: Draft) -> None:
        require_seen(seen, *of_release(now))

    check(Draft.objects.get(pk=draft.pk))
    answers = release_from(said)
    release = {"answers": answers.model_dump(mode="json"), "by": actor.name, "staff": actor.staff.pk}
    choose(draft, answers.choice, release=release, check=check)
    note("release_answered", who=actor.name, notice=draft.notice_id)


def sign_release(draft: Draft, actor: Actor, looked: str) -> None:
    """
    The second person's signature, over what that person was shown.

    Raises
    ------
    UsageError
        If it is the first person.
    NoticeStateError
        If something stops the notice, or was changed while the second person looked.
    """
    permissions.require("opened", actor, permissions.SECONDS)
    if not draft.release:
        raise refusal(NoticeStateError, say, "office_refused.not_asked")
    if draft.release["staff"] == actor.staff.pk:
        raise refusal(UsageError, say, "office_refused.answered_yourself")
    seen = found_in(draft)
    with transaction.atomic():
        now = Draft.objects.select_for_update().get(pk=draft.pk)
        if looked != looked_at(now):
            raise refusal(NoticeStateError, say, "office_refused.changed_meanwhile")
        now.signed = signed(
            release_from(now.release["answers"]), of=looked, plan=_version(now).document["frozen"],
            persons=(now.release["by"], actor.name), at=write_time(clock.now()), seen=seen,
        )  # fmt: skip
        now.save(update_fields=["signed"])
        note("release_signed", who=actor.name, notice=now.notice_id)


def open_draft(draft: Draft, actor: Actor, *, steps: list[tuple[str, str]] | None = None) -> Event:
    """
    Open the notice, or open it anew: the entries, the plan's round and the end of the draft, or none of it.

    Raises
    ------
    NoticeStateError
        If it was not released as it is now, is already open, or its first day is over.
    UsageError
        If the law does not allow the dates.
    """
    version = _version(draft)
    plan = FrozenPlan.kept(Path(version.package), version.document["frozen"])

    def work(ledger: Ledger) -> Event:
        now = Draft.objects.select_for_update().filter(pk=draft.pk).first()
        if now is None:
            raise refusal(NoticeStateError, say, "office_refused.open_already")
        require_released(now.signed, of=looked_at(now))
        if plan.said != _version(now).document["frozen"]:
            raise refusal(NoticeStateError, say, "office_refused.other_files")
        law, more = law_of(now), more_of(now)
        if ledger.standing.opened:
            event = acts.enter_restart(ledger, plan, law, reason=now.restart_reason, by=actor.name, more=more)
        else:
            event = acts.enter_opening(ledger, plan, law, by=actor.name, more=more, steps=steps or ())
        PlanVersion.objects.filter(pk=version.pk).update(round=ledger.standing.round)
        now.delete()
        note("opened", who=actor.name, notice=ledger.notice)
        return event

    return permissions.work(draft.notice_id, work, actor)


def more_of(draft: Draft) -> dict[str, Any]:
    """What the notice says besides law, dates and plan."""
    particulars = particulars_from(draft.particulars)
    authority = particulars.authority or _version(draft).document.get("authority")
    return {
        "particulars": particulars.to_dict(),
        "release": draft.signed,
        "publication": draft.publication,
        "authority": authority,
        "synthetic": bool(_version(draft).document.get("synthetic")),
    }


def _version(draft: Draft) -> PlanVersion:
    if draft.version is None:
        raise refusal(UsageError, say, "office_refused.no_plan")
    return draft.version

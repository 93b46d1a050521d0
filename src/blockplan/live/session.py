"""
A session: a plan under edit, its verdicts, and every step of the way there.

``session.apply(edits)`` makes all of its edits or none, and answers what changed. The law: after any
steps, ``session.result`` is what `check` says of the saved plan, to the last digit and hash.
"""

from __future__ import annotations

import datetime as dt
import gc
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from blockplan.check import available_packs, check
from blockplan.errors import ScenarioGoneError
from blockplan.live.compiling import compile_edit
from blockplan.live.edits import Edit, SetValue
from blockplan.live.journal import Journal
from blockplan.live.refusals import TEXTS, EditError, refused
from blockplan.live.rows import FeatureChange, changed_frames
from blockplan.live.sharing import (
    EditConflictError,
    changes_between,
    difference_between,
    in_order,
    merged,
    net,
    require_known,
    require_no_clash,
    require_seen,
)
from blockplan.live.snapshot import Snapshot
from blockplan.live.steps import EditResult, SessionStep, result_of
from blockplan.live.taking import part_of, require_whole
from blockplan.plan.files.package import difference as difference_of
from blockplan.plan.files.scenarios import put_scenario
from blockplan.plan.model.plan import BASE, Difference, Plan
from blockplan.plan.model.recall import Recall, recalling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from blockplan.check.verdict import CheckResult
    from blockplan.live.lineage import NamedVersion
    from blockplan.live.rows import Row

#: So many features that a step took over are named in the log.
TOLD = 20
#: Name of the scenario that edits of a plan as drawn go into.
DRAFT = "draft"


@contextmanager
def _without_pause() -> Iterator[None]:
    """
    While this lasts Python does not look for garbage: it would go through all that the plan holds.

    Hardly anything is left in circles, which is all that it looks for. What there is now counts as old
    afterwards, so that nothing of it is gone through at once; it is with all else that is old.
    """
    looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looking:
            gc.freeze()
            gc.unfreeze()
            gc.enable()


@dataclass
class Session:
    """
    A plan under edit; `live` begins one.

    Attributes
    ----------
    plan
        The plan as it is now; each step makes a new one.
    judged
        What `check` says of it, but for the measures that packs only report: see `result`.
    saved
        The scenario as its file has it, where that may be more than the plan the log begins with.
    steps
        Every step since the session, or its log, began.
    ahead
        Whether the log led farther than the scenario's file when the session began.
    lost
        Why what others wrote could not be taken up: the session has to be begun anew.
    must
        Number of a step -> how many ``must`` verdicts passed, failed and stayed unknown after it.
    """

    plan: Plan
    packs: tuple[str | Path, ...] | None
    on: dt.date | str | None
    who: str
    journal: Journal | None
    judged: CheckResult = field(init=False)
    saved: Plan | None = None
    steps: list[SessionStep] = field(default_factory=list)
    must: dict[int, dict[str, int]] = field(default_factory=dict)
    ahead: bool = False
    lost: BaseException | None = None
    _done: list[SessionStep] = field(default_factory=list)
    _undone: list[SessionStep] = field(default_factory=list)
    _branched: int = 0
    _recall: Recall = field(default_factory=Recall)
    _result: CheckResult | None = None

    def __post_init__(self) -> None:
        """Take up where the log of edits ends, and judge."""
        began = self.plan.rows_hash
        with nullcontext() if self.journal is None else self.journal.held():
            if self.journal is not None:
                self.journal.fresh()
                for said in self.journal.entries:
                    self._replay(said)
            self._take_up(began)
        self._stands(self._judge(self.plan))

    @property
    def result(self) -> CheckResult:
        """What `check` says of the plan; what packs only report is measured when somebody asks for it."""
        if self._result is None:
            self._result = self._judge(self.plan, reporting=True)
        return self._result

    def _stands(self, judged: CheckResult) -> None:
        self.judged, self._result = judged, None
        self._count()

    def _count(self) -> None:
        outcomes = [one.outcome for one in self.judged.verdicts if one.force == "must"]
        counted = {name: outcomes.count(name) for name in ("pass", "fail", "unknown")}
        self.must[len(self.steps)] = counted

    @contextmanager
    def shared(self) -> Iterator[None]:
        """
        While this lasts no other process writes the log of edits, and what others wrote is in the session.

        Raises
        ------
        EditError, PlanDataError
            If the log was put aside, or does not lead to the plan that it led to.
        """
        if self.journal is None:
            yield
            return
        if isinstance(self.lost, ScenarioGoneError):
            raise self.lost.with_traceback(None)
        if self.lost:
            raise refused("log_elsewhere")
        with self.journal.held():
            try:
                fresh = self.journal.fresh()
                for said in fresh:
                    self._replay(said)
            except BaseException as error:
                self.lost = error
                raise
            if fresh:
                self._stands(self._judge(self.plan))
            yield

    @property
    def scenario(self) -> str:
        """Name of the scenario that the edits go into."""
        return self.plan.scenario

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return bool(self._undone)

    def apply(self, edits: Iterable[Edit], who: str | None = None, since: int | None = None) -> EditResult:
        """
        Make edits, all or none.

        Parameters
        ----------
        who
            Who edits, where it is not who began the session.
        since
            How many steps the editor had seen; None asks nothing. What others changed since stays.

        Raises
        ------
        EditError
            If one cannot be made; nothing was changed then.
        EditConflictError
            If one changes otherwise what a step that the editor had not seen changed.
        """
        began = time.perf_counter()
        listed = list(edits)
        if not listed:
            raise refused("no_edit")
        require_known(self.steps, since)
        try:
            anew, changes = self._compiled(listed)
        except EditError as error:
            if since is None or since >= len(self.steps):
                raise
            why = error.text or {"en": str(error)}
            raise TEXTS.refused(EditConflictError, "conflict_refused", why=why) from None
        require_no_clash(self.steps, since, changes)
        said = tuple(edit.to_dict() for edit in listed)
        return self._step("edits", anew, changes, said, who, began)

    def undo(self, who: str | None = None, since: int | None = None) -> EditResult:
        """
        Take back the last step that stands.

        Raises
        ------
        EditError
            If there is none.
        EditConflictError
            If there are steps beyond `since`, the last that who asks had seen.
        """
        require_seen(self.steps, since)
        if not self._done:
            raise refused("nothing_to_undo")
        began = time.perf_counter()
        changes = tuple(change.inverse() for change in reversed(self._done[-1].changes))
        return self._step("undo", self._with(self.plan, changes), changes, (), who, began)

    def redo(self, who: str | None = None, since: int | None = None) -> EditResult:
        """
        Make the step again that was undone last.

        Raises
        ------
        EditError
            If there is none, or something else was done since.
        EditConflictError
            If there are steps beyond `since`, the last that who asks had seen.
        """
        require_seen(self.steps, since)
        if not self._undone:
            raise refused("nothing_to_redo")
        began = time.perf_counter()
        step = self._undone[-1]
        return self._step("redo", self._with(self.plan, step.changes), step.changes, step.edits, who, began)

    def branch(self, name: str, log: Path | None = None) -> Session:
        """
        A session of its own that goes on from here under another scenario name.

        Raises
        ------
        EditError
            If the name is that of this session.
        """
        if name == self.scenario:
            raise refused("branch_name", name=name)
        plan = _named(self.plan, name, self.difference())
        other = Session(plan, self.packs, self.on, self.who, None if log is None else Journal(log))
        other._branched = len(self.steps)
        return other

    def merge(self, other: Session, since: int | None = None) -> EditResult:
        """
        Take over what a branch changed since it began.

        A value, an outline or a feature that both changed, each in another way, is a conflict.

        Parameters
        ----------
        since
            How many steps this session had when the branch began; the branch knows it where None.

        Raises
        ------
        EditError
            If there are conflicts; each is named, and nothing was changed.
        """
        began = time.perf_counter()
        theirs = net(change for step in other.steps for change in step.changes)
        start = other._branched if since is None else since
        ours = net(change for step in self.steps[start:] for change in step.changes)
        both, conflicts = merged(ours, theirs)
        if conflicts:
            raise EditError("Both sides changed the same:\n" + "\n".join(f"  {one}" for one in conflicts))
        if not both:
            raise refused("branch_same")
        said = ({"op": "branch", "scenario": other.scenario},)
        return self._step("edits", self._with(self.plan, both), tuple(both), said, None, began)

    def take(self, plan: Plan, said: dict[str, Any], who: str | None = None) -> EditResult:
        """
        Take over another state of this plan, such as a proposal's, as one step.

        Parameters
        ----------
        plan
            The state: the plan as it is now with other rows.
        said
            Where it comes from, as the log of edits writes it (``{"op": "proposal", ...}``).

        Raises
        ------
        EditError
            If it does not differ.
        """
        began = time.perf_counter()
        changes = tuple(changes_between(self.plan, plan))
        if not changes:
            raise refused("nothing_new")
        return self._step("edits", self._with(self.plan, changes), changes, (said,), who, began)

    def take_part(
        self,
        other: Plan,
        only: Iterable[str],
        who: str | None = None,
        since: int | None = None,
        *,
        trial: bool = False,
    ) -> EditResult:
        """
        Make some features what they are in another scenario, as one step.

        Parameters
        ----------
        other
            The plan under that scenario.
        only
            Features as ``layer:id``.
        since
            As in `apply`.
        trial
            Whether it is only judged what would come of it; nothing is changed then.

        Raises
        ------
        EditError
            If the two do not differ there, or the plan would not stay whole; nothing was changed then.
        EditConflictError
            As in `apply`.
        """
        began = time.perf_counter()
        require_known(self.steps, since)
        changes = part_of(self.plan, other, only)
        if not changes:
            raise refused("nothing_new")
        anew = self._with(self.plan, changes)
        require_whole(self.plan, anew, other, changes)
        if trial:
            as_step = SessionStep(len(self.steps), "edits", "", "", (), changes, anew.content_hash, "")
            return result_of(as_step, self.judged, self._judge(anew), (time.perf_counter() - began) * 1000)
        require_no_clash(self.steps, since, changes)
        said = {"op": "take", "scenario": other.scenario, "ids": [one.id for one in changes[:TOLD]]}
        return self._step("edits", anew, changes, (said,), who, began)

    def back_to(self, version: NamedVersion, who: str | None = None, since: int | None = None) -> EditResult:
        """
        Make the plan what it was when a version was named, as one step: what came since can be redone.

        Raises
        ------
        EditError
            If it is so already, or the log was begun anew since.
        EditConflictError
            If there are steps beyond `since`, the last that who asks had seen.
        """
        began = time.perf_counter()
        require_seen(self.steps, since)
        back = net(
            change.inverse()
            for step in reversed(self.steps[version.seq :])
            for change in reversed(step.changes)
        )
        anew = self._with(self.plan, back.values())
        if anew.rows_hash != version.rows:
            raise refused("version_lost", version=version.name)
        if not back:
            raise refused("nothing_new")
        said = {"op": "version", "name": version.name}
        return self._step("edits", anew, tuple(back.values()), (said,), who, began)

    def earlier(self) -> dict[tuple[str, str], Row | None]:
        """What each feature that the steps changed was when the scenario began; None was not there."""
        changes = net(change for step in self.steps if step.kind != "begin" for change in step.changes)
        return {key: change.before for key, change in changes.items()}

    def snapshot(self, *, reporting: bool = True) -> Snapshot:
        """
        The plan as it is now with its verdicts, for questions that other threads work at.

        Parameters
        ----------
        reporting
            Whether the measures that packs only report are asked for too.
        """
        plan = self.plan.retouched({}, keep=("content_hash",))
        return Snapshot(plan, self.packs, self.on, self.result if reporting else self.judged)

    def difference(self) -> Difference:
        """The rows by which the plan differs from the plan as drawn, as a scenario's file holds them."""
        return difference_between(self.plan.base, self.plan)

    def save(self, path: Path | None = None, scenario: str | None = None) -> Path:
        """
        Write the edits into the plan's package, as its scenario; nothing else in it is touched.

        Parameters
        ----------
        scenario
            The name that they get there; None is the session's own.

        Raises
        ------
        EditError
            If the plan was not read from a package and no path is given.
        PlanDataError
            If the package cannot be written; it is then as it was.
        """
        place = path or self.plan.path
        if place is None:
            raise EditError("The plan was made in memory; say where its package is.")
        name = scenario or self.scenario
        put_scenario(place, name, self.plan.manifest.scenarios.get(name, name), self.difference())
        return place

    def verify(self) -> list[str]:
        """
        What a check of the saved plan says otherwise than the session; empty where all is the same.

        The plan is written to a folder that is thrown away, read again, and judged anew.
        """
        return self.snapshot().verify()

    def _compiled(self, edits: list[Edit]) -> tuple[Plan, tuple[FeatureChange, ...]]:
        plan, changes = self.plan, []
        pending: dict[tuple[str, str], FeatureChange] = {}
        for edit in edits:
            if not isinstance(edit, SetValue) or (edit.layer, edit.id) in pending:
                plan, pending = self._with(plan, pending.values()), {}
            for change in compile_edit(plan, edit):
                pending[change.layer, change.id] = change
                changes.append(change)
            if not isinstance(edit, SetValue):
                plan, pending = self._with(plan, pending.values()), {}
        return self._with(plan, pending.values()), tuple(changes)

    def _with(self, plan: Plan, changes: Iterable[FeatureChange]) -> Plan:
        listed = list(changes)
        if not listed:
            return plan
        touched = {read for change in listed for read in change.touched()}
        frames = {
            layer: in_order(frame, plan.base.layers.get(layer))
            for layer, frame in changed_frames(plan, listed).items()
        }
        differ: dict[str, list[str]] = {}
        for change in listed:
            differ.setdefault(change.layer, []).append(change.id)
        anew = plan.edited(frames, touched, differ)
        # A row that is written anew holds nothing that could not be read.
        rows = {(change.layer, change.id) for change in listed}
        anew.read_faults = tuple(one for one in anew.read_faults if (one.layer, one.id) not in rows)
        return anew

    def _judge(self, plan: Plan, *, reporting: bool = False) -> CheckResult:
        with recalling(self._recall):
            return check(plan, self._folders, self.on, reporting=reporting)

    @cached_property
    def _folders(self) -> list[str | Path] | None:
        """The packs by their folders, found once a session."""
        named = self.plan.manifest.packs if self.packs is None else self.packs
        if not named:
            return None if self.packs is None else []
        by_id = available_packs()
        return [by_id[str(one)].resolve() if str(one) in by_id else one for one in named]

    @_without_pause()
    def _step(
        self,
        kind: str,
        plan: Plan,
        changes: tuple[FeatureChange, ...],
        edits: tuple[dict[str, Any], ...],
        who: str | None,
        began: float,
    ) -> EditResult:
        result = self._judge(plan)
        step = self._enter(kind, plan, changes, edits, who)
        before = self.judged
        self._stands(result)
        return result_of(step, before, result, (time.perf_counter() - began) * 1000)

    def _take_up(self, began: str) -> None:
        """Enter what the scenario's file holds and no step led to: at the beginning, or changed elsewhere."""
        saved, self.saved = self.saved, None
        self.ahead = saved is not None and saved.rows_hash != self.plan.rows_hash
        if saved is None or saved.rows_hash in {one.rows for one in self.steps}:
            return
        if saved.rows_hash == began:  # as drawn: nothing was saved yet, or there is nothing to begin with
            return
        changes = tuple(changes_between(self.plan, saved))
        anew = self._with(self.plan, changes)
        self._enter("outside" if self.steps else "begin", anew, changes, (), None)
        self.ahead = False

    def _enter(
        self,
        kind: str,
        plan: Plan,
        changes: tuple[FeatureChange, ...],
        edits: tuple[dict[str, Any], ...],
        who: str | None,
    ) -> SessionStep:
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        seq, by = len(self.steps) + 1, who or self.who
        step = SessionStep(seq, kind, now, by, edits, changes, plan.content_hash, plan.rows_hash)
        if self.journal is not None:
            self.journal.append(step.to_dict())
        self.plan = plan
        self._note(step)
        return step

    def _note(self, step: SessionStep) -> None:
        self.steps.append(step)
        if step.kind == "begin":
            return
        if step.kind == "undo":
            self._undone.append(self._done.pop())
        elif step.kind == "redo":
            self._done.append(self._undone.pop())
        else:
            self._done.append(step)
            self._undone.clear()

    def _replay(self, said: dict[str, Any]) -> None:
        changes = tuple(FeatureChange.from_dict(one) for one in said["changes"])
        anew = self._with(self.plan, changes)
        if anew.rows_hash != said["rows"]:
            raise EditError(
                f"Step {said['seq']} of the log of edits does not lead to the plan that it led to: the plan "
                "under it was changed elsewhere. Move the log aside to begin from the plan as it is."
            )
        self.plan = anew
        kinds = {key: said[key] for key in ("seq", "kind", "at", "who", "hash", "rows")}
        self._note(SessionStep(edits=tuple(said["edits"]), changes=changes, **kinds))


def live(
    plan: Plan,
    packs: Iterable[str | Path] | None = None,
    on: dt.date | str | None = None,
    *,
    scenario: str | None = None,
    log: Path | None = None,
    who: str = "",
) -> Session:
    """
    Begin to edit a plan.

    Parameters
    ----------
    scenario
        Name that the edits go under: a scenario of the plan's, or a new one. Where None, the one that the
        plan shows, or ``draft`` if it shows the plan as drawn.
    log
        File of the log of edits; what it holds is done again first. None keeps no log.

    Raises
    ------
    EditError
        If the log does not lead to the plan that it was written on.
    UsageError
        If packs or day are none.
    """
    name = scenario or (DRAFT if plan.scenario == BASE else plan.scenario)
    if name == BASE:
        raise EditError(f"{BASE!r} is the plan as drawn; edits go into a scenario. Name one.")
    shown = Difference({}) if plan.scenario == BASE else difference_between(plan.base, plan)
    if plan.scenario == BASE and name in plan.base.manifest.scenarios:
        shown = difference_of(plan.base, name)
    saved = _named(plan, name, shown)
    named = None if packs is None else tuple(packs)
    if log is None:
        return Session(saved, named, on, who, None)
    return Session(_named(plan, name, Difference({})), named, on, who, Journal(log), saved)


def _named(plan: Plan, name: str, difference: Difference) -> Plan:
    """The plan under a scenario of a name, which its manifest then knows."""
    base = plan.base
    manifest = base.manifest
    if name not in manifest.scenarios:
        manifest = manifest.model_copy(update={"scenarios": {**manifest.scenarios, name: name}})
    anew = Plan(
        manifest, base.layers, path=base.path, differences=base.differences, tidied_already=base.layers
    )
    anew.read_faults = base.read_faults
    return anew.under(name, difference)

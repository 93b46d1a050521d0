"""
The desk that a workbench works at: one plan package, one session at a time, saved as it goes.

Every step is in the log of edits before it is answered; the scenario's file follows a moment later, and
when the desk is closed. Whoever opens the plan again finds the last step that was acknowledged.
"""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from blockplan.errors import BlockplanError
from blockplan.live import EditError, Session, live
from blockplan.live.journal import DamagedLogError, set_aside
from blockplan.live.lineage import (
    DamagedRecordsError,
    Lock,
    NamedVersion,
    ScenarioRecord,
    forget,
    record,
    records,
    recover,
)
from blockplan.live.logs import SEARCH, log_of, logs_of, package_alone, require_scenario
from blockplan.live.refusals import TEXTS, LockedError
from blockplan.live.refusals import refused as edit_refused
from blockplan.live.sharing import changes_between, require_seen
from blockplan.plan import read, with_scenario
from blockplan.plan.files.package import manifest_of
from blockplan.plan.files.scenarios import put_packs
from blockplan.plan.model.plan import BASE
from blockplan.portal.workspace.dropped_files import Dropped, take_in
from blockplan.portal.workspace.proposing import ProposalSearch, SearchFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from blockplan.live import EditResult
    from blockplan.live.snapshot import Snapshot
    from blockplan.plan import Plan
    from blockplan.portal.workspace.search_request import SearchRequest

T = TypeVar("T")
#: The scenario's file is written when nothing was done for so long, s.
QUIET_S = 1.0


@dataclass
class EditingDesk:
    """A plan package and the session that edits it."""

    package: Path
    packs: tuple[str, ...] | None = None
    on: dt.date | None = None
    who: str = ""
    #: Gives the scenarios that are or were on notice, with their locks: they stay as everybody read them.
    on_notice: Callable[[], dict[str, Lock]] = dict
    session: Session = field(init=False)
    notes: list[str] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    #: Content hash of a scenario -> how many of its verdicts came out how.
    outcomes: dict[str, dict[str, int]] = field(default_factory=dict)
    _asides: threading.Lock = field(default_factory=threading.Lock)
    _timer: threading.Timer | None = None
    _unsaved: bool = False

    def open(self, scenario: str | None = None, *, new: bool = False, of: str = "", by: str = "") -> None:
        """
        Begin on a scenario; the one that is open is saved first.

        Parameters
        ----------
        scenario
            Its name; None is the plan's own, or ``draft`` where that is as drawn.
        new
            Whether a scenario that there is not yet is begun.
        of
            The scenario that a new one goes on from; empty is the plan as drawn.
        by
            Who begins a new one, which is kept with where it came from; empty keeps neither.

        Raises
        ------
        BlockplanError
            If the plan cannot be read or judged, or has no such scenario and none is begun.
        """
        with self._lock:
            if scenario is not None and not new:
                require_scenario(self.package, scenario)
            if hasattr(self, "session"):
                self._save_or_leave()
            drawn = read(self.package)
            known = scenario in drawn.manifest.scenarios
            if scenario and new and by and not known and not log_of(self.package, scenario).exists():
                begun = ScenarioRecord(of, at=_now(), who=by)
                record(logs_of(self.package), scenario, lambda _: begun)
            held = scenario if known else of if new else ""
            plan = with_scenario(drawn, held) if held else drawn
            name = scenario if scenario and scenario != BASE else None
            self.session = self._begun(plan, name)
            self._unsaved = self.session.ahead
            self.save()

    def _begun(self, plan: Any, name: str | None) -> Session:
        scenario = name or (plan.scenario if plan.scenario != BASE else "draft")
        log = log_of(self.package, scenario)
        # A plan that names no packs is edited all the same; no rule judges it until some are chosen.
        packs = self.packs if self.packs is not None or plan.manifest.packs else ()
        try:
            return live(plan, packs, self.on, scenario=scenario, log=log, who=self.who)
        except (EditError, DamagedLogError) as error:
            if not log.exists():
                raise
            aside = set_aside(log)
            self.notes.append(f"{error} It was set aside as {aside.name}, and a new log begun.")
            return live(plan, packs, self.on, scenario=scenario, log=log, who=self.who)

    def judge_by(self, packs: Sequence[str]) -> None:
        """
        Have packs of rules judge a plan that names none: ``plan.toml`` names them from now on.

        Raises
        ------
        BlockplanError
            If there is no such pack, the plan names some already, or cannot be judged by them; it is then as
            it was.
        """
        with self._lock:
            self.save()
            live(self.session.plan, packs, self.on, scenario=self.session.scenario)
            put_packs(self.package, packs)
            self.packs = None
            self.outcomes.clear()
            self.open(self.session.scenario, new=True)

    @property
    def records(self) -> dict[str, ScenarioRecord]:
        """What is kept of every scenario; what cannot be read of it is put aside, and noted."""
        found = self._kept()
        return found | {
            name: replace(found.get(name, ScenarioRecord()), lock=lock)
            for name, lock in self.on_notice().items()
        }

    def _kept(self) -> dict[str, ScenarioRecord]:
        logs = logs_of(self.package)
        try:
            return records(logs)
        except DamagedRecordsError as error:
            if (aside := recover(logs)) is not None:
                self.notes.append(
                    f"{error} It was set aside as {aside.name}; see which scenarios were locked."
                )
            return records(logs)

    @property
    def record(self) -> ScenarioRecord:
        """What is kept of the scenario: where it came from, its lock, its versions."""
        return self.records.get(self.session.scenario, ScenarioRecord())

    def keep(self, change: Callable[[ScenarioRecord], ScenarioRecord]) -> None:
        """Keep of the scenario what `change` makes of its record."""
        _ = self.records  # what is damaged is out of the way
        record(logs_of(self.package), self.session.scenario, change)

    def name_version(self, name: str, who: str, since: int | None = None) -> None:
        """
        Give the plan as it is now a name, to be found and gone back to.

        Raises
        ------
        EditError
            If there is a version of that name already.
        EditConflictError
            If there are steps beyond `since`, the last that who asks had seen.
        """
        with self._lock, self.session.shared():
            require_seen(self.session.steps, since)
            plan, seq = self.session.plan, len(self.session.steps)
            if name in {one.name for one in self.record.versions}:
                raise edit_refused("version_taken", version=name)
            version = NamedVersion(name, seq, plan.rows_hash, _now(), who)
            self.keep(lambda known: replace(known, versions=(*known.versions, version)))

    def version(self, name: str) -> NamedVersion:
        """
        A version of the scenario by its name.

        Raises
        ------
        EditError
            If there is none.
        """
        found = next((one for one in self.record.versions if one.name == name), None)
        if found is None:
            raise edit_refused("no_version", version=name)
        return found

    def lock(self, why: str | None, who: str, since: int | None = None) -> None:
        """
        Lock the scenario, saying why: edits of it are refused from now on; None unlocks it.

        Raises
        ------
        LockedError
            If it is on notice: nobody locks or unlocks that.
        EditConflictError
            If there are steps beyond `since`, the last that who asks had seen.
        """
        with self._lock:
            if (held := self.on_notice().get(self.session.scenario)) is not None:
                self._refuse_locked(held)
            self._unsaved = True  # what is locked is in the package, also where nothing was edited yet
            self.save()
            with self.session.shared():
                require_seen(self.session.steps, since)
                lock = None if why is None else Lock(why, _now(), who)
                self.keep(lambda known: replace(known, lock=lock))

    def _refuse_locked(self, lock: Lock) -> None:
        raise TEXTS.refused(LockedError, "locked", scenario=self.session.scenario, why=lock.why)

    def branch(self, name: str, who: str = "") -> None:
        """
        Save the plan as it is now under another scenario name; this one stays open.

        Raises
        ------
        EditError
            If there is such a scenario already.
        """
        with self._lock:
            self.save()
            with package_alone(self.package):
                taken = {BASE, self.session.scenario, *manifest_of(self.package).scenarios}
                if name in taken or log_of(self.package, name).exists():
                    raise edit_refused("scenario_taken", scenario=name)
                self.session.save(self.package, name)
                forget(logs_of(self.package), name)  # of a scenario that went by another way
                begun = ScenarioRecord(self.session.scenario, len(self.session.steps), _now(), who)
                record(logs_of(self.package), name, lambda _: begun)

    def put_back(self, plan: Plan) -> None:
        """Make the scenario what it is in `plan`, as a step of its own; what it was goes on in a branch."""
        with self._lock:
            if not self.ask(lambda session: changes_between(session.plan, plan)):
                return
            scenario, known = self.session.scenario, manifest_of(self.package).scenarios
            names = (f"{scenario[:50]}-{number}" for number in count(2))
            self.branch(next(n for n in names if n not in known and not log_of(self.package, n).exists()))
            with self.session.shared():
                self.session.take(plan, {"op": "branch", "scenario": scenario})
            self._unsaved = True
            self.save()

    def do(self, act: Callable[[Session], EditResult], told: Callable[[Session, EditResult], Any]) -> Any:
        """
        Take a step, and what is told of it; it is in the log when this returns, and soon in the file.

        Raises
        ------
        LockedError
            If the scenario is locked.
        BlockplanError
            If the step is refused.
        """
        with self._lock, self.session.shared():
            if (lock := self.record.lock) is not None:
                self._refuse_locked(lock)
            answer = act(self.session)
            self._unsaved = True
            self._save_soon()
            return told(self.session, answer)

    @property
    def search(self) -> SearchFile:
        """The scenario's search: one that runs or has ended, in this process or another."""
        log = log_of(self.package, self.session.scenario)
        return SearchFile(log.with_suffix(SEARCH))

    def propose(self, wanted: SearchRequest) -> None:
        """Begin a search on the plan as it is now; an earlier search ends and is forgotten."""
        with self._lock:
            ProposalSearch(self.session, self.search, wanted).begin()

    def take_in(self, files: Sequence[tuple[str, Iterable[bytes]]]) -> Dropped:
        """
        Open the plan that dropped files hold or make; the one that is open is saved first.

        Raises
        ------
        BlockplanError
            If they hold none, or it cannot be judged; the plan that is open then still is.
        """
        dropped = take_in(files, self.package)
        with self._lock:
            self.save()
            before, packs = self.package, self.packs
            self.package, self.packs = dropped.package, None
            try:
                self.open()
            except BlockplanError:
                self.package, self.packs = before, packs
                raise
            return dropped

    def ask(self, question: Callable[[Session], T]) -> T:
        """Ask the session something while nothing changes it."""
        with self._lock, self.session.shared():
            return question(self.session)

    def ask_aside(self, question: Callable[[Snapshot], T], *, reporting: bool = True) -> T:
        """
        Ask what takes long of the plan as it is now, one such question at a time, while edits go on.

        Parameters
        ----------
        reporting
            Whether it asks for the measures that packs only report.
        """
        with self._asides:
            return question(self.ask(lambda session: session.snapshot(reporting=reporting)))

    @property
    def saved(self) -> bool:
        """Whether the scenario's file holds the last step (the log always does)."""
        return not self._unsaved

    def save(self) -> None:
        """Write the scenario's file now, if there is something to write."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._unsaved:
                with self.session.shared(), package_alone(self.package):
                    self.session.save(self.package)
                self._unsaved = False

    def _save_or_leave(self) -> None:
        """Save, unless the log was put aside: the scenario was dropped, renamed or begun anew elsewhere."""
        try:
            self.save()
        except BlockplanError as error:
            if not self.session.lost:
                raise
            self.notes.append(str(error))

    def _save_soon(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(QUIET_S, self.save_quietly)
        self._timer.daemon = True
        self._timer.start()

    def save_quietly(self) -> None:
        """Save, and note what kept it from being written: every step is in the log all the same."""
        try:
            self.save()
        except BlockplanError as error:
            self.notes.append(f"The scenario's file could not be written: {error} Every step is in the log.")


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")

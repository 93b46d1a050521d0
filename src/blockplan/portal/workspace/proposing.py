"""
What is searched for beside the editing: a repair, sites, uses of land, a layout; how it stands, what comes.

The search works on a copy of the plan in a thread of its own, so edits go on meanwhile. What it finds is
a difference, taken whole or in part; what was edited since is held against it when it is taken.

What a search leaves on the disk while it runs and when it has ended, beside the log of edits.

So whoever asks may ask another process than the one that searches, and a proposal outlasts both.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from blockplan.errors import BlockplanError, UsageError
from blockplan.figures import number
from blockplan.live.journal import alone
from blockplan.propose import Stop, conclude
from blockplan.propose.changes import apply, inseparable, picked
from blockplan.propose.landuse.allocation import landuse_problem, propose_landuse
from blockplan.propose.landuse.terms import terms_of
from blockplan.propose.layout.of_plan import plan_layout
from blockplan.propose.layout.problem.params import LayoutParams
from blockplan.propose.layout.problem.plan import WEIGHTS
from blockplan.propose.layout.problem.programme import Options
from blockplan.propose.layout.problem.uses import GREEN, HOUSING, use_of
from blockplan.propose.locks import read_locks
from blockplan.propose.parts.trial_plan import propose_site_on_parts
from blockplan.propose.proposal import read_changes
from blockplan.propose.repair.smallest_change import repair
from blockplan.propose.repair.state import RepairParams
from blockplan.propose.services import SERVICES
from blockplan.propose.siting.candidates import Land
from blockplan.propose.siting.site import propose_site
from blockplan.propose.siting.site_params import SiteParams
from blockplan.report.proposal.page import ProposalWords
from blockplan.report.words import Words
from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES, Catalog, pick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from blockplan.check.verdict import CheckResult
    from blockplan.live import EditResult, Session
    from blockplan.live.snapshot import Snapshot
    from blockplan.propose import Change, Incumbent, Proposal, SearchAnswer

TEXTS = Catalog(__package__, "refusals.toml")
#: Longest search that may be asked for, s.
LONGEST_S = 600.0
#: How often it says how it stands, and hears whether it is to end, s.
EVERY_S = 0.5
#: Longest distance that may count as reached, m.
FARTHEST_M = 10_000.0
#: Most sites that one search may place.
MOST_NEW = 20
#: Most new housing, ha, and largest number that can be said of a use.
MOST_HA, MOST_M2 = 10_000.0, 1e8
#: What names a parameter of a library call, in its brackets: the page has fields for those that it takes.
_PARAMETER = re.compile(r"\s*[(（]`\w+=[^`]*`[)）]")
Kind = Literal["repair", "site", "landuse", "layout"]
#: What is said of a use that is to be laid out: sites, m2 of the least and the largest, m to homes.
OF_USE = ("count", "least_m2", "most_m2", "within_m")


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """
    What a search is to find.

    Attributes
    ----------
    kind
        A repair, sites for a service, uses for the parcels that may change theirs, or parcels on vacant land.
    seconds
        Wall-clock seconds that it may take, judging included.
    parts
        Whether a part of a parcel may get another use, where a whole one is more than is needed.
    service, new, within_m, site_m2, in_place
        Of sites: for what, how many at most, the distance that counts as reached and the least land of one
        (None: the plan's own), and whether parcels that have such a use already may take one too.
    vacant, uses, homes_ha, count_by
        Of a layout: ids of the parcels that are drawn anew (undecided land where empty), use -> what is said
        of it (`OF_USE`; a number that is left out is that of the rules, and without any use all is placed
        that rules find lacking), new housing in ha, and what homes count by (None: residents, of a map
        buildings).
    """

    kind: Kind = "repair"
    seconds: float = 30.0
    parts: bool = False
    service: str = ""
    new: int = 1
    within_m: float | None = None
    site_m2: float | None = None
    in_place: bool = False
    vacant: Sequence[str] = ()
    uses: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    homes_ha: float = 0.0
    count_by: str | None = None

    def __post_init__(self) -> None:
        """
        Refuse what no search can do.

        Raises
        ------
        UsageError
            If a value makes no sense.
        """
        if self.kind not in get_args(Kind):
            raise _no_search("kind", kind=repr(self.kind), kinds=", ".join(get_args(Kind)))
        if not _is_number(self.seconds) or not 0 < self.seconds <= LONGEST_S:
            raise _no_search("seconds", most=number(LONGEST_S))
        if not isinstance(self.parts, bool):
            raise _no_search("parts")
        if not isinstance(self.in_place, bool):
            raise _no_search("in_place")
        if not isinstance(self.service, str):
            raise _no_search("word")
        if self.kind == "site" and self.service not in SERVICES:
            raise _no_search("service", service=repr(self.service), known=", ".join(SERVICES))
        if not isinstance(self.new, int) or isinstance(self.new, bool) or not 1 <= self.new <= MOST_NEW:
            raise _no_search("new", most=MOST_NEW)
        if self.within_m is not None and not (_is_number(self.within_m) and 0 < self.within_m <= FARTHEST_M):
            raise _no_search("within_m", most=number(FARTHEST_M))
        if not _is_size(self.site_m2):
            raise _no_search("site_m2", most=number(MOST_M2))
        self._check_layout()

    def _check_layout(self) -> None:
        if not isinstance(self.vacant, list | tuple) or not all(isinstance(one, str) for one in self.vacant):
            raise _no_search("vacant")
        if self.count_by is not None and self.count_by not in WEIGHTS:
            raise _no_search("count_by", known=", ".join(WEIGHTS))
        if not _is_number(self.homes_ha) or not 0 <= self.homes_ha < MOST_HA:
            raise _no_search("homes_ha", most=number(MOST_HA))
        if not isinstance(self.uses, dict):
            raise _no_search("uses", names=", ".join(OF_USE))
        for said in self.uses.values():
            known = isinstance(said, dict) and said.keys() <= set(OF_USE)
            if not known or not all(_is_size(value) for value in said.values()):
                raise _no_search("uses", names=", ".join(OF_USE))
            least, most, count = (said.get(what) for what in ("least_m2", "most_m2", "count"))
            if count is not None and count != int(count):
                raise _no_search("count")
            if most is not None and (least is None or most < least):
                raise _no_search("most_m2")


def _is_size(value: object) -> bool:
    return value is None or (_is_number(value) and 0 < value < MOST_M2)  # type: ignore[operator]


def _no_search(code: str, /, **values: Any) -> UsageError:
    return TEXTS.refused(UsageError, f"search.{code}", **values)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass
class ProposalSearch:
    """
    One search: begun on a state of the plan, ended by its proof, its time, or whoever watches.

    Attributes
    ----------
    file
        Where it says how it stands, and hears whether it is to end.
    wanted
        What it is to find, and in what time.
    """

    session: Session
    file: SearchFile
    wanted: SearchRequest
    _last: Incumbent | None = None
    _began: float = field(default_factory=time.perf_counter)
    _ended: threading.Event = field(default_factory=threading.Event)
    _cancelled: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        """Start the search on the plan as it is now."""
        # A copy: what a plan has worked out is not shared between threads.
        at = self.session.snapshot()
        id_ = self.file.begin()
        self.file.report(id_, self._standing("running", at))

        def search() -> None:
            said = {**self._standing("refused", at), "why": TEXTS.text("search.fault")}
            try:
                said = self._found(at)
            except BlockplanError as error:
                why = error.text or {DEFAULT_LANGUAGE: str(error)}
                said = {
                    **self._standing("refused", at),
                    "why": {lang: _PARAMETER.sub("", text) for lang, text in why.items()},
                }
            finally:
                self._ended.set()
                watch.join()
                self.file.report(id_, said)

        def look_after() -> None:
            while not self._ended.wait(EVERY_S):
                if not self.file.report(id_, self._standing("running", at)):
                    self._cancelled.set()

        watch = threading.Thread(target=look_after, name="search is watched", daemon=True)
        watch.start()
        threading.Thread(target=search, name="search", daemon=True).start()

    def _found(self, at: Snapshot) -> dict[str, Any]:
        stop = Stop(seconds=0.9 * self.wanted.seconds, tell=self._tell, ended=self._cancelled.is_set)
        answer, before = SEARCHES[self.wanted.kind](at, self.wanted, stop)
        found = conclude(at.plan, answer, at.named_packs, at.on, before=before)
        return {
            **self._standing("done", at),
            "objective": answer.objective,
            "bound": answer.bound,
            "proved": answer.proved,
            "shown": {lang: _shown(found, lang) for lang in LANGUAGES},
            "changes": [one.to_dict() for one in answer.changes],
        }

    def _tell(self, found: Incumbent) -> None:
        self._last = found

    def _standing(self, state: str, at: Snapshot) -> dict[str, Any]:
        last = self._last
        return {
            "state": state,
            "kind": self.wanted.kind,
            "hash": at.plan.content_hash,
            "seconds": round(time.perf_counter() - self._began, 1),
            "limit_s": self.wanted.seconds,
            "objective": last.objective if last else None,
            "bound": last.bound if last else None,
            "said": last.said if last else "",
        }


def _repair(at: Snapshot, wanted: SearchRequest, stop: Stop) -> tuple[SearchAnswer, CheckResult]:
    params = RepairParams(parts=wanted.parts)
    return repair(at.plan, read_locks(at.plan, ()), at.named_packs, at.on, params=params, stop=stop)


def _site(at: Snapshot, wanted: SearchRequest, stop: Stop) -> tuple[SearchAnswer, CheckResult]:
    locks = read_locks(at.plan, ())
    parcels = (str(one) for one in at.plan.layer("parcels").index)
    locked = frozenset(one for one in parcels if locks.hold("parcels", one))
    land = Land(locked=locked, in_place=wanted.in_place, smallest_m2=wanted.site_m2)
    params = SiteParams(service=wanted.service, new=wanted.new, within_m=wanted.within_m, land=land)
    search = propose_site_on_parts if wanted.parts else propose_site
    return search(at.plan, params, stop=stop), at.result


def _landuse(at: Snapshot, _wanted: SearchRequest, stop: Stop) -> tuple[SearchAnswer, CheckResult]:
    problem = landuse_problem(at.plan, at.result, terms_of(), read_locks(at.plan, ()))
    return propose_landuse(problem, stop), at.result


def _layout(at: Snapshot, wanted: SearchRequest, stop: Stop) -> tuple[SearchAnswer, CheckResult]:
    from blockplan.propose.layout.search.drawing import layout  # noqa: PLC0415 (its kernels load numba)

    options = _options(wanted, is_map=not len(at.plan.layer("parcels")))
    asked = plan_layout(at.plan, at.result, options, at.named_packs, read_locks(at.plan, ()))
    found = layout(asked.problem.case, stop=stop, params=LayoutParams.of_plan(along_streets=False))
    return asked.answer(found, {"along_streets": False}), at.result


def _options(wanted: SearchRequest, *, is_map: bool) -> Options:
    """What was said of land and uses, as the search reads it."""
    need: dict[str, int | None] = {}
    size: dict[str, tuple[float, float | None]] = {}
    near: dict[str, float] = {}
    for name, said in wanted.uses.items():
        if name != GREEN:
            use_of(name)  # refuses what cannot be laid out
        if within := said.get("within_m"):
            near[name] = within
        if least := said.get("least_m2"):
            size[name] = (least, said.get("most_m2"))
        if name not in {GREEN, HOUSING} and (count := said.get("count")):
            need[name] = int(count)
    return Options(
        need=need, size=size, near=near, homes_ha=wanted.homes_ha, vacant=tuple(wanted.vacant),
        weigh_by=wanted.count_by, blocks=is_map,
    )  # fmt: skip


#: How each kind of search is made: the answer, and the verdicts on the plan as it is.
SEARCHES: dict[Kind, Callable[[Snapshot, SearchRequest, Stop], tuple[SearchAnswer, CheckResult]]] = {
    "repair": _repair,
    "site": _site,
    "landuse": _landuse,
    "layout": _layout,
}


def take(file: SearchFile, session: Session, only: Iterable[str] | None) -> EditResult:
    """
    Put what a search found into a session as one step, or the changes of some features.

    Raises
    ------
    BlockplanError
        If there is no proposal, a name is none of its features, or the plan has changed there since.
    """
    changes = file.changes()
    if changes is None:
        raise TEXTS.refused(BlockplanError, "no_proposal.yet")
    chosen = changes if only is None else picked(changes, only)
    said = {"op": "proposal", "kind": file.kind, "of": file.of, "changes": len(chosen)}
    return session.take(apply(session.plan, chosen), said)


def _shown(proposal: Proposal, lang: str) -> dict[str, Any]:
    """What a proposal says, in words and as changes by feature."""
    view = ProposalWords.of(proposal, Words(lang))
    values: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for change in proposal.answer.changes:
        column = {"column": change.column, "old": change.old, "new": change.new}
        values.setdefault((change.layer, change.id), []).append(column)
    along = {key: group for group in inseparable(proposal.answer.changes) for key in group}
    return {
        "headline": view.headline,
        "standing": view.standing,
        "unmet": view.unmet,
        "flips": [[sign, *said] for sign, _, *said in view.turned],
        "features": [
            {
                "layer": one.change.layer,
                "id": one.id,
                "kind": one.layer,
                "where": one.where,
                "said": one.said,
                "values": values.get((one.change.layer, one.id), []),
                "along": sorted(":".join(key) for key in along.get((one.change.layer, one.id), ())),
            }
            for one in view.features
        ],
    }


#: A search that runs says so more often than this, s; one that does not has ended with its process.
SILENT_S = 30.0
#: What is kept of a search but not shown.
_KEPT = ("id", "at", "cancelled", "changes", "shown", "why")


class SearchFile:
    """The file of one scenario's search."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self) -> str:
        """Make room for a new search; gives back its id, which each of its reports bears."""
        id_ = secrets.token_hex(8)
        with self._alone():
            self._put({"id": id_, "at": time.time(), "state": "running", "cancelled": False})
        return id_

    def report(self, id_: str, said: dict[str, Any]) -> bool:
        """Say how a search stands; False where it is to end: cancelled, forgotten, or another one began."""
        with self._alone():
            known = self._read()
            if known is None or known["id"] != id_:
                return False
            self._put({**said, "id": id_, "at": time.time(), "cancelled": known["cancelled"]})
            return not known["cancelled"]

    def cancel(self) -> bool:
        """Ask the search to end with the best it has; False where none is."""
        with self._alone():
            known = self._read()
            if known is not None and known["state"] == "running":
                self._put({**known, "cancelled": True})
            return known is not None

    def forget(self) -> None:
        """Forget the search; if it still runs it ends."""
        with self._alone():
            self.path.unlink(missing_ok=True)

    @property
    def running(self) -> bool:
        """Whether somebody searches."""
        known = self._read()
        return known is not None and known["state"] == "running" and not _silent(known)

    def to_dict(self, lang: str) -> dict[str, Any]:
        """
        How it stands, as the workbench shows it.

        ``state`` is ``none``, ``running``, ``done`` or ``refused``; objective and bound are null where they
        are not known.
        """
        known = self._read()
        if known is None:
            return {"state": "none"}
        if known["state"] == "running" and _silent(known):
            known = {**known, "state": "refused", "why": TEXTS.text("search.gone")}
        words: dict[str, Any] = known.get("shown", {}).get(lang, {})
        shown = {key: value for key, value in known.items() if key not in _KEPT}
        # (a search of before the reasons stood in three languages has one text)
        return shown | {"message": pick(known.get("why"), lang) or known.get("message", "")} | words

    def changes(self) -> tuple[Change, ...] | None:
        """What is proposed; None while nothing is."""
        known = self._read()
        return None if known is None or known["state"] != "done" else read_changes(self.path)

    @property
    def of(self) -> str:
        """Content hash of the plan that was searched."""
        return str((self._read() or {}).get("hash", ""))

    @property
    def kind(self) -> str:
        """What was searched for: ``repair``, ``site``, ``landuse`` or ``layout``."""
        return str((self._read() or {}).get("kind", "repair"))

    def _alone(self) -> AbstractContextManager[None]:
        return alone(self.path.with_name(f"{self.path.name}.lock"))

    def _read(self) -> dict[str, Any] | None:
        try:
            known: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return known

    def _put(self, said: dict[str, Any]) -> None:
        beside = self.path.with_name(f"{self.path.name}.part")
        beside.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        beside.replace(self.path)


def _silent(known: dict[str, Any]) -> bool:
    return time.time() - float(known["at"]) > SILENT_S

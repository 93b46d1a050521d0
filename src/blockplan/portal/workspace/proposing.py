"""
A repair that is searched for beside the editing: what it has so far, and what comes of it.

The search works on a copy of the plan in a thread of its own, so edits go on meanwhile. What it finds is
a difference, taken whole or in part; what was edited since is held against it when it is taken.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from blockplan.errors import BlockplanError
from blockplan.propose import Stop, conclude
from blockplan.propose.changes import apply, picked
from blockplan.propose.locks import read_locks
from blockplan.propose.repair.smallest_change import repair
from blockplan.propose.repair.state import RepairParams
from blockplan.report.proposal.page import ProposalView
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.live import EditResult, Session
    from blockplan.live.snapshot import Snapshot
    from blockplan.portal.workspace.searches import SearchFile
    from blockplan.propose import Incumbent, Proposal

#: Longest search that may be asked for, s.
LONGEST_S = 600.0
#: How often it says how it stands, and hears whether it is to end, s.
EVERY_S = 0.5


@dataclass
class ProposalSearch:
    """
    One search: begun on a state of the plan, ended by its proof, its time, or whoever watches.

    Attributes
    ----------
    file
        Where it says how it stands, and hears whether it is to end.
    seconds
        Wall-clock seconds that it may take, judging included.
    parts
        Whether a part of a parcel may get another use, where a whole one is more than is needed.
    """

    session: Session
    file: SearchFile
    seconds: float
    parts: bool = False
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
            said = self._standing("refused", at)
            said["message"] = "The search ended by a fault of the program; the plan is as it was."
            try:
                said = self._found(at)
            except BlockplanError as error:
                said = {**self._standing("refused", at), "message": str(error)}
            finally:
                self._ended.set()
                watch.join()
                self.file.report(id_, said)

        def look_after() -> None:
            while not self._ended.wait(EVERY_S):
                if not self.file.report(id_, self._standing("running", at)):
                    self._cancelled.set()

        watch = threading.Thread(target=look_after, name="repair is watched", daemon=True)
        watch.start()
        threading.Thread(target=search, name="repair", daemon=True).start()

    def _found(self, at: Snapshot) -> dict[str, Any]:
        stop = Stop(seconds=0.9 * self.seconds, tell=self._tell, ended=self._cancelled.is_set)
        params, packs = RepairParams(parts=self.parts), at.named_packs
        answer, before = repair(at.plan, read_locks(at.plan, ()), packs, at.on, params=params, stop=stop)
        found = conclude(at.plan, answer, packs, at.on, before=before)
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
            "hash": at.plan.content_hash,
            "seconds": round(time.perf_counter() - self._began, 1),
            "limit_s": self.seconds,
            "objective": last.objective if last else None,
            "bound": last.bound if last else None,
            "said": last.said if last else "",
            "message": "",
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
        raise BlockplanError("There is no proposal to take over yet.")
    chosen = changes if only is None else picked(changes, only)
    said = {"op": "proposal", "kind": "repair", "of": file.of, "changes": len(chosen)}
    return session.take(apply(session.plan, chosen), said)


def _shown(proposal: Proposal, lang: str) -> dict[str, Any]:
    """What a proposal says, in words and as changes by feature."""
    view = ProposalView.of(proposal, Words(lang))
    values: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for change in proposal.answer.changes:
        column = {"column": change.column, "old": change.old, "new": change.new}
        values.setdefault((change.layer, change.id), []).append(column)
    return {
        "headline": view.headline,
        "standing": view.standing,
        "unmet": view.unmet,
        "flips": [list(row) for row in view.flips],
        "features": [
            {
                "layer": one.change.layer,
                "id": one.id,
                "kind": one.layer,
                "where": one.where,
                "said": one.said,
                "values": values.get((one.change.layer, one.id), []),
            }
            for one in view.features
        ],
    }

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
from blockplan.propose.repair.mending import repair
from blockplan.propose.repair.state import RepairParams
from blockplan.report.proposal.page import ProposalView
from blockplan.report.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.live import EditResult, Session
    from blockplan.propose import Incumbent, Proposal

#: Longest search that may be asked for, s.
LONGEST_S = 600.0
#: So many incumbents are kept, the last ones.
SHOWN = 200


@dataclass
class Search:
    """
    One search: begun on a state of the plan, ended by its proof, its time, or whoever watches.

    Attributes
    ----------
    seconds
        Wall-clock seconds that it may take, judging included.
    parts
        Whether a part of a parcel may get another use, where a whole one is more than is needed.
    hash
        Content hash of the plan that it works on.
    incumbents
        What it had after how many seconds.
    proposal
        What came of it, once it has ended.
    refusal
        Why nothing came of it.
    """

    session: Session
    seconds: float
    parts: bool = False
    hash: str = ""
    incumbents: list[Incumbent] = field(default_factory=list)
    proposal: Proposal | None = None
    refusal: str = ""
    _began: float = field(default_factory=time.perf_counter)
    _ended: float | None = None
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self) -> None:
        """Start the search on the plan as it is now."""
        session = self.session
        # A copy: what a plan has worked out is not shared between threads.
        plan = session.plan.retouched({})
        self.hash = plan.content_hash
        packs = list(session.packs or session.plan.manifest.packs)
        params = RepairParams(parts=self.parts)

        def search() -> None:
            try:
                stop = Stop(seconds=0.9 * self.seconds, tell=self._tell, ended=self._cancelled.is_set)
                answer, before = repair(
                    plan, read_locks(plan, ()), packs, session.on, params=params, stop=stop
                )
                self.proposal = conclude(plan, answer, packs, session.on, before=before)
            except BlockplanError as error:
                self.refusal = str(error)
            finally:
                if self.proposal is None and not self.refusal:
                    self.refusal = "The search ended by a fault of the program; the plan is as it was."
                self._ended = time.perf_counter()

        self._thread = threading.Thread(target=search, name="repair", daemon=True)
        self._thread.start()

    def _tell(self, found: Incumbent) -> None:
        self.incumbents = [*self.incumbents[-SHOWN:], found]

    @property
    def running(self) -> bool:
        """Whether it still searches."""
        return self._ended is None

    def cancel(self) -> None:
        """End it with the best it has."""
        self._cancelled.set()

    def take(self, session: Session, only: Iterable[str] | None) -> EditResult:
        """
        Put what it found into the session as one step, or the changes of some features.

        Raises
        ------
        BlockplanError
            If there is no proposal, a name is none of its features, or the plan has changed there since.
        """
        if self.proposal is None:
            raise BlockplanError("There is no proposal to take over yet.")
        changes = self.proposal.answer.changes
        chosen = changes if only is None else picked(changes, only)
        said = {"op": "proposal", "kind": "repair", "of": self.hash, "changes": len(chosen)}
        return session.take(apply(session.plan, chosen), said)

    def to_dict(self, lang: str) -> dict[str, Any]:
        """
        Where it stands, as the workbench shows it.

        ``state`` is ``running``, ``done`` or ``refused``; objective and bound are null where not known.
        """
        last = self.incumbents[-1] if self.incumbents else None
        until = time.perf_counter() if self._ended is None else self._ended
        head = {
            "state": "running" if self.running else "refused" if self.proposal is None else "done",
            "hash": self.hash,
            "seconds": round(until - self._began, 1),
            "limit_s": self.seconds,
            "objective": last.objective if last else None,
            "bound": last.bound if last else None,
            "said": last.said if last else "",
            "message": self.refusal,
        }
        return head if self.proposal is None else {**head, **_shown(self.proposal, lang)}


def _shown(proposal: Proposal, lang: str) -> dict[str, Any]:
    """What a proposal says, in words and as changes by feature."""
    view = ProposalView.of(proposal, Words(lang))
    values: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for change in proposal.answer.changes:
        column = {"column": change.column, "old": change.old, "new": change.new}
        values.setdefault((change.layer, change.id), []).append(column)
    return {
        "objective": proposal.answer.objective,
        "bound": proposal.answer.bound,
        "proved": proposal.answer.proved,
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

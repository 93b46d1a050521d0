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
from typing import TYPE_CHECKING, Any

from blockplan.errors import BlockplanError
from blockplan.figures import amount
from blockplan.live.journal import alone
from blockplan.portal.workspace.search_request import TEXTS
from blockplan.propose import Stop, conclude
from blockplan.propose.changes import apply, picked
from blockplan.propose.proposal import read_changes
from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES, pick

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from blockplan.live import EditResult, Session
    from blockplan.live.snapshot import Snapshot
    from blockplan.portal.workspace.search_request import SearchRequest
    from blockplan.propose import Change, Incumbent

#: How often it says how it stands, and hears whether it is to end, s.
EVERY_S = 0.5
#: What names a parameter of a library call, in its brackets: the page has fields for those that it takes.
_PARAMETER = re.compile(r"\s*[(（]`\w+=[^`]*`[)）]")


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
    _unit: str = ""
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
                    "code": error.code,
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
        # Solvers and the words of reports are loaded by the first search, and not when the workbench starts.
        from blockplan.portal.workspace.searches import SEARCHES, shown  # noqa: PLC0415

        answer, before = SEARCHES[self.wanted.kind](at, self.wanted, stop)
        found = conclude(at.plan, answer, at.named_packs, at.on, before=before)
        return {
            **self._standing("done", at),
            "objective": answer.objective,
            "bound": answer.bound,
            "unit": answer.unit,
            "proved": answer.proved,
            "shown": {lang: shown(found, lang) for lang in LANGUAGES},
            "changes": [one.to_dict() for one in answer.changes],
        }

    def _tell(self, found: Incumbent) -> None:
        from blockplan.portal.workspace.searches import unit_told  # noqa: PLC0415 (a search has loaded it)

        self._last, self._unit = found, unit_told(self.wanted, found.said)

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
            "unit": self._unit,
            "said": last.said if last else "",
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
        are not known. ``objective_said`` and ``bound_said`` are these with their unit, where they have one.
        ``code`` is the ground of a refusal, where it has one.
        """
        known = self._read()
        if known is None:
            return {"state": "none"}
        if known["state"] == "running" and _silent(known):
            known = {**known, "state": "refused", "why": TEXTS.text("search.gone")}
        words: dict[str, Any] = known.get("shown", {}).get(lang, {})
        shown = {key: value for key, value in known.items() if key not in _KEPT}
        for key in ("objective", "bound"):
            if known.get("unit") and known.get(key) is not None:
                shown[f"{key}_said"] = amount(known[key], known["unit"], lang)
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

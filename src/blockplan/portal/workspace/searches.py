"""
What a search leaves on the disk while it runs and when it has ended, beside the log of edits.

So whoever asks may ask another process than the one that searches, and a proposal outlasts both.
"""

from __future__ import annotations

import json
import secrets
import time
from typing import TYPE_CHECKING, Any

from blockplan.live.journal import alone
from blockplan.propose.proposal import read_changes

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from blockplan.propose import Change

#: A search that runs says so more often than this, s; one that does not has ended with its process.
SILENT_S = 30.0
#: What is kept of a search but not shown.
_KEPT = ("id", "at", "cancelled", "changes", "shown")


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
            message = "The search ended with the process that ran it; the plan is as it was."
            known = {**known, "state": "refused", "message": message}
        words: dict[str, Any] = known.get("shown", {}).get(lang, {})
        return {key: value for key, value in known.items() if key not in _KEPT} | words

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
        """What was searched for: ``repair``, ``site`` or ``landuse``."""
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

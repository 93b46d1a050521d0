"""A session as it stands: what is asked of it may take long, while edits go on."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from blockplan.check import check
from blockplan.live.sharing import difference_between, unlike
from blockplan.plan import read, write
from blockplan.plan.model.plan import Plan

if TYPE_CHECKING:
    import datetime as dt

    from blockplan.check.verdict import CheckResult
    from blockplan.plan.model.plan import Difference


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    The plan of a session at one step, with what is said of it.

    Its plan has worked nothing out yet but hashes: what a plan works out is not shared between threads.
    """

    plan: Plan
    packs: tuple[str | Path, ...] | None
    on: dt.date | str | None
    result: CheckResult

    @property
    def scenario(self) -> str:
        """Name of the scenario that the edits went into."""
        return self.plan.scenario

    @property
    def named_packs(self) -> list[str | Path]:
        """The packs that judge it: the session's, else the plan's own."""
        return list(self.plan.manifest.packs if self.packs is None else self.packs)

    def difference(self) -> Difference:
        """The rows by which the plan differs from the plan as drawn, as a scenario's file holds them."""
        return difference_between(self.plan.base, self.plan)

    def whole(self) -> Plan:
        """The plan as drawn, with all of its scenarios, this one as it stands."""
        base = self.plan.base
        drawn = {**base.differences, self.scenario: self.difference()}
        return Plan(
            self.plan.manifest, base.layers, path=base.path, differences=drawn, tidied_already=base.layers
        )

    def verify(self) -> list[str]:
        """
        What a check of the saved plan says otherwise than the session; empty where all is the same.

        The plan is written to a folder that is thrown away, read again, and judged anew.
        """
        with tempfile.TemporaryDirectory() as folder:
            write(self.whole(), Path(folder) / "plan")
            anew = check(read(Path(folder) / "plan", self.scenario), self.packs, self.on)
        return unlike(anew.to_dict(), self.result.to_dict())

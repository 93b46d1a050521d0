"""A ledger whose lines add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.handmade import result, text

from blockplan.check.verdict import Discrepancy

if TYPE_CHECKING:
    from blockplan.check.verdict import CheckResult


def difference(id_: str, said: float | None, drawn: float | None, *, agrees: bool | None) -> Discrepancy:
    note = text("按所写精度", "to the precision written", "記された精度で")
    return Discrepancy(id_, text("面积", "Area", "面積"), said, None, drawn, "km2", 0.05, agrees, note)


def reconciled() -> CheckResult:
    """A result with three figures laid side by side."""
    rows = (
        difference("S05", 3.5, 3.5, agrees=True),
        difference("S06", 3.62, 3.5, agrees=False),
        difference("S07", 2.4, None, agrees=None),
    )
    return result(differences=rows)

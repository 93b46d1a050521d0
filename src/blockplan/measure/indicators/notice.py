"""How long the plan is on public notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.measure.measurement import Measurement
from blockplan.measure.missing import Missing

if TYPE_CHECKING:
    from blockplan.measure.parameters import Parameters
    from blockplan.plan.model.plan import Plan


def notice_days(plan: Plan, parameters: Parameters) -> Measurement:
    """Days of the public notice, the first and the last both counted."""
    notice = plan.manifest.notice
    if notice is None:
        return Measurement(
            "notice_days",
            None,
            "day",
            missing=(Missing("plan.toml", "notice.start"), Missing("plan.toml", "notice.end")),
        )
    days = (notice.end - notice.start).days + 1
    definition = {"start": notice.start.isoformat(), "end": notice.end.isoformat(), "both_ends_count": True}
    return Measurement("notice_days", float(days), "day", definition)

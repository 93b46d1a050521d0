"""Planned land that nobody drew: an import derived it from what is drawn, and every area rests on that."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blockplan.plan.model.plan import Plan

#: Ends the name of an outline that an import derived. Whoever draws the outline anew names it anew.
DERIVED = "(derived at import)"


def derived_land(plan: Plan) -> str | None:
    """How the planned land was derived, in words; None where it was given, or there is none."""
    if not plan.has_layer("boundary"):
        return None
    return plan.cached("derived land", lambda: _derived(plan), (("boundary", "name"), ("boundary", "ids")))


def _derived(plan: Plan) -> str | None:
    names = plan.layer("boundary")["name"].dropna().astype(str)
    return next((name for name in names if name.endswith(DERIVED)), None)

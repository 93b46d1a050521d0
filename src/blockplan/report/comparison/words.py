"""Words about differences, from ``texts.toml``, and what a verdict turns into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.texts import Catalog

if TYPE_CHECKING:
    from blockplan.check.verdict import Verdict

CATALOG = Catalog("blockplan.report.comparison", "texts.toml")


def flip(was: Verdict | None, now: Verdict | None) -> str:
    """``worse`` (pass to fail), ``better`` (fail to pass), ``other`` for any other difference, else ""."""
    old, new = was.outcome if was else None, now.outcome if now else None
    if old == new:
        return ""
    return {("pass", "fail"): "worse", ("fail", "pass"): "better"}.get((str(old), str(new)), "other")

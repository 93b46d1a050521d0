"""
The transition matrix: what changes in the middle, what stays apart, totals both ways.

Words about differences, from ``texts.toml``, and what a verdict turns into.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.texts import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.check.verdict import Verdict
    from blockplan.compare.transition import TransitionUse
    from blockplan.report.words import Words


CATALOG = Catalog("blockplan.report.comparison", "texts.toml")


def flip(was: Verdict | None, now: Verdict | None) -> str:
    """``worse`` (pass to fail), ``better`` (fail to pass), ``other`` for any other difference, else ""."""
    old, new = was.outcome if was else None, now.outcome if now else None
    if old == new:
        return ""
    return {("pass", "fail"): "worse", ("fail", "pass"): "better"}.get((str(old), str(new)), "other")


class Matrix:
    """Hectares from use to use: what changes in the middle, what stays apart, totals."""

    def __init__(self, ha: dict[tuple[TransitionUse | None, TransitionUse | None], float]) -> None:
        self.ha = ha
        moved = [pair for pair in ha if pair[0] != pair[1]]
        uses = {use for pair in moved for use in pair if use is not None}
        order = _uses(ha)
        #: Uses that give or get land; both ways, so that every total can be read off.
        self.rows: list[TransitionUse | None] = [use for use in order if use in uses]
        self.columns = list(self.rows)
        if any(was is None for was, _ in moved):
            self.rows.append(None)
        if any(now is None for _, now in moved):
            self.columns.append(None)
        #: Uses whose land all stays.
        self.still = [use for use in order if use is not None and use not in uses]

    def cell(self, was: TransitionUse | None, now: TransitionUse | None) -> float:
        """Land that goes from one use to another; what stays does not count as going."""
        return 0.0 if was == now else self.ha.get((was, now), 0.0)

    def stays(self, use: TransitionUse | None) -> float:
        """Land that keeps its use."""
        return self.ha.get((use, use), 0.0)

    def goes(self, was: TransitionUse | None) -> float:
        """Land that leaves a use."""
        return sum(self.cell(was, now) for now in self.columns)

    def comes(self, now: TransitionUse | None) -> float:
        """Land that joins a use."""
        return sum(self.cell(was, now) for was in self.rows)

    def before(self, use: TransitionUse | None) -> float:
        """What the plan before draws of a use; nothing for land that it does not draw."""
        return 0.0 if use is None else self.goes(use) + self.stays(use)

    def after(self, use: TransitionUse | None) -> float:
        """What the plan after draws of a use; nothing for land that it does not draw."""
        return 0.0 if use is None else self.comes(use) + self.stays(use)

    @property
    def moved(self) -> float:
        """All land that changes use."""
        return sum(ha for (was, now), ha in self.ha.items() if was != now)

    @property
    def kept(self) -> float:
        """All land that keeps its use."""
        return sum(ha for (was, now), ha in self.ha.items() if was == now)

    @property
    def all_before(self) -> float:
        """All land that the plan before draws."""
        return sum(ha for (was, _), ha in self.ha.items() if was is not None)

    @property
    def all_after(self) -> float:
        """All land that the plan after draws."""
        return sum(ha for (_, now), ha in self.ha.items() if now is not None)

    @property
    def kept_still(self) -> float:
        """Land of the uses that neither give nor get."""
        return sum(self.stays(use) for use in self.still)


def _uses(ha: Iterable[tuple[TransitionUse | None, TransitionUse | None]]) -> list[TransitionUse | None]:
    """All uses in the order of their codes; land that one plan does not draw comes last."""
    found = {use for pair in ha for use in pair}
    return sorted(found, key=lambda use: (use is None, use is not None and use.code is None, str(use)))


#: A list of changes of one layer that is longer is folded; one that is longer still is cut.
SHORT_LIST, LONGEST_LIST = 12, 400
#: What people may be near to besides the services.
GOALS = frozenset({"green", "school_land", "stop"})


def goal(to: str, words: Words) -> str:
    """What people are nearer to or farther from, in words."""
    return words(f"gains.{to}") if to in GOALS else words.or_else(f"service.{to}", to)

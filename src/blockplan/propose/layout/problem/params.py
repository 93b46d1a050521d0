"""Weights and limits of a layout, each with its unit and meaning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutParams:
    """
    What a layout is searched by, beside the objectives of the community.

    Attributes
    ----------
    dispersion
        Weight of dispersion beside coverage (1).
    home_weight, home_weight_m2
        Weight of a residential block in coverage: so much each, and so much a m2; the benchmark counts
        blocks.
    along_streets
        Whether a service is near by the streets that are there, and not by the straight line.
    few_homes, mean_home_m2
        More new residential parcels than this must be so large on the mean.
    slim
        Longest side over shortest of a parcel that is not small green (1), at most.
    fill
        Area of such a parcel over that of its smallest rotated rectangle (1), at least.
    green_edge_m
        Short side of small green, at least.
    missing
        Penalty of a parcel that could not be placed, in units of the score.
    parcel, line_km
        Penalty of every parcel, and of a km of new lines, in units of the score: of two plans as good the
        one with fewer is better.
    crooked, crooked_rest
        Penalty of a parcel that fills nothing of its smallest rectangle, in units of the score; one that
        fills half of it has half of that. The second is for small green and homes.
    uneven, sharp_deg, sharp
        A parcel that is no rectangle within 2 % is so much more crooked (1), and one that has a corner
        below so many degrees.
    strip_slim, strip
        One that is longer than so many times its width, as only small green can be, is so much more crooked.
    jog, jog_m
        Penalty of two lines on both sides of a third that miss each other by less than so many m.
    chains
        Searches, each from another seed; then as many again from the best of them.
    steps_a_second
        Changes tried in each search for every second that is given: few enough for a busy machine, so
        that the same seed gives the same plan there too.
    share
        Share of the seconds that the search may take; one that is late cools down faster.
    hot, warm, cold
        Temperature at the beginning, at the beginning of the second round, and at the end, in units of
        the score.
    """

    dispersion: float = 0.05
    home_weight: float = 1.0
    home_weight_m2: float = 0.0
    along_streets: bool = False
    few_homes: int = 8
    mean_home_m2: float = 40_000.0
    slim: float = 4.0
    fill: float = 0.7
    green_edge_m: float = 50.0
    missing: float = 0.3
    parcel: float = 0.002
    line_km: float = 0.03
    crooked: float = 0.04
    crooked_rest: float = 0.02
    uneven: float = 0.04
    sharp_deg: float = 50.0
    sharp: float = 0.2
    strip_slim: float = 6.0
    strip: float = 0.4
    jog: float = 0.002
    jog_m: float = 40.0
    chains: int = 4
    steps_a_second: int = 6_000
    share: float = 0.9
    hot: float = 0.012
    warm: float = 0.004
    cold: float = 0.0006

    @classmethod
    def of_plan(cls, *, along_streets: bool = False) -> LayoutParams:
        """Those for a plan: the benchmark's rule on many small homes is none of its."""
        return cls(along_streets=along_streets, few_homes=10_000)

    @classmethod
    def of_an_edit(cls) -> LayoutParams:
        """Those for a few blocks that are drawn again: little work, from a lower temperature."""
        return cls(chains=2, steps_a_second=250, hot=0.008)

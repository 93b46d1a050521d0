"""What rules state of a layout: a size that a rule ties to a distance goes with that distance."""

from __future__ import annotations

from blockplan.propose.layout.problem.standards import GREEN, LEAST_GREEN, NEAR, Standards, Stated


def test_the_green_of_the_nearest_distance_has_the_size_of_that_rule() -> None:
    # A green of 0.5 ha within 200 m, and one of 500 ha within 10 km.
    stated = [
        Stated(what, (GREEN,), value, rule, "target")
        for rule, near, least in (("doorstep", 200.0, 5_000.0), ("subregional", 10_000.0, 5_000_000.0))
        for what, value in ((NEAR, near), (LEAST_GREEN, least))
    ]
    found = Standards(tuple(stated))
    near, least = found.of(GREEN, NEAR), found.of(GREEN, LEAST_GREEN)
    assert near is not None
    assert least is not None
    assert (near.value, near.source) == (200.0, "rule doorstep")
    assert (least.value, least.source) == (5_000.0, "rule doorstep")

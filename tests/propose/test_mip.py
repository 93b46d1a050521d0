"""Models that HiGHS solves."""

from __future__ import annotations

from blockplan.propose.mip import Model, solve
from blockplan.propose.stopping import Clock, Stop


def test_a_model_without_a_row_takes_each_column_to_its_better_bound() -> None:
    model = Model("max")
    model.columns([2.0, -1.0], upper=3.0, whole=True)
    found = solve(model, Clock(Stop(seconds=10.0)))
    assert found.state == "proved"
    assert found.value is not None
    assert found.value.tolist() == [3.0, 0.0]
    assert found.objective == 6.0

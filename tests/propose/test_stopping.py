"""What a search says on its way."""

from __future__ import annotations

import math

from blockplan.cli.propose.common import incumbent_line
from blockplan.propose import Incumbent, Stop
from blockplan.propose.stopping import Clock


def test_what_a_solver_calls_infinite_is_not_known_yet() -> None:
    heard: list[Incumbent] = []
    clock = Clock(Stop(tell=heard.append))
    clock.tell(12.0, math.inf)
    clock.tell(-math.inf, 9.0)
    assert [(one.objective, one.bound) for one in heard] == [(12.0, None), (None, 9.0)]
    assert "bound not known" in incumbent_line(heard[0])

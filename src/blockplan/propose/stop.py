"""When a search ends: after so many seconds, so many rounds, or once the gap is small enough."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """
    When to be content.

    Attributes
    ----------
    seconds
        Wall-clock seconds for the whole solve; a search that is cut here may end elsewhere on
        another machine, so a result that has to repeat needs a limit by `rounds` or `gap`.
    gap
        Relative distance between objective and bound that is good enough, 0.01 for 1 %; 0 asks for proof.
    rounds
        Rounds of perturbation in a local search.
    """

    seconds: float = 60.0
    gap: float = 0.0
    rounds: int = 200


@dataclass(slots=True)
class Clock:
    """The seconds of one solve, from its beginning."""

    stop: Stop
    began: float = field(default_factory=time.perf_counter)

    @property
    def spent(self) -> float:
        """Seconds since the beginning."""
        return time.perf_counter() - self.began

    @property
    def left(self) -> float:
        """Seconds that are left; never negative."""
        return max(0.0, self.stop.seconds - self.spent)

    def over(self, share: float = 1.0) -> bool:
        """Whether a share of the time has gone."""
        return self.spent >= share * self.stop.seconds

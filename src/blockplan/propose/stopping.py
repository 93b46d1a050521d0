"""
When a search ends, and what it says on its way.

It ends after so many seconds, so many rounds, once the gap is small enough, or at Ctrl-C: then with
the best it has found. On its way it says what it has and what nobody can better.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from blockplan.figures import known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

#: Set by the first Ctrl-C inside `interruptible`; searches end with the best so far. The second one kills.
_ASKED_TO_END = threading.Event()


@dataclass(frozen=True, slots=True)
class Incumbent:
    """The best of a search so far: objective and bound in the problem's unit, null where not known."""

    seconds: float
    objective: float | None
    bound: float | None
    said: str = ""


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
    tell
        Called with each better incumbent or bound; None says nothing.
    ended
        Asked now and then whether to end with what there is; None: Ctrl-C alone ends a search early.
    began
        When the seconds begin to count, on the clock of `time.perf_counter`; None: with each solve.
    """

    seconds: float = 60.0
    gap: float = 0.0
    rounds: int = 200
    tell: Callable[[Incumbent], None] | None = field(default=None, compare=False)
    ended: Callable[[], bool] | None = field(default=None, compare=False)
    began: float | None = field(default=None, compare=False)


@dataclass(slots=True)
class Clock:
    """The seconds of one solve, from its beginning."""

    stop: Stop
    began: float = math.nan

    def __post_init__(self) -> None:
        if math.isnan(self.began):
            self.began = time.perf_counter() if self.stop.began is None else self.stop.began

    @property
    def spent(self) -> float:
        """Seconds since the beginning."""
        return time.perf_counter() - self.began

    @property
    def left(self) -> float:
        """Seconds that are left; never negative."""
        return max(0.0, self.stop.seconds - self.spent)

    def over(self, share: float = 1.0) -> bool:
        """Whether a share of the time has gone, or somebody asked to end."""
        return self.interrupted or self.spent >= share * self.stop.seconds

    def within(self, seconds: float) -> Clock:
        """A clock that begins now, for a part of the solve: so many seconds, but no more than are left."""
        return Clock(replace(self.stop, seconds=min(seconds, self.left), began=None))

    @property
    def interrupted(self) -> bool:
        """Whether somebody asked the search to end with what it has."""
        ended = self.stop.ended
        return _ASKED_TO_END.is_set() or (ended is not None and ended())

    def tell(self, objective: float | None, bound: float | None, said: str = "") -> None:
        """Say what the search has now, to whoever listens; a solver calls infinite what it does not know."""
        if self.stop.tell is not None:
            self.stop.tell(Incumbent(self.spent, known(objective), known(bound), said))


@contextmanager
def interruptible() -> Iterator[None]:
    """
    Let the first Ctrl-C end a search with its best so far; the second one ends the program.

    Does nothing outside of the main thread, where Python lets nobody listen to signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(_signal: int, _frame: FrameType | None) -> None:
        if _ASKED_TO_END.is_set():
            raise KeyboardInterrupt
        _ASKED_TO_END.set()

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        _ASKED_TO_END.clear()

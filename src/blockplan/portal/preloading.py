"""A plan is read and judged in a process of its own, while this one makes its tables and loads its pages."""

from __future__ import annotations

import pickle
import signal
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from blockplan.check.verdict import CheckResult
    from blockplan.notice.package import FrozenPlan

    Judged = tuple[FrozenPlan, CheckResult]


def judged(plan: Path) -> Judged:
    """The public package of a plan as drawn, and what `check` says of it."""
    from blockplan.check import check  # noqa: PLC0415 (pandas and the rest take a second)
    from blockplan.notice.package import FrozenPlan  # noqa: PLC0415

    frozen = FrozenPlan.read(plan)
    return frozen, check(frozen.plan)


def packed(plan: Path) -> bytes:
    """The same in bytes. Whoever unpacks them imports what they are made of."""
    return pickle.dumps(judged(plan))


@contextmanager
def judged_ahead(plan: Path) -> Iterator[Callable[[], Judged]]:
    """Begin with it at once; what is given back waits for it, and raises what it raised."""
    # An interrupt from the keyboard reaches both processes; that one ends silently, and this one answers it.
    with ProcessPoolExecutor(1, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_DFL)) as pool:
        # In bytes: the pool's own thread would import half of the house while this one does, and each would
        # wait for the other.
        waiting = pool.submit(packed, plan)
        yield lambda: pickle.loads(waiting.result())  # noqa: S301 (from the process that was just begun here)

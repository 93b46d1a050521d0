"""Many plans judged by rule packs, each as `blockplan.check` judges it alone."""

from __future__ import annotations

import datetime as dt
import os
import platform
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan.batch.cluster import run_on_cluster
from blockplan.batch.processes import run
from blockplan.errors import BlockplanError, UsageError
from blockplan.jsontext import JsonRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from blockplan.batch.processes import Done

#: Exit codes, the worst first: a fault in Blockplan, a plan that could not be judged, a `must` rule
#: that fails, one that is unknown, none of these.
WORST_FIRST = (70, 2, 1, 3, 0)


@dataclass(frozen=True, slots=True)
class CheckLine(JsonRecord):
    """
    What came of one plan.

    Attributes
    ----------
    number
        Place of the plan in the order given, from 0.
    path
        The plan as it was named.
    exit_code
        What ``blockplan check`` would leave with: 0, 1, 2, 3, or 70 for a fault in Blockplan.
    error
        Why the plan could not be judged; None where it was.
    cpu_s, wall_s, peak_mb
        What judging it (reading included) took in its worker; None where the worker was lost. `peak_mb`
        is the most that the worker had held so far.
    worker
        Machine and process id of the worker; None where it was lost.
    tries
        How many workers had it: more than 1 where one was lost.
    check
        The document of ``blockplan check --json``; None where the plan could not be judged.
    """

    number: int
    path: str
    exit_code: int
    error: str | None
    cpu_s: float | None = None
    wall_s: float | None = None
    peak_mb: float | None = None
    worker: str | None = None
    tries: int = 1
    check: dict[str, Any] | None = None


def check_many(
    plans: Iterable[str | Path],
    *,
    packs: Iterable[str | Path] | None = None,
    on: dt.date | str | None = None,
    lang: str = "en",
    workers: int | None = None,
    cluster: str | None = None,
) -> Iterator[CheckLine]:
    """
    Judge plans, and give what came of each as soon as it is there.

    Parameters
    ----------
    plans
        Plan packages; read as workers become free, so the list may be as long as it likes.
    packs, on, lang
        As for `blockplan.check` and `CheckResult.to_dict`.
    workers
        Processes of this machine, one for each core where None; with `cluster`, how many plans are
        under way there at once.
    cluster
        Address of a dask scheduler; processes of this machine where None.

    Returns
    -------
    Iterator of CheckLine
        In the order in which they are done. A plan that cannot be read or judged, or whose worker was lost,
        has its error and stops no other.

    Raises
    ------
    UsageError
        If the number of workers or the day makes no sense, there is no such pack, or (when the first
        line is asked for) the cluster cannot be used.
    RulePackError
        If a pack is refused.
    """
    if workers is not None and workers < 1:
        raise UsageError(f"{workers} workers can judge nothing. Name 1 or more, or none for one a core.")
    chosen = None if packs is None else _sound(packs)
    judge = partial(judge_one, packs=chosen, on=_day(on), lang=lang)
    return _judged(judge, plans, workers, cluster)


def _judged(
    judge: Callable[[str], dict[str, Any]],
    plans: Iterable[str | Path],
    workers: int | None,
    cluster: str | None,
) -> Iterator[CheckLine]:
    named: dict[int, str] = {}
    paths = _paths(plans, named)
    done = (
        run(judge, paths, workers=workers)
        if cluster is None
        else run_on_cluster(cluster, judge, paths, at_once=workers)
    )
    for one in done:
        yield _line(one, named.pop(one.number))


def worst(codes: Iterable[int]) -> int:
    """The worst of many exit codes; 0 where there is none."""
    there = set(codes)
    return next((code for code in WORST_FIRST if code in there), max(there, default=0))


def judge_one(
    path: str, packs: tuple[str, ...] | None = None, on: dt.date | None = None, lang: str = "en"
) -> dict[str, Any]:
    """
    Judge one plan and give the document, so that nothing of the plan itself is kept.

    Errors on purpose are part of what is given: they say what is wrong with this plan.
    """
    from blockplan.check import check  # noqa: PLC0415 (heavy, and only workers need it)
    from blockplan.plan import read  # noqa: PLC0415

    began, wall = time.process_time(), time.perf_counter()
    found: dict[str, Any]
    try:
        result = check(read(path), packs=list(packs) if packs is not None else None, on=on)
        found = {"exit_code": result.exit_code, "check": result.to_dict(lang)}
    except BlockplanError as error:
        found = {"exit_code": 2, "error": str(error)}
    except OSError as error:
        found = {"exit_code": 2, "error": f"{error.filename or path}: {error.strerror or error}"}
    used = {"cpu_s": time.process_time() - began, "wall_s": time.perf_counter() - wall, "peak_mb": _peak_mb()}
    rounded = {name: value and round(value, 4) for name, value in used.items()}
    return {**found, **rounded, "worker": f"{platform.node()}:{os.getpid()}"}


def _line(done: Done, path: str) -> CheckLine:
    if done.value is not None:
        return CheckLine(number=done.number, path=path, tries=done.tries, **{"error": None, **done.value})
    # A worker that is lost says something of the machine or the plan, an exception something of Blockplan.
    code = 2 if done.lost else 70
    return CheckLine(number=done.number, path=path, exit_code=code, error=done.error, tries=done.tries)


def _paths(plans: Iterable[str | Path], named: dict[int, str]) -> Iterator[str]:
    for number, plan in enumerate(plans):
        named[number] = str(plan)
        yield str(Path(plan).absolute())


def _sound(packs: Iterable[str | Path]) -> tuple[str, ...]:
    """Packs as workers find them (from another folder, perhaps); refused here and not in every line."""
    from blockplan.check import available_packs  # noqa: PLC0415 (heavy)
    from blockplan.check.instruments import House  # noqa: PLC0415
    from blockplan.check.packs import load  # noqa: PLC0415

    named = [str(pack) for pack in packs]
    load(named, House().measures())
    ids = {"all", *available_packs()}
    return tuple(pack if pack in ids else str(Path(pack).absolute()) for pack in named)


def _day(on: dt.date | str | None) -> dt.date | None:
    if on is None or isinstance(on, dt.date):
        return on
    try:
        return dt.date.fromisoformat(on)
    except ValueError:
        raise UsageError(f"{on!r} is no day. Write it as 2021-09-30.") from None


def _peak_mb() -> float | None:
    try:
        import resource  # noqa: PLC0415 (not on Windows)
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

"""
A function over many items, on a dask.distributed cluster that stands already.

Blockplan starts no cluster; it is told the address of a scheduler. The
workers need the same Blockplan and see the same files under the same paths.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from blockplan import __version__
from blockplan.batch.processes import Done, failed, lost
from blockplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: Protocol (or none), host and port.
ADDRESS = re.compile(r"(\w+://)?[^\s/:]+:\d{1,5}|(\w+://)?\[[0-9a-fA-F:]+\]:\d{1,5}")
#: How long to wait for the scheduler to answer, and for its first worker, in seconds.
PATIENCE_S = 20
#: Items handed to the cluster for each of its threads: one under way and one that waits.
AHEAD = 2


def run_on_cluster(
    address: str, function: Callable[[Any], Any], items: Iterable[Any], *, at_once: int | None = None
) -> Iterator[Done]:
    """
    Call a function for each item on the workers of a cluster, and give each result as soon as it is there.

    Parameters
    ----------
    address
        Of the scheduler, such as ``tcp://10.0.0.5:8786``.
    function
        A function of a module that the workers can import, or a `functools.partial` of one.
    items
        Read as the cluster becomes free.
    at_once
        How many items are handed out at the same time; twice the threads of the cluster where None.

    Yields
    ------
    Done
        As `blockplan.batch.run` does. Items of a worker that is lost go to others; dask gives an item up when
        it was lost with several workers.

    Raises
    ------
    UsageError
        If dask.distributed is not installed, nobody answers at the address, no worker is there, or the
        workers have another Blockplan.
    """
    try:
        import distributed  # noqa: PLC0415 (an extra)
    except ImportError:
        raise UsageError(
            "A cluster is spoken to by dask.distributed, which is not installed.\n"
            "Install it beside Blockplan, here and on the workers: pip install 'blockplan[distributed]'."
        ) from None
    if not ADDRESS.fullmatch(address):
        raise UsageError(
            f"{address!r} is no address of a scheduler.\n"
            "Write it as protocol, host and port, such as tcp://10.0.0.5:8786; `dask scheduler` prints it."
        )
    try:
        client = distributed.Client(address, timeout=PATIENCE_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"Nobody answers at {address}: {str(error)[:200]}.\n"
            "Name the address of a dask scheduler, such as tcp://10.0.0.5:8786; `dask scheduler` prints it."
        ) from None
    with client:
        threads = _threads(client, address)
        yield from _handed_out(client, function, items, at_once or AHEAD * threads)


def _threads(client: Any, address: str) -> int:
    """How many threads the cluster has; refuses one that has none, or another Blockplan."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE_S)
    except TimeoutError:
        raise UsageError(
            f"The scheduler at {address} has no worker.\nStart some: dask worker {address} --nthreads 1."
        ) from None
    ours = version()
    for worker, found in client.run(version, on_error="return").items():
        if found != ours:
            said = f"cannot load it ({found})" if isinstance(found, BaseException) else f"has {found}"
            raise UsageError(
                f"Worker {worker} needs Blockplan {ours}, but {said}.\n"
                "Install the same Blockplan on every worker, or results would not be those of a single run."
            )
    threads: int = sum(client.nthreads().values())
    return max(1, threads)


def version() -> str:
    """The Blockplan of the process that is asked."""
    return __version__


def _handed_out(
    client: Any, function: Callable[[Any], Any], items: Iterable[Any], at_once: int
) -> Iterator[Done]:
    """Keep so many items on the cluster; a result is let go as soon as it was given."""
    from distributed import as_completed  # noqa: PLC0415

    waiting = enumerate(items)
    under_way: dict[str, tuple[int, Any]] = {}

    def next_one() -> Any:
        number, item = next(waiting, (None, None))
        if number is None:
            return None
        # Never pure: two equal items are two items, and a plan's file may have changed since the last run.
        future = client.submit(function, item, pure=False)
        under_way[future.key] = number, item
        return future

    first = [future for _ in range(at_once) if (future := next_one()) is not None]
    if not first:
        return
    ready = as_completed(first, loop=client.loop)  # type: ignore[no-untyped-call]
    for future in ready:
        following = next_one()
        if following is not None:
            ready.add(following)  # type: ignore[no-untyped-call]
        number, item = under_way.pop(future.key)
        yield _done(number, item, future)
        future.release()


def _done(number: int, item: Any, future: Any) -> Done:
    from distributed import KilledWorker  # noqa: PLC0415

    if future.status == "finished":
        return Done(number, item, future.result())
    error = future.exception() if future.status == "error" else RuntimeError(f"the task was {future.status}")
    if isinstance(error, KilledWorker):
        return lost(number, item, error.allowed_failures + 1)
    return Done(number, item, error=failed(error))

"""A few small plans on disk, sound ones and others."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from tests.support.builders import a_plan, parcels_of

from blockplan.plan import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def plans(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three plans that can be judged, one that is damaged, one that is not there; the damaged one second."""
    folder = tmp_path_factory.mktemp("plans")
    for name, people in (("small", 12), ("larger", 4000), ("unknown", None)):
        land = parcels_of("1401", "0701", residents=[None, people])
        write(a_plan(land, manifest={"id": name, "packs": ["zone"]}), folder / name)
    (folder / "damaged").mkdir()
    (folder / "damaged" / "plan.toml").write_text("id = 'damaged'\ncrs = 4", encoding="utf-8")
    return [folder / name for name in ("small", "damaged", "larger", "absent", "unknown")]


@contextmanager
def a_cluster(workers: int) -> Iterator[str]:
    """Address of a dask cluster of so many workers with one thread each, in processes of their own."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as local:
        yield local.scheduler_address


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Address of a cluster of one worker: to start another takes seconds."""
    with a_cluster(1) as found:
        yield found


@pytest.fixture(scope="session")
def address_of_two() -> Iterator[str]:
    """Address of a cluster of two workers."""
    with a_cluster(2) as found:
        yield found

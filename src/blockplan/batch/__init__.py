"""
Many plans at once: over processes of this machine, or over a dask.distributed cluster by address.

`check_many` judges plans one by one as `blockplan.check` would, and gives each result as soon as it is there;
`run` and `run_on_cluster` do the same with any function; `walk_in_tiles` measures one large city.
"""

from blockplan.batch.checks import CheckLine, check_many, worst
from blockplan.batch.cluster import run_on_cluster
from blockplan.batch.processes import Done, run
from blockplan.batch.tiles import walk_in_tiles

__all__ = ["CheckLine", "Done", "check_many", "run", "run_on_cluster", "walk_in_tiles", "worst"]

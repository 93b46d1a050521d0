"""``blockplan propose repair``: the smallest set of changes after which every ``must`` rule passes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from blockplan.cli.propose.common import asked, finish, judged, leave, proposal_options, searching


@click.command(
    epilog="Example: blockplan propose repair examples/demonstration-zone --scenario b --out build/repair"
)
@click.argument("plan")
@click.option(
    "--by", "objective", type=click.Choice(["count", "area", "cost"]), default="count", show_default=True,
    help="What smallest means: changes, m2 of land that changes use, units of cost.",
)  # fmt: skip
@click.option(
    "--costs", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
    help="TOML tables (costs, hosts, floor_per_unit, limits) in the place of those that are assumed.",
)  # fmt: skip
@click.option(
    "--parts", is_flag=True,
    help="Let a part of a parcel be cut off, at a street and of a shape to build on, where a part will do; "
    "the rest keeps its use.",
)  # fmt: skip
@proposal_options
def command(plan: str, objective: Any, costs: str | None, parts: bool, **given: Any) -> None:
    """
    Propose the smallest set of changes of PLAN after which every `must` rule of the packs passes.

    One model joins the demands of all failing rules. Parcels change to a use that `permitted` allows;
    facilities are enlarged within their floor area or newly built on such parcels; committed and locked
    features stay. Rules that nothing permitted repairs are named with what stays missing. Unit costs are
    assumed and have no source unless --costs gives your own.
    """
    from blockplan.propose.repair.moves import read_tables
    from blockplan.propose.repair.smallest_change import repair
    from blockplan.propose.repair.state import RepairParams
    from blockplan.propose.stopping import Stop

    params = RepairParams(objective=objective, parts=parts, tables=read_tables(Path(costs)) if costs else {})
    question = asked(plan, given)
    before, judged_s = judged(question)
    with searching("Repairing") as tell:
        stop = Stop(seconds=question.left(judged_s), gap=question.gap, tell=tell)
        whole = (question.plan, question.locks, question.packs, question.on)
        answer, _ = repair(*whole, params=params, stop=stop, seed=question.seed, before=before)
    leave(finish(question, answer, before))

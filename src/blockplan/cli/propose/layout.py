"""``blockplan propose layout``: parcels in vacant land, of a plan or of a benchmark community."""

from __future__ import annotations

from typing import Any

import click

from blockplan.cli.common import json_option, lang_option, on_option, pack_option, scenario_option
from blockplan.errors import UsageError

#: Options that speak of a plan, and are refused beside a benchmark community.
OF_A_PLAN = ("scenario", "packs", "on", "vacant", "need", "size", "near", "homes_ha", "blocks")


@click.command(
    epilog="Example: blockplan propose layout examples/demonstration-zone --scenario b --need kindergarten=2 "
    "--need primary_school=1 --size primary_school=10000-22000 --pack zone --pack gb50180 --out build/layout"
)
@click.argument("plan")
@click.argument("objectives", type=click.Path(), required=False)
@scenario_option
@pack_option
@on_option
@click.option(
    "--vacant",
    multiple=True,
    metavar="ID|CODE",
    help="Draw this parcel anew, or all of a land-use code  [default: undecided land, code 16 or none].",
)
@click.option(
    "--blocks",
    is_flag=True,
    help="Of a plan without parcels (a map): make parcels of the blocks between its streets first; those on "
    "which nothing is mapped are undecided, and homes count by buildings.",
)
@click.option(
    "--need",
    multiple=True,
    metavar="USE[=N]",
    help="Place so many sites of a use  [default: all of which the rules find too few or too little].",
)
@click.option(
    "--size",
    multiple=True,
    metavar="USE=LEAST[-MOST]",
    help="Area of a site in m2, where no rule states it or another one is wanted.",
)
@click.option(
    "--near",
    multiple=True,
    metavar="USE=METRES",
    help="When a use (or green) is near, where no rule states it or another distance is wanted.",
)
@click.option("--homes-ha", type=click.FloatRange(min=0), default=0.0, help="New housing to place, in ha.")
@click.option(
    "--left-over",
    type=click.Choice(["keep", "green"]),
    default="keep",
    show_default=True,
    help="What becomes of land that no use takes: it stays undecided, or it becomes green.",
)
@click.option(
    "--lock",
    "locked",
    multiple=True,
    metavar="ID|LAYER:ID|LAYER|FILE",
    help="Leave this as it is; of a community the id of a vacant block.",
)
@click.option(
    "--from",
    "earlier",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Of a community: keep what the edit since this finished plan does not touch.",
)
@click.option(
    "--anew",
    multiple=True,
    type=int,
    metavar="ID",
    help="With --from: draw this vacant block anew in any case.",
)
@click.option(
    "--pareto",
    type=click.IntRange(2, 50),
    metavar="N",
    help="Search N layouts from the best service to the best ecology; none betters another in both.",
)
@click.option(
    "--pick",
    type=click.IntRange(min=1),
    metavar="K",
    help="With --pareto: layout of the set that is the answer  [default: the best score].",
)
@click.option("--streets", is_flag=True, help="Services are near along the streets, not in a straight line.")
@click.option(
    "--by",
    "weigh_by",
    type=click.Choice(["residents", "area", "parcels", "buildings"]),
    help="What homes count by  [default: residents of a plan; each block of a community the same].",
)
@click.option(
    "--floor-per-person",
    type=click.FloatRange(min=0.0, min_open=True),
    metavar="M2",
    help="Of a community: residents from floor area, where its blocks have that and no residents.",
)
@click.option("--by-area", is_flag=True, help="The same as --by area.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.0, min_open=True),
    default=120.0,
    show_default=True,
    help="Work for at most so long.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="The same seed gives the same plan.",
)
@lang_option
@click.option(
    "--out",
    type=click.Path(),
    metavar="DIR|FILE",
    help="Write proposal.json, changes.csv and proposal.html here; of a community the finished plan.",
)
@json_option
def command(plan: str, objectives: str | None, **given: Any) -> None:
    """
    Draw parcels into the vacant land of PLAN: services near homes, sizes and distances by its rules.

    With OBJECTIVES, PLAN is a community in the benchmark format (GeoJSON in local metres, and YAML).
    Numbers that no rule of the packs states are asked for by name, never assumed. New parcels know their
    land use; what will be built on them is not known yet.
    """
    if given.pop("by_area"):
        given["weigh_by"] = "area"
    if objectives is None:
        strange = [name for name in ("earlier", "anew") if given.pop(name)]
        if strange:
            raise UsageError(
                "--from and --anew speak of a community. In a plan parcels that have a use stay as they are: "
                "lay out the scenario that the earlier layout became, and name with --vacant what is new."
            )
        from blockplan.cli.propose.layout_plan import of_plan

        of_plan(plan, given)
        return
    from blockplan.cli.propose.layout_community import of_community

    strange = [name for name in OF_A_PLAN if given.pop(name)]
    given.pop("left_over")
    if strange:
        option = {"packs": "pack"}.get(strange[0], strange[0]).replace("_", "-")
        raise UsageError(
            f"--{option} speaks of a plan, and {plan} with {objectives} is a community. Leave it out."
        )
    of_community(plan, objectives, given)

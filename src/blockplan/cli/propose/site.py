"""``blockplan propose site``: facilities, parks and stations where they serve best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.propose.common import asked, finish, judged, leave, proposal_options, searching

if TYPE_CHECKING:
    from blockplan.cli.propose.common import ProposalOptions
    from blockplan.plan import Plan
    from blockplan.propose.siting.candidates import Land
    from blockplan.propose.siting.site_params import SiteParams
    from blockplan.propose.siting.stations import Track


class WordList(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has no parameters here
    """Words with commas between them."""

    name = "words"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The words."""
        if isinstance(value, tuple):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())


@click.command(
    epilog="Example: blockplan propose site examples/demonstration-zone --service kindergarten --new 2 "
    "--within 500 --out build/site"
)
@click.argument("plan", type=click.Path())
@click.option(
    "--service", required=True, metavar="NAME",
    help="What to site: park, station, kindergarten, nursing_home, culture, clinic ... (any service).",
)  # fmt: skip
@click.option(
    "--problem", type=click.Choice(["mclp", "lscp", "pmedian", "pcenter", "even"]), default="mclp",
    show_default=True,
    help="Most people within the distance; fewest sites for everybody; shortest ways; shortest longest way; "
    "best for the worst-served area.",
)  # fmt: skip
@click.option("--new", type=int, metavar="N", help="How many new ones at most [default: 1; none for lscp].")
@click.option("--within", "within_m", type=float, metavar="M", help="Distance that counts as reached.")
@click.option("--reading", metavar="ID", help="How it is measured; default: along streets (net_edge_...).")
@click.option(
    "--weigh-by", metavar="WHAT",
    help="residents, dwellings, residential_land, residents_and_jobs, jobs, floor_area.",
)  # fmt: skip
@click.option(
    "--codes", type=WordList(), default=(), metavar="CODE,...", help="Uses whose floor area counts."
)
@click.option("--share", type=float, default=1.0, show_default=True, help="Share that lscp has to reach.")
@click.option(
    "--groups", type=click.Choice(["areas", "blocks", "subblocks"]), default="areas", show_default=True,
    help="Whose shares `even` and --each-at-least compare.",
)  # fmt: skip
@click.option("--each-at-least", type=float, default=0.0, metavar="SHARE", help="Share due to every group.")
@click.option("--capacity", type=float, metavar="N", help="Places (beds, m2) of a new one; shared out.")
@click.option(
    "--per-1000", type=float, default=1000.0, metavar="N", help="Places that 1,000 of the demand need."
)
@click.option(
    "--spacing", "spacing_m", type=float, default=0.0, metavar="M", help="Least distance between two."
)
@click.option("--land", "land_m2", type=float, metavar="M2", help="Budget of land.")
@click.option("--floor-area", "floor_area_m2", type=float, metavar="M2", help="Budget of floor area.")
@click.option("--money", type=float, metavar="SUM", help="Budget of money, in the unit of the costs.")
@click.option("--cost-per-site", type=float, default=0.0, metavar="SUM", help="What each site costs.")
@click.option("--cost-per-m2", type=float, default=0.0, metavar="SUM", help="What a m2 of its land costs.")
@click.option(
    "--existing", type=click.Choice(["keep", "ignore", "replace"]), default="keep", show_default=True,
    help="What becomes of those of the kind that the plan has.",
)  # fmt: skip
@click.option("--site-area", "smallest_m2", type=float, metavar="M2", help="Smallest site.")
@click.option("--site-area-most", "largest_m2", type=float, metavar="M2", help="Largest site.")
@click.option(
    "--size", type=float, metavar="N", help="Places, beds or m2 of a new one [default: as the plan's]."
)
@click.option("--only", "only", multiple=True, metavar="PARCEL", help="Look at these parcels alone.")
@click.option("--in-place", is_flag=True, help="Parcels that have such a use already count, too.")
@click.option(
    "--parts", is_flag=True,
    help="Cut the site from a parcel that is larger, at a street and of a shape to build on; the rest keeps "
    "its use. As large as --site-area says [default: as the plan's].",
)  # fmt: skip
@click.option(
    "--along", multiple=True, metavar="FILE|LAYER:ID",
    help="Stations: an alignment, drawn in a file or a line of the plan (rail:rail); default: free.",
)  # fmt: skip
@click.option("--every", "every_m", type=float, default=50.0, show_default=True, metavar="M",
              help="Stations: a candidate every so many metres of an alignment.")  # fmt: skip
@click.option("--widest", "widest_m", type=float, default=0.0, metavar="M",
              help="Stations: longest gap along an alignment.")  # fmt: skip
@click.option("--modes", type=WordList(), default=("subway",), metavar="MODE,...",
              help="Stations: modes of a new one [default: subway].")  # fmt: skip
@click.option("--least-modes", type=int, default=1, metavar="N",
              help="Stations: modes that one has to meet, with stops one changes to.")  # fmt: skip
@click.option("--mode-worth", type=float, default=0.0, metavar="N",
              help="Stations: what a further mode is worth, in people.")  # fmt: skip
@click.option("--near", "near_m", type=float, metavar="M", help="Stations: who is so near counts whole.")
@click.option("--far-weight", type=float, default=0.5, show_default=True,
              help="Stations: what somebody between --near and --within counts.")  # fmt: skip
@proposal_options
def command(plan: str, **given: Any) -> None:
    """
    Propose where facilities, parks or stations of PLAN should stand.

    Distances are the plan's own, along streets unless --reading says otherwise, so `check` on the changed
    plan finds the same to the centimetre. The answer says proved, or by how much it might be bettered.
    Ctrl-C ends the search with the best so far.
    """
    from blockplan.propose import Stop
    from blockplan.propose.parts.trial_plan import propose_site_on_parts
    from blockplan.propose.siting.site import propose_site

    request = asked(plan, given)
    params = _params(request, given)
    before, judged_s = judged(request)
    with searching(f"Siting ({params.service})") as tell:
        stop = Stop(seconds=request.left(judged_s), gap=request.gap, tell=tell)
        search = propose_site_on_parts if given["parts"] else propose_site
        answer = search(request.plan, params, stop=stop, seed=request.seed)
    leave(finish(request, answer, before))


def _params(request: ProposalOptions, given: dict[str, Any]) -> SiteParams:
    from blockplan.propose.siting.site_params import SiteParams

    names = (
        "service", "problem", "within_m", "reading", "weigh_by", "codes", "share", "groups", "each_at_least",
        "capacity", "per_1000", "spacing_m", "land_m2", "floor_area_m2", "money", "cost_per_site",
        "cost_per_m2", "existing", "near_m", "far_weight", "mode_worth",
    )  # fmt: skip
    budgets = any(given[name] is not None for name in ("land_m2", "floor_area_m2", "money"))
    new = given["new"]
    if new is None and given["problem"] != "lscp" and not budgets:
        new = 1
    return SiteParams(
        new=new,
        land=_land(request, given),
        track=_track(request.plan, given),
        **{name: given[name] for name in names},
    )


def _land(request: ProposalOptions, given: dict[str, Any]) -> Land:
    from blockplan.propose.siting.candidates import Land

    parcels = request.plan.layer("parcels").index
    return Land(
        smallest_m2=given["smallest_m2"],
        largest_m2=given["largest_m2"],
        only=given["only"],
        in_place=given["in_place"],
        locked=frozenset(str(one) for one in parcels if request.locks.hold("parcels", str(one))),
        size=given["size"],
    )


def _track(plan: Plan, given: dict[str, Any]) -> Track:
    from blockplan.propose.siting.stations import Track, read_alignments

    return Track(
        lines=read_alignments(plan, given["along"]),
        every_m=given["every_m"],
        modes=given["modes"],
        spacing_m=given["spacing_m"],
        widest_m=given["widest_m"],
        least_modes=given["least_modes"],
    )

"""``blockplan propose landuse``: which parcel should have which use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import show_table
from blockplan.cli.flags import with_flags
from blockplan.cli.propose.common import asked, finish, judged, leave, proposal_options, searching
from blockplan.errors import UsageError
from blockplan.figures import fixed, number, share
from blockplan.texts import pick

if TYPE_CHECKING:
    from blockplan.check import CheckResult
    from blockplan.cli.propose.common import ProposalOptions
    from blockplan.propose import SearchAnswer, Stop
    from blockplan.propose.landuse.allocation import Landuse


def _show_terms(context: click.Context, _option: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        from blockplan.propose.landuse.terms import default_text

        click.echo(default_text(), nl=False)
        context.exit()


@click.command(
    epilog="Example: blockplan propose landuse examples/demonstration-zone --scenario b --out build/landuse"
)
@click.argument("plan", type=click.Path())
@click.option(
    "--terms", type=click.Path(dir_okay=False), metavar="FILE",
    help="TOML file of weights, quotas, coverage ...; what it leaves out is the house's own.",
)  # fmt: skip
@click.option(
    "--show-terms", is_flag=True, is_eager=True, expose_value=False, callback=_show_terms,
    help="Print the house's own terms, to copy and change, and leave.",
)  # fmt: skip
@click.option(
    "--strict", is_flag=True,
    help="End with an error that names the clash where demands cannot all be met (exit code 2).",
)  # fmt: skip
@click.option(
    "--objective", "objectives", multiple=True, metavar="NAME",
    help="Two or three: draw the set in which none is better in everything. worth, suitability, structure, "
    "unchanged, jobs, floor_area, residents, land:CODE, a rule, zone:ID, area:ID.",
)  # fmt: skip
@click.option("--points", type=click.IntRange(2, 50), default=5, show_default=True, help="Points of the set.")
@click.option("--pick", type=click.IntRange(min=1), metavar="N",
              help="Point of the set that becomes the proposal [default: the most balanced].")  # fmt: skip
@proposal_options
def command(plan: str, terms: str | None, strict: bool, **given: Any) -> None:
    """
    Propose uses for the parcels of PLAN that may change theirs.

    Rules of the packs that speak of land and people, quotas, reach on foot, zones, cores and industries are
    demands; suitability, neighbours and compactness are what is made large, in ha of fully suitable land.
    What cannot be met is named with its amount. Ctrl-C ends the search with the best so far.
    """
    from blockplan.propose import Stop
    from blockplan.propose.landuse.allocation import propose_landuse

    request = asked(plan, given)
    land, before, judged_s = _problem(request, terms)
    with searching("Land use") as tell:
        stop = Stop(seconds=request.left(judged_s), gap=request.gap, tell=tell)
        if given["objectives"]:
            answer = _of_set(request, land, before, stop, given)
        else:
            answer = propose_landuse(land, stop, request.seed, strict=strict)
    proposal = finish(request, answer, before)
    if not request.as_json:
        _show_parts(answer, request.lang)
        _show_set(answer, request.lang)
    leave(proposal)


def _problem(request: ProposalOptions, terms: str | None) -> tuple[Landuse, CheckResult, float]:
    from blockplan.propose.landuse.allocation import landuse_problem
    from blockplan.propose.landuse.terms import read_terms, terms_of

    wanted = read_terms(Path(terms)) if terms else terms_of()
    before, judged_s = judged(request)
    return landuse_problem(request.plan, before, wanted, request.locks), before, judged_s


def _of_set(
    request: ProposalOptions, land: Landuse, before: CheckResult, stop: Stop, given: dict[str, Any]
) -> SearchAnswer:
    """The proposal that is one point of a set, with the set among its parameters."""
    from blockplan.propose.landuse.allocation import propose_point
    from blockplan.propose.landuse.pareto import balanced, objectives_of, pareto

    objectives = objectives_of(land, given["objectives"], before)
    points = pareto(land, objectives, given["points"], stop, request.seed)
    if not points:
        raise UsageError("Time ran out before a point of the set was found. Give more --seconds.")
    picked = given["pick"] or balanced(points) + 1
    if picked > len(points):
        raise UsageError(f"The set has {len(points)} points, so there is no number {picked}.")
    return propose_point(land, objectives, points, picked, request.seed)


def _show_parts(answer: SearchAnswer, lang: str) -> None:
    """The parts of the objective beside those of the plan as it is."""
    from blockplan.propose.landuse.case import say
    from blockplan.report.proposal.words import CATALOG
    from blockplan.report.words import Words

    named = Words(lang, " ", CATALOG)
    today = answer.parameters["today"]
    rows = [
        (
            named.or_else(f"part.{name}", name),
            fixed(today["parts"][name], 2),
            fixed(amount, 2),
        )
        for name, amount in answer.parts.items()
    ]
    rows.append((say("head.all", lang), fixed(today["objective"], 2), fixed(answer.objective or 0.0, 2)))
    click.echo()
    show_table(tuple(say(f"head.{key}", lang) for key in ("part", "today", "proposed")), rows)


def _show_set(answer: SearchAnswer, lang: str) -> None:
    """The set of which the proposal is one point."""
    from blockplan.propose.landuse.case import say

    found = answer.parameters.get("pareto")
    if found is None:
        return
    heads = [f"{pick(one['title'], lang) or one['id']} ({one['unit']})" for one in found["objectives"]]
    rows = [
        (
            str(point["number"]),
            *(number(value) for value in point["values"].values()),
            fixed(point["changed_ha"], 2),
            "" if point["gap"] is None else share(point["gap"]),
        )
        for point in found["points"]
    ]
    click.echo()
    show_table((say("head.number", lang), *heads, say("head.changed_ha", lang), say("head.gap", lang)), rows)
    click.echo(with_flags(say("head.picked", lang, number=found["picked"])))

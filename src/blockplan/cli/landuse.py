"""``blockplan propose landuse``: which parcel should have which use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import show_table
from blockplan.cli.propose_common import asked, finish, proposal_options, searching

if TYPE_CHECKING:
    from blockplan.cli.propose_common import Asked
    from blockplan.propose import Answer
    from blockplan.propose.landuse import Landuse


def _show_terms(context: click.Context, _option: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        from blockplan.propose.landuse_terms import default_text

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
@proposal_options
def command(plan: str, terms: str | None, strict: bool, **given: Any) -> None:
    """
    Propose uses for the parcels of PLAN that may change theirs.

    Rules of the packs that speak of land and people, quotas, reach on foot, zones, cores and industries are
    demands; suitability, neighbours and compactness are what is made large, in ha of fully suitable land.
    What cannot be met is named with its amount. Ctrl-C ends the search with the best so far.
    """
    from blockplan.propose import Stop
    from blockplan.propose.landuse import propose_landuse

    request = asked(plan, given)
    land, before = _problem(request, terms)
    with searching("Land use") as tell:
        stop = Stop(seconds=request.seconds, gap=request.gap, tell=tell)
        answer = propose_landuse(land, stop, request.seed, strict=strict)
    finish(request, answer, before)
    if not request.as_json:
        _show_parts(answer)


def _problem(request: Asked, terms: str | None) -> tuple[Landuse, Any]:
    from blockplan.check import check
    from blockplan.cli.common import progress
    from blockplan.propose.landuse import landuse_problem
    from blockplan.propose.landuse_terms import read_terms, terms_of

    wanted = read_terms(Path(terms)) if terms else terms_of()
    with progress("Judging the plan as it is"):
        before = check(request.plan, request.packs, request.on)
        return landuse_problem(request.plan, before, wanted, request.locks), before


def _show_parts(answer: Answer) -> None:
    """The parts of the objective beside those of the plan as it is."""
    today = answer.parameters["today"]
    rows = [(name, f"{today['parts'][name]:,.2f}", f"{amount:,.2f}") for name, amount in answer.parts.items()]
    rows.append(("all", f"{today['objective']:,.2f}", f"{answer.objective or 0:,.2f}"))
    click.echo()
    show_table(("part of the objective (ha)", "as it is", "proposed"), rows)

"""``blockplan propose apply``: a proposal taken over as a scenario."""

from __future__ import annotations

import click

from blockplan.cli.common import json_option, lang_option, progress, show_json


@click.command(
    epilog="Example: blockplan propose apply PLAN build/repair/proposal.json --only NH-1 --as b-repaired"
)
@click.argument("plan")
@click.argument("proposal", metavar="PROPOSAL")
@click.option(
    "--only", "only", multiple=True, metavar="ID",
    help="Take over the changes of this feature only (id or layer:id); may be repeated.",
)  # fmt: skip
@click.option("--as", "name", required=True, metavar="NAME", help="Name of the new scenario.")
@lang_option
@json_option
def command(plan: str, proposal: str, only: tuple[str, ...], name: str, lang: str, as_json: bool) -> None:
    """
    Save PROPOSAL (its file, or the folder that --out wrote) as a scenario of PLAN.

    The scenario stands on the one that the proposal was made for. plan.toml and the scenario's file are
    written together or not at all; nothing else in the package is touched. `propose undo` takes it out.
    """
    from blockplan.propose.takeover import take_over
    from blockplan.report.proposal.words import CATALOG

    with progress("Taking over"):
        kept, touched = take_over(plan, proposal, name, only)
    if as_json:
        show_json({"plan": kept.plan, "scenario": name, "on_top_of": kept.scenario, "features": touched})
    else:
        click.echo(CATALOG("terminal.applied", lang, name=name, n=touched, source=kept.scenario))

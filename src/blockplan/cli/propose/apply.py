"""``blockplan propose apply`` and ``undo``: a proposal taken over as a scenario, and taken out again."""

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


@click.command("undo", epilog="Example: blockplan propose undo PLAN b-repaired")
@click.argument("plan")
@click.argument("name", metavar="NAME")
@lang_option
@json_option
def undo_command(plan: str, name: str, lang: str, as_json: bool) -> None:
    """
    Take the scenario NAME, which `propose apply` saved, out of PLAN again.

    Scenarios that were drawn by hand are never taken out. plan.toml is then as it was before.
    """
    from blockplan.live.logs import remove_scenario
    from blockplan.report.proposal.words import CATALOG

    record = remove_scenario(plan, name)
    if as_json:
        show_json({"scenario": name, **record})
    else:
        click.echo(CATALOG("terminal.undone", lang, name=name))

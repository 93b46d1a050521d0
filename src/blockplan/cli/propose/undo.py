"""``blockplan propose undo``: a scenario that came from a proposal taken out again."""

from __future__ import annotations

import click

from blockplan.cli.common import json_option, lang_option, show_json


@click.command(epilog="Example: blockplan propose undo PLAN b-repaired")
@click.argument("plan")
@click.argument("name", metavar="NAME")
@lang_option
@json_option
def command(plan: str, name: str, lang: str, as_json: bool) -> None:
    """
    Take the scenario NAME, which `propose apply` saved, out of PLAN again.

    Scenarios that were drawn by hand are never taken out. plan.toml is then as it was before.
    """
    from blockplan.propose.takeover import undo
    from blockplan.report.proposal.words import CATALOG

    record = undo(plan, name)
    if as_json:
        show_json({"scenario": name, **record})
    else:
        click.echo(CATALOG("terminal.undone", lang, name=name))

"""``blockplan propose``: what to change, with proof of how good it is."""

from __future__ import annotations

import click

from blockplan.cli import LazyGroup

#: Subcommand -> (module, what it does), as `LazyGroup` reads it.
COMMANDS: dict[str, tuple[str, str]] = {
    "site": ("blockplan.cli.propose.site", "Facilities, parks and stations where they serve best."),
    "landuse": ("blockplan.cli.propose.landuse", "Uses of parcels under rules, quotas, reach and structure."),
    "repair": ("blockplan.cli.propose.repair", "The smallest changes after which every must rule passes."),
    "layout": ("blockplan.cli.propose.layout", "Parcels in vacant blocks: services and green near homes."),
    "apply": ("blockplan.cli.propose.apply", "Save a proposal, or a part of it, as a scenario."),
    "undo": (
        "blockplan.cli.propose.apply:undo_command",
        "Take a scenario that came from a proposal out again.",
    ),
}


@click.command(
    cls=LazyGroup,
    table=COMMANDS,
    epilog="Example: blockplan propose repair examples/demonstration-zone --scenario b --out build/repair",
)
def command() -> None:
    """Propose changes to a plan, each with objective, bound, gap and the verdicts before and after."""

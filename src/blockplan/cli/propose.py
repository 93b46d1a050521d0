"""``blockplan propose``: what to change, with proof of how good it is."""

from __future__ import annotations

from importlib import import_module

import click

#: Subcommand -> (module, what it does). The module holds a click command of the name ``command``.
COMMANDS: dict[str, tuple[str, str]] = {
    "site": ("blockplan.cli.site", "Facilities, parks and stations where they serve best."),
    "landuse": ("blockplan.cli.landuse", "Uses of parcels under rules, quotas, reach and structure."),
    "repair": ("blockplan.cli.propose_repair", "The smallest changes after which every must rule passes."),
    "layout": ("blockplan.cli.layout", "Parcels in vacant blocks: services and green near homes."),
    "apply": ("blockplan.cli.propose_apply", "Save a proposal, or a part of it, as a scenario."),
    "undo": ("blockplan.cli.propose_undo", "Take a scenario that came from a proposal out again."),
}


class LazyProposals(click.Group):
    """Subcommands are listed from a table and imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand, imported now; None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of subcommands, without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, (_, said) in COMMANDS.items()])


@click.command(
    cls=LazyProposals,
    epilog="Example: blockplan propose repair examples/demonstration-zone --scenario b --out build/repair",
)
def command() -> None:
    """Propose changes to a plan, each with objective, bound, gap and the verdicts before and after."""

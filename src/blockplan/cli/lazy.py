"""Groups of commands that are listed from a table and imported when called, so that help stays light."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping


class LazyGroup(click.Group):
    """
    A group over a table: command -> (module, what it does).

    A module holds a click command of the name ``command``; of several it is named, ``module:other_command``.
    """

    def __init__(
        self,
        *arguments: Any,
        table: Mapping[str, tuple[str, str]],
        heading: str = "Commands",
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.table = table
        self.heading = heading

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None where there is none of that name."""
        if cmd_name not in self.table:
            return None
        module, _, name = self.table[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name or "command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands, without importing one."""
        with formatter.section(self.heading):
            formatter.write_dl([(name, said) for name, (_, said) in self.table.items()])


class PlanOrWord(LazyGroup):
    """
    A command of its own for a plan, and a group for some words.

    A plan that is called like a word is named by its path: ``./text``.
    """

    allow_interspersed_args = True

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of the command that the first word names, else that of the plan's command."""
        below = self.get_command(click.Context(self), args[0]) if args else None
        if below is None:
            return super().make_context(info_name, args, parent, **extra)
        # A group without arguments, or they would stand in the usage of the command below.
        above = click.Context(click.Group(self.name), info_name=info_name, parent=parent)
        return below.make_context(args[0], args[1:], parent=above)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Words are a plan and what is asked of it, never a command."""
        return click.Command.parse_args(self, ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Do what is asked of a plan."""
        return click.Command.invoke(self, ctx)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Without the word for a command: those have usages of their own."""
        return click.Command.collect_usage_pieces(self, ctx)

"""``blockplan measure``: indicators of a plan; below it, measures of other tables than a plan."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import (
    json_option,
    lang_option,
    load,
    progress,
    scenario_option,
    show_json,
    show_table,
)
from blockplan.errors import UsageError

if TYPE_CHECKING:
    from blockplan.measure.measurement import Measurement

#: Word after ``measure`` -> (module, what it does). Any other word is a plan.
COMMANDS = {
    "provision": ("blockplan.cli.provision", "Places against demand: who is served, who is not, and why."),
    "transit": ("blockplan.cli.transit", "Jobs and people within minutes, by timetable and on foot."),
}


class PlanOrTables(click.Group):
    """A command of its own for a plan, and a group for the words in `COMMANDS`."""

    allow_interspersed_args = True

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The words."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return found

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of the command that the first word names, else of measuring a plan."""
        below = self.get_command(click.Context(self), args[0]) if args else None
        if below is None:
            return super().make_context(info_name, args, parent, **extra)
        # A group without arguments, or they would stand in the usage of the command below.
        above = click.Context(click.Group(self.name), info_name=info_name, parent=parent)
        return below.make_context(args[0], args[1:], parent=above)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Words are a plan and its measures, never a command."""
        return click.Command.parse_args(self, ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Measure a plan."""
        return click.Command.invoke(self, ctx)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Without the word for a command: `COMMANDS` have usages of their own."""
        return click.Command.collect_usage_pieces(self, ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The words, without importing what they stand for."""
        with formatter.section("Without a plan"):
            formatter.write_dl([(name, said) for name, (_, said) in COMMANDS.items()])


@click.command(
    cls=PlanOrTables,
    no_args_is_help=False,
    epilog="Example: blockplan measure examples/demonstration-zone green_within_500m --json",
)
@click.argument("plan", required=False)
@click.argument("measures", nargs=-1)
@click.option("--list", "listed", is_flag=True, help="Name the measures there are, with unit and definition.")
@scenario_option
@lang_option
@json_option
def command(
    plan: str | None, measures: tuple[str, ...], listed: bool, scenario: str | None, lang: str, as_json: bool
) -> None:
    """
    Measure PLAN by the named MEASURES, or by all of them.

    Shares are 0 to 1 with unit 1. What cannot be known is null, and what is missing is named.
    """
    from blockplan.measure import MEASURES, measure

    if listed:
        _list(MEASURES, lang, as_json)
        return
    if plan is None:
        raise UsageError("Name a plan to measure, or --list to see the measures there are.")
    drawn = load(plan, scenario)
    with progress("Measuring", total=len(measures) or len(MEASURES)) as step:
        found = measure(drawn, *measures, progress=step)
    if as_json:
        document = {
            "plan": drawn.manifest.id,
            "scenario": drawn.scenario,
            "measures": [m.to_dict() for m in found],
        }
        show_json(document)
        return
    rows = [row for one in found for row in _rows(one)]
    show_table(("measure", "value", "unit"), rows)
    resting = [one for one in found if "planned_land" in one.definition]
    if resting:
        land = resting[0].definition["planned_land"]
        click.echo(f"\nOver planned land that nobody gave ({land}): {', '.join(one.id for one in resting)}")
    missing = [f"{one.id}: missing: {line}" for one in found for line in one.missing]
    if missing:
        click.echo("\n" + "\n".join(missing))


def _rows(one: Measurement) -> list[tuple[str, str, str]]:
    rows = [(one.id, _number(one.value), one.unit)]
    rows += [(f"  {part.scope}", _number(part.value), one.unit) for part in one.by]
    return rows + [(f"  reading {r.id}", _number(r.share), f"share of {r.weight}") for r in one.readings]


def _list(specs: dict, lang: str, as_json: bool) -> None:  # type: ignore[type-arg]  # MeasureSpec by name
    from blockplan.texts import pick

    rows = [
        (spec.id, spec.unit, pick(spec.title, lang), pick(spec.definition, lang)) for spec in specs.values()
    ]
    if as_json:
        keys = ("id", "unit", "title", "definition")
        show_json({"measures": [dict(zip(keys, row, strict=True)) for row in rows]})
    else:
        show_table(("measure", "unit", "title", "definition"), rows)


def _number(value: float | None) -> str:
    return "not known" if value is None else f"{value:,.6g}"

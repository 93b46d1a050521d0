"""``blockplan measure``: indicators of a plan; below it, tables of ways and measures of other tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from blockplan.cli import PlanOrWord
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
from blockplan.texts import pick

if TYPE_CHECKING:
    from blockplan.measure.measurement import Measurement
    from blockplan.report.words import Words

#: Word after ``measure`` -> (module, what it does). Any other word is a plan.
COMMANDS = {
    "matrix": (
        "blockplan.cli.matrix",
        "Ways on foot from the homes of a plan to its facilities, as a table.",
    ),
    "provision": ("blockplan.cli.provision", "Places against demand: who is served, who is not, and why."),
    "transit": ("blockplan.cli.transit", "Jobs and people within minutes, by timetable and on foot."),
}


@click.command(
    cls=PlanOrWord,
    table=COMMANDS,
    heading="Tables of ways",
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

    In JSON shares are 0 to 1 with unit 1. What cannot be known is null, and what is missing is named.
    """
    from blockplan.measure import MEASURES, measure
    from blockplan.report.words import Words

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
    words = Words(lang)
    show_table(("measure", "value"), [row for one in found for row in _rows(one, words)])
    resting = [one for one in found if one.planned_land is not None]
    if resting:
        names = ", ".join(one.id for one in resting)
        click.echo(f"\nOver planned land that nobody gave ({resting[0].planned_land}): {names}")
    from blockplan.measure.missing import lines

    missing = [f"{one.id}: missing: {line}" for one in found for line in lines(one.missing)]
    if missing:
        click.echo("\n" + "\n".join(missing))


def _rows(one: Measurement, words: Words) -> list[tuple[str, str]]:
    def said(value: float | None) -> str:
        return words.per(words.figure(value, one), one.per)

    rows = [(one.id, said(one.value)), *((f"  {part.scope}", said(part.value)) for part in one.by)]
    return rows + [(f"  reading {r.id}", f"{words.share(r.share)} of {r.weight}") for r in one.readings]


def _list(specs: dict, lang: str, as_json: bool) -> None:  # type: ignore[type-arg]  # MeasureSpec by name
    rows = [
        (spec.id, spec.unit, pick(spec.title, lang), pick(spec.definition, lang)) for spec in specs.values()
    ]
    if as_json:
        keys = ("id", "unit", "title", "definition")
        show_json({"measures": [dict(zip(keys, row, strict=True)) for row in rows]})
    else:
        show_table(("measure", "unit", "title", "definition"), rows)

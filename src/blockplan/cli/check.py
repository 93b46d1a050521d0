"""``blockplan check``: a plan against rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from blockplan.cli.common import (
    json_option,
    lang_option,
    load,
    on_option,
    pack_option,
    progress,
    scenario_option,
    show_json,
    show_table,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from blockplan.check.verdict import CheckResult

#: How many of the things that are missing for one verdict are listed on a terminal.
SHOWN_MISSING = 4


@click.command(
    epilog="Example: blockplan check examples/demonstration-zone --scenario b --lang zh --out report.html"
)
@click.argument("plan")
@pack_option
@scenario_option
@on_option
@lang_option
@click.option("--out", type=click.Path(dir_okay=False), help="Write the report to this HTML file.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    plan: str,
    packs: tuple[str, ...],
    scenario: str | None,
    on: dt.date | None,
    lang: str,
    out: str | None,
    as_json: bool,
) -> None:
    """
    Judge PLAN by its rule packs: what holds, what does not, for whom, and what would mend it.

    Leaves with 0 if no `must` rule fails or is unknown, 1 if one fails, 3 if none fails and some are unknown.
    """
    from blockplan.check import check

    drawn = load(plan, scenario)
    with progress("Judging") as step:
        result = check(drawn, packs=list(packs) or None, on=on, progress=step)
    if out:
        from blockplan.report import write_html

        with progress("Drawing the report"):
            write_html(drawn, result, Path(out), lang)
    if as_json:
        show_json(result.to_dict(lang))
    else:
        show_result(result, lang)
    if out:
        click.echo(f"Report: {out}", err=True)
    ctx.exit(result.exit_code)


def show_result(result: CheckResult, lang: str) -> None:
    """The verdict table, what would mend what fails, what is missing, and the capacity."""
    from blockplan.report.definitions import override_lines
    from blockplan.report.tables import capacity_sentence, missing_words, verdict_headers, verdict_rows
    from blockplan.report.words import Words
    from blockplan.texts import pick

    click.echo(
        f"{result.plan}, scenario {result.scenario}, judged on {result.on} by {', '.join(result.packs)}"
    )
    click.echo()
    words = Words(lang)
    standing = [f"{words(f'force.{verdict.force}')} {verdict.confidence}" for verdict in result.verdicts]
    rows = [
        (*row[:2], said, *row[2:]) for row, said in zip(verdict_rows(result, lang), standing, strict=True)
    ]
    headers = verdict_headers(lang)
    show_table((*headers[:2], words("column.standing"), *headers[2:]), rows, style_by=0)
    click.echo()
    for verdict in result.verdicts:
        if verdict.outcome == "fail" and verdict.remedy is not None:
            click.echo(f"{verdict.rule}: {pick(verdict.remedy.text, lang)}")
        if verdict.outcome == "unknown":
            missing = [missing_words(line, words) for line in verdict.missing]
            click.echo(f"{verdict.rule}: {_some(missing)}")
    click.echo(capacity_sentence(result, lang))
    if result.overrides:
        click.echo(f"{words('head.overrides')}:")
        click.echo("\n".join(f"  {line}" for line in override_lines(result.overrides, words)))
    for found in result.faults:
        if found.rule == "pq-parameter":  # it is the judging itself that a misspelt name changes
            click.echo(f"{found.message(lang)} {found.remedy(lang)}")
    errors = sum(found.grade == "error" for found in result.faults)
    if errors:
        click.echo(f"{errors} fault(s) of grade error in the data: see blockplan validate.")


def _some(lines: Sequence[str]) -> str:
    """The first few of many lines, and how many more there are (the report and --json have all of them)."""
    more = f"; + {len(lines) - SHOWN_MISSING}" if len(lines) > SHOWN_MISSING else ""
    return "; ".join(lines[:SHOWN_MISSING]) + more

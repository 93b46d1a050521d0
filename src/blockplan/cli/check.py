"""``blockplan check``: a plan against rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from blockplan.cli import PlanOrWord
from blockplan.cli.common import (
    json_option,
    judging_options,
    lang_option,
    load,
    printing,
    progress,
    show_document,
    show_json,
)

if TYPE_CHECKING:
    import datetime as dt

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan


#: Word after ``check`` -> (module, what it does). Any other word is a plan.
COMMANDS = {
    "text": ("blockplan.cli.check_text", "Every number and name of a Word document against its plan."),
}


@click.command(
    cls=PlanOrWord,
    table=COMMANDS,
    heading="Beside a plan",
    no_args_is_help=False,
    epilog="Example: blockplan check examples/demonstration-zone --scenario b --lang zh --out report.html",
)
@click.argument("plan")
@judging_options
@lang_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False),
    help="Write the report to this file (.html), or the verdicts (.docx, .pdf).",
)
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
    Judge PLAN by its rule packs: what holds, what does not, for whom, and what would put it right.

    Leaves with 0 if no `must` rule fails or is unknown, 1 if one fails, 3 if none fails and some are unknown.
    """
    from blockplan.check import check

    drawn = load(plan, scenario)
    with progress("Judging") as step:
        result = check(drawn, packs=list(packs) or None, on=on, progress=step)
    if out:
        with printing("Drawing the report", lang):
            _written(drawn, result, Path(out), lang)
    if as_json:
        del drawn  # nothing asks for it any more, and the document takes its place
        show_json(result.to_dict(lang))
    else:
        show_result(result, lang, drawn)
    if out:
        from blockplan.report.words import CATALOG

        click.echo(CATALOG("written.report", lang, out=out), err=True)
    ctx.exit(result.exit_code)


def show_result(result: CheckResult, lang: str, plan: Plan) -> None:
    """The verdict table, what would put right what fails, what is missing, and the capacity."""
    from blockplan.report.verdicts import verdict_document

    show_document(verdict_document(result, lang, plan=plan))


def _written(plan: Plan, result: CheckResult, path: Path, lang: str) -> None:
    """The verdicts as a PDF or DOCX file, or the report as HTML: by the ending of the name."""
    from blockplan.report import write_html, write_verdicts

    if path.suffix.lower() in {".docx", ".pdf"}:
        write_verdicts(plan, result, path, lang)
    else:
        write_html(plan, result, path, lang)

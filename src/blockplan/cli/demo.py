"""``blockplan demo``: the whole way on the reference plan."""

from __future__ import annotations

import json
import sys
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import click

from blockplan.cli.common import json_option, progress, show_json, show_table
from blockplan.errors import UsageError
from blockplan.figures import amount
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from blockplan.check.verdict import CheckResult

EXAMPLE = "demonstration-zone"


@click.command(epilog="Example: blockplan demo --out build/demo")
@click.option(
    "--out",
    default="build/demo",
    show_default=True,
    type=click.Path(file_okay=False),
    help="Folder to write to.",
)
@json_option
def command(out: str, as_json: bool) -> None:
    """
    Take the reference plan the whole way: read, validate, measure, check, compare, report.

    The plan is synthetic geometry on the published figures of a real notice.
    """
    from blockplan.check import check
    from blockplan.compare import compare
    from blockplan.plan import read, validate, write
    from blockplan.report import report, write_html

    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    with progress("Reading the reference plan", total=6) as step:
        plan = read(example())
        step("Looking for faults")
        faults = validate(plan)
        step("Judging the plan as drawn")
        result = check(plan)  # first: what a scenario leaves as it is stands for it too
        step("Comparing the scenarios")
        found = compare(plan, list(plan.manifest.scenarios))
        step("Drawing the reports")
        for lang in LANGUAGES:
            written += report(plan, result, folder / lang, lang)
        (folder / "report.html").write_bytes((folder / "en" / "report.html").read_bytes())
        step("Drawing the scenarios")
        for column in found.columns[1:]:
            target = folder / f"scenario-{column.id}.html"
            write_html(column.plan, column.result, target, "en")
            written.append(target)
        (folder / "compare.json").write_text(
            json.dumps(found.to_dict(), ensure_ascii=False, indent=1), encoding="utf-8"
        )
        drawn = folder / "plan"
        if not drawn.exists():  # what somebody drew on it since stays
            write(plan, drawn)
    if as_json:
        document = {"plan": plan.manifest.id, "faults": len(faults), "report": str(folder / "report.html")}
        outcomes = {column.id: _counts(column.result) for column in found.columns}
        show_json({**document, "scenarios": outcomes, "files": [str(path) for path in written]})
        return
    click.echo(plan.manifest.title["en"])
    click.echo(f"synthetic geometry on the published figures; {len(faults)} faults in the data\n")
    titles = plan.manifest.scenarios
    rows = [
        (
            column.id,
            titles.get(column.id, ""),
            amount(column.result.residents.central, "ratio", "en"),
            *_counted(column.result),
        )
        for column in found.columns
    ]
    show_table(("scenario", "what", "residents", "kept", "missed", "unknown", "which rules fail"), rows)
    _what_to_open(folder, {column.id: titles.get(column.id, "") for column in found.columns[1:]})


def _what_to_open(folder: Path, scenarios: dict[str, str]) -> None:
    click.echo(f"\nOpen:  {folder / 'report.html'}")
    click.echo(
        f"       {folder / 'zh' / 'report.html'}, {folder / 'ja' / 'report.html'}  (the same in zh and ja)"
    )
    click.echo(f"       {folder / 'en' / 'sheet.pdf'}  (A3 sheet)")
    for name, title in scenarios.items():
        click.echo(f"       {folder / f'scenario-{name}.html'}  ({title})")
    click.echo(f"\nEdit:  {_here('blockplan')} edit {folder / 'plan'}")


def example() -> Path:
    """Folder of the reference plan: beside the sources in a checkout, inside the package when installed."""
    package = resources.files("blockplan")
    for place in (
        Path(str(package)) / "examples" / EXAMPLE,
        Path(str(package)).parents[1] / "examples" / EXAMPLE,
    ):
        if (place / "plan.toml").is_file():
            return place
    raise UsageError(
        "The reference plan is not installed with this copy of Blockplan. Use a checkout of the sources."
    )


def _here(program: str) -> str:
    """How a program of this environment is called from here."""
    beside = Path(sys.executable).with_name(program)
    if not beside.exists():
        return program
    return str(beside.relative_to(Path.cwd()) if beside.is_relative_to(Path.cwd()) else beside)


def _counts(result: CheckResult) -> dict[str, int]:
    outcomes = [verdict.outcome for verdict in result.verdicts]
    return {outcome: outcomes.count(outcome) for outcome in ("pass", "fail", "unknown", "not_applicable")}


def _counted(result: CheckResult) -> tuple[str, str, str, str]:
    counts = _counts(result)
    failing = ", ".join(verdict.rule for verdict in result.verdicts if verdict.outcome == "fail")
    return str(counts["pass"]), str(counts["fail"]), str(counts["unknown"]), failing or "none"

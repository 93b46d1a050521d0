"""``blockplan import office``: an office's own files into a plan package."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from blockplan.cli.common import json_option, progress, show_json, show_table
from blockplan.figures import fixed

if TYPE_CHECKING:
    from blockplan.exchange.office import OfficeImport
    from blockplan.exchange.office.mapping import Question

#: So many findings are listed on a terminal, the gravest first.
SHOWN = 20
#: And so many of one rule.
A_RULE = 3
_ORDER = {"error": 0, "warning": 1, "note": 2}


@click.command("office", epilog="Example: blockplan import office our-folder --out our-plan")
@click.argument("files", nargs=-1, required=True, metavar="FOLDER|FILE...")
@click.option("--out", required=True, metavar="PLAN", help="Folder (or .zip) of the plan package to write.")
@click.option("--mapping", metavar="M.toml", help="The mapping.toml of an earlier import, corrected.")
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="P.yaml",
    help="Your office's own names of layers and fields.",
)
@click.option(
    "--heal",
    type=click.FloatRange(0, 10),
    default=0.0,
    metavar="METRES",
    help="Heal gaps, double lines, overlaps, slivers and dangles of drawings up to this size; default: none.",
)
@json_option
def command(
    files: tuple[str, ...],
    out: str,
    mapping: str | None,
    profiles: tuple[str, ...],
    heal: float,
    as_json: bool,
) -> None:
    """
    Make a plan of an office's own files: layers, tables, whatever lies in the folder.

    Layers and fields are recognised by names and content. What was read as what is printed and written to
    mapping.toml in PLAN; correct it there and give it back with --mapping.
    """
    from blockplan.exchange.office import import_office

    ask = _ask if not as_json and sys.stdin.isatty() and sys.stderr.isatty() else None
    if ask is None:
        with progress(f"Importing {', '.join(files)}"):
            result = import_office(files, out, mapping=mapping, profiles=profiles, heal_m=heal)
    else:
        result = import_office(files, out, mapping=mapping, profiles=profiles, ask=ask, heal_m=heal)
    if as_json:
        show_json(result.to_dict())
    else:
        _show(result, out)


def _ask(question: Question) -> int:
    """Ask on the terminal which of several readings is meant."""
    click.echo(f"{question.about}?", err=True)
    for number, option in enumerate(question.options, start=1):
        click.echo(f"  {number}  {option}", err=True)
    choice = click.prompt("Number", type=click.IntRange(1, len(question.options)), default=1, err=True)
    return int(choice) - 1


def _show(result: OfficeImport, out: str) -> None:
    click.echo("What was read as what (mapping.toml):")
    rows = [
        (
            f"{row['file']}: {row['layer']}",
            row["role"],
            row["field"],
            row["column"] or "–",
            row["unit"],
            f"{row['confidence']:.2f}",
            row["why"],
        )
        for row in result.mapping.rows()
    ]
    show_table(("file: layer", "role", "field", "column", "unit", "sure", "why"), rows)
    made = result.made
    click.echo(f"\nLand-use codes: {made['code_list']}")
    lost = [one for one in result.mapping.code if one.lost or not one.to]
    if lost:
        show_table(
            ("code", "becomes", "parcels", "lost"),
            [(one.code or one.name, one.to or "–", str(one.parcels), one.lost) for one in lost],
        )
    click.echo(f"Boundary: {made['boundary']}. Roads made as remainder: {fixed(made['roads_ha'], 2)} ha.")
    for joined in made["joined"]:
        click.echo(
            f"Table {joined['file']}: {joined['layer']}: {joined['parcels']} parcels of {joined['rows']} "
            "rows joined."
        )
    click.echo()
    show_table(
        ("layer", "features"), [(name, str(number)) for name, number in result.summary.features.items()]
    )
    _show_findings(result)
    click.echo(f"\nWritten: {out} (with mapping.toml)", err=True)


def _show_findings(result: OfficeImport) -> None:
    if not result.findings:
        return
    counts = Counter((one.grade, one.rule) for one in result.findings)
    click.echo(f"\nFound in the files: {len(result.findings)} things")
    rows = sorted(counts.items(), key=lambda item: (_ORDER[item[0][0]], -item[1]))
    show_table(("grade", "rule", "n"), [(grade, rule, str(n)) for (grade, rule), n in rows], style_by=0)
    seen: Counter[str] = Counter()
    grave = []
    for one in sorted(result.findings, key=lambda one: _ORDER[one.grade]):
        seen[one.rule] += 1
        # Codes stand in the table above; of what repeats, a few are enough here.
        if seen[one.rule] <= A_RULE and (one.rule, one.grade) != ("office-code", "note"):
            grave.append(one)
    for one in grave[:SHOWN]:
        place = ": ".join(filter(None, (one.file, one.layer)))
        click.echo(f"  {one.grade}: {place + ': ' if place else ''}{one.message}")
    if len(result.findings) > len(grave[:SHOWN]):
        click.echo(f"  and {len(result.findings) - len(grave[:SHOWN])} more; --json lists all of them")

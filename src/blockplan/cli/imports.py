"""``blockplan import``: other people's data into a plan package."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import DayType, json_option, lang_option, load, progress, show_json, show_table
from blockplan.cli.flags import with_flags
from blockplan.errors import BlockplanError
from blockplan.figures import fixed, number
from blockplan.texts import pick

if TYPE_CHECKING:
    import datetime as dt

    from blockplan.exchange import ImportSummary
    from blockplan.exchange.cells import Box
    from blockplan.exchange.office.importing import OfficeImport
    from blockplan.exchange.office.mapping import Question
    from blockplan.measure.inputs.grid_people import Settled
    from blockplan.plan import Plan


#: So many findings are listed on a terminal, the gravest first.
SHOWN = 20
#: So many fields that did not come in are listed there.
SHOWN_LOSSES = 20
#: And so many findings of one rule.
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
@lang_option
@json_option
def office_command(
    files: tuple[str, ...],
    out: str,
    mapping: str | None,
    profiles: tuple[str, ...],
    heal: float,
    lang: str,
    as_json: bool,
) -> None:
    """
    Make a plan of an office's own files: layers, tables, whatever lies in the folder.

    Layers and fields are recognised by names and content. What was read as what is printed and written to
    mapping.toml in PLAN; correct it there and give it back with --mapping.
    """
    from blockplan.exchange.office.importing import import_office

    asked = not as_json and sys.stdin.isatty() and sys.stderr.isatty()
    ask = partial(_ask, lang=lang) if asked else None
    # A bar would run through the questions.
    with nullcontext() if asked else progress(f"Importing {', '.join(files)}"):
        try:
            result = import_office(files, out, mapping=mapping, profiles=profiles, ask=ask, heal_m=heal)
        except BlockplanError as error:
            raise type(error)(pick(error.text, lang) or str(error)) from error
    if as_json:
        show_json(result.to_dict())
    else:
        _show_office(result, out, lang)


def _ask(question: Question, lang: str) -> int:
    """Ask on the terminal which of several readings is meant."""
    from blockplan.exchange.office.messages import TEXTS, in_language

    click.echo(f"{in_language(question.about, lang)}?", err=True)
    for at, option in enumerate(question.options, start=1):
        click.echo(f"  {at}  {in_language(option, lang)}", err=True)
    among = click.IntRange(1, len(question.options))
    return int(click.prompt(TEXTS("report.number", lang), type=among, default=1, err=True)) - 1


def _show_office(result: OfficeImport, out: str, lang: str) -> None:
    from blockplan.exchange.office.messages import TEXTS, Message, in_language

    # A mapping that came back says its reasons in English, or as whoever edited it wrote them.
    given = TEXTS("report.by_mapping", lang)

    def heads(key: str) -> list[str]:
        return TEXTS(f"report.{key}", lang).split("|")

    click.echo(TEXTS("report.read_as", lang))
    rows = [
        (
            f"{row['file']}: {row['layer']}",
            row["role"],
            row["field"],
            row["column"] or "–",
            row["unit"],
            f"{row['confidence']:.2f}",
            row["why"].said(lang) if isinstance(row["why"], Message) else given,
        )
        for row in result.mapping.rows()
    ]
    show_table(heads("heads"), rows)
    made = result.made
    click.echo("\n" + TEXTS("report.code_list", lang, list=made["code_list"]))
    lost = [one for one in result.mapping.code if one.lost or not one.to]
    if lost:
        show_table(
            heads("code_heads"),
            [
                (one.code or one.name, one.to or "–", str(one.parcels), in_language(one.lost, lang))
                for one in lost
            ],
        )
    boundary = TEXTS(f"report.{made['boundary']}", lang)
    click.echo(TEXTS("report.boundary", lang, boundary=boundary, ha=fixed(made["roads_ha"], 2)))
    for joined in made["joined"]:
        click.echo(TEXTS("report.joined", lang, **joined))
    click.echo()
    show_table(
        heads("layer_heads"), [(name, str(number)) for name, number in result.summary.features.items()]
    )
    _show_losses(result, lang)
    _show_findings(result, lang)
    click.echo("\n" + TEXTS("report.written", lang, out=out), err=True)


def _show_losses(result: OfficeImport, lang: str) -> None:
    from blockplan.exchange.office.lost_fields import WHOLE_ROW
    from blockplan.exchange.office.messages import TEXTS, in_language

    lost = result.losses
    if not lost:
        return
    n = sum(one.n for one in lost if one.field != WHOLE_ROW)
    click.echo("\n" + with_flags(TEXTS("report.losses", lang, n=n)))
    rows = [
        (
            f"{one.file}: {one.layer}",
            TEXTS("report.whole", lang) if one.field == WHOLE_ROW else one.field,
            str(one.n),
            in_language(one.why, lang),
        )
        for one in lost[:SHOWN_LOSSES]
    ]
    show_table(TEXTS("report.losses_heads", lang).split("|"), rows)
    if len(lost) > SHOWN_LOSSES:
        click.echo("  " + with_flags(TEXTS("report.more", lang, n=len(lost) - SHOWN_LOSSES)))


def _show_findings(result: OfficeImport, lang: str) -> None:
    from blockplan.exchange.office.messages import TEXTS, in_language

    if not result.findings:
        return
    counts = Counter((one.grade, one.rule) for one in result.findings)
    click.echo("\n" + TEXTS("report.found", lang, n=len(result.findings)))
    rows = sorted(counts.items(), key=lambda item: (_ORDER[item[0][0]], -item[1]))
    show_table(
        TEXTS("report.found_heads", lang).split("|"),
        [(TEXTS(f"report.{grade}", lang), rule, str(n)) for (grade, rule), n in rows],
        style_by=0,
    )
    seen: Counter[str] = Counter()
    grave = []
    for one in sorted(result.findings, key=lambda one: _ORDER[one.grade]):
        seen[one.rule] += 1
        # Codes stand in the table above; of what repeats, a few are enough here.
        if seen[one.rule] <= A_RULE and (one.rule, one.grade) != ("office-code", "note"):
            grave.append(one)
    colon = ": " if lang == "en" else "："
    for one in grave[:SHOWN]:
        named = one.file and one.file in one.message
        # A layer without a file is one of the plan.
        layer = one.layer if one.file or not one.layer else TEXTS(f"message.{one.layer}", lang)
        place = [] if named else [part for part in (one.file, layer) if part]
        said = [TEXTS(f"report.{one.grade}", lang), *place, in_language(one.message, lang)]
        click.echo("  " + colon.join(said))
    if len(result.findings) > len(grave[:SHOWN]):
        more = len(result.findings) - len(grave[:SHOWN])
        click.echo("  " + with_flags(TEXTS("report.more", lang, n=more)))


#: So many cells without homes are listed on a terminal.
SHOWN_CELLS = 5


@click.command(
    "residents",
    epilog="Example: blockplan import residents population.csv --plan city --out city-with-people",
)
@click.argument("grid", metavar="GRID")
@click.option("--plan", "path", required=True, metavar="PLAN", help="The plan that the people live in.")
@click.option("--out", required=True, metavar="PLAN", help="Folder (or .zip) of the plan package to write.")
@click.option(
    "--field", metavar="NAME", help="Column with the number of people [default: one that is called so]."
)
@click.option("--cell", "size_m", type=click.FloatRange(min=0, min_open=True), metavar="M",
              help="Side of the cells of a table of points [default: their spacing].")  # fmt: skip
@json_option
def residents_command(
    grid: str, path: str, out: str, field: str | None, size_m: float | None, as_json: bool
) -> None:
    """
    Put the people of GRID (GeoTIFF, polygons, or CSV of points) where they live in a plan.

    People of a cell are shared over its buildings that may be lived in, by floor area; without buildings over
    its land for homes. Who finds no home in his cell is told. plan.toml says where the number comes from.
    """
    from blockplan.exchange.cells import read_cells
    from blockplan.measure.inputs.columns import shapes
    from blockplan.measure.inputs.grid_people import settle
    from blockplan.plan.files.package import write

    with progress(f"Reading {grid}"):
        plan = load(path, None)
        box = _box(shapes(plan, "boundary"))
        cells = read_cells(grid, plan.crs, box, field, size_m)
        found = settle(plan, cells)
        origin = f"{Path(grid).name}: {cells.field}, {len(cells.people)} cells"
        write(_with(plan, found, origin), out)
    if as_json:
        show_json(_document(plan, found, origin))
        return
    import numpy as np

    rows = [(name, fixed(getattr(found, name), 1)) for name in ("people", "beyond", "homeless")]
    show_table(("of the cells", "people"), [*rows, ("settled", fixed(np.nansum(found.residents), 1))])
    click.echo(f"\nShared over {found.layer}, by {found.by}; {origin}")
    if found.outside:
        click.echo(f"{found.outside} homes lie in no cell; how many live in them stays unknown")
    for x, y, people in found.empty_cells[:SHOWN_CELLS]:
        click.echo(f"no home in the cell around {x:.1f} {y:.1f}: {fixed(people, 1)} people")
    if len(found.empty_cells) > SHOWN_CELLS:
        click.echo(f"and {len(found.empty_cells) - SHOWN_CELLS} more cells; --json lists all of them")
    click.echo(f"\nWritten: {out}", err=True)


def _box(boundary: Any) -> Box:
    import shapely

    west, south, east, north = shapely.total_bounds(boundary).tolist()
    return west, south, east, north


def _with(plan: Plan, found: Settled, origin: str) -> Plan:
    """The plan with its people, and what says where they come from."""
    from blockplan.plan import Plan
    from blockplan.plan.model.manifest import manifest_from

    frame = plan.layer(found.layer).copy()
    frame["residents"] = found.residents
    table = plan.manifest.model_dump(mode="python", exclude_none=True)
    said = {key: value for key, value in table.get("residents", {}).items() if key not in {"by", "total"}}
    said |= {"source": found.layer, "from_grid": origin, "shared_by": found.by}
    if found.layer == "buildings":
        said["by"] = "residents"
    manifest = manifest_from({**table, "residents": said}, "plan.toml")
    return Plan(manifest, {**plan.layers, found.layer: frame}, path=plan.path)


def _document(plan: Plan, found: Settled, origin: str) -> dict[str, Any]:
    import numpy as np

    return {
        "plan": plan.manifest.id,
        "residents": float(np.nansum(found.residents)),
        "outside": found.outside,
        "layer": found.layer,
        "shared_by": found.by,
        "from_grid": origin,
        "people": found.people,
        "beyond": found.beyond,
        "homeless": found.homeless,
        "empty_cells": [{"x": x, "y": y, "people": people} for x, y, people in found.empty_cells],
    }


#: How many reasons for which features were not mapped are listed on a terminal, most frequent first.
SHOWN_UNMAPPED = 12


@click.group(
    epilog="Example: blockplan import layers examples/districts/osm-layers.toml --source city.gpkg --out city"
)
def command() -> None:
    """Bring other people's data into a plan package."""


@command.command(
    "layers", epilog="Example: blockplan import layers MAPPING.toml --source our.gpkg --out our-plan"
)
@click.argument("mapping", metavar="MAPPING.toml")
@click.option(
    "--source", required=True, metavar="FILE", help="The file (or folder of files) that holds the layers."
)
@click.option("--out", required=True, metavar="PLAN", help="Folder (or .zip) of the plan package to write.")
@json_option
def layers_command(mapping: str, source: str, out: str, as_json: bool) -> None:
    """Turn your own layers into a plan, as MAPPING.toml says: columns, constants, expressions, codes."""
    from blockplan.exchange import import_layers

    with progress(f"Importing {source}"):
        summary = import_layers(mapping, source, out)
    _show(summary, out, as_json)


@command.command(
    "osm",
    epilog="Example: blockplan import osm city.osm.pbf --out city --crs EPSG:4548 --drawn-on 2024-06-30",
)
@click.argument("source", metavar="FILE")
@click.option("--out", required=True, metavar="PLAN", help="Folder (or .zip) of the plan package to write.")
@click.option(
    "--crs",
    metavar="CRS",
    help="CRS of the plan, in metres; default: the UTM zone of the middle of the data.",
)
@click.option(
    "--drawn-on",
    type=DayType(),
    metavar="DATE",
    help="The day whose rules judge; default: the day of the data, where the file says it.",
)
@click.option(
    "--rules",
    metavar="RULES.toml",
    help="Your own rules of who walks and drives where; default: the house's.",
)
@click.option(
    "--boundary", metavar="FILE|W,S,E,N",
    help="The planned land: a file of polygons, a box in degrees, `bbox` (the box that the extract declares) "
    "or `derived` (the box around its streets). Default: the declared box; without one "
    "derived, with a warning.",
)  # fmt: skip
@json_option
def osm_command(
    source: str,
    out: str,
    crs: str | None,
    drawn_on: dt.date | None,
    rules: str | None,
    boundary: str | None,
    as_json: bool,
) -> None:
    """
    Turn an OpenStreetMap extract (.osm.pbf, .osm) into a plan of what stands.

    Needs the extra `osm`: pip install 'blockplan[osm]'.
    """
    from blockplan.exchange import import_osm

    with progress(f"Importing {source}"):
        summary = import_osm(source, out, crs=crs, drawn_on=drawn_on, rules=rules, boundary=boundary)
    _show(summary, out, as_json)


command.add_command(office_command)
command.add_command(residents_command)


def _show(summary: ImportSummary, out: str, as_json: bool) -> None:
    if summary.derived_land is not None:
        click.echo(
            f"Warning: nobody gave the planned land; it is the {summary.derived_land}, "
            f"{_planned_km2(summary)} km².\nAreas, densities and shares of land rest on it, and say so.\n"
            "Give the outline itself: --boundary FILE (import osm), or layers.boundary of the mapping "
            "(import layers).",
            err=True,
        )
    if as_json:
        show_json(summary.to_dict())
        return
    show_table(("layer", "features"), [(name, str(number)) for name, number in summary.features.items()])
    come = summary.derived_land or summary.made.get("boundary_from", "boundary of the source")
    click.echo(f"\nPlanned land: {_planned_km2(summary)} km², {come}")
    if summary.unmapped:
        rows = sorted(summary.to_dict()["unmapped"], key=lambda row: -row["n"])
        click.echo(f"\nNot mapped: {sum(row['n'] for row in rows)} features for {len(rows)} reasons")
        shown = [(row["class"], row["reason"], str(row["n"])) for row in rows[:SHOWN_UNMAPPED]]
        show_table(("class", "reason", "features"), shown)
        if len(rows) > SHOWN_UNMAPPED:
            click.echo(f"and {len(rows) - SHOWN_UNMAPPED} more reasons; --json lists all of them")
    click.echo(f"\nWritten: {out}", err=True)


def _planned_km2(summary: ImportSummary) -> str:
    land = summary.area_m2_by_class.get("boundary")
    return "not known" if land is None else number(land / 1e6)

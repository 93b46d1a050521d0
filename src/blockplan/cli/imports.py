"""``blockplan import``: other people's data into a plan package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from blockplan.cli.common import DayType, json_option, progress, show_json, show_table
from blockplan.cli.import_office import command as office_command
from blockplan.cli.import_residents import command as residents_command
from blockplan.figures import number

if TYPE_CHECKING:
    import datetime as dt

    from blockplan.exchange import ImportSummary

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
            f"{_planned_km2(summary)} km2.\nAreas, densities and shares of land rest on it, and say so.\n"
            "Give the outline itself: --boundary FILE (import osm), or layers.boundary of the mapping "
            "(import layers).",
            err=True,
        )
    if as_json:
        show_json(summary.to_dict())
        return
    show_table(("layer", "features"), [(name, str(number)) for name, number in summary.features.items()])
    come = summary.derived_land or summary.made.get("boundary_from", "boundary of the source")
    click.echo(f"\nPlanned land: {_planned_km2(summary)} km2, {come}")
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

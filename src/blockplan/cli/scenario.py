"""``blockplan scenario``: scenarios made, compared, renamed and dropped without code."""

from __future__ import annotations

import click

from blockplan.cli.common import json_option, show_json, show_table


@click.group(
    epilog="Example: blockplan scenario new our-plan more-green --set parcels:RD-01-11-003.land_use=1401"
)
def command() -> None:
    """Scenarios of a plan: make one by naming what changes, see what differs, rename, drop."""


@command.command(
    "new",
    epilog="Example: blockplan scenario new our-plan more-green --set parcels:RD-01-11-003.land_use=1401",
)
@click.argument("plan")
@click.argument("name", metavar="NAME")
@click.option(
    "--set", "sets", multiple=True, metavar="LAYER:ID.COLUMN=VALUE", help="A value; empty takes it away."
)
@click.option("--remove", "removes", multiple=True, metavar="LAYER:ID", help="A feature that goes.")
@click.option(
    "--from",
    "sources",
    multiple=True,
    metavar="FILE",
    help="A workbook or CSV of changed rows, or a GeoPackage with edited layers, compared by id.",
)
@click.option("--based-on", metavar="SCENARIO", help="The scenario to start from; default: as drawn.")
@click.option("--title", default="", metavar="TEXT", help="What plan.toml says it is.")
@json_option
def new_command(
    plan: str,
    name: str,
    sets: tuple[str, ...],
    removes: tuple[str, ...],
    sources: tuple[str, ...],
    based_on: str | None,
    title: str,
    as_json: bool,
) -> None:
    """
    Save a scenario NAME of PLAN that differs by what is set, removed, listed or drawn.

    In a table, a row is a feature and an empty cell leaves what is there. A layer of a GeoPackage is a whole
    edited copy: a feature that it has not is gone.
    """
    from blockplan.propose.manual_scenarios import Edits, new_scenario

    new_scenario(plan, name, Edits(sets=sets, removes=removes, sources=sources), based_on, title)
    _show(plan, name, based_on, as_json)


@command.command("diff", epilog="Example: blockplan scenario diff our-plan more-green")
@click.argument("plan")
@click.argument("name", metavar="NAME")
@click.argument("other", metavar="[OTHER]", required=False)
@json_option
def diff_command(plan: str, name: str, other: str | None, as_json: bool) -> None:
    """What differs in scenario NAME from the plan as drawn, or from OTHER: row by row, value by value."""
    _show(plan, name, other, as_json)


@command.command("rename", epilog="Example: blockplan scenario rename our-plan draft-2 more-green")
@click.argument("plan")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@json_option
def rename_command(plan: str, old: str, new: str, as_json: bool) -> None:
    """Give scenario OLD of PLAN the name NEW; proposals that stand on it follow."""
    from blockplan.live.logs import rename_scenario

    rename_scenario(plan, old, new)
    if as_json:
        show_json({"scenario": new, "was": old})
    else:
        click.echo(f"Scenario {old} is now called {new}.")


@command.command("drop", epilog="Example: blockplan scenario drop our-plan more-green")
@click.argument("plan")
@click.argument("name", metavar="NAME")
@json_option
def drop_command(plan: str, name: str, as_json: bool) -> None:
    """Take scenario NAME out of PLAN, for good."""
    from blockplan.live.logs import drop_scenario

    drop_scenario(plan, name)
    if as_json:
        show_json({"scenario": name, "dropped": True})
    else:
        click.echo(f"Scenario {name} is gone.")


def _show(path: str, name: str, other: str | None, as_json: bool) -> None:
    from blockplan.compare.changes import changes
    from blockplan.plan import read

    before, after = read(path, other), read(path, name)
    found = changes(name, before, after)
    if as_json:
        document = {"plan": after.manifest.id, "scenario": name, "compared_with": before.scenario}
        show_json(
            document | {"changed": [one.to_dict() for one in found], "content_hash": after.content_hash}
        )
        return
    rows = [
        (one.layer, one.id, one.kind, column, _said(old), _said(new))
        for one in found
        for column, old, new in (one.fields if one.kind == "changed" else (("", None, None),))
    ]
    show_table(("layer", "id", "change", "column", "was", "is"), rows)
    differ = "1 feature differs" if len(found) == 1 else f"{len(found)} features differ"
    click.echo(f"\n{differ} between {before.scenario} and {name}.", err=True)


def _said(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)

"""``blockplan rules``: rule packs as data."""

from __future__ import annotations

import math

import click

from blockplan.cli.common import json_option, lang_option, pack_option, show_json, show_table


@click.group(epilog="Example: blockplan rules show zone-beds")
def command() -> None:
    """List, show and test the rules of the packs."""


@command.command("list", epilog="Example: blockplan rules list --pack zone --lang zh")
@pack_option
@lang_option
@json_option
def list_command(packs: tuple[str, ...], lang: str, as_json: bool) -> None:
    """List the rules of every pack, or of the named ones."""
    from blockplan.check import list_rules

    rows = list_rules(list(packs) or None, lang)
    if as_json:
        show_json({"rules": rows})
        return
    from blockplan.check.verdict import Required
    from blockplan.measure.measurement import unit_of_figures
    from blockplan.report.words import Words

    keys = ("pack", "rule", "title", "measure", "required", "force", "confidence")
    words = Words(lang)
    for row in rows:
        value = row["required"]["value"]
        ends = tuple(value) if isinstance(value, list) else math.nan if value is None else value
        unit = unit_of_figures(row["measure"], row["unit"])
        row["required"] = words.required(Required(row["required"]["op"], ends), unit)
        row["force"] = words(f"force.{row['force']}")
    heads = [words("rules.force" if key == "force" else f"column.{key}") for key in keys]
    show_table(heads, [[str(row[key]) for key in keys] for row in rows])


@command.command("show", epilog="Example: blockplan rules show zone-green-access --lang ja")
@click.argument("rule")
@pack_option
@lang_option
@json_option
def show_command(rule: str, packs: tuple[str, ...], lang: str, as_json: bool) -> None:
    """Show one rule: limits by day, definition, parameters, source with clause, cases."""
    from blockplan.check import show_rule

    shown = show_rule(rule, lang, packs=list(packs) or None)
    if as_json:
        show_json(shown)
        return
    _tree(shown)


@command.command("test", epilog="Example: blockplan rules test --pack ./our-town")
@pack_option
@json_option
@click.pass_context
def test_command(ctx: click.Context, packs: tuple[str, ...], as_json: bool) -> None:
    """Run the cases that each rule carries. Leaves with 1 if one does not come out as written."""
    from blockplan.check import test_packs

    results = test_packs(list(packs) or None)
    wrong = [case for case in results if not case.holds]
    if as_json:
        keys = ("rule", "case", "expect", "outcome", "ok")
        rows = [(case.rule, case.name, case.expected, case.found, case.holds) for case in results]
        show_json({"cases": [dict(zip(keys, row, strict=True)) for row in rows], "failed": len(wrong)})
    else:
        for case in wrong:
            click.echo(f"{case.rule}: case {case.name!r} expects {case.expected}, the rule says {case.found}")
        click.echo(f"{len(results)} cases, {len(wrong)} not as written")
    ctx.exit(1 if wrong else 0)


def _tree(value: object, indent: int = 0) -> None:
    pad = "  " * indent
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, dict | list) and item:
                click.echo(f"{pad}{key}:")
                _tree(item, indent + 1)
            else:
                click.echo(f"{pad}{key}: {'' if item is None else item}")
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                click.echo(f"{pad}-")
                _tree(item, indent + 1)
            else:
                click.echo(f"{pad}- {item}")

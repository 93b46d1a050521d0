"""``blockplan validate``: faults of a plan's data."""

from __future__ import annotations

from pathlib import Path

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
from blockplan.texts import DEFAULT_LANGUAGE


@click.command(epilog="Example: blockplan validate examples/demonstration-zone/faulty/gap")
@click.argument("plan")
@scenario_option
@click.option(
    "--as",
    "model",
    type=click.Choice(["xplangml", "cnig"]),
    help="PLAN is a file or folder after this data model, held against its rules; no plan is made of it.",
)
@lang_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, plan: str, scenario: str | None, model: str | None, lang: str, as_json: bool
) -> None:
    """
    List the faults of PLAN's data: what is wrong, where, and what to do.

    Leaves with 1 if a fault of grade error stands.
    """
    from blockplan.plan.validity.validate import validate

    if model is not None:
        if scenario is not None:
            raise click.UsageError(
                "A file after another data model has no scenarios: leave out --scenario or --as."
            )
        _foreign(ctx, Path(plan), model, lang, as_json=as_json)
        return
    drawn = load(plan, scenario)
    with progress("Looking for faults"):
        faults = validate(drawn)
    if as_json:
        show_json(
            {
                "plan": drawn.manifest.id,
                "scenario": drawn.scenario,
                "faults": [f.to_dict(lang) for f in faults],
            }
        )
    else:
        _show(faults, lang)
    ctx.exit(1 if any(found.grade == "error" for found in faults) else 0)


def _foreign(ctx: click.Context, path: Path, model: str, lang: str, *, as_json: bool) -> None:
    """The faults of a file after somebody else's model."""
    from blockplan.exchange.foreign import check_foreign

    with progress("Looking for faults"):
        name, faults = check_foreign(path, model)
    if as_json:
        show_json({"plan": name, "faults": [one.to_dict(lang) for one in faults]})
    else:
        _show(tuple(faults), lang)
    ctx.exit(1 if any(one.grade == "error" for one in faults) else 0)


def _show(faults: tuple, lang: str) -> None:  # type: ignore[type-arg]  # Fault, imported only when it is needed
    from blockplan.plan.model.faults import GRADES, NAMES, named, rows_said

    def called(layer: str) -> str:
        return layer if lang == DEFAULT_LANGUAGE else named("layer", layer, lang)

    if faults:
        rows = [
            (
                NAMES(f"listing.{found.grade}", lang),
                found.rule,
                rows_said(f"{called(found.layer)} {found.id or ''}".strip(), lang),
                "" if found.x is None else f"{found.x:.1f} {found.y:.1f}",
                found.message(lang),
                found.remedy(lang),
            )
            for found in faults
        ]
        show_table(tuple(NAMES("listing.heads", lang).split("|")), rows, style_by=0)
    counts = {grade: sum(found.grade == grade for found in faults) for grade in GRADES}
    if lang != DEFAULT_LANGUAGE:
        click.echo(NAMES("listing.counts", lang, **counts))
        return
    click.echo(", ".join(f"{number} {grade}{'s' if number != 1 else ''}" for grade, number in counts.items()))

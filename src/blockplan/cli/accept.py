"""``blockplan accept``: a package that somebody filed, judged and made a plan."""

from __future__ import annotations

from pathlib import Path

import click

from blockplan.cli.common import json_option, office_lang_option, progress
from blockplan.cli.deliver import show


@click.command(epilog="Example: blockplan accept build/package --profile hangzhou-xg --out build/plan")
@click.argument("folder")
@click.option("--profile", required=True, metavar="ID|FILE.yaml", help="The city's delivery profile.")
@click.option("--out", metavar="PLAN", help="Folder (or .zip) of the plan package to write.")
@click.option("--upper", type=click.Path(), metavar="FILE", help="Master plan: town limit, farmland, lines.")
@office_lang_option
@json_option
def command(folder: str, profile: str, out: str | None, upper: str | None, lang: str, as_json: bool) -> None:
    """
    Read the package in FOLDER, judge it by the quality rules of a delivery profile, and write its plan.

    Without --out it is judged alone. What the package says and the plan cannot hold is listed value by value.
    Leaves with 1 where a blocking fault stands.
    """
    from blockplan.deliver.handover import accept
    from blockplan.deliver.profile import load_delivery_profile

    wanted = load_delivery_profile(profile)
    with progress(f"Reading {folder}"):
        found = accept(Path(folder), wanted, Path(out) if out else None, upper=Path(upper) if upper else None)
    show(found, lang, as_json=as_json)

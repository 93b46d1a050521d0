"""``blockplan edit``: the workbench on this machine."""

from __future__ import annotations

import os
import signal
import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from blockplan.cli.common import json_option, on_option, pack_option, progress, scenario_option, show_line
from blockplan.errors import UsageError

if TYPE_CHECKING:
    import datetime as dt
    from types import FrameType


@click.command(epilog="Example: blockplan edit examples/demonstration-zone --scenario b")
@click.argument("plan", type=click.Path(path_type=Path))
@scenario_option
@pack_option
@on_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port on this machine; default: the same for a plan each time, else a free one.",
)
@click.option("--new", is_flag=True, help="Begin the scenario that --scenario names.")
@click.option("--no-browser", is_flag=True, help="Only print the link.")
@click.option("--who", default="", help="Who edits, as the log of edits writes it.")
@click.option("--base-map", default="", help="Pictures under the plan: https://.../{z}/{x}/{y}.png.")
@click.option("--base-map-credit", default="", help="To whom the base map belongs, as the map says.")
@json_option
def command(
    plan: Path,
    scenario: str | None,
    packs: tuple[str, ...],
    on: dt.date | None,
    port: int | None,
    new: bool,
    no_browser: bool,
    who: str,
    base_map: str,
    base_map_credit: str,
    as_json: bool,
) -> None:
    """
    Draw PLAN on a map and watch every verdict move; edits go into a scenario, as you make them.

    PLAN is a folder or a zip; as drawn it stays as it is. Without --scenario the edits go into `draft`.
    Ends with Ctrl-C; every edit that was answered is on the disk.
    """
    from blockplan.portal.config import base_map_address
    from blockplan.portal.workspace.desk import EditingDesk
    from blockplan.portal.workspace.serve import run

    try:
        under = (base_map_address(base_map), base_map_credit)
    except ValueError as error:
        raise UsageError(f"{error}.") from None
    desk = EditingDesk(plan, packs=packs or None, on=on, who=who)
    with progress(f"Judging {plan}"):
        desk.open(scenario, new=new)
    for note in desk.notes:
        click.echo(note, err=True)
    # Whoever ends us politely wants the scenario's file written, as Ctrl-C does.
    signal.signal(signal.SIGTERM, _interrupt)

    def ready(link: str) -> None:
        if as_json:
            show_line({"url": link, "plan": str(plan), "scenario": desk.session.scenario})
        else:
            click.echo(f"The workbench on {plan}, scenario {desk.session.scenario}:\n  {link}")
        sys.stdout.flush()
        if not no_browser:
            webbrowser.open(link)

    try:
        run(desk, port, ready, under)
    except KeyboardInterrupt:
        click.echo("Saved.", err=True)
        sys.stdout.flush()
        # Answers that are still worked out hold what Python would take apart at its end, for seconds or for
        # good. Nothing of them is to be kept.
        os._exit(0)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt

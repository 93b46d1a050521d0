"""``blockplan serve``: the web service on this machine."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from blockplan.cli.common import json_option, load, progress, scenario_option, show_json
from blockplan.cli.demo import example
from blockplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from blockplan.plan import Plan
    from blockplan.portal.config import Config
    from blockplan.portal.preloading import Judged

#: What is said of a plan at hand, by what became of it.
_SAID = {
    "begun": "Draft notice {notice} was begun, not public. A link to read it, for 24 h:\n  {address}",
    "changed": "Draft notice {notice} has the changed plan now. A link to read it, for 24 h:\n  {address}",
    "there": "Draft notice {notice} has this plan already. A link to read it, for 24 h:\n  {address}",
    "open": "This plan is on notice already: {address}",
}


@click.command(epilog="Example: blockplan serve examples/demonstration-zone --data build/portal")
@click.argument("plan", required=False, type=click.Path(path_type=Path))
@scenario_option
@click.option(
    "--data",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Folder of keys, files and database; default: blockplan-data.",
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--database", metavar="URL", help="postgresql://... ; without it SQLite in the data folder.")
@click.option("--demo", is_flag=True, help="Put the reference plan (synthetic) on notice from today on.")
@click.option(
    "--country",
    type=click.Choice(["CN", "JP", "DE"]),
    help="Whose law of notice a draft of PLAN begins with; default: that of the plan's packs, else CN.",
)
@click.option(
    "--setup-link",
    is_flag=True,
    help="Print a new link for an administrator, and serve nothing; the last link ends.",
)
@click.option(
    "--clock-is-right",
    is_flag=True,
    help="Say that this machine's clock is right as it is now, after it leapt, and serve nothing.",
)
@click.option(
    "--complete-copy",
    is_flag=True,
    help="Say that nothing was entered after this copy of the data folder was made, and serve nothing.",
)
@json_option
def command(
    plan: Path | None,
    scenario: str | None,
    data: str | None,
    port: int,
    database: str | None,
    demo: bool,
    country: str | None,
    setup_link: bool,
    clock_is_right: bool,
    complete_copy: bool,
    as_json: bool,
) -> None:
    """
    Serve notices to read and to comment on; on an empty folder it sets itself up.

    PLAN becomes the draft of a notice: its pages can be read at once by the link that is printed, and by the
    office. Nothing of it is public before two persons released it there. Called again with the same content
    it is the same draft; with other content the draft has the new plan. A plan that cannot be read begins
    nothing.

    It listens on this machine alone. For others put a server with a certificate in front, and write its
    address into blockplan.toml of the data folder.
    """
    if sys.platform == "win32":
        raise UsageError(
            "The web service needs Linux or macOS: it locks files and starts processes as they do. "
            "Start it there (or in WSL); all other commands run here too."
        )
    from blockplan.portal.serve import UMASK

    os.umask(UMASK)  # names, keys and drafts are written from here on, by this process and those it starts
    only_said = setup_link or clock_is_right or complete_copy
    judged = None if plan is None or only_said else _judge(plan, scenario)
    from blockplan.portal import serve

    local = None if "BLOCKPLAN_ADDRESS" in os.environ else f"http://localhost:{port}"
    asked = {"data": data, "database": database, "address": local}
    with _reference_plan(asked, wanted=demo and not only_said) as reference:
        config = serve.set_up(**asked)
        if clock_is_right or complete_copy:
            _say_so(config, clock_is_right=clock_is_right, complete_copy=complete_copy)
            return
        link = serve.setup_link(config, again=setup_link)
        if link:
            click.echo(
                f"To make the account of an administrator (once, within 24 hours):\n  {link}", err=True
            )
        told = _told(config, port, link)
        if setup_link:
            if as_json:
                show_json(told)
            return
        if judged is not None:
            told["notice"] = _at_hand(config, *judged, country)
        serve.preload()  # here already, while the reference plan is being judged
        if demo:
            from blockplan.portal.demo import open_demo

            name = open_demo(example(), reference)
            address = f"{config.address}/en/notices/{name}/"
            told["notice"] = {"id": name, "outcome": "open", "address": address}
            click.echo(f"Demonstration notice: {address}", err=True)
    if as_json:
        show_json(told)
    click.echo(f"Serving on http://127.0.0.1:{port}; for readers: {config.address}", err=True)
    serve.run(config, port)


def _say_so(config: Config, *, clock_is_right: bool, complete_copy: bool) -> None:
    """What only somebody can know: that the clock is right, that a copy lacks nothing."""
    from blockplan.portal import clock
    from blockplan.portal.record import place

    if clock_is_right:
        clock.trust()
        click.echo(f"The clock is taken for right: {clock.now():%Y-%m-%d %H:%M:%S} UTC.", err=True)
    if complete_copy:
        names = ", ".join(place.settle_all(config, anew=True))
        click.echo(f"Goes on from here: {names or 'no notice'}.", err=True)


def _told(config: Config, port: int, link: str | None) -> dict[str, Any]:
    """What a program needs to know of the service; the database without its password."""
    url = urlsplit(config.database or "")
    database = url._replace(netloc=url.netloc.rpartition("@")[2]).geturl()
    return {
        "address": config.address,
        "listens": f"http://127.0.0.1:{port}",
        "pid": os.getpid(),
        "data": str(config.data),
        "database": database or str(config.data / "portal.sqlite3"),
        "setup_link": link,
        "notice": None,
    }


@contextmanager
def _reference_plan(asked: dict[str, str | None], *, wanted: bool) -> Iterator[Callable[[], Judged]]:
    """What gives the reference plan, judged; ahead where the folder is new, so that it will be asked for."""
    from blockplan.portal.config import read_config
    from blockplan.portal.preloading import judged, judged_ahead

    if wanted and not read_config(os.environ, **asked).begun:
        with judged_ahead(example()) as waiting:
            yield waiting
    else:
        yield lambda: judged(example())


def _judge(plan: Path, scenario: str | None) -> tuple[Plan, Judged]:
    """Read a plan and judge its public package before anything is begun; what cannot be read raises."""
    from blockplan.check import check
    from blockplan.notice.package import FrozenPlan

    drawn = load(str(plan), scenario)
    frozen = FrozenPlan.of(drawn)
    with progress("Judging") as step:
        result = check(frozen.plan, progress=step)
    grave = sum(fault["grade"] == "error" for fault in result.to_dict().get("faults", ()))
    if grave:
        click.echo(
            f"{grave} faults of grade error stand in {plan}; `blockplan validate {plan}` lists them.",
            err=True,
        )
    return drawn, (frozen, result)


def _at_hand(config: Config, plan: Plan, judged: Judged, code: str | None) -> dict[str, str]:
    from django.db import connection

    from blockplan.portal.office.plan_drafts import law_of_packs, put_at_hand

    try:
        found = put_at_hand(plan, judged, config, code=code)
    finally:
        connection.close()
    click.echo(_SAID[found.outcome].format(notice=found.notice, address=found.address), err=True)
    if found.outcome != "open":
        office = f"{config.address.rstrip('/')}/en/office/notices/{found.notice}/draft/"
        click.echo(f"In the office: {office}", err=True)
    if found.outcome == "begun" and code is None and law_of_packs(plan) is None:
        click.echo(
            "No pack of the plan is of a country whose law of notice is known: the draft begins with that of "
            "China (CN), in Beijing time. Name another by --country, or choose it in the office.",
            err=True,
        )
    if plan.manifest.synthetic:
        click.echo("The plan says that it is synthetic, and so do its pages.", err=True)
    return {"id": found.notice, "outcome": found.outcome, "address": found.address}

"""``blockplan notice``: a public notice from opening to publication, on one file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import DayType, json_option, scenario_option, show_json, together
from blockplan.cli.notice import answers, desk, opinions, trust
from blockplan.cli.notice import record as notice_record
from blockplan.cli.notice.common import (
    act_options,
    enters,
    entry_document,
    key_path,
    notice_argument,
    now,
    reading,
    reason_option,
    record,
    said,
    show_entry,
    tip_path,
    two_person_options,
)
from blockplan.notice import SqliteStore
from blockplan.notice.package import FrozenPlan, PackageChoice

if TYPE_CHECKING:
    from blockplan.notice import Event
    from blockplan.notice.office import Law


@click.group(epilog="Example: blockplan notice status town.notice")
def command() -> None:
    """
    Put a plan on public notice, take opinions in, answer them, and publish: one file, one record.

    The dates are those of the law, decided by this machine's clock; nothing in the record can be lost or
    tampered with unseen.
    """


#: By which law, and when.
law_options = together(
    click.option(
        "--country", metavar="CN|JP|DE|FILE", help="The law of notice: a country, or a file like theirs."
    ),
    click.option("--rule", metavar="ID", help="A rule of the country; default: its first."),
    click.option("--subdivision", metavar="PART", help="Whose holidays count, where they differ (BE)."),
    click.option("--first", type=DayType(), metavar="DATE", required=True, help="The day of the notice."),
    click.option(
        "--last",
        type=DayType(),
        metavar="DATE",
        help="Last day of opinions; default: the earliest lawful one.",
    ),
    click.option(
        "--inspection-last",
        type=DayType(),
        metavar="DATE",
        help="Last day of inspection, where it is another.",
    ),
    click.option(
        "--publication",
        type=click.Choice(["none", "after_close_summary", "after_close_full", "live"]),
        help="What is shown of opinions, and when; default: as usual in the country.",
    ),
    click.option("--authority", help="Who gives the notice."),
    click.option("--place", "places", multiple=True, help="Where the plan can be seen, with hours."),
    click.option("--channel", "channels", multiple=True, help="How opinions can be sent."),
)
#: The plan, and what of it goes out.
plan_options = together(
    click.argument("plan"),
    law_options,
    scenario_option,
    click.option("--withhold", multiple=True, metavar="NAME", help="A layer, or layer.column, that stays."),
    click.option(
        "--add",
        multiple=True,
        metavar="NAME",
        help="A layer, or layer.column, that goes though none knows it.",
    ),
)


@command.command(
    "open",
    epilog="Example: blockplan notice open town.notice examples/demonstration-zone --country CN "
    "--first 2026-12-01 --by clerk",
)
@notice_argument
@plan_options
@click.option("--id", "name", metavar="ID", help="Id of the notice; default: that of the plan.")
@click.option("--origin", metavar="NAME", help="Name of the log and its key; default: blockplan/ID.")
@click.option(
    "--step", "steps", multiple=True, metavar="STEP=DATE", help="A step done before, as the country has it."
)
@act_options
def open_command(
    notice: str, plan: str, name: str | None, origin: str | None, key: str | None, **options: Any
) -> None:
    """
    Begin the record NOTICE: PLAN goes on notice, in a package that is built of it for the public.

    What goes out are the layers and columns that the contract knows, in one scenario, and no other file.
    A new key is made for the record. Keep it, and the file of the newest checkpoint beside it, apart
    from the record.
    """
    from blockplan.notice.office import open_notice
    from blockplan.notice.proof.notary import Notary, TipFile, new_key, read_key

    law, more = _law(options)
    law.period()  # refuses wrong dates before anything is written
    frozen = FrozenPlan.read(plan, options["scenario"], _choice(options))
    name = name or str(frozen.said["id"])
    path, begun = key_path(notice, key), Path(notice).exists()
    signer = read_key(path) if path.exists() else new_key(path, origin or f"blockplan/{name}")
    notary = Notary(signer, TipFile(tip_path(path)))
    try:
        with SqliteStore(notice, notice=name, notary=notary, clock=now) as store:
            event = open_notice(
                store, frozen, law, by=options["by"], more=more, steps=_steps(options["steps"])
            )
    except BaseException:
        if not begun:
            _take_back(notice)
        raise
    lang, as_json = options["lang"], options["as_json"]
    show_entry(event, lang, as_json, key=str(notary.verifier))
    if not as_json:
        click.echo(said("key", lang, key=notary.verifier))
        click.echo(said("keep_key", lang, path=path, tip=tip_path(path)), err=True)


@command.command(
    "extend",
    epilog="Example: blockplan notice extend town.notice --last 2027-01-15 --reason holidays --by clerk",
)
@notice_argument
@click.option("--last", type=DayType(), metavar="DATE", required=True, help="The new last day of opinions.")
@click.option(
    "--inspection-last",
    type=DayType(),
    metavar="DATE",
    help="The new last day of inspection, where it is another.",
)
@reason_option
@act_options
@enters
def extend_command(store: SqliteStore, last: dt.date, **given: Any) -> Event:
    """Lengthen the running period; it is never shortened."""
    from blockplan.notice.office import extend

    return extend(store, last, **given)


@command.command("close", epilog="Example: blockplan notice close town.notice --by clerk")
@notice_argument
@act_options
@enters
def close_command(store: SqliteStore, by: str) -> Event:
    """
    Enter that the period is over.

    It is refused before the end: withdraw or restart the notice if it must stop. Opinions that come
    later are kept, and marked late.
    """
    from blockplan.notice.office import close

    return close(store, by=by)


@command.command(
    "restart",
    epilog="Example: blockplan notice restart town.notice new-plan --country CN --first 2027-01-04 "
    '--reason "a park was moved" --by clerk',
)
@notice_argument
@plan_options
@reason_option
@act_options
def restart_command(notice: str, plan: str, key: str | None, **options: Any) -> None:
    """
    Begin a new period after a material change of the plan; the opinions of the one before stay in
    the record. What of PLAN goes out is built anew, as by `notice open`.
    """
    from blockplan.notice.office import restart

    law, more = _law(options)
    frozen = FrozenPlan.read(plan, options["scenario"], _choice(options))
    with record(notice, key) as (store, _):
        event = restart(store, frozen, law, reason=options["reason"], by=options["by"], more=more)
    show_entry(event, options["lang"], options["as_json"])


@command.command(
    "withdraw",
    epilog='Example: blockplan notice withdraw town.notice --reason "the plan is given up" --by clerk',
)
@notice_argument
@reason_option
@act_options
@enters
def withdraw_command(store: SqliteStore, **given: Any) -> Event:
    """Withdraw the notice: the plan is not pursued, and the record ends."""
    return store.append("notice_withdrawn", given)


@command.command(
    "step", epilog="Example: blockplan notice step town.notice submission --on 2027-02-01 --by clerk"
)
@notice_argument
@click.argument("step")
@click.option("--on", type=DayType(), metavar="DATE", required=True, help="The day on which it was done.")
@act_options
@enters
def step_command(store: SqliteStore, step: str, on: dt.date, by: str) -> Event:
    """Enter a step that the country adds (`status` lists them)."""
    return store.append("stepped", {"step": step, "on": on.isoformat(), "by": by})


@command.command(
    "repair-clock",
    epilog='Example: blockplan notice repair-clock town.notice --reason "wrong time server" --by clerk '
    "--second head",
)
@notice_argument
@reason_option
@two_person_options
def repair_clock_command(
    notice: str, reason: str, by: str, second: str, key: str | None, lang: str, as_json: bool
) -> None:
    """
    Correct a record whose newest entries were made while this machine's clock stood ahead.

    Set the clock right first. Time then goes on by it, and opinions that were late by the wrong clock alone
    are in time; the entry says which, and both verifiers work it out again.
    """
    with record(notice, key) as (store, _):
        event = store.append("clock_repaired", {"reason": reason, "by": by, "second": second})
    show_entry(event, lang, as_json, in_time=event.payload["in_time"])


def _state_command(name: str, kind: str, help_text: str) -> None:
    @command.command(
        name,
        help=help_text,
        epilog=f"Example: blockplan notice {name} town.notice --on 2027-03-01 --by clerk",
    )
    @notice_argument
    @click.option("--on", type=DayType(), metavar="DATE", required=True, help="The day from which it holds.")
    @act_options
    @enters
    def state_command(store: SqliteStore, on: dt.date, by: str) -> Event:
        return store.append(kind, {"on": on.isoformat(), "by": by})


_state_command("in-force", "in_force", "Enter that the published plan is in force.")
_state_command("supersede", "superseded", "Enter that another plan has taken its place.")


@command.command("show", epilog="Example: blockplan notice show town.notice 17")
@notice_argument
@click.argument("entry", type=click.IntRange(min=0))
@json_option
def show_command(notice: str, entry: int, as_json: bool) -> None:
    """Show one entry, without names and addresses."""
    with reading(notice) as store:
        found = next((event for event in store.events() if event.seq == entry), None)
    if found is None:
        raise click.UsageError(f"There is no entry {entry} in {notice}.")
    if as_json:
        show_json(entry_document(found))
        return
    click.echo(f"{found.seq}  {found.at}  {found.kind}")
    for name, value in found.payload.items():
        click.echo(f"  {name}: {value}")


def _choice(options: dict[str, Any]) -> PackageChoice:
    """What of the plan goes out."""
    return PackageChoice(withheld=options["withhold"], added=options["add"])


def _law(options: dict[str, Any]) -> tuple[Law, dict[str, Any]]:
    from blockplan.notice.office import Law

    if options["country"] is None:
        raise click.UsageError("Name the law of notice: --country CN, JP, DE, or a file like theirs.")
    names = ("country", "rule", "subdivision", "first", "last", "inspection_last")
    more = {name: options[name] for name in ("publication", "authority")}
    more |= {name: list(options[name]) for name in ("places", "channels")}
    return Law(**{name: options[name] for name in names}), more


def _steps(given: tuple[str, ...]) -> list[tuple[str, str]]:
    found = []
    for one in given:
        name, _, day = one.partition("=")
        try:
            found.append((name, dt.date.fromisoformat(day).isoformat()))
        except ValueError:
            raise click.UsageError(
                f"--step {one!r}: write the step and its day, as expert_review=2026-11-20."
            ) from None
    return found


def _take_back(notice: str) -> None:
    """Nothing half-written: a record without entries goes again. The key stays, and serves the next try."""
    if Path(notice).is_file():
        with reading(notice) as store:
            if next(store.events(), None) is not None:
                return
        for suffix in ("", "-wal", "-shm"):
            Path(notice + suffix).unlink(missing_ok=True)


for module in (opinions, answers, desk, notice_record, trust):
    for one in module.COMMANDS:
        command.add_command(one)

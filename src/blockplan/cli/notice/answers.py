"""
``blockplan notice cut ... publish``: opinions cut, sorted and answered, until the report may be
published.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import json_option, lang_option, show_json, show_table
from blockplan.cli.notice.common import (
    act_options,
    by_number,
    by_option,
    enters,
    key_option,
    notice_argument,
    reading,
    record,
    said,
    two_person_options,
    with_number,
)
from blockplan.notice.events import ANSWERS
from blockplan.texts import shortened

if TYPE_CHECKING:
    from blockplan.notice import Event, Ledger, SqliteStore
    from blockplan.respond import Desk


@click.command("cut", epilog="Example: blockplan notice cut town.notice --by planner")
@notice_argument
@act_options
def cut_command(notice: str, by: str, key: str | None, lang: str, as_json: bool) -> None:
    """Cut every opinion that is not cut yet into segments, one for each point it makes."""
    from blockplan.respond import Desk

    with record(notice, key) as (store, _):
        store.transact(lambda ledger: Desk(ledger).cut(by=by))
        _show_segments(Desk(store), lang, as_json)


@click.command("segments", epilog="Example: blockplan notice segments town.notice --open")
@notice_argument
@click.option("--open", "only_open", is_flag=True, help="Only those without an answer.")
@lang_option
@json_option
def segments_command(notice: str, only_open: bool, lang: str, as_json: bool) -> None:
    """List the segments, each with its theme and answer."""
    from blockplan.respond import Desk

    with reading(notice) as store:
        _show_segments(Desk(store), lang, as_json, only_open=only_open)


@click.command(
    "theme", epilog='Example: blockplan notice theme town.notice "Trees and shade" O-1.1 O-4.2 --by planner'
)
@notice_argument
@click.argument("title")
@click.argument("segments", nargs=-1, metavar="SEGMENT...", callback=by_number)
@click.option("--id", "theme", metavar="THEME", help="Use or rename the theme of this id.")
@by_option
@key_option
@json_option
def theme_command(
    notice: str,
    title: str,
    segments: tuple[str, ...],
    theme: str | None,
    by: str,
    key: str | None,
    as_json: bool,
) -> None:
    """Name a theme, and put segments into it."""
    from blockplan.respond import Desk

    def work(ledger: Ledger) -> str:
        desk = Desk(ledger)
        name = desk.name_theme(title, by=by, theme=theme)
        if segments:
            desk.assign(list(segments), name, by=by)
        return name

    with record(notice, key) as (store, _):
        name = store.transact(work)
    if as_json:
        show_json({"theme": name, "title": title, "segments": list(segments)})
    else:
        click.echo(name)


@click.command(
    "answer",
    epilog="Example: blockplan notice answer town.notice O-1.1 --kind adopted "
    '--reason "The street gets trees." --by planner',
)
@notice_argument
@click.argument("target", metavar="SEGMENT|THEME", callback=by_number)
@click.option("--kind", type=click.Choice(ANSWERS), required=True, help="What kind of answer.")
@click.option("--reason", required=True, help="Why; it is published.")
@click.option(
    "--change",
    "changes",
    multiple=True,
    metavar="LAYER:ID:COLUMN:OLD:NEW:VERSION",
    help="What it changed in the plan, and in which version; OLD and NEW as JSON where they are no words.",
)
@act_options
@enters
def answer_command(store: SqliteStore, target: str, by: str, **given: Any) -> Event:
    """
    Answer a segment, or a theme with all of its segments; an answer of a segment stands before that
    of its theme.
    """
    from blockplan.respond import Desk, answer_from

    changes = [_change(one) for one in given["changes"]]
    answer = answer_from({"kind": given["kind"], "reason": given["reason"], "changes": changes}, by)

    def work(ledger: Ledger) -> None:
        desk = Desk(ledger)
        if any(theme == target for theme in desk.themes):
            desk.answer_theme(target, answer, by=by)
        else:
            desk.answer_segment(target, answer, by=by)

    store.transact(work)
    return list(store.events({"answered"}))[-1]


@click.command("complete", epilog="Example: blockplan notice complete town.notice --by planner")
@notice_argument
@act_options
@enters
def complete_command(store: SqliteStore, by: str) -> Event:
    """Enter that every segment of every opinion has its answer; refused while one has none."""
    from blockplan.respond import Desk, require_complete

    def work(ledger: Ledger) -> Event:
        require_complete(Desk(ledger))
        return ledger.append("answers_complete", {"by": by})

    return store.transact(work)


@click.command("approve", epilog="Example: blockplan notice approve town.notice --by planner --second head")
@notice_argument
@two_person_options
@enters
def approve_command(store: SqliteStore, **given: Any) -> Event:
    """Enter the approval of plan and answers. An answer given afterwards takes it back."""
    return store.append("approved", given)


@click.command(
    "publish",
    epilog="Example: blockplan notice publish town.notice --report report.html --by planner --second head",
)
@notice_argument
@click.option(
    "--report",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    help="A file of the report.",
)
@two_person_options
@enters
def publish_command(store: SqliteStore, files: tuple[str, ...], by: str, second: str) -> Event:
    """
    Enter the publication of the answers, with the files of the report.

    Refused while one segment has no answer, or the count of opinions does not come out even.
    """
    from blockplan.cli.notice.inputs import attachment
    from blockplan.respond import Desk, reconcile, require_complete
    from blockplan.respond.coverage import received

    attachments = [attachment(path) for path in files]
    report = {Path(path).name: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in files}

    def work(ledger: Ledger) -> Event:
        desk = Desk(ledger)
        require_complete(desk)
        counts = reconcile(desk.opinions.by_id.values(), received=received(desk)).to_dict()
        payload = {"report": report, "reconciliation": counts, "by": by, "second": second}
        return ledger.append("published", payload, attachments=attachments)

    return store.transact(work)


def _show_segments(desk: Desk, lang: str, as_json: bool, *, only_open: bool = False) -> None:
    rows = []
    for segment in desk.open_segments():
        theme, answer = desk.theme_of(segment.id), desk.answer_of(segment.id)
        if answer is None or not only_open:
            rows.append({
                "segment": segment.id, "opinion": segment.opinion, "start": segment.start, "end": segment.end,
                "text": desk.text_of(segment), "theme": theme.id if theme else None,
                "answer": answer.kind if answer else None,
            })  # fmt: skip
    if as_json:
        show_json({"segments": rows})
        return
    keys = ("segment", "theme", "answer", "text")
    numbers = desk.opinions.numbers
    shown = [row | {"segment": with_number(str(row["segment"]), numbers, lang)} for row in rows]
    show_table(keys, [[shortened(str(row[key] or "–"), 70) for key in keys] for row in shown])
    done = sum(row["answer"] is not None for row in rows)
    click.echo(said("answered", lang, segments=len(rows), answered=done), err=True)


def _change(said: str) -> dict[str, Any]:
    from blockplan.respond.answers import change_of

    parts = said.split(":")
    if len(parts) != 6:
        raise click.UsageError(
            f"--change {said!r}: write LAYER:ID:COLUMN:OLD:NEW:VERSION, as parcels:P-1:far:2.5:2.0:v2."
        )

    return change_of(parts)


COMMANDS = (
    cut_command,
    segments_command,
    theme_command,
    answer_command,
    complete_command,
    approve_command,
    publish_command,
)

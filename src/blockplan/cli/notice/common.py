"""What the commands of ``notice`` share: the record with its key, the persons, what was entered."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import json_option, lang_option, show_json, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from blockplan.notice import Event, SqliteStore
    from blockplan.notice.proof.notary import Notary

notice_argument = click.argument("notice", metavar="NOTICE", type=click.Path(dir_okay=False))
key_option = click.option(
    "--key",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="The private key; default: NOTICE.key. The newest checkpoint is kept beside it.",
)
by_option = click.option("--by", required=True, metavar="NAME", help="Who does this (a post, or a name).")
second_option = click.option(
    "--second", required=True, metavar="NAME", help="The second person who looked; not the same."
)
#: As whom, with which key, and how it is told: ``key``, ``lang``, ``as_json``; ``by``; ``second``.
entry_options = together(key_option, lang_option, json_option)
act_options = together(by_option, entry_options)
two_person_options = together(by_option, second_option, entry_options)
reason_option = click.option("--reason", required=True, help="Why; it stands in the record.")


def now() -> dt.datetime:
    """The server's time."""
    from blockplan.notice.ledger import system_clock

    return system_clock()


def key_path(notice: str, key: str | None) -> Path:
    """Where the private key is."""
    return Path(key) if key else Path(f"{notice}.key")


def tip_path(key: Path) -> Path:
    """Where the newest signed checkpoint is kept."""
    return key.with_name(key.name + ".signed")


def notary_of(notice: str, key: str | None) -> Notary:
    """Who signs the record."""
    from blockplan.notice.proof.notary import Notary, TipFile, read_key

    path = key_path(notice, key)
    return Notary(read_key(path), TipFile(tip_path(path)))


@contextmanager
def record(notice: str, key: str | None) -> Iterator[tuple[SqliteStore, Notary]]:
    """The record, open for entries, and its notary."""
    from blockplan.notice import SqliteStore

    if not Path(notice).is_file():
        raise click.UsageError(f"There is no record {notice}. Begin one with `blockplan notice open`.")
    notary = notary_of(notice, key)
    with SqliteStore(notice, notary=notary, clock=now) as store:
        yield store, notary


@contextmanager
def reading(notice: str) -> Iterator[SqliteStore]:
    """The record, to be read; no key is needed."""
    from blockplan.notice import SqliteStore

    if not Path(notice).is_file():
        raise click.UsageError(f"There is no record {notice}. Begin one with `blockplan notice open`.")
    with SqliteStore(notice) as store:
        yield store


def said(key: str, lang: str, /, **values: Any) -> str:
    """A sentence of the room in a language."""
    from blockplan.notice.refusals import WORDS

    return WORDS(f"say.{key}", lang, **values)


def by_number(ctx: click.Context, _param: click.Parameter, given: Any) -> Any:
    """An opinion or point as the record names it, where it was given by its number: ``2``, ``2.1``."""
    from blockplan.notice.numbers import id_of

    notice = ctx.params.get("notice")
    if not given or notice is None or not Path(notice).is_file():
        return given
    with reading(notice) as store:
        entries = list(store.events({"submitted"}))
    return tuple(id_of(one, entries) for one in given) if isinstance(given, tuple) else id_of(given, entries)


opinion_argument = click.argument("opinion", metavar="OPINION", callback=by_number)


def with_number(opinion: str, numbers: Mapping[str, int], lang: str) -> str:
    """An opinion or a point by its number, with the id that commands take beside: ``No. 1 (O-17)``."""
    from blockplan.notice.numbers import with_id

    return with_id(opinion, numbers.get(opinion.partition(".")[0]), lang)


def kind_in_words(kind: str, lang: str) -> str:
    """The name of a kind of entry."""
    from blockplan.notice.refusals import WORDS

    return WORDS(f"kind.{kind}", lang)


def show_entry(event: Event, lang: str, as_json: bool, **more: Any) -> None:
    """What was entered: as JSON, or a line."""
    if as_json:
        show_json(entry_document(event) | more)
        return
    click.echo(said("entered", lang, seq=event.seq, kind=kind_in_words(event.kind, lang), at=event.at))
    if "period" in event.payload:
        click.echo(period_line(event.payload["period"], lang))


def enters(work: Callable[..., Event]) -> Callable[..., None]:
    """A command that makes one entry: `work` gets the open record and the options, and gives the entry."""

    @wraps(work)
    def command(notice: str, key: str | None, lang: str, as_json: bool, **given: Any) -> None:
        with record(notice, key) as (store, _):
            event = work(store, **given)
        show_entry(event, lang, as_json)

    return command


def entry_document(event: Event) -> dict[str, Any]:
    """An entry as JSON."""
    return {"entry": event.seq, "kind": event.kind, "at": event.at, "payload": event.payload}


def period_line(period: dict[str, Any], lang: str) -> str:
    """The period in a sentence; the inspection too, and the counting, where one may expect another."""
    span = period["submission"]
    line = said("period", lang, zone=period["zone"], ends=period["ends_before"][:19] + "Z", **span)
    first, last = (dt.date.fromisoformat(span[end]) for end in ("first", "last"))
    if span["days"] == (last - first).days:
        line += "; " + said("first_day_out", lang)
    if period["inspection"]["last"] != span["last"]:
        line += "; " + said("inspection", lang, last=period["inspection"]["last"])
    return line

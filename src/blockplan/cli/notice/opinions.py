"""``blockplan notice submit ...``: opinions in, their receipts, and what may be shown of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import show_json
from blockplan.cli.flags import with_flags
from blockplan.cli.notice.common import (
    act_options,
    enters,
    entry_document,
    entry_options,
    key_option,
    notice_argument,
    opinion_argument,
    reason_option,
    record,
    said,
    show_entry,
    two_person_options,
    with_number,
)
from blockplan.cli.notice.inputs import (
    attachment,
    beside,
    beside_options,
    text_file_option,
    text_of,
    text_option,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.notice import Event, SqliteStore
    from blockplan.notice.proof.notary import Notary
    from blockplan.notice.submissions import Amendment, Submission

secret_option = click.option("--secret", help="The submitter's secret.")
clerk_option = click.option("--by", metavar="NAME", help="The clerk who does it at the submitter's wish.")


@click.command(
    "submit",
    epilog='Example: blockplan notice submit town.notice --text "More trees, please." --receipt receipt.json',
)
@notice_argument
@text_option
@text_file_option
@beside_options
@click.option(
    "--channel",
    default="counter",
    show_default=True,
    help="How it came: counter, post, email, phone, meeting, web.",
)
@click.option(
    "--from", "sender", type=click.Choice(["public", "agency"]), default="public", show_default=True
)
@click.option("--received-at", metavar="DATE", help="Day or time of arrival, where it is entered later.")
@click.option("--name", help="Of the submitter; never published.")
@click.option("--address", help="Of the submitter; never published.")
@click.option("--contact", help="Of the submitter; never published.")
@click.option("--standing", help="Resident, landowner, interested person ...; never published.")
@click.option(
    "--receipt", type=click.Path(dir_okay=False), metavar="FILE", help="Write the receipt to this file."
)
@entry_options
def submit_command(
    notice: str, key: str | None, receipt: str | None, lang: str, as_json: bool, **given: Any
) -> None:
    """
    Take an opinion in: numbered, marked in time or late by this machine's clock, with a receipt.

    The secret that is shown lets the submitter amend and withdraw it; it is shown this once.
    """
    from blockplan.notice.numbers import numbers
    from blockplan.notice.submissions import submit

    with record(notice, key) as (store, notary):
        event, secret = submit(store, _opinion(store, {**given, "lang": lang}))
        document = _receipt(store, notary, event)
        told = numbers(store.events({"submitted"}))
    name = str(event.opinion)
    if receipt:
        _write(receipt, document)
    if as_json:
        more = {"opinion": name, "number": told[name], "secret": secret, "receipt": document}
        show_json(entry_document(event) | more)
        return
    called = with_number(name, told, lang)
    click.echo(said("late" if event.payload["late"] else "in_time", lang, opinion=called))
    if event.payload.get("defects"):
        click.echo(said("defects", lang, said=", ".join(event.payload["defects"])))
    click.echo(said("secret", lang, secret=secret))
    if receipt:
        click.echo(said("receipt", lang, path=receipt), err=True)


@click.command("receipt", epilog="Example: blockplan notice receipt town.notice O-3 --out receipt.json")
@notice_argument
@opinion_argument
@click.option(
    "--out", type=click.Path(dir_okay=False), metavar="FILE", help="Write it to this file; default: stdout."
)
@key_option
def receipt_command(notice: str, opinion: str, out: str | None, key: str | None) -> None:
    """Give the receipt of an opinion again, with what was put in its place since; newest checkpoint."""
    with record(notice, key) as (store, notary):
        about = list(store.events(about=opinion))
        if not about:
            raise click.UsageError(
                f"There is no opinion {opinion!r} in {notice}. Name it by its number (1, 2, 3) "
                "or its entry (O-17)."
            )
        document = _receipt(store, notary, *about)
    if out:
        _write(out, document)
    else:
        show_json(document)


@click.command(
    "amend", epilog='Example: blockplan notice amend town.notice O-3 --text "Fewer trees." --secret SECRET'
)
@notice_argument
@opinion_argument
@text_option
@text_file_option
@beside_options
@click.option("--drop-file", "dropped", multiple=True, metavar="NAME", help="A file that it has no more.")
@secret_option
@clerk_option
@entry_options
def amend_command(notice: str, opinion: str, key: str | None, lang: str, as_json: bool, **given: Any) -> None:
    """
    Change an opinion while the period runs: its words, and whatever stands beside them.

    What is not named stays as it is; an empty text ("") takes it out. --object names all objects anew, --file
    adds a file. What was said first stays in the record.
    """
    from blockplan.notice.submissions import amend

    with record(notice, key) as (store, _):
        new = _amendment(store, opinion, {**given, "lang": lang})
        event = amend(store, opinion, new, secret=given["secret"], by=given["by"])
    show_entry(event, lang, as_json)


def _amendment(store: SqliteStore, opinion: str, given: dict[str, Any]) -> Amendment:
    from blockplan.notice.submissions import Amendment, files_of, newest_words

    before = newest_words(store, opinion)
    text, more = text_of(given, needed=False), beside(store, given)
    if text is None:
        text = "" if before is None else str(before.payload.get("text") or "")
        if not (more or given["files"] or given["dropped"]):
            raise click.UsageError(
                "Nothing is given that would change it. Give --text, --object, --place, --file or another "
                "of the options."
            )
    there = files_of(store, before)
    for name in given["dropped"]:
        if name not in [file.name for file in there]:
            names = ", ".join(file.name for file in there) or "none"
            raise click.UsageError(f"{opinion} has no file {name!r}. Its files: {names}.")
    stay = [file for file in there if file.name not in given["dropped"]]
    files = [*stay, *(attachment(path) for path in given["files"])]
    return Amendment(text=text, more=more, files=files, of=None if before is None else before.seq)


@click.command(
    "withdraw-opinion", epilog="Example: blockplan notice withdraw-opinion town.notice O-3 --secret SECRET"
)
@notice_argument
@opinion_argument
@secret_option
@clerk_option
@click.option("--reason", help="Why, if the submitter says so.")
@entry_options
@enters
def withdraw_opinion_command(store: SqliteStore, opinion: str, **given: Any) -> Event:
    """Take an opinion back. It stays counted, as withdrawn, and is not published."""
    from blockplan.notice.submissions import withdraw

    return withdraw(store, opinion, **given)


@click.command(
    "redact",
    epilog='Example: blockplan notice redact town.notice O-3 --text "The house at [...]" '
    "--ground privacy --by a --second b",
)
@notice_argument
@opinion_argument
@text_option
@text_file_option
@click.option("--ground", required=True, help="Why not as it came.")
@two_person_options
@enters
def redact_command(store: SqliteStore, opinion: str, **given: Any) -> Event:
    """Enter the text of an opinion that may be published, in the place of its own. Two persons must look."""
    more = {name: given[name] for name in ("ground", "by", "second")}
    return store.append("redacted", {"opinion": opinion, "text": text_of(given), **more})


@click.command(
    "withhold",
    epilog='Example: blockplan notice withhold town.notice O-3 --ground "third persons" --by a --second b',
)
@notice_argument
@opinion_argument
@click.option("--ground", required=True, help="Why it is not published.")
@two_person_options
@enters
def withhold_command(store: SqliteStore, **given: Any) -> Event:
    """Keep an opinion from publication, with the ground. It is answered and counted all the same."""
    return store.append("withheld", given)


@click.command(
    "restore",
    epilog='Example: blockplan notice restore town.notice 2 --reason "no ground any more" --by a --second b',
)
@notice_argument
@opinion_argument
@reason_option
@two_person_options
@enters
def restore_command(store: SqliteStore, **given: Any) -> Event:
    """Undo what redacted or withheld an opinion. Two persons must look, as for what it undoes."""
    return store.append("restored", given)


@click.command(
    "erase",
    epilog='Example: blockplan notice erase town.notice O-3 --ground "asked for by the submitter" --by clerk',
)
@notice_argument
@opinion_argument
@click.option("--ground", required=True, help="Why it must go.")
@click.option("--person-only", is_flag=True, help="Erase name, address and contact; the words stay.")
@act_options
def erase_command(
    notice: str,
    opinion: str,
    ground: str,
    person_only: bool,
    by: str,
    key: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """
    Erase what somebody sent, for ever: words, files, name and address, and the keys of their commitments.

    Every other proof still holds. What was published or backed up before is not reached. Where another
    program reads the file just now, the words stay in it or in its log of writes until that ends: then this
    says so, and ends with exit code 1.
    """
    from blockplan.notice.submissions import erase

    with record(notice, key) as (store, _):
        event = erase(store, opinion, ground=ground, by=by, person_only=person_only)
        done = store.finish_erasing()
    show_entry(event, lang, as_json, **({} if done else {"left": ["log"]}))
    if not done:
        click.echo(said("erasure_left", lang, path=f"{notice}-wal"), err=True)
        click.get_current_context().exit(1)


@click.command("import-opinions", epilog="Example: blockplan notice import-opinions town.notice letters.xlsx")
@notice_argument
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--again", is_flag=True, help="Take in every row, also those that are in the record already.")
@entry_options
def import_command(notice: str, file: str, again: bool, key: str | None, lang: str, as_json: bool) -> None:
    """
    Take in the opinions of FILE: CSV, a workbook, or a mailbox (.mbox, .eml). All of them, or none.

    What the record has already is not entered twice. The day of arrival that the file gives decides
    whether an opinion is in time. An empty row is no opinion, and is reported.
    """
    from blockplan.notice.numbers import numbers
    from blockplan.notice.submissions import source_of, submit_many, submit_new
    from blockplan.respond.importing import read_opinions

    digest = _digest(file)
    rows = read_opinions(file)
    kept = [row for row in rows if row.says_something]
    with record(notice, key) as (store, _):
        if not again and any(source_of(event) == digest for event in store.events({"submitted"})):
            raise click.UsageError(
                f"{file} was imported before. Give --again if its opinions are to be taken in twice."
            )
        listed = [_from_row(row, file, digest) for row in kept]
        done: Sequence[tuple[Event, str] | None]
        done = submit_many(store, listed) if again else submit_new(store, listed)
        told = numbers(store.events({"submitted"}))
    looks = [{"row": row.row, "message": fault} for row in rows for fault in row.faults]
    made = [(row, one[0]) for row, one in zip(kept, done, strict=True) if one is not None]
    there = [row.row for row, one in zip(kept, done, strict=True) if one is None]
    late = sum(bool(event.payload["late"]) for _, event in made)
    if as_json:
        opinions = [{"row": row.row, "opinion": event.opinion, "number": told[str(event.opinion)],
                     "late": event.payload["late"]} for row, event in made]  # fmt: skip
        empty = [row.row for row in rows if not row.says_something]
        show_json({"file": file, "sha256": digest, "opinions": opinions, "late": late, "look_at": looks,
                   "there": there, "empty_rows": empty})  # fmt: skip
        return
    ends = [with_number(str(made[at][1].opinion), told, lang) for at in (0, -1)] if made else ["–", "–"]
    first, last = ends
    click.echo(said("imported", lang, count=len(made), first=first, last=last, late=late))
    if there:
        click.echo(with_flags(said("there_already", lang, count=len(there))), err=True)
    for one in looks:
        click.echo(said("look", lang, row=one["row"], said=one["message"]), err=True)


def _opinion(store: SqliteStore, given: dict[str, Any]) -> Submission:
    from blockplan.notice.submissions import ABOUT_PERSON, Submission

    files = [attachment(path) for path in given["files"]]
    text = text_of(given, needed=not files) or ""
    more = {"received_at": given["received_at"], **beside(store, given)}
    person = {name: given[name] for name in ABOUT_PERSON if given[name]}
    return Submission(
        text=text, channel=given["channel"], sender=given["sender"], more=more, person=person, files=files
    )


def _from_row(row: Any, file: str, digest: str) -> Submission:
    from blockplan.notice.submissions import Submission

    more = {**row.payload(), "source": {"file": Path(file).name, "sha256": digest, "row": row.row}}
    text, channel, sender = (more.pop(name) for name in ("text", "channel", "from"))
    # What nobody knows the meaning of may be personal, and is kept with the person.
    person = {**row.person, **{name: more.pop(name) for name in ("other", "standing") if name in more}}
    return Submission(
        text=text, channel=channel, sender=sender, more=more, person=person, files=row.attachments
    )


def _receipt(store: SqliteStore, notary: Notary, *about: Event) -> dict[str, Any]:
    from blockplan.notice.receipts import receipt_with_later

    return receipt_with_later(about, store, store.checkpoint() or "", notary.verifier)


def _write(path: str, document: dict[str, Any]) -> None:
    Path(path).write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _digest(file: str) -> str:
    import hashlib

    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


COMMANDS = (
    submit_command,
    import_command,
    receipt_command,
    amend_command,
    withdraw_opinion_command,
    redact_command,
    withhold_command,
    restore_command,
    erase_command,
)

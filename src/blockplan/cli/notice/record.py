"""``blockplan notice status|export|checkpoint|verify``: the record as others see it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import json_option, lang_option, progress, show_json, show_table
from blockplan.cli.flags import with_flags
from blockplan.cli.notice.common import (
    entry_options,
    key_path,
    kind_in_words,
    notice_argument,
    now,
    period_line,
    reading,
    record,
    said,
    with_number,
)
from blockplan.errors import BlockplanError

if TYPE_CHECKING:
    from blockplan.notice.verify import Verification


FILE = click.Path(exists=True, dir_okay=False)


@click.command("status", epilog="Example: blockplan notice status town.notice --lang zh")
@notice_argument
@click.option("--log", "whole", is_flag=True, help="List every entry too.")
@lang_option
@json_option
def status_command(notice: str, whole: bool, lang: str, as_json: bool) -> None:
    """Where the notice stands: state, dates, what was received, what is due."""
    from blockplan.notice.numbers import numbers
    from blockplan.notice.overview import overview
    from blockplan.notice.refusals import WORDS

    with reading(notice) as store:
        events = list(store.events())
        found = overview(store.notice, events, now())
    told = numbers(events)
    if whole:
        found["log"] = [
            {"entry": event.seq, "kind": event.kind, "at": event.at, "opinion": event.opinion,
             "number": told.get(event.opinion or "")}
            for event in events
        ]  # fmt: skip
    if as_json:
        show_json(found)
        return
    click.echo(f"{found['notice']}: {WORDS('state.' + found['state'], lang)}")
    if found["period"]:
        click.echo(period_line(found["period"], lang))
    counts = found["opinions"]
    senders = {name: counts["by_sender"].get(name, 0) for name in ("public", "agency")}
    click.echo(said("counts", lang, **counts, **senders))
    if counts["entered_after_end"]:
        click.echo(said("entered_after_end", lang, count=counts["entered_after_end"]))
    if found["publish_by"] and found["state"] == "approved":
        click.echo(said("publish_by", lang, day=found["publish_by"]))
    if whole:
        rows = [
            [
                str(one["entry"]),
                one["at"],
                kind_in_words(one["kind"], lang),
                with_number(one["opinion"] or "", told, lang),
            ]
            for one in found["log"]
        ]
        show_table(["", "UTC", "", ""], rows)


@click.command("export", epilog="Example: blockplan notice export town.notice --out record")
@notice_argument
@click.option(
    "--out", required=True, type=click.Path(), metavar="DIR", help="The folder; it must not be there yet."
)
@click.option(
    "--archive", is_flag=True, help="The office's own copy, with names and addresses; never publish it."
)
@entry_options
def export_command(notice: str, out: str, archive: bool, key: str | None, lang: str, as_json: bool) -> None:
    """Write the record as a folder that needs nothing else, for everybody to verify."""
    from blockplan.notice.countersignatures import Outside
    from blockplan.notice.record import export

    with record(notice, key) as (store, notary), progress(f"Writing {out}"):
        outside = Outside(key_path(notice, key))
        manifest = export(store, out, notary, archive=archive, outside=outside)
    if as_json:
        show_json({"record": out, "key": str(notary.verifier), **manifest})
        return
    click.echo(said("exported", lang, path=out, entries=manifest["entries"], files=len(manifest["files"])))
    click.echo(said("key", lang, key=notary.verifier))


@click.command("checkpoint", epilog="Example: blockplan notice checkpoint town.notice > checkpoint.txt")
@notice_argument
def checkpoint_command(notice: str) -> None:
    """Print the newest signed checkpoint, for a newspaper, a notary or another office to keep."""
    with reading(notice) as store:
        note = store.checkpoint()
    if note is None:
        raise click.UsageError(f"Nothing was signed in {notice} yet.")
    click.echo(note, nl=False)


@click.command(
    "verify", epilog="Example: blockplan notice verify examples/demonstration-record --receipt receipt.json"
)
@click.argument("subject", metavar="RECORD", type=click.Path(exists=True))
@click.option(
    "--key",
    metavar="KEY",
    help="The office's public key (or a file with it), from elsewhere than the record.",
)
@click.option(
    "--checkpoint", "checkpoints", multiple=True, type=FILE, help="A checkpoint that somebody else kept."
)
@click.option(
    "--receipt", "--promise", "receipts", multiple=True, type=FILE,
    help="A receipt, or what was promised before entry, that a submitter holds.",
)  # fmt: skip
@click.option(
    "--law", "laws", multiple=True, type=FILE, help="An ordinance by which days are counted, a YAML file."
)
@click.option(
    "--witness",
    "witnesses",
    multiple=True,
    metavar="KEY",
    help="The key of a witness (or a file): it must have signed a checkpoint of the record.",
)
@click.option(
    "--stamp-root",
    "roots",
    multiple=True,
    type=FILE,
    help="Certificate (PEM) of a time-stamping authority: its stamps in the record are checked.",
)
@lang_option
@json_option
@click.pass_context
def verify_command(
    ctx: click.Context,
    subject: str,
    key: str | None,
    checkpoints: tuple[str, ...],
    receipts: tuple[str, ...],
    laws: tuple[str, ...],
    witnesses: tuple[str, ...],
    roots: tuple[str, ...],
    lang: str,
    as_json: bool,
) -> None:
    """
    Verify a RECORD (a folder that `export` wrote), a signed amendment (a folder that `amend --key` wrote), or
    a single receipt or promise (a file). Leaves with 1 if anything is wrong.

    The record alone proves that it is whole and fits its key. That the key is the office's, and that nobody
    was shown another record, is proved by --key, --checkpoint and --receipt.
    """
    from blockplan.deliver.amendment.seal import is_amendment
    from blockplan.notice.countries import country
    from blockplan.notice.verify import read_document, verify

    public = _line(key) if key else key
    amendment = is_amendment(Path(subject))
    if (Path(subject).is_file() or amendment) and any((checkpoints, receipts, laws, witnesses, roots)):
        raise click.UsageError(
            f"{subject} is {'an amendment' if amendment else 'one document'}, which --key alone verifies."
            " Leave out --checkpoint, --receipt, --law, --witness and --stamp-root, or name a record."
        )
    if Path(subject).is_file():
        ctx.exit(_verify_receipt(subject, public, lang, as_json))
    if amendment:
        ctx.exit(_verify_amendment(subject, public, lang, as_json))
    notes = [_note(path) for path in checkpoints]
    documents = [read_document(Path(path)) for path in receipts]
    with progress(f"Verifying {subject}"):
        given = [country(path) for path in laws]
        lines = [_line(one) for one in witnesses]
        found = verify(
            subject, key=public, checkpoints=notes, receipts=documents, laws=given, witnesses=lines
        )
        _check_answers(found)
    stamps = _stamps(found, roots)
    if as_json:
        show_json(found.to_dict(lang) | {"stamps": stamps})
    else:
        _show(found, lang, trusted=bool(key or checkpoints or receipts))
        for one in stamps:
            click.echo(said("stamped", lang, **one))
    ctx.exit(0 if found.holds else 1)


def _line(given: str) -> str:
    """A key as it was given, or the content of the file that was named."""
    return Path(given).read_text(encoding="utf-8") if Path(given).is_file() else given


def _stamps(found: Verification, roots: tuple[str, ...]) -> list[dict[str, str]]:
    """When authorities stamped checkpoints of the record; asked for with --stamp-root."""
    from blockplan.notice.countersignatures import stamped_at

    trusted = [Path(root).read_bytes() for root in roots]
    told = []
    for one in found.stamps if trusted else ():
        try:
            at = stamped_at(one, trusted)
        except BlockplanError as error:
            found.find("stamp_forged", "timestamps.jsonl", str(error))
            continue
        size = one["checkpoint"].split("\n")[1]
        told.append({"authority": one["authority"], "at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "size": size})
    return told


def _check_answers(found: Verification) -> None:
    """
    What the room of answers knows besides: nobody was left without one, and the published count is
    true.
    """
    from blockplan.respond.coverage import audit

    try:
        said = audit(entry.event for entry in found.log.entries)
    except (KeyError, TypeError, ValueError, AttributeError, BlockplanError) as error:
        found.find("log_damaged", "log.jsonl", f"{type(error).__name__}: {error}")
        return
    for kind, seq, what in said:
        found.find(kind, f"entry {seq} (published)", what)


def _show(found: Verification, lang: str, *, trusted: bool) -> None:
    from blockplan.notice.refusals import WORDS

    if found.holds:
        document = found.to_dict(lang)
        state = WORDS(f"state.{document['state']}", lang)
        click.echo(said("holds", lang, entries=document["entries"], state=state, root=document["root"]))
    else:
        click.echo(said("broken", lang, count=len(found.findings)))
        for finding in found.findings:
            click.echo(f"  {finding.message(lang)}")
        if any(finding.kind == "rule_unknown" for finding in found.findings):
            click.echo(with_flags(said("ordinance_file", lang)), err=True)
    for loss in found.losses:
        click.echo(said("recovered", lang, **loss | {"lost": loss["lost"] or "–"}))
    for one in found.seen:
        click.echo(said("seen", lang, **one))
    for one in found.promises:
        if one["outcome"] in {"kept", "open"}:
            click.echo(said(f"promise_{one['outcome']}", lang, **one))
    for _, judged in found.periods:
        click.echo(said("judged_period", lang, **judged.to_dict()))
    click.echo(said("key", lang, key=found.key or "–"))
    if not trusted:
        click.echo(with_flags(said("key_from_record", lang)), err=True)


def _verify_amendment(path: str, public: str | None, lang: str, as_json: bool) -> int:
    from blockplan.deliver.amendment.seal import verify
    from blockplan.deliver.amendment.wording import TEXTS, kind_said
    from blockplan.notice.verify import wanted_key

    found = verify(Path(path), wanted_key(public))
    if as_json:
        show_json(found.to_dict(lang))
    elif found.faults:
        click.echo(TEXTS("say.broken", lang, count=len(found.faults)))
        for fault in found.faults:
            click.echo(f"  {fault[lang]}")
    else:
        click.echo(TEXTS("say.holds", lang, kind=kind_said(found.manifest["kind"], lang)))
    if not as_json:
        if found.unsigned:
            click.echo(TEXTS("say.unsigned", lang, names=", ".join(found.unsigned)))
        click.echo(said("key", lang, key=found.key or "–"))
        if public is None:
            click.echo(with_flags(said("key_from_record", lang)), err=True)
    return 1 if found.faults else 0


def _verify_receipt(path: str, public: str | None, lang: str, as_json: bool) -> int:
    from blockplan.notice.promises import is_promise
    from blockplan.notice.proof.notes import verifier
    from blockplan.notice.receipts import faults_of_receipt
    from blockplan.notice.verify import read_document, wanted_key

    document: Any = read_document(Path(path))
    if is_promise(document):
        return _verify_promise(path, document, public, lang, as_json)
    faults = faults_of_receipt(document, wanted_key(public))
    if as_json:
        leaf = document.get("leaf") if isinstance(document, dict) else None
        show_json({"receipt": path, "holds": not faults, "leaf": leaf, "faults": faults})
    elif faults:
        click.echo(said("broken", lang, count=len(faults)))
        for fault in faults:
            click.echo(f"  {fault}")
    else:
        leaf = document["leaf"]
        # A receipt proves the entry; the number that people are told it does not know.
        number = f"O-{leaf['seq']}" if leaf["kind"] == "submitted" else leaf["kind"]
        click.echo(said("receipt_holds", lang, opinion=number, at=leaf["at"], seq=leaf["seq"]))
        click.echo(said("key", lang, key=verifier(document["key"])))
    return 1 if faults else 0


def _verify_promise(path: str, document: Any, public: str | None, lang: str, as_json: bool) -> int:
    """By itself: whether it was kept, a record or the monitor tells."""
    from blockplan.notice.promises import read_promise
    from blockplan.notice.verify import wanted_key

    try:
        found, faults = read_promise(document, wanted_key(public)), []
    except ValueError as error:
        found, faults = None, [str(error)]
    when = {} if found is None else {"arrived": found.arrived, "until": found.until}
    if as_json:
        show_json({"promise": path, "holds": not faults, "faults": faults} | when)
    elif faults:
        click.echo(said("broken", lang, count=len(faults)))
        click.echo(f"  {faults[0]}")
    else:
        click.echo(said("promise_holds", lang, **when))
        click.echo(said("key", lang, key=document["key"]))
    return 1 if faults else 0


def _note(path: str) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise click.UsageError(f"{path} is no signed checkpoint: not UTF-8 text.") from None


COMMANDS = (status_command, export_command, checkpoint_command, verify_command)

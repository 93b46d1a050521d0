"""``blockplan notice recover``, ``cosign``, ``stamp``, ``witness``, ``monitor``: what others see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import json_option, lang_option, show_json
from blockplan.cli.notice.common import (
    key_option,
    key_path,
    notice_argument,
    now,
    reason_option,
    record,
    said,
    show_entry,
    two_person_options,
)
from blockplan.errors import UsageError

if TYPE_CHECKING:
    from blockplan.notice.proof.notary import Notary
    from blockplan.notice.store import Store

FILE = click.Path(exists=True, dir_okay=False)


@click.command(
    "recover",
    epilog='Example: blockplan notice recover town.notice --receipt receipt-O-5.json --reason "disk lost" '
    "--by clerk --second head",
)
@click.argument("notice", metavar="NOTICE")
@click.option(
    "--data", type=click.Path(file_okay=False), metavar="DIR", help="Data folder of the web service."
)
@click.option("--database", metavar="URL", help="Of the web service, where it is not SQLite.")
@click.option("--receipt", "receipts", multiple=True, type=FILE, help="A receipt that a submitter holds.")
@click.option(
    "--checkpoint", "checkpoints", multiple=True, type=FILE, help="A checkpoint that somebody holds."
)
@reason_option
@two_person_options
def recover_command(
    notice: str, data: str | None, database: str | None, receipts: tuple[str, ...],
    checkpoints: tuple[str, ...], reason: str, by: str, second: str, key: str | None, lang: str,
    as_json: bool,
) -> None:  # fmt: skip
    """
    Continue a record that was restored from a backup, under a new key.

    What came after the backup and stands in a --receipt is entered anew, in time or late as it was, with a
    new secret for its submitter, and so are amendments and withdrawals that receipts bring along; files must
    be handed in again. The old key says that the new one goes on,
    and is put aside. Publish the new key like the first.
    """
    from blockplan.notice.recovery import Held, recover
    from blockplan.notice.verify import read_document

    held = Held(
        [read_document(Path(path)) for path in receipts],
        [Path(path).read_text(encoding="utf-8") for path in checkpoints],
    )
    if data is None:
        from blockplan.notice import SqliteStore

        if not Path(notice).is_file():
            raise click.UsageError(
                f"There is no record {notice}. Give --data for a notice of the web service."
            )
        path = key_path(notice, key)
        stores: list[SqliteStore] = []

        def opened(notary: Notary) -> Store:
            stores.append(SqliteStore(notice, notary=notary, clock=now))
            return stores[-1]

        try:
            done = recover(opened, path, held, reason=reason, by=by, second=second)
        finally:
            for store in stores:
                store.close()
    else:
        done = _of_service(notice, data, database, held, {"reason": reason, "by": by, "second": second})
    entered = {name: {"opinion": new, "secret": secret} for name, (new, secret) in done.entered.items()}
    later = {str(old): new for old, new in done.later.items()}
    show_entry(done.event, lang, as_json, key=str(done.key), entered=entered, later=later)
    if not as_json:
        for name, (new, secret) in done.entered.items():
            click.echo(f"{name} -> {new}  {secret}")
        click.echo(said("key", lang, key=done.key))


def _of_service(notice: str, data: str, database: str | None, held: Any, who: dict[str, str]) -> Any:
    from blockplan.notice.recovery import recover
    from blockplan.portal import serve

    config = serve.set_up(data=data, database=database)
    from blockplan.portal.record import place
    from blockplan.portal.record.place import drop_all
    from blockplan.portal.record.store import store_with

    done = recover(
        lambda notary: store_with(notice, notary, config), config.keys / f"{notice}.key", held, **who
    )
    place.settle(config, notice)
    drop_all(notice)  # what was exported of before
    return done


@click.command(
    "cosign",
    epilog="Example: blockplan notice cosign town.notice --witness https://witness.example.org "
    "--witness-key witness.txt",
)
@notice_argument
@click.option("--witness", required=True, metavar="URL", help="Where the witness is asked (add-checkpoint).")
@click.option("--witness-key", required=True, metavar="KEY", help="Its key name+hash+key, or a file with it.")
@key_option
def cosign_command(notice: str, witness: str, witness_key: str, key: str | None) -> None:
    """Have a witness set its signature below the newest checkpoint; it travels with every export."""
    from blockplan.notice.countersignatures import Outside, ask_witness
    from blockplan.notice.proof.witnesses import Witness

    line = _line(witness_key)
    try:
        who = Witness.read(line)
    except ValueError as error:
        raise UsageError(f"{line!r} is {error}. Copy the line as the witness publishes it.") from None
    with record(notice, key) as (store, notary):
        notary.require_newest(store, store.size)
        note = _newest(store)
        outside = Outside(key_path(notice, key))
        before = next((one for one in outside.witnessed()[::-1] if one.startswith(note)), note)
        signed = ask_witness(before, notary.verifier, store, who, witness)
    outside.add_witnessed(signed)
    click.echo(signed, nl=False)


@click.command(
    "stamp", epilog="Example: blockplan notice stamp town.notice --authority https://time.example.org/tsr"
)
@notice_argument
@click.option("--authority", required=True, metavar="URL", help="A time-stamping authority (RFC 3161).")
@key_option
def stamp_command(notice: str, authority: str, key: str | None) -> None:
    """Have an authority stamp the newest checkpoint with its time (extra `timestamps`); once a day, say."""
    from blockplan.notice.countersignatures import Outside, stamp, stamped_at

    with record(notice, key) as (store, notary):
        notary.require_newest(store, store.size)
        made = stamp(_newest(store), authority)
    Outside(key_path(notice, key)).add_stamp(made)
    click.echo(f"{stamped_at(made):%Y-%m-%dT%H:%M:%SZ}")


def _newest(store: Store) -> str:
    note = store.checkpoint()
    if note is None:
        raise UsageError("Nothing was signed in this record yet.")
    return note


@click.command(
    "witness",
    epilog="Example: blockplan notice witness witness/ --name office-b.example/witness --log key.txt",
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", metavar="NAME", help="Name of the key, where it is made now.")
@click.option("--log", "logs", multiple=True, required=True, metavar="KEY", help="Key of a log (or a file).")
@click.option("--port", default=8100, show_default=True, type=click.IntRange(1, 65535))
def witness_command(folder: Path, name: str | None, logs: tuple[str, ...], port: int) -> None:
    """
    Be a witness for other offices' records (C2SP tlog-witness), on this machine.

    It signs only what leads on from what it saw, and keeps that in FOLDER with its key. Put a server with a
    certificate in front, and publish the line that is printed.
    """
    from blockplan.notice.monitoring import serve_witness
    from blockplan.notice.proof.notary import new_key, read_key
    from blockplan.notice.proof.witnesses import Cosigner, Watcher
    from blockplan.notice.verify import wanted_key

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "witness.key"
    if not path.exists() and name is None:
        raise click.UsageError(f"There is no key in {folder}. Give --name to make one.")
    signer = read_key(path) if path.exists() else new_key(path, str(name))
    cosigner = Cosigner(signer)
    keys = [found for one in logs if (found := wanted_key(_line(one))) is not None]
    click.echo(str(cosigner.witness))
    serve_witness(Watcher(cosigner, keys, folder), port)


@click.command(
    "monitor",
    epilog="Example: blockplan notice monitor https://plans.example.org/en/notices/town/feed.atom "
    "--state town.seen --key key.txt",
)
@click.argument("address", metavar="URL")
@click.option("--state", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="What was seen before; made at the first call.")  # fmt: skip
@click.option("--key", required=True, metavar="KEY", help="The office's public key (or a file with it).")
@click.option("--promise", "held", multiple=True, type=FILE, help="What a sender was promised before entry.")
@lang_option
@json_option
def monitor_command(
    address: str, state: Path, key: str, held: tuple[str, ...], lang: str, as_json: bool
) -> None:  # fmt: skip
    """
    Follow a record from outside: each call proves that what is shown now leads on from what was seen before.

    URL is the address of its feed, or of its page. Leaves with 1 where the record became
    smaller, was forked, or is not signed; what was seen is kept then, as proof. Call it every hour, say.
    A --promise (or a receipt with one in it) is sought among all entries; one that is due and not there was
    broken, and leaves with 1 too.
    """
    from blockplan.notice.monitoring import follow
    from blockplan.notice.promises import promises_in
    from blockplan.notice.verify import read_document, wanted_key

    wanted = wanted_key(_line(key))
    if wanted is None:
        raise click.UsageError("Give the office's public key.")
    promises = promises_in(read_document(Path(path)) for path in held)
    seen = follow(address, state, wanted, promises)
    if as_json:
        show_json(seen.to_dict())
    else:
        click.echo(said(f"monitor_{seen.outcome}", lang, size=seen.size, before=seen.before, said=seen.said))
        for one in seen.promises:
            what = "kept" if one.outcome == "kept" else "open" if one.outcome == "open" else "broken"
            click.echo(said(f"promise_{what}", lang, entry=one.seq, until=one.until, said=one.said))
    click.get_current_context().exit(0 if seen.holds else 1)


def _line(given: str) -> str:
    path = Path(given)
    return (path.read_text(encoding="utf-8") if path.is_file() else given).strip()


COMMANDS = (recover_command, cosign_command, stamp_command, witness_command, monitor_command)

"""
Verifying a record folder, by its bytes alone.

Nothing is believed that is not proved: each file is compared with the signed manifest, each entry with
the tree, the tree with every checkpoint, each text with its commitment, and the whole is replayed under
the laws of the notice. What a record cannot prove by itself (that its key is the office's, and that the
office shows everybody the same tree) is proved with what others hold: the published key, checkpoints,
receipts.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan.errors import BlockplanError, UsageError
from blockplan.jsontext import JsonRecord
from blockplan.notice.entries import Finding, Log, read_log
from blockplan.notice.events import write_time
from blockplan.notice.grounds import check_grounds
from blockplan.notice.promises import became_of, is_promise, promises_in
from blockplan.notice.proof import canonical, merkle
from blockplan.notice.proof.notes import TreeHead, Verifier, verifier
from blockplan.notice.proof.witnesses import Witness
from blockplan.notice.receipts import faults_of_receipt, later_of, read_receipt
from blockplan.notice.record import (
    CHECKPOINT,
    CHECKPOINTS,
    FORMAT,
    KEY,
    LOG,
    MANIFEST,
    README,
    SEAL,
    STAMPS,
    VIEWS,
    WITNESSED,
    seal_text,
)
from blockplan.notice.recovery import KIND, Chain, entered_anew

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from blockplan.notice.countries import Country
    from blockplan.notice.lengths import JudgedPeriod

_MEMBERS = {"format", "notice", "origin", "entries", "root", "view", "files"}
#: Files of a record that no entry speaks of.
_OWN_FILES = {MANIFEST, SEAL, KEY, CHECKPOINT, CHECKPOINTS, LOG, README, WITNESSED, STAMPS}


@dataclass(slots=True)
class Verification(JsonRecord):
    """What was found; the record holds if `findings` is empty."""

    folder: Path
    findings: list[Finding] = field(default_factory=list)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    log: Log = field(default_factory=Log)
    #: Each period that was entered, with its rule.
    periods: list[tuple[int, JudgedPeriod]] = field(default_factory=list)
    #: Where the record went on after a loss.
    losses: list[dict[str, Any]] = field(default_factory=list)
    #: What each witness that was asked for saw last: its name, the size, and when (UTC).
    seen: list[dict[str, Any]] = field(default_factory=list)
    #: What became of each promise that somebody holds: ``outcome``, ``entry``, ``until``.
    promises: list[dict[str, Any]] = field(default_factory=list)
    #: Time stamps in the record; `blockplan.notice.countersignatures.stamped_at` checks them.
    stamps: list[dict[str, str]] = field(default_factory=list)
    #: How many checkpoints and receipts from elsewhere were compared.
    witnesses: int = 0

    KEYS = (
        "record=folder", "holds", "notice=manifest.notice", "view=manifest.view", "state",
        "entries=log.tree.size", "root", "key", "periods=judged_periods", "losses", "seen", "promises",
        "witnesses", "findings",
    )  # fmt: skip

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def find(self, kind: str, where: str, said: str = "") -> None:
        """One more finding."""
        self.findings.append(Finding(kind, where, said))

    @property
    def state(self) -> str | None:
        """Where the procedure stands; None where nothing is entered."""
        return str(self.log.standing.state) if self.log.entries else None

    @property
    def root(self) -> str:
        """Hash of the tree over all entries."""
        return merkle.root(self.log.tree, self.log.tree.size).hex()

    @property
    def judged_periods(self) -> list[dict[str, Any]]:
        """Each period with the number of its entry."""
        return [{"entry": seq} | judged.to_dict() for seq, judged in self.periods]


def verify(
    folder: str | Path,
    *,
    key: str | None = None,
    checkpoints: Sequence[str] = (),
    receipts: Sequence[Mapping[str, Any]] = (),
    laws: Sequence[Country] = (),
    witnesses: Sequence[str] = (),
) -> Verification:
    """
    Verify a record folder.

    Parameters
    ----------
    key
        The office's public key (``name+hash+key``) from elsewhere; without it the record's own is taken.
    checkpoints, receipts
        What others hold: signed notes; receipts, and what was promised before entry, as documents.
    laws
        Ordinances, as files of the shape of ours say them; a rule that is neither theirs nor ours is a
        finding.

    witnesses
        Keys of witnesses (``name+hash+key``): each must have signed a checkpoint of the record.

    Raises
    ------
    UsageError
        If there is no such folder, or `key` or a witness is no key.
    """
    found = Verification(Path(folder))
    if not found.folder.is_dir():
        raise UsageError(f"{folder} is no folder. Name the folder of a record.")
    wanted = wanted_key(key)
    files = _read_folder(found)
    _check_manifest(found, files)
    own = _own_key(found, files, wanted)
    if own is not None and LOG in files:
        found.log = read_log(files[LOG], str(found.manifest.get("notice")), files.get)
        check_grounds(found.log, archive=found.manifest.get("view") == "archive")
        found.findings += found.log.findings
        _check_spoken_of(found, files)
        chain = _check_chain(found, own, wanted)
        _check_checkpoints(found, files, chain)
        _check_plans(found, files)
        _check_periods(found, laws)
        _check_witnesses(found, chain, checkpoints, receipts)
        _check_outside(found, files, chain, witnesses)
        _check_promises(found, chain, promises_in(receipts))
    return found


def wanted_key(key: str | None) -> Verifier | None:
    """A public key as somebody gives it; UsageError if it is none."""
    try:
        return None if key is None else verifier(key.strip())
    except ValueError as error:
        raise UsageError(f"{key!r} is {error}. Copy the line as the authority publishes it.") from None


def _read_folder(found: Verification) -> dict[str, bytes]:
    """Contents by path; whatever is neither file nor folder is a finding."""
    files: dict[str, bytes] = {}
    for folder, folders, names in os.walk(found.folder):
        for name in sorted(folders + names):
            path = Path(folder, name)
            said = path.relative_to(found.folder).as_posix()
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                found.find("file_extra", said, "no plain file")
            elif path.is_file():
                try:
                    files[said] = path.read_bytes()
                except OSError as error:
                    found.find("file_missing", said, str(error.strerror))
            elif not any(path.iterdir()):
                found.find("file_extra", said, "an empty folder")
    return files


def _check_manifest(found: Verification, files: Mapping[str, bytes]) -> None:
    """The manifest is the signed one, and each file is the one that it names."""
    data = files.get(MANIFEST)
    if data is None or SEAL not in files or KEY not in files:
        for name in sorted({MANIFEST, SEAL, KEY} - set(files)):
            found.find("file_missing", name)
    try:
        manifest = canonical.loads(data or b"")
        listed = {str(path): (one["bytes"], one["sha256"]) for path, one in manifest["files"].items()}
        if manifest["format"] != FORMAT or set(manifest) != _MEMBERS or manifest["view"] not in VIEWS:
            raise ValueError(f"it is no {FORMAT}")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        found.find("manifest_damaged", MANIFEST, str(error))
        return
    found.manifest = manifest
    _check_seal(found, files, data or b"")
    for path in sorted(set(listed) | (set(files) - {MANIFEST, SEAL})):
        if path not in files:
            found.find("file_missing", path)
        elif path not in listed:
            found.find("file_extra", path)
        elif listed[path] != (len(files[path]), hashlib.sha256(files[path]).hexdigest()):
            found.find("file_changed", path)


def _check_seal(found: Verification, files: Mapping[str, bytes], data: bytes) -> None:
    try:
        own = verifier(files[KEY].decode().removesuffix("\n"))
        text = own.text(files[SEAL].decode())
    except (ValueError, KeyError) as error:
        found.find("seal_forged", SEAL, str(error))
        return
    if text != seal_text(own.name, data):
        found.find("manifest_changed", MANIFEST)


def _own_key(found: Verification, files: Mapping[str, bytes], wanted: Verifier | None) -> Verifier | None:
    try:
        own = verifier(files.get(KEY, b"").decode().removesuffix("\n"))
    except ValueError as error:
        found.find("key_other", KEY, str(error))
        return wanted
    found.key = str(own)
    return own


def _check_chain(found: Verification, own: Verifier, wanted: Verifier | None) -> Chain:
    """The key that somebody has is that of the record, or one that handed over to it after a loss."""
    events = [entry.event for entry in found.log.entries]
    chain = Chain(events, own, found.log.tree)
    for seq, said in chain.faults:
        found.find("handover_broken", KEY if seq < 0 else f"entry {seq} ({KIND})", said)
    if wanted is not None and not chain.holds(wanted):
        found.find("key_other", KEY, str(own))
        found.find("seal_forged", SEAL, f"not signed by {wanted}")
    found.losses = [
        {"entry": event.seq, "kept": event.payload["kept"], "lost": event.payload.get("lost")}
        for event in events
        if event.kind == KIND and event.known
    ]
    return chain


def _check_checkpoints(found: Verification, files: Mapping[str, bytes], chain: Chain) -> None:
    """The newest checkpoint signs just this log, and every earlier one a beginning of it."""
    lines = files.get(CHECKPOINTS, b"").split(b"\n")
    notes = []
    for number, line in enumerate(lines[:-1]):
        where = f"{CHECKPOINTS}, line {number + 1}"
        try:
            note = str(canonical.loads(line))
            notes.append(note)
            checkpoint, last = chain.read(note)
            if last is not None and checkpoint.size > last:
                raise ValueError(f"the key before the loss signed {checkpoint.size} entries")
            _fits(found, checkpoint, where)
        except ValueError as error:
            found.find("checkpoint_forged", where, str(error))
    try:
        newest, last = chain.read(files.get(CHECKPOINT, b"").decode())
        if last is not None:
            raise ValueError("a key before the loss signed it")
    except ValueError as error:
        found.find("checkpoint_forged", CHECKPOINT, str(error))
        return
    _fits(found, newest, CHECKPOINT)
    size = found.log.tree.size
    if newest.size < size:
        found.find("log_unsigned", CHECKPOINT, f"{newest.size} < {size}")
    said = (found.manifest.get("entries"), found.manifest.get("root"), found.manifest.get("origin"))
    if (
        said != (newest.size, newest.root.hex(), newest.origin)
        or files[CHECKPOINT].decode() not in notes[-1:]
    ):
        found.find("manifest_differs", MANIFEST)


def _fits(
    found: Verification, checkpoint: TreeHead, where: str, kinds: tuple[str, str] = ("log_short", "fork")
) -> bool:
    """Whether the log leads on from a checkpoint; else a finding: smaller than it, or another one."""
    size = found.log.tree.size
    if checkpoint.size > size:
        found.find(kinds[0], where, f"{size} < {checkpoint.size}")
    elif merkle.root(found.log.tree, checkpoint.size) != checkpoint.root:
        found.find(kinds[1], where, str(checkpoint.size))
    else:
        return True
    return False


def _check_spoken_of(found: Verification, files: Mapping[str, bytes]) -> None:
    """Every file belongs to an entry, so that nothing can lie in a record which the log does not hold."""
    known = _OWN_FILES.union(*(entry.paths for entry in found.log.entries))
    for path in sorted(set(found.manifest.get("files", ())) & set(files) - known):
        found.find("file_extra", path, "no entry speaks of it")


def _check_plans(found: Verification, files: Mapping[str, bytes]) -> None:
    """The files of the plan are those that the opening named, and hold the content that it named."""
    openings = [
        entry.event for entry in found.log.entries if entry.event.kind == "opened" and entry.event.known
    ]
    for number, event in enumerate(openings, 1):
        try:
            plan = event.payload["plan"]
            named = {f"plan-{number}/{one['path']}": one["sha256"] for one in plan["files"]}
            said = (str(plan["content_hash"]), plan.get("scenario"))
        except (KeyError, TypeError, AttributeError) as error:
            found.find("log_damaged", f"entry {event.seq} (opened)", f"{type(error).__name__}: {error}")
            continue
        changed = [path for path, digest in named.items() if _digest(files, path) != digest]
        for path in changed:
            found.find("plan_changed", path)
        if f"plan-{number}/plan.toml" in files and not changed:
            _check_content(found, number, *said)


def _digest(files: Mapping[str, bytes], path: str) -> str | None:
    return hashlib.sha256(files[path]).hexdigest() if path in files else None


def _check_periods(found: Verification, laws: Sequence[Country]) -> None:
    """
    Each period is as long as the law asks: the one that was entered, and ours of the same name if
    it is stricter.
    """
    from blockplan.notice.lengths import judge  # noqa: PLC0415 (pydantic takes its time)

    rule: Any = {}
    for entry in found.log.entries:
        event = entry.event
        if event.known and event.kind in {"opened", "extended"}:
            rule = event.payload.get("rule", rule)
            where = f"entry {event.seq} ({event.kind})"
            try:
                judged = judge(rule, event.payload["period"], listed=event.payload.get("closed"), laws=laws)
            except (KeyError, TypeError, ValueError, AttributeError, BlockplanError) as error:
                said = f"the rule or the days cannot be read: {str(error).splitlines()[0]}"
                found.find("period_short", where, said)
                continue
            found.periods.append((event.seq, judged))
            if judged.short:
                found.find("period_short", where, judged.short)
            if judged.unknown:
                found.find("rule_unknown", where, f"{judged.rule}: {judged.source}")


def _check_content(found: Verification, number: int, wanted: str, scenario: str | None) -> None:
    from blockplan.plan import read  # noqa: PLC0415 (geopandas takes its time)

    folder = f"plan-{number}"
    try:
        content = read(found.folder / folder, scenario).content_hash
    except BlockplanError as error:
        found.find("plan_changed", folder, str(error))
        return
    if content != wanted:
        found.find("plan_content", folder, f"{content} != {wanted}")


def _check_witnesses(
    found: Verification, chain: Chain, checkpoints: Sequence[str], receipts: Sequence[Mapping[str, Any]]
) -> None:
    for number, note in enumerate(checkpoints, 1):
        found.witnesses += 1
        _fits_elsewhere(found, chain, note, f"checkpoint {number} from elsewhere")
    again = entered_anew(entry.event for entry in found.log.entries)
    for number, document in enumerate(receipts, 1):
        found.witnesses += 1
        if is_promise(document):
            continue
        where = f"receipt {number}"
        key = next((one for one, _ in chain.keys if str(one) == document.get("key")), chain.keys[-1][0])
        faults = faults_of_receipt(document, key)
        for said in faults:
            found.find("receipt_forged", where, said)
        if not faults:
            for one in (document, *later_of(document)):
                _check_receipt(found, one, chain, where, again)


def _fits_elsewhere(
    found: Verification, chain: Chain, note: str, where: str, *, lost: bool = True
) -> bool | None:
    """
    Whether the log leads on from a checkpoint that somebody holds; None where its key signed it before a
    loss, over entries that are not here any more (`lost`: that is a finding).
    """
    try:
        checkpoint, last = chain.read(note)
    except ValueError as error:
        found.find("checkpoint_forged", where, str(error))
        return False
    if last is not None and checkpoint.size > last:
        if lost:
            found.find("witness_lost", where, str(checkpoint.size))
        return None
    return _fits(found, checkpoint, where, ("witness_smaller", "witness_fork"))


def _check_receipt(
    found: Verification, document: Mapping[str, Any], chain: Chain, where: str, again: Collection[str]
) -> None:
    event, digest, _ = read_receipt(document)
    fits = _fits_elsewhere(found, chain, document["checkpoint"], where, lost=False)
    stands = event.seq < found.log.tree.size and found.log.tree.node(0, event.seq) == digest
    if stands or digest.hex() in again:
        return
    # Entered anew, its words may wait for a look and be kept back; the leaf bears the same promise.
    promised = (entry.event.promise for entry in found.log.entries)
    if fits is None and event.promise is not None and event.promise in promised:
        return
    found.find("receipt_not_in_record" if fits is not None else "receipt_lost", where, f"entry {event.seq}")


def _check_outside(
    found: Verification, files: Mapping[str, bytes], chain: Chain, keys: Sequence[str]
) -> None:
    """What witnesses signed along with the record leads to it; those that somebody trusts are among them."""
    notes = []
    for number, line in enumerate(files.get(WITNESSED, b"").split(b"\n")[:-1], 1):
        where = f"{WITNESSED}, line {number}"
        try:
            notes.append(str(canonical.loads(line)))
        except ValueError as error:
            found.find("checkpoint_forged", where, str(error))
            continue
        _fits_elsewhere(found, chain, notes[-1], where)
    for number, line in enumerate(files.get(STAMPS, b"").split(b"\n")[:-1], 1):
        where = f"{STAMPS}, line {number}"
        try:
            one = canonical.loads(line)
            found.stamps.append({"authority": str(one["authority"]), "token": str(one["token"]),
                                 "checkpoint": str(one["checkpoint"])})  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            found.find("checkpoint_forged", where, str(error))
            continue
        _fits_elsewhere(found, chain, found.stamps[-1]["checkpoint"], where)
    for said in keys:
        try:
            witness = Witness.read(said)
        except ValueError as error:
            raise UsageError(f"{said!r} is {error}. Copy the line as the witness publishes it.") from None
        seen = [(chain.read(note)[0].size, at) for note in notes if (at := _signed_at(witness, note))]
        if seen:
            size, at = max(seen)
            when = dt.datetime.fromtimestamp(at, dt.UTC)
            found.seen.append({"witness": witness.name, "size": size, "at": write_time(when)})
        else:
            found.find("unwitnessed", WITNESSED, witness.name)


def _check_promises(found: Verification, chain: Chain, promises: Sequence[Mapping[str, Any]]) -> None:
    """What was promised stands in the record, in time and with the same words, as far as it goes."""
    events = [entry.event for entry in found.log.entries]
    known = [(int(one["size"]), str(one["at"])) for one in found.seen]
    keys = [one for one, _ in chain.keys]
    for number, one in enumerate(became_of(promises, keys, events, known), 1):
        found.promises.append({"outcome": one.outcome, "entry": one.seq, "until": one.until})
        if one.outcome in {"forged", "broken", "other_words"}:
            found.find(f"promise_{one.outcome}", f"promise {number}", one.said)


def _signed_at(witness: Witness, note: str) -> int | None:
    try:
        return witness.signed_at(note)
    except ValueError:
        return None


def read_document(path: Path) -> Any:
    """A JSON file of any form; UsageError if it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no JSON file: {error}. Name a receipt as it was given.") from None

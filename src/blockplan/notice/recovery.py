"""
Going on after a loss: a record that was restored from a backup is continued under a new key, and says so.

What was signed after the backup stands in receipts and with witnesses, and is not in the record any more.
Were it continued under the old key, one key would have signed two logs. So the old key signs its last text,
that the new key goes on from here; an entry ``recovered`` says how many entries were kept, how many are known
to have been signed, and by which key it goes on; and what submitters still hold in their receipts is entered
anew, with the time at which it came.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice.access_codes import access_code
from blockplan.notice.proof import merkle
from blockplan.notice.proof.notary import Notary, TipFile, new_key, read_key
from blockplan.notice.proof.notes import TreeHead, b64, read_checkpoint, verifier
from blockplan.notice.receipts import LATER, faults_of_receipt, later_of, read_receipt
from blockplan.notice.refusals import refused
from blockplan.notice.submissions import Submission, enter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from blockplan.notice.events import Event
    from blockplan.notice.ledger import Ledger
    from blockplan.notice.proof.notes import Verifier
    from blockplan.notice.store import Store

KIND = "recovered"
#: What is entered anew from a receipt: an opinion, its submitter's other words, and that it was taken back.
_ANEW = frozenset({"submitted"}) | LATER
#: What the record itself says of a submission, and so says anew.
_OF_RECORD = (
    "opinion",
    "round",
    "late",
    "ends_before",
    "files",
    "defects",
    "text",
    "channel",
    "from",
    "arrived_at",
)


@dataclass(frozen=True, slots=True)
class Held:
    """What others hold of the record: receipts as documents, and signed checkpoints."""

    receipts: Sequence[Mapping[str, Any]] = ()
    checkpoints: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Recovered:
    """
    What became of it: the entry and the new key; each opinion that was entered anew, with its secret; and the
    numbers of entries that changed or ended one, before and now.
    """

    event: Event
    key: Verifier
    entered: dict[str, tuple[str, str]] = field(default_factory=dict)
    later: dict[int, int] = field(default_factory=dict)


def handover_text(origin: str, key: str, kept: int, root: bytes) -> str:
    """What the old key signs last: by which key the log goes on, from which tree."""
    return f"{origin}/recovered\n{key}\n{kept}\n{b64(root)}\n"


def recover(
    open_store: Callable[[Notary], Store], key_file: Path, held: Held, *, reason: str, by: str, second: str
) -> Recovered:
    """
    Continue a record that is an older copy, under a new key.

    The key and its newest checkpoint are put aside (``KEY.before-1``), never deleted.

    Parameters
    ----------
    key_file
        The private key; the newest checkpoint lies beside it.

    Raises
    ------
    NoticeStateError
        If the record holds another tree than the one that was signed: it was changed, not lost.
    UsageError
        If a receipt or checkpoint is not of this key.
    """
    old = read_key(key_file)
    tip = TipFile(_beside(key_file, ".signed"))
    store = open_store(Notary(old, tip))
    size, kept_root = store.size(), merkle.root(store, store.size())
    known = _signed(held, tip, old.verifier)
    for one in known:
        if one.size <= size and merkle.root(store, one.size) != one.root:
            raise refused(NoticeStateError, "record_changed", size=one.size)
    lost = [one for one in known if one.size > size]
    fresh_file = _beside(key_file, ".new")
    fresh_file.unlink(missing_ok=True)
    fresh = new_key(fresh_file, old.name)
    text = handover_text(old.name, str(fresh.verifier), size, kept_root)
    payload = {
        "reason": reason, "by": by, "second": second, "kept": size, "root": kept_root.hex(),
        "lost": max((one.size for one in lost), default=None),
        "key": str(fresh.verifier), "key_before": str(old.verifier), "handover": old.sign(text),
    }  # fmt: skip
    fresh_tip = TipFile(_beside(fresh_file, ".signed"))
    fresh_tip.write(fresh.sign(TreeHead(old.name, size, kept_root).text()))
    again = _entered_anew(held, old.verifier, size)
    store = open_store(Notary(fresh, fresh_tip))
    event, entered, later = store.transact(lambda ledger: _enter(ledger, payload, again))
    _exchange(key_file, fresh_file)
    return Recovered(event, fresh.verifier, entered, later)


def _enter(
    ledger: Ledger, payload: Mapping[str, Any], again: Iterable[_Lost]
) -> tuple[Event, dict[str, tuple[str, str]], dict[int, int]]:
    event = ledger.append(KIND, payload)
    entered: dict[str, tuple[str, str]] = {}
    later: dict[int, int] = {}
    for one in again:
        if one.opinion is not None:
            secret = access_code()
            made = enter(ledger, one.opinion, secret, held=one.event.held, promise=one.event.promise)
            entered[one.about] = (str(made.opinion), secret)
            continue
        about = entered[one.about][0] if one.about in entered else one.about
        if any(ledger.events({"submitted"}, about=about)):  # else its receipt alone says nothing to put it on
            later[one.event.seq] = ledger.append(one.event.kind, {**one.more, "opinion": about}).seq
    return event, entered, later


def _signed(held: Held, tip: TipFile, key: Verifier) -> list[TreeHead]:
    """Every checkpoint that the old key is known to have signed."""
    notes = [*held.checkpoints, *(str(one.get("checkpoint")) for one in held.receipts)]
    newest = tip.read()
    try:
        return [read_checkpoint(note, key) for note in [*notes, *([newest] if newest else [])]]
    except ValueError as error:
        raise UsageError(f"A checkpoint or receipt is not of the key of this record: {error}.") from None


@dataclass(frozen=True, slots=True)
class _Lost:
    """An entry of a receipt that is not here any more: an opinion, or what changed or ended it."""

    event: Event
    about: str
    more: Mapping[str, Any]
    opinion: Submission | None = None


def _entered_anew(held: Held, key: Verifier, size: int) -> list[_Lost]:
    """What stands in receipts and is not in the record any more, oldest first, each once."""
    found: dict[int, _Lost] = {}
    for document in held.receipts:
        faults = faults_of_receipt(document, key)
        if faults:
            raise UsageError(f"A receipt does not hold: {'; '.join(faults)}. Leave it out.")
        for one in (document, *later_of(document)):
            event, digest, _ = read_receipt(one)
            if event.seq >= size and isinstance(one["body"], dict):
                found[event.seq] = _lost(event, digest, one["body"])
    return [found[seq] for seq in sorted(found) if found[seq].event.kind in _ANEW]


def _lost(event: Event, digest: bytes, body: Mapping[str, Any]) -> _Lost:
    more = {name: value for name, value in body.items() if name not in _OF_RECORD}
    if body.get("files"):
        more["files_lost"] = [str(file["name"]) for file in body["files"]]
    about = str(body.get("opinion"))
    more["recovered"] = {
        "opinion": about,
        "at": str(body.get("arrived_at") or event.at),
        "leaf": digest.hex(),
    }
    if event.kind == "submitted":
        opinion = Submission(text=str(body["text"]), channel=body["channel"], sender=body["from"], more=more)
        return _Lost(event, about, more, opinion)
    return _Lost(event, about, more | ({"text": str(body["text"])} if "text" in body else {}))


def _exchange(key_file: Path, fresh: Path) -> None:
    """The new key takes the place of the old one, which is put aside with its newest checkpoint."""
    number = 1
    while _beside(key_file, f".before-{number}").exists():
        number += 1
    aside = _beside(key_file, f".before-{number}")
    signed = _beside(key_file, ".signed")
    key_file.rename(aside)
    if signed.exists():
        signed.rename(_beside(aside, ".signed"))
    _beside(fresh, ".signed").rename(signed)
    fresh.rename(key_file)


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


class Chain:
    """
    The keys of a record, from the first to the one by which it goes on, as its entries ``recovered`` say.

    Attributes
    ----------
    faults
        What is wrong with it: number of the entry, and why.
    """

    def __init__(self, events: Iterable[Event], own: Verifier, nodes: merkle.Nodes) -> None:
        self.faults: list[tuple[int, str]] = []
        #: Key, and the size up to which it signs (None: to the end).
        self.keys: list[tuple[Verifier, int | None]] = []
        expected: str | None = None
        for event in events:
            if event.kind != KIND or not event.known:
                continue
            said = event.payload
            fault = _fault_of_handover(event, expected, nodes)
            if fault is not None:
                self.faults.append((event.seq, fault))
                continue
            self.keys.append((verifier(str(said["key_before"])), event.seq))
            expected = str(said["key"])
        if expected not in {None, str(own)}:
            self.faults.append((-1, f"the record goes on by {expected}, and its key is {own}"))
        self.keys.append((own, None))

    def read(self, note: str) -> tuple[TreeHead, int | None]:
        """
        A checkpoint, and up to which size its key signed this log (None: it still does).

        Raises
        ------
        ValueError
            If none of the keys signed it.
        """
        for key, last in reversed(self.keys):
            try:
                return read_checkpoint(note, key), last
            except ValueError as error:
                why = error
        raise why

    def holds(self, key: Verifier) -> bool:
        """Whether a key that somebody has is one of them."""
        return any(key == one for one, _ in self.keys)


def _fault_of_handover(event: Event, expected: str | None, nodes: merkle.Nodes) -> str | None:
    said = event.payload
    try:
        before = verifier(str(said["key_before"]))
        new = verifier(str(said["key"]))
        text = before.text(str(said["handover"]))
    except (ValueError, KeyError) as error:
        return f"the old key does not hand over: {error}"
    if expected not in {None, str(before)}:
        return f"the key before it is {expected}"
    root = merkle.root(nodes, event.seq)
    if (said.get("kept"), said.get("root")) != (event.seq, root.hex()):
        return f"it kept {event.seq} entries, with the root {root.hex()}"
    if new.name != before.name or text != handover_text(before.name, str(new), event.seq, root):
        return "the old key handed over to another key, or another tree"
    return None


def entered_anew(events: Iterable[Event]) -> set[str]:
    """Hashes of the leaves that were lost and whose words were entered anew, in hex."""
    said = (event.payload.get("recovered") for event in events if event.kind in _ANEW)
    return {str(one["leaf"]) for one in said if isinstance(one, dict) and "leaf" in one}

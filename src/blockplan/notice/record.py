"""
A record as a folder that needs nothing else: log, opinions, files, plan, key, checkpoints, and a
manifest of it all.

``README.txt`` in the folder says how to verify it, and `docs/notice.md` what each byte means, so that
somebody else can write a verifier.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.notice.disclosure import Disclosure
from blockplan.notice.events import STANDING
from blockplan.notice.leaves import leaf_document
from blockplan.notice.proof import canonical
from blockplan.notice.proof.notes import read_checkpoint
from blockplan.notice.refusals import WORDS
from blockplan.notice.standing import standing
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from blockplan.notice.countersignatures import Outside
    from blockplan.notice.events import Event
    from blockplan.notice.proof.notary import Notary
    from blockplan.notice.store import Store

FORMAT = "blockplan-record-1"
VIEWS = ("public", "archive")
MANIFEST, SEAL = "manifest.json", "manifest.note"
KEY, CHECKPOINT, CHECKPOINTS, LOG, README = (
    "key.txt",
    "checkpoint.txt",
    "checkpoints.jsonl",
    "log.jsonl",
    "README.txt",
)
#: What others signed of it, where they did: checkpoints with the signatures of witnesses, and time stamps.
WITNESSED, STAMPS = "witnessed.jsonl", "timestamps.jsonl"
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


def export(
    store: Store,
    folder: str | Path,
    notary: Notary,
    *,
    archive: bool = False,
    outside: Outside | None = None,
) -> dict[str, Any]:
    """
    Write a record folder.

    Parameters
    ----------
    folder
        It must not be there yet; it appears only when all of it is written.
    archive
        True for the office's own archive, with all words, names and addresses that were not erased;
        False for what is open to everybody.

    Raises
    ------
    UsageError
        If the folder is already there, or nothing was entered and signed yet.
    NoticeStateError
        If the record does not lead on from what was signed last (an older copy was restored).
    """
    folder = Path(folder)
    if folder.exists():
        raise UsageError(
            f"{folder} is already there; a record is not written over another. Name another folder."
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        manifest = _Writer(store, beside, notary, archive, outside).write()
        beside.chmod(0o700 if archive else 0o755)
        beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return manifest


def seal_text(origin: str, manifest: bytes) -> str:
    """The text that is signed over a manifest: what it is, and its SHA-256."""
    return f"{origin}/manifest\n{hashlib.sha256(manifest).hexdigest()}\n"


class _Writer:
    def __init__(
        self, store: Store, folder: Path, notary: Notary, archive: bool, outside: Outside | None
    ) -> None:
        self.store, self.folder, self.notary, self.archive = store, folder, notary, archive
        self.outside = outside
        self.files: dict[str, dict[str, Any]] = {}

    def write(self) -> dict[str, Any]:
        self.notary.require_newest(self.store, self.store.size)
        notes = list(self.store.checkpoints())
        if not notes:
            raise UsageError("Nothing was signed in this record yet; there is nothing to export.")
        newest = read_checkpoint(notes[-1], self.notary.verifier)
        # What came after the newest checkpoint is left for the next export.
        events = [event for event in self.store.events() if event.seq < newest.size]
        self._log(events)
        self._put(CHECKPOINTS, b"".join(canonical.dumps(note) + b"\n" for note in notes))
        self._put(CHECKPOINT, notes[-1].encode())
        self._put(KEY, f"{self.notary.verifier}\n".encode())
        if self.outside is not None:
            for name, rows in ((WITNESSED, self.outside.witnessed()), (STAMPS, self.outside.stamps())):
                lines = [canonical.dumps(row) + b"\n" for row in rows]
                if lines:
                    self._put(name, b"".join(lines))
        self._put(README, _readme(self.store.notice, self.archive).encode())
        manifest = {
            "format": FORMAT,
            "notice": self.store.notice,
            "origin": newest.origin,
            "entries": newest.size,
            "root": newest.root.hex(),
            "view": VIEWS[self.archive],
            "files": self.files,
        }
        data = canonical.dumps(manifest)
        (self.folder / MANIFEST).write_bytes(data)
        seal = self.notary.sign_text(seal_text(newest.origin, data), self.store, self.store.size)
        (self.folder / SEAL).write_bytes(seal.encode())
        return manifest

    def _log(self, events: list[Event]) -> None:
        opened = (event for event in events if event.kind in STANDING)
        disclosure = Disclosure.of(events, standing(opened))
        plans = 0
        lines = []
        for event in events:
            plans += event.kind == "opened"
            lines.append(canonical.dumps(self._line(event, disclosure, plans)) + b"\n")
        self._put(LOG, b"".join(lines))

    def _line(self, event: Event, disclosure: Disclosure, plans: int) -> dict[str, Any]:
        line: dict[str, Any] = {"leaf": leaf_document(event)}
        ground = ("erased" if not event.known else None) if self.archive else disclosure.ground(event)
        if ground is None:
            line |= {"body": event.payload, "body_key": (event.key or b"").hex()}
            if event.files:
                line["files"] = [self._file(event, number, plans) for number in range(len(event.files))]
        else:
            line["kept_back"] = ground
            if event.opinion is not None:
                line["opinion"] = event.opinion
        if self.archive and event.person is not None and event.person.content is not None:
            line["person"] = canonical.loads(event.person.content)
            line["person_key"] = (event.person.key or b"").hex()
        return line

    def _file(self, event: Event, number: int, plans: int) -> dict[str, str] | None:
        """Writes a file of an entry; None where it is erased."""
        content, key = self.store.file(event.seq, number), event.files[number].key
        if content is None or key is None:
            return None
        name = str(event.payload["files"][number]["name"])
        path = f"files/{event.seq}-{number}{_suffix(name)}"
        if event.kind == "opened" and _is_plain(name) and f"plan-{plans}/{name}" not in self.files:
            path = f"plan-{plans}/{name}"
        self._put(path, content)
        return {"path": path, "key": key.hex()}

    def _put(self, path: str, content: bytes) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        self.files[path] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _suffix(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ".bin"


def _is_plain(name: str) -> bool:
    """Whether a name is a path of plain words that stays inside the folder."""
    parts = name.split("/")
    return len(parts) <= 4 and all(_PLAIN.fullmatch(part) for part in parts)


def _readme(notice: str, archive: bool) -> str:
    key = "record.archive" if archive else "record.public"
    parts = [WORDS("record.readme", lang, notice=notice, view=WORDS(key, lang)) for lang in LANGUAGES]
    return "\n\n".join(part.strip() for part in parts) + "\n"

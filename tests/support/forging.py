"""A finished record, and what a forger does to it: without the office's key, or with it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.builders import a_manifest, boundary_of, parcels_of
from tests.support.notice_records import a_clock

from blockplan.notice import Attachment, SqliteStore
from blockplan.notice.leaves import commitment
from blockplan.notice.office import Law, close, extend, open_notice
from blockplan.notice.package import FrozenPlan
from blockplan.notice.proof import canonical, merkle
from blockplan.notice.proof.notary import Notary, TipFile, new_key
from blockplan.notice.proof.notes import Signer, TreeHead
from blockplan.notice.receipts import receipt
from blockplan.notice.record import export, seal_text
from blockplan.notice.submissions import Submission, erase, submit, withdraw
from blockplan.notice.verify import verify
from blockplan.plan import Plan, write
from blockplan.respond import Answer, Desk, reconcile, require_complete
from blockplan.respond.coverage import received
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LATE = "O-9"


@dataclass
class Finished:
    """A record, the key it was signed with, and what others hold of it."""

    folder: Path
    signer: Signer
    notary: Notary
    checkpoints: list[str]
    receipts: list[dict[str, Any]]

    @property
    def key(self) -> str:
        return str(self.signer.verifier)


def finished(folder: Path, *, archive: bool = False) -> Finished:
    """Opened, eight opinions, extended, closed, a late one, answered, published."""
    parcels = parcels_of("0701", "1401", "0804")
    plan = Plan(a_manifest(), {"parcels": parcels, "boundary": boundary_of(parcels)})
    write(plan, folder / "plan")
    clock = a_clock()
    signer = new_key(folder / "key", "blockplan/made-up")
    notary = Notary(signer, TipFile(folder / "tip"))
    store = SqliteStore(folder / "notice.sqlite", notice="made-up", clock=clock, notary=notary)
    with store:
        law = Law(country="CN", first=dt.date(2026, 3, 2))
        open_notice(
            store,
            FrozenPlan.read(folder / "plan"),
            law,
            by="clerk 1",
            more={"publication": "after_close_full"},
        )
        receipts = []
        for number in range(1, 8):
            clock.on(hours=1)
            files = [
                Attachment(f"{name}.txt", "text/plain", f"{name} {number}".encode()) for name in ("a", "b")
            ]
            opinion = Submission(
                text=f"Made-up opinion {number}.", person={"name": f"N {number}"}, files=files
            )
            event, _ = submit(store, opinion)
            receipts.append(receipt(event, store, list(store.checkpoints())[-1], notary.verifier))
        extend(store, dt.date(2026, 4, 10), reason="asked for by many", by="clerk 1")
        clock.set(2026, 4, 11, 0, 0, 5)
        event, _ = submit(store, Submission(text="Made-up opinion, late."))
        assert (event.opinion, event.payload["late"]) == (LATE, True)
        receipts.append(receipt(event, store, list(store.checkpoints())[-1], notary.verifier))
        close(store, by="clerk 1")
        withdraw(store, "O-3", by="clerk 1")
        store.append("withheld", {"opinion": "O-4", "ground": "names a neighbour", "by": "a", "second": "b"})
        erase(store, "O-5", ground="asked for", by="clerk 1")
        desk = Desk(store)
        desk.cut(by="planner 1")
        for segment in desk.open_segments():
            desk.answer_segment(segment.id, Answer("adopted", "The plan was changed."), by="planner 1")
        require_complete(desk)
        store.append("answers_complete", {"by": "planner 1"})
        store.append("approved", {"by": "planner 1", "second": "head"})
        counts = reconcile(desk.opinions.by_id.values(), received=received(desk)).to_dict()
        who = {"by": "planner 1", "second": "head"}
        store.append("published", {"report": {}, "reconciliation": counts, **who})
        export(store, folder / "record", notary, archive=archive)
        notes = list(store.checkpoints())
    return Finished(folder / "record", signer, notary, notes, receipts)


def copied(made: Finished, folder: Path) -> Path:
    """A copy of the record to bend."""
    target = folder / "tampered"
    shutil.copytree(made.folder, target, symlinks=True)
    return target


def lines_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]


def put_lines(folder: Path, lines: list[dict[str, Any]]) -> None:
    """
    Write the log anew, and put its hash (and that of every file) into the manifest: no key is
    needed for this.
    """
    (folder / "log.jsonl").write_bytes(b"".join(canonical.dumps(line) + b"\n" for line in lines))
    refresh_manifest(folder)


def refresh_manifest(folder: Path, **more: Any) -> bytes:
    """What somebody can do who has no key: make the manifest fit the files."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8")) | more
    manifest["files"] = {
        file.relative_to(folder).as_posix(): {
            "bytes": file.stat().st_size,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        }
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in {"manifest.json", "manifest.note"}
    }
    data = canonical.dumps(manifest)
    (folder / "manifest.json").write_bytes(data)
    return data


def seal(folder: Path, signer: Signer, **more: Any) -> None:
    """What the office's own clerk can do: sign the manifest that fits the tampered files."""
    data = refresh_manifest(folder, **more)
    (folder / "manifest.note").write_text(signer.sign(seal_text(signer.name, data)), encoding="utf-8")


def rewrite(
    folder: Path, signer: Signer, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> None:
    """
    What the clerk with the key can do at worst: another history, committed to, signed and sealed anew.

    Entries are numbered again, bodies committed to again, and the checkpoint signs the new tree.
    """
    lines = change(lines_of(folder))
    tree = merkle.Tree()
    for number, line in enumerate(lines):
        line["leaf"]["seq"] = number
        if "body" in line:
            line["leaf"]["body"] = commitment(bytes.fromhex(line["body_key"]), canonical.dumps(line["body"]))
        tree.add(merkle.leaf_hash(canonical.dumps(line["leaf"])))
    root = merkle.root(tree, len(lines))
    note = signer.sign(TreeHead(signer.name, len(lines), root).text())
    (folder / "checkpoint.txt").write_text(note, encoding="utf-8")
    (folder / "checkpoints.jsonl").write_bytes(canonical.dumps(note) + b"\n")
    (folder / "key.txt").write_text(f"{signer.verifier}\n", encoding="utf-8")
    (folder / "log.jsonl").write_bytes(b"".join(canonical.dumps(line) + b"\n" for line in lines))
    seal(folder, signer, entries=len(lines), root=root.hex(), origin=signer.name)


def kinds(folder: Path, **more: Any) -> set[str]:
    """Which kinds of faults the verifier finds in a record, each of them said in every language."""
    found = verify(folder, **more)
    for finding in found.findings:
        for lang in LANGUAGES:
            assert finding.message(lang)
    return {finding.kind for finding in found.findings}

"""An office whose record suffers a loss and goes on."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from tests.support.notice_records import a_clock, an_opening

from blockplan.notice import SqliteStore
from blockplan.notice.countersignatures import Outside
from blockplan.notice.proof.notary import Notary, TipFile, new_key, read_key
from blockplan.notice.receipts import receipt
from blockplan.notice.record import export
from blockplan.notice.recovery import Held, recover
from blockplan.notice.submissions import Submission, submit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WHO = {"reason": "the disk was lost", "by": "clerk 1", "second": "head"}


class Office:
    """A record on a file, its key, and what submitters hold."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, a_clock()
        self.key = folder / "town.notice.key"
        self.first = new_key(self.key, "blockplan/made-up").verifier
        self.receipts: list[dict[str, Any]] = []
        self.secrets: dict[str, str] = {}
        with self.open() as store:
            store.append("opened", an_opening(publication="live"))

    @property
    def notary(self) -> Notary:
        return Notary(read_key(self.key), TipFile(self.key.with_name(self.key.name + ".signed")))

    def open(self, notary: Notary | None = None) -> SqliteStore:
        path = self.folder / "town.notice"
        return SqliteStore(path, notice="made-up", notary=notary or self.notary, clock=self.clock)

    def says(self, *texts: str) -> None:
        with self.open() as store:
            for text in texts:
                self.clock.on(minutes=1)
                event, secret = submit(store, Submission(text=text))
                self.secrets[str(event.opinion)] = secret
                note = store.checkpoint() or ""
                self.receipts.append(receipt(event, store, note, self.notary.verifier))

    def backed_up(self, *, with_key: bool) -> Callable[[], None]:
        """A backup; gives back what restores it."""
        names = ["town.notice", *(["town.notice.key", "town.notice.key.signed"] if with_key else [])]
        kept = self.folder / "backup"
        kept.mkdir()
        for name in names:
            shutil.copy2(self.folder / name, kept / name)

        def restore() -> None:
            for old in self.folder.glob("town.notice-*"):
                old.unlink()
            for name in names:
                shutil.copy2(kept / name, self.folder / name)

        return restore

    def exported(self, name: str = "record") -> Path:
        with self.open() as store:
            export(store, self.folder / name, self.notary, outside=Outside(self.key))
        return self.folder / name

    def recovered(self, **held: Any) -> Any:
        stores: list[SqliteStore] = []

        def opened(notary: Notary) -> SqliteStore:
            stores.append(self.open(notary))
            return stores[-1]

        try:
            return recover(opened, self.key, Held(**held), **WHO)
        finally:
            for store in stores:
                store.close()

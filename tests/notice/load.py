"""
A process that enters opinions as fast as it can, to be killed: python -m tests.notice.load FOLDER

Eight threads submit; each entry is said on stdout once it is acknowledged, with the size of a checkpoint
that covers it.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from tests.support.notice_records import a_clock

from blockplan.notice import SqliteStore
from blockplan.notice.proof.notary import Notary, TipFile, read_key
from blockplan.notice.proof.notes import read_checkpoint
from blockplan.notice.submissions import Submission, submit

THREADS = 8


def notary(folder: Path) -> Notary:
    return Notary(read_key(folder / "key"), TipFile(folder / "tip"))


def main(folder: Path) -> None:
    signs = notary(folder)
    store = SqliteStore(folder / "notice.sqlite", notary=signs, clock=a_clock())
    said = threading.Lock()

    def work() -> None:
        while True:
            event, _ = submit(store, Submission(text="A made-up opinion of the usual length. " * 5))
            size = read_checkpoint(store.checkpoint() or "", signs.verifier).size
            with said:
                print(event.seq, event.commitment, size, flush=True)

    for _ in range(THREADS):
        threading.Thread(target=work).start()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

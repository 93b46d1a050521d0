"""
Seeing from outside that a record only grows: following its feed, and being a witness for others.

`follow` asks the feed of a notice for its newest checkpoint and the service for the proof that it leads on
from the one that was seen before. What was seen is kept, so that a fork can be shown to anybody.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

from blockplan.errors import UsageError
from blockplan.jsontext import JsonRecord
from blockplan.notice.events import parse_time, write_time
from blockplan.notice.leaves import event_of, leaf
from blockplan.notice.promises import KeptPromise, became_of
from blockplan.notice.proof import merkle
from blockplan.notice.proof.notes import TreeHead, Verifier, read_checkpoint
from blockplan.notice.proof.witnesses import LARGEST_REQUEST_BYTES, Watcher

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TIMEOUT_S = 30.0
LARGEST_ANSWER_BYTES = 4_000_000
_PAGE = re.compile(r"(https?://[^/]+(?:/[^/]+)*?)/(?:zh|en|ja)/notices/([A-Za-z0-9_-]{1,60})/(?:feed\.atom)?")
_CONTENT = "{http://www.w3.org/2005/Atom}entry/{http://www.w3.org/2005/Atom}content"


@dataclass(frozen=True, slots=True)
class SeenRecord(JsonRecord):
    """
    What was seen of a record.

    Attributes
    ----------
    outcome
        ``first``, ``same``, ``grown``; ``smaller``, ``forked``, ``unsigned`` where it does not hold.
    size, before
        Entries now, and at the time before; None where not known.
    promises
        What became of promises that somebody holds (`blockplan.notice.promises`).
    """

    outcome: str
    size: int | None = None
    before: int | None = None
    said: str = ""
    promises: tuple[KeptPromise, ...] = ()
    KEYS: ClassVar = ("outcome", "size", "before", "said", "promises", "holds")

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        kept = all(one.outcome in {"kept", "open"} for one in self.promises)
        return self.outcome in {"first", "same", "grown"} and kept


def follow(address: str, state: Path, key: Verifier, promises: Sequence[Any] = ()) -> SeenRecord:
    """
    Look at a record once, and compare it with what was seen before.

    Parameters
    ----------
    address
        Its page, or its feed: ``https://plans.example.org/en/notices/town/feed.atom``.
    state
        The file of what was seen: every checkpoint, oldest first, each a JSON string on a line.
    promises
        What senders were promised before entry, as documents: each is sought among all leaves that the newest
        checkpoint signs, and one that is due by the clock of this machine and not there was broken.

    Raises
    ------
    UsageError
        If the address is none of a notice, or cannot be read; nothing can be said of the record then.
    """
    match = _PAGE.fullmatch(address)
    if match is None:
        raise UsageError(f"{address!r} is no page and no feed of a notice: .../en/notices/ID/feed.atom.")
    site, notice = match.groups()
    seen = (
        [json.loads(line) for line in state.read_text(encoding="utf-8").splitlines()]
        if state.exists()
        else []
    )
    note = _note(_get(f"{address.removesuffix('feed.atom')}feed.atom"), key)
    if note is None:
        return SeenRecord("unsigned", said=f"its feed shows no checkpoint of {key.name}")
    before = read_checkpoint(seen[-1], key) if seen else None
    try:
        now = read_checkpoint(note, key)
    except ValueError as error:
        _keep(state, seen, note)
        return SeenRecord("unsigned", before=None if before is None else before.size, said=str(error))
    if before is None:
        _keep(state, seen, note)
        return _with_promises(SeenRecord("first", now.size), site, notice, now, key, promises)
    found = _compared(site, notice, before, now)
    if found.outcome == "grown":
        _keep(state, seen, note)
    elif not found.holds:
        _keep(state.with_name(f"{state.name}.broken"), [], note)  # the two together are the proof
        return found
    return _with_promises(found, site, notice, now, key, promises)


def _with_promises(
    found: SeenRecord, site: str, notice: str, now: TreeHead, key: Verifier, promises: Sequence[Any]
) -> SeenRecord:  # fmt: skip
    """What became of promises, by all leaves under the checkpoint: only so an absence is proved."""
    if not promises:
        return found
    seen_at = write_time(dt.datetime.now(dt.UTC))
    tree, events = merkle.Tree(), []
    address, cursor = f"{site}/api/v1/notices/{notice}/events?limit=200", ""
    while tree.size < now.size:
        try:
            page = json.loads(_get(address + cursor))
            for one in page["events"][: now.size - tree.size]:
                event = event_of(one["leaf"])
                parse_time(event.at)
                events.append(event)
                tree.add(merkle.leaf_hash(leaf(event)))
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"The log of {notice} cannot be read: {error}. Try again later.") from None
        if page.get("next") is None:
            break
        cursor = f"&cursor={page['next']}"
    if tree.size != now.size or merkle.root(tree, tree.size) != now.root:
        said = "the entries that are shown are not those that were signed"
        return replace(found, outcome="forked", said=said)
    return replace(found, promises=tuple(became_of(promises, [key], events, [(now.size, seen_at)])))


def _compared(site: str, notice: str, before: TreeHead, now: TreeHead) -> SeenRecord:
    sizes = (now.size, before.size)
    if now.size < before.size:
        return SeenRecord("smaller", *sizes, "entries that were signed are not shown any more")
    if now.size == before.size:
        same = now.root == before.root
        return (
            SeenRecord("same", *sizes)
            if same
            else SeenRecord("forked", *sizes, "two trees of one size were signed")
        )
    address = f"{site}/api/v1/notices/{notice}/proofs/consistency?old={before.size}&new={now.size}"
    try:
        path = [bytes.fromhex(step) for step in json.loads(_get(address))["proof"]]
    except (ValueError, KeyError, TypeError) as error:
        return SeenRecord("forked", *sizes, f"no proof that it leads on was given: {error}")
    if not merkle.consistent(before.size, now.size, before.root, now.root, path):
        return SeenRecord("forked", *sizes, "it does not lead on from what was signed before")
    return SeenRecord("grown", *sizes)


def _note(feed: str, key: Verifier) -> str | None:
    try:
        contents = [one.text or "" for one in ET.fromstring(feed).iterfind(_CONTENT)]  # noqa: S314 (bounded)
    except ET.ParseError as error:
        raise UsageError(f"The feed cannot be read: {error}.") from None
    return next((text for text in contents if text.startswith(f"{key.name}\n")), None)


def _get(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_S) as answer:  # noqa: S310 (http by `_PAGE`)
            return str(answer.read(LARGEST_ANSWER_BYTES).decode())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{address} cannot be read: {error}. Try again later.") from None


def _keep(state: Path, seen: list[str], note: str) -> None:
    beside = state.with_name(f"{state.name}.new")
    beside.write_text("".join(json.dumps(one) + "\n" for one in [*seen, note]), encoding="utf-8")
    beside.replace(state)


def serve_witness(watcher: Watcher, port: int) -> None:
    """Answer ``add-checkpoint`` on this machine until interrupted, one request at a time."""
    witness_server(watcher, port).serve_forever()


def witness_server(watcher: Watcher, port: int) -> HTTPServer:
    """The server of a witness, not begun yet."""

    class Handler(BaseHTTPRequestHandler):
        timeout = TIMEOUT_S

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint" or not length.isdecimal():
                self._say(404, "")
            elif int(length) > LARGEST_REQUEST_BYTES:
                self._say(413, "")
            else:
                asked = self.rfile.read(int(length)).decode("utf-8", "replace")
                self._say(*watcher.add(asked))

        def _say(self, status: int, said: str) -> None:
            body = said.encode()
            self.send_response(status)
            kind = "text/x.tlog.size" if status == 409 else "text/plain; charset=utf-8"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Who asks is nobody's business."""

    return HTTPServer(("127.0.0.1", port), Handler)

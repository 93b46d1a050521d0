"""The register of opinions as JSON: `blockplan.portal.record.register`, with what pages do not show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.portal.record import register
from blockplan.portal.record.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from blockplan.notice.events import Event
    from blockplan.portal.record.models import Notice
    from blockplan.portal.record.register import Filters, Row

#: Opinions that are read at once for an export.
PORTION = 500
_MORE = ("language", "reason", "clause", "place", "geometry", "received_at")


def page(
    notice: Notice, filters: Filters, before: int | None, size: int
) -> tuple[list[dict[str, Any]], int | None]:
    """Opinions, newest first, and the cursor of the page after them."""
    found = register.page(notice, filters, before, size)
    return _told(notice, found.rows), found.before


def one(notice: Notice, seq: int) -> dict[str, Any] | None:
    """One opinion; None where there is none, or a clerk has not looked yet."""
    row = register.one(notice, seq)
    return None if row is None else _told(notice, [row])[0]


def everything(notice: Notice) -> Iterator[dict[str, Any]]:
    """All opinions, newest first, read in portions."""
    before: int | None = None
    while True:
        rows, before = page(notice, register.Filters(), before, PORTION)
        yield from rows
        if before is None:
            return


def _told(notice: Notice, rows: Sequence[Row]) -> list[dict[str, Any]]:
    # Who redacts a text redacts what is said beside it.
    numbers = {
        seq
        for row in rows
        if row.standing == "whole" and row.entry is not None
        for seq in (row.seq, row.entry)
    }
    events = open_store(notice.id).some(numbers) if numbers else {}
    return [_one(row, events) for row in rows]


def _one(row: Row, events: dict[int, Event]) -> dict[str, Any]:
    more: dict[str, Any] = dict.fromkeys(_MORE)
    for seq in (row.seq, row.entry):
        if seq is not None and seq in events:
            said = events[seq].payload  # an amendment that names a key and leaves it empty takes it out
            more |= {key: said[key] or None for key in _MORE if key in said}
    return {
        "opinion": row.id,
        "entry": row.seq,
        "entered_at": row.at,
        "round": row.round,
        "late": row.late,
        "channel": row.channel or None,
        "sender": row.sender or None,
        "standing": row.standing,
        "kept_back": _ground(row),
        "ground": row.ground,
        "title": row.title,
        "text": row.text,
        "targets": [{"layer": layer, "id": object_} for layer, object_ in row.targets],
        "files": [_file(number, file) for number, file in enumerate(row.files)],
        "words_of": row.entry if row.open else None,
        **more,
    }


def _ground(row: Row) -> str | None:
    if row.standing in {"withheld", "withdrawn", "erased"}:
        return row.standing
    return None if row.open else "publication"


def _file(number: int, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": number,
        "name": str(said["name"]),
        "media_type": str(said["media_type"]),
        "bytes": said.get("bytes"),
    }

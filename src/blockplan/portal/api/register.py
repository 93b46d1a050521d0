"""The register of opinions as JSON: `blockplan.portal.record.register`, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.portal.record import register

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from blockplan.portal.record.models import Notice
    from blockplan.portal.record.register import Filters, Row

#: Opinions that are read at once for an export.
PORTION = 500
_MORE = ("language", "reason", "clause", "place", "geometry")


def page(
    notice: Notice, filters: Filters, before: int | None, size: int
) -> tuple[list[dict[str, Any]], int | None]:
    """Opinions, newest first, and the cursor of the page after them."""
    found = register.page(notice, filters, before, size)
    return [_one(row) for row in found.rows], found.before


def one(notice: Notice, seq: int) -> dict[str, Any] | None:
    """One opinion; None where there is none, or a clerk has not looked yet."""
    row = register.one(notice, seq)
    return None if row is None else _one(row)


def everything(notice: Notice) -> Iterator[dict[str, Any]]:
    """All opinions, newest first, read in portions."""
    before: int | None = None
    while True:
        rows, before = page(notice, register.Filters(), before, PORTION)
        yield from rows
        if before is None:
            return


def _one(row: Row) -> dict[str, Any]:
    return {
        "opinion": row.id,
        "number": row.number,
        "entry": row.seq,
        "entered_at": row.at,
        "received_at": row.received_at,
        "round": row.round,
        "late": row.late,
        "channel": row.channel or None,
        "sender": row.sender or None,
        "standing": row.standing,
        "kept_back": row.kept_back,
        "ground": row.ground,
        "title": row.title,
        "text": row.text,
        "targets": [{"layer": layer, "id": object_} for layer, object_ in row.targets],
        "files": [_file(number, file) for number, file in enumerate(row.files)],
        "words_of": row.entry,
        **{key: row.words.get(key) for key in _MORE},
    }


def _file(number: int, said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": number,
        "name": str(said["name"]),
        "media_type": str(said["media_type"]),
        "bytes": said.get("bytes"),
    }

"""
The register: the opinions of a notice as anybody may see them, page by page.

Every opinion stands in it, so that none can be missed; its words only where the notice's way of publishing
and what became of it let them be shown (`blockplan.notice.disclosure`). No query grows with their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blockplan.notice.disclosure import words_open
from blockplan.notice.state import State
from blockplan.portal.record.files import Files
from blockplan.portal.record.models import Notice, Opinion, Target
from blockplan.portal.record.rows import DatabaseRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.db.models import QuerySet

    from blockplan.notice.events import Event
    from blockplan.portal.config import Config

PAGE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """
    Which opinions; None leaves a filter out.

    ``layer`` and ``object`` ask for those about an object of the plan, a clause (layer ``statements``) or a
    rule (layer ``rules``); the others are columns of `blockplan.portal.record.models.Opinion`.
    """

    layer: str | None = None
    object: str | None = None
    standing: str | None = None
    channel: str | None = None
    sender: str | None = None
    late: bool | None = None
    round: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some opinions, newest first; `next` is the cursor of the page after it, None on the last."""

    opinions: list[dict[str, Any]]
    next: int | None


def page(
    notice: Notice,
    config: Config,
    filters: Filters = Filters(),
    *,
    before: int | None = None,
    size: int = PAGE,
) -> Page:
    """
    A page of the register.

    Parameters
    ----------
    before
        The cursor: only opinions with a smaller number.
    """
    rows = _filtered(notice, filters)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = list(rows.order_by("-seq")[: size + 1])
    shown = [*told(notice, config, found[:size])]
    return Page(shown, found[size - 1].seq if len(found) > size else None)


def everything(notice: Notice, config: Config, filters: Filters = Filters()) -> Iterator[dict[str, Any]]:
    """All opinions, oldest first, read in portions; for exports."""
    after, rows = -1, _filtered(notice, filters).order_by("seq")
    while found := list(rows.filter(seq__gt=after)[:500]):
        yield from told(notice, config, found)
        after = found[-1].seq


def one(notice: Notice, config: Config, seq: int) -> dict[str, Any] | None:
    """One opinion; None if there is none of this number."""
    rows = list(Opinion.objects.filter(notice=notice, seq=seq))
    return next(told(notice, config, rows), None)


def told(notice: Notice, config: Config, rows: Sequence[Opinion]) -> Iterator[dict[str, Any]]:
    """What is said of each opinion: with its words, or the ground on which they are kept back."""
    is_open = words_open(str(notice.opened.get("publication", "none")), State(notice.state))
    numbers = {row.seq for row in rows} | {row.shown for row in rows if row.shown is not None}
    entries = DatabaseRows(notice.id, Files(config.files)).some(numbers) if is_open else {}
    aims: dict[int, list[dict[str, str]]] = {}
    if is_open:
        for aim in Target.objects.filter(notice=notice, seq__in=[row.seq for row in rows]).order_by("id"):
            aims.setdefault(aim.seq, []).append({"layer": aim.layer, "id": aim.object})
    for row in rows:
        ground = _ground(row, is_open=is_open)
        said = _head(row)
        if ground is None:
            said |= _words(entries[row.seq], entries[row.shown or row.seq], row, aims.get(row.seq, []))
        yield said | {"kept_back": ground}


def _filtered(notice: Notice, filters: Filters) -> QuerySet[Opinion]:
    rows = Opinion.objects.filter(notice=notice)
    for name in ("standing", "channel", "sender", "late", "round"):
        value = getattr(filters, name)
        if value is not None:
            rows = rows.filter(**{name: value})
    if filters.layer is not None or filters.object is not None:
        aims = Target.objects.filter(notice=notice)
        if filters.layer is not None:
            aims = aims.filter(layer=filters.layer)
        if filters.object is not None:
            aims = aims.filter(object=filters.object)
        rows = rows.filter(seq__in=aims.values("seq"))
    return rows


def _ground(row: Opinion, *, is_open: bool) -> str | None:
    if row.standing in {"withheld", "withdrawn", "erased"}:
        return row.standing
    if not is_open:
        return "publication"
    return "held" if row.held else None


def _head(row: Opinion) -> dict[str, Any]:
    return {
        "opinion": f"O-{row.seq}",
        "entry": row.seq,
        "entered_at": row.at,
        "round": row.round,
        "late": row.late,
        "channel": row.channel,
        "sender": row.sender,
        "standing": row.standing,
        "title": None, "text": None, "language": None, "clause": None, "geometry": None, "received_at": None,
        "reason": None, "targets": [], "files": [], "words_of": None,
    }  # fmt: skip


def _words(first: Event, shown: Event, row: Opinion, aims: list[dict[str, str]]) -> dict[str, Any]:
    """The words that stand: of the newest amendment, or of a redaction, which shows nothing but its text."""
    said: Mapping[str, Any] = shown.payload
    found = {"text": said.get("text"), "words_of": shown.seq, "targets": aims}
    if row.standing == "redacted":
        return found
    both = {**first.payload, **{key: value for key, value in said.items() if value not in (None, "")}}
    more = ("title", "language", "clause", "geometry", "received_at", "reason")
    files = [
        {
            "number": number,
            "name": str(file["name"]),
            "media_type": str(file["media_type"]),
            "bytes": file.get("bytes"),
        }
        for number, (file, part) in enumerate(zip(said.get("files") or (), shown.files, strict=False))
        if part.key is not None
    ]
    return found | {key: both.get(key) for key in more} | {"files": files}

"""
The register of opinions as everybody may read it: a page at a time, newest first.

Whether words are open is asked of `blockplan.notice.disclosure`; what came without proof of work is counted,
and shown once the record has an entry that somebody looked. No query here grows with the number of
opinions: each walks an index for as many rows as a page shows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from blockplan.notice.disclosure import words_open
from blockplan.notice.state import State
from blockplan.portal.record.models import Entry, Opinion, Target
from blockplan.portal.record.store import open_store
from blockplan.respond.opinions import STANDINGS, Opinions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from blockplan.notice.events import Event
    from blockplan.portal.record.models import Notice

PAGE = 20
#: Where fewer opinions than these are about an object, their numbers are listed; else each row is asked.
FEW = 1000
#: Counting stops here; a page then says "more than".
MOST_COUNTED = 1000
#: Kinds that say on what ground something is kept back.
_GROUNDS = ("redacted", "withheld", "erased")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a reader wants to see; None leaves a thing open."""

    object: tuple[str, str] | None = None
    late: bool | None = None
    sender: str | None = None
    channel: str | None = None
    standing: str | None = None
    round: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """
    An opinion as the register shows it.

    Attributes
    ----------
    title, text
        None where its words are not shown; `ground` then says why, where a ground was entered.
    place, geometry
        Where it is meant, as it was said, and as GeoJSON in the plan's CRS; None where not said or not shown.
    open
        Whether channel, sender, object and words may be shown at all, by the way of publication.
    entry
        Number of the entry whose words are shown.
    """

    seq: int
    at: str
    round: int
    standing: str
    open: bool
    late: bool | None = None
    channel: str = ""
    sender: str = ""
    title: str | None = None
    text: str | None = None
    ground: str | None = None
    entry: int | None = None
    targets: tuple[tuple[str, str], ...] = ()
    files: tuple[dict[str, Any], ...] = field(default=())
    place: dict[str, Any] | None = None
    geometry: dict[str, Any] | None = None

    @property
    def id(self) -> str:
        """``O-17``."""
        return f"O-{self.seq}"


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the number to go on before; None on the last page."""

    rows: tuple[Row, ...]
    before: int | None


def is_open(notice: Notice) -> bool:
    """Whether the words of opinions are open to everybody now."""
    return words_open(str(notice.opened.get("publication", "none")), State(notice.state))


def page(notice: Notice, filters: Filters, before: int | None = None, size: int = PAGE) -> Page:
    """The newest opinions that fit, from those before a number on."""
    rows = _chosen(notice, filters)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    found = list(rows.order_by("-seq")[: size + 1])
    shown = tuple(_shown(notice, found[:size]))
    return Page(shown, found[size - 1].seq if len(found) > size else None)


def one(notice: Notice, seq: int) -> Row | None:
    """An opinion; None where there is none, or a clerk has not looked yet."""
    found = Opinion.objects.filter(notice_id=notice.id, seq=seq, held=False).first()
    return None if found is None else _shown(notice, [found])[0]


def count_about(notice: Notice, layer: str, id_: str) -> int:
    """How many opinions are about an object; counting stops at `MOST_COUNTED` and one more."""
    found = Target.objects.filter(notice_id=notice.id, layer=layer, object=id_)
    return found.order_by("seq")[: MOST_COUNTED + 1].count() if is_open(notice) else 0


def counts(notice: Notice) -> dict[str, int]:
    """How many were received in all, and how many of them wait for a clerk to look."""
    rows = Opinion.objects.filter(notice_id=notice.id)
    # Written as a list, since a bare truth value would walk past its index.
    return {"received": rows.count(), "held": rows.filter(held__in=[True]).count()}


def _chosen(notice: Notice, filters: Filters) -> QuerySet[Opinion]:
    # Bare on purpose: nearly all are not held, and their index would be walked for the few that are sought.
    rows = Opinion.objects.filter(notice_id=notice.id, held=False)
    for name in ("standing", "round"):
        if (value := getattr(filters, name)) is not None:
            rows = rows.filter(**{name: value})
    if not is_open(notice):
        return rows  # what stands in the bodies is not open, so nothing can be chosen by it
    for name in ("late", "sender", "channel"):
        if (value := getattr(filters, name)) is not None:
            # Written as a list, since a bare truth value would walk past its index.
            rows = rows.filter(**{f"{name}__in": [value]})
    return rows if filters.object is None else _about(rows, notice.id, *filters.object)


def _about(rows: QuerySet[Opinion], notice: str, layer: str, id_: str) -> QuerySet[Opinion]:
    about = Target.objects.filter(notice_id=notice, layer=layer, object=id_)
    few = list(about.order_by("-seq").values_list("seq", flat=True)[:FEW])
    if len(few) < FEW:
        return rows.filter(seq__in=few)
    return rows.filter(Exists(about.filter(seq=OuterRef("seq"))))


def _shown(notice: Notice, rows: Sequence[Opinion]) -> list[Row]:
    if not is_open(notice):
        return [_closed(row) for row in rows]
    # An amendment has other words; the place stays that of the first entry.
    numbers = {seq for row in rows if row.shown is not None for seq in (row.seq, row.shown)}
    events = open_store(notice.id).some(numbers)
    grounds = _grounds(notice, [row for row in rows if row.standing not in {"whole", "withdrawn"}])
    targets = _targets(notice.id, [row.seq for row in rows])
    return [_opened(row, events, grounds.get(row.seq), targets.get(row.seq, ())) for row in rows]


def _closed(row: Opinion) -> Row:
    return Row(row.seq, row.at, row.round, row.standing, open=False)


def _opened(
    row: Opinion, events: Mapping[int, Event], ground: str | None, targets: tuple[tuple[str, str], ...]
) -> Row:
    event = None if row.shown is None else events.get(row.shown)
    said = event.payload if event is not None else {}
    first = events[row.seq].payload if row.seq in events else {}
    # Who redacts a text redacts what the title and the files say.
    whole = event is not None and row.standing == "whole"
    return Row(
        row.seq, row.at, row.round, row.standing, open=True, late=row.late, channel=row.channel,
        sender=row.sender, title=(said.get("title") or None) if whole else None,
        text=said.get("text") if event is not None else None, ground=ground, entry=row.shown,
        targets=targets, files=tuple(said.get("files") or ()) if whole else (),
        place=first.get("place") if whole else None, geometry=first.get("geometry") if whole else None,
    )  # fmt: skip


def _targets(notice: str, numbers: Sequence[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    found: dict[int, tuple[tuple[str, str], ...]] = {}
    rows = Target.objects.filter(notice_id=notice, seq__in=numbers).order_by("seq", "id")
    for seq, layer, id_ in rows.values_list("seq", "layer", "object"):
        found[seq] = (*found.get(seq, ()), (layer, id_))
    return found


def _grounds(notice: Notice, rows: Sequence[Opinion]) -> dict[int, str]:
    """Why something of an opinion is left out: as `respond` reads it from the entries about it."""
    if not rows:
        return {}
    store = open_store(notice.id)
    names = [f"O-{row.seq}" for row in rows]
    about = Entry.objects.filter(notice_id=notice.id, opinion__in=names, kind__in=_GROUNDS)
    numbers = [*about.values_list("seq", flat=True), *(row.seq for row in rows)]
    read = Opinions(event for _, event in sorted(store.some(numbers).items()))
    return {
        row.seq: ground
        for row in rows
        if row.standing in STANDINGS and (ground := read.by_id[f"O-{row.seq}"].ground)
    }

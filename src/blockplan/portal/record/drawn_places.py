"""
Where opinions about no object of the plan were drawn or typed, as far as everybody may see it.

Read once by each process, and again for those opinions alone that an entry is about: neither a page nor an
opinion that comes in makes two thousand others be read. What an entry takes back goes at the next look; what
was erased goes with the erasure in the process that erases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.dispatch import receiver

from blockplan.notice.state import State
from blockplan.portal.record import register
from blockplan.portal.record.models import Entry
from blockplan.portal.record.signals import forgotten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.portal.record.models import Notice

#: So many notices are kept at a time.
KEPT = 16


class _Read(NamedTuple):
    """What was read up to an entry: opinion -> its place, None where it has none."""

    entry: int
    body: str
    state: State
    layers: tuple[str, ...]
    places: dict[int, Any]


_read: dict[str, _Read] = {}


def drawn_places(notice: Notice, layers: Sequence[str]) -> dict[int, Any]:
    """
    Of the newest `register.MOST_BY_PLACE` opinions those that have a place and are about no object.

    Parameters
    ----------
    layers
        The layers whose objects count.

    Returns
    -------
    dict
        Number of the opinion's entry -> its place (Shapely, in the plan's CRS), newest first.
    """
    from shapely.geometry import shape  # noqa: PLC0415

    newest = Entry.objects.filter(notice_id=notice.id).order_by("-seq").values_list("seq", "body").first()
    if newest is None or not register.is_open(notice):
        return {}
    state, asked = State(notice.state), tuple(layers)
    kept = _read.get(notice.id)
    if kept is None or (kept.state, kept.layers) != (state, asked):
        known: dict[int, Any] = {}
    elif (kept.entry, kept.body) == newest:
        return _with_place(kept.places)
    else:
        known = _untouched(notice, kept)
    seqs = register.about_none(notice, layers)
    wanted = [seq for seq in seqs if seq not in known]
    for row in register.shown(notice, wanted):
        known[row.seq] = None if row.geometry is None else shape(dict(row.geometry))
    places = {seq: known.get(seq) for seq in seqs}
    while len(_read) >= KEPT and notice.id not in _read:
        _read.pop(next(iter(_read)))
    _read[notice.id] = _Read(*newest, state, asked, places)
    return _with_place(places)


@receiver(forgotten, dispatch_uid="drawn_places")
def forget(sender: str, *, opinion: str, words: bool, **_: Any) -> None:
    """Of an erasure of words: keep no place of what was erased, and none at all where no opinion is named."""
    if not words or (kept := _read.get(sender)) is None:
        return
    if not opinion:
        del _read[sender]
        return
    places = {seq: place for seq, place in kept.places.items() if f"O-{seq}" != opinion}
    _read[sender] = kept._replace(places=places)


def _with_place(places: dict[int, Any]) -> dict[int, Any]:
    return {seq: place for seq, place in places.items() if place is not None}


def _untouched(notice: Notice, kept: _Read) -> dict[int, Any]:
    """What no entry was about since it was read; nothing where the record is another one by now."""
    since = Entry.objects.filter(notice_id=notice.id, seq__gte=kept.entry)
    rows = list(since.order_by("seq").values_list("seq", "body", "opinion", "kind"))
    if not rows or rows[0][:2] != (kept.entry, kept.body):
        return {}
    if any(kind == "erased" and opinion is None for _, _, opinion, kind in rows[1:]):
        return {}  # an erasure may name entries alone
    touched = {opinion for _, _, opinion, _ in rows[1:]}
    return {seq: place for seq, place in kept.places.items() if f"O-{seq}" not in touched}

"""
Entries about an opinion as the office sees them: everything that stands in them, and so whatever may go out;
and how far erasures have come.

Whoever lets words be seen, or confirms that others stand in their place, decides about all that a body holds.
So no field of a body is left out here: those with a shape of their own are shown in it, all others by name.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from blockplan import figures
from blockplan.datums import DATUMS
from blockplan.notice.proof import canonical
from blockplan.portal.lang import NAMES, current
from blockplan.portal.plans.models import PlanObject
from blockplan.portal.plans.places import map_of
from blockplan.portal.record.models import Erasure
from blockplan.portal.record.store import open_store
from blockplan.portal.submissions.subjects import (
    drawn_size,
    in_words,
    named,
    place_in_words,
    said_or,
)
from blockplan.portal.visible_notices import version_of
from blockplan.portal.words import BETWEEN, say
from blockplan.respond.tables import shown as plainly
from blockplan.texts import LANGUAGES, listed, pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from blockplan.notice.events import Event
    from blockplan.portal.plans.models import PlanVersion
    from blockplan.portal.record.models import Notice

#: Fields that the page shows in a place or a shape of their own.
SHAPED = frozenset(
    {"text", "title", "channel", "from", "received_at", "ground", "reason", "by", "second", "targets",
     "defects", "files", "late"}
)  # fmt: skip
_PLACED = frozenset({"geometry", "targets"})
#: Parts of a place that are numbers, or names of systems and orders.
_NUMBERED = frozenset({"accuracy_m", "datum", "numbers", "order", "plan", "sent", "system", "wgs84"})
_KINDS, _ORDERS = ("Point", "LineString", "Polygon"), ("lat_lon", "lon_lat", "x_y", "y_x")
#: Fields that the record makes itself: numbers, times and offsets, no words of anybody.
OF_THE_RECORD = frozenset(
    {
        "opinion",
        "round",
        "ends_before",
        "of",
        "asked_on",
        "segments",
        "source",
        "arrived_at",
        "entries",
        "recovered",
    }
)


def about(row: Notice, opinion: str) -> list[dict[str, Any]]:
    """Every entry about an opinion."""
    return [told(event, row) for event in open_store(row.id).events(about=opinion)]


def place_map(row: Notice, events: Iterable[Event]) -> dict[str, Any] | None:
    """The map of what an opinion is about, as its newest words say; None where they name no place."""
    version = version_of(row)
    said = next(
        (one.payload for one in reversed(list(events)) if one.known and _PLACED & set(one.payload)), {}
    )
    geometry = said.get("geometry") or (version and _of_targets(version, said.get("targets") or ()))
    drawn = map_of(version, geometry, current()) if version and geometry else None
    return drawn and drawn | {"words": _drawn(said, row)}


def _of_targets(version: PlanVersion, targets: Iterable[dict[str, str]]) -> dict[str, Any] | None:
    import shapely  # noqa: PLC0415 (drawing is slow to load)

    meant = Q(pk__in=[])
    for aim in targets:
        meant |= Q(layer=aim["layer"], object=aim["id"])
    rows = PlanObject.objects.filter(meant, version=version).exclude(wkb=None).values_list("wkb", flat=True)
    shapes = [shapely.from_wkb(bytes(wkb or b"")) for wkb in rows]
    return json.loads(shapely.to_geojson(shapely.GeometryCollection(shapes))) if shapes else None


def told(event: Event, row: Notice) -> dict[str, Any]:
    """An entry as the page shows it; personal data is for the office alone."""
    said = event.payload
    content = event.person.content if event.person is not None else None
    person = canonical.loads(content) if content is not None else {}
    why = person.pop("reason", None)
    return {
        "seq": event.seq, "kind": event.kind, "at": event.at, "known": event.known,
        "text": plainly(str(said.get("text", ""))), "title": plainly(str(said.get("title", ""))),
        "late": said.get("late"), "channel": said.get("channel"), "sender": said.get("from"),
        "received_at": said.get("received_at"),
        "ground": said.get("ground") or said.get("reason") or why, "by": said.get("by"),
        "second": said.get("second"),
        "targets": [in_words(aim, current()) for aim in named(row, said.get("targets") or ())],
        "defects": said.get("defects", []),
        "files": list(enumerate(said.get("files", []))) if event.files else [],
        "place": _drawn(said, row), "coordinates": list(_coordinates(said)), "more": list(_more(said)),
        "person": {key: value for key, value in person.items() if key != "secret_sha256"},
    }  # fmt: skip


def _drawn(said: Mapping[str, Any], row: Notice) -> str:
    """The place of a body in words; nothing where it has none, or none that can be drawn."""
    drawn = said.get("geometry")
    if not drawn or not _numbers_alone("geometry", drawn):
        return ""
    return place_in_words(row, said, current())


def drawn_briefly(said: Mapping[str, Any]) -> str:
    """What a body draws and how large, for a row of a list; nothing where it draws nothing."""
    drawn = said.get("geometry")
    if not drawn or not _numbers_alone("geometry", drawn):
        return ""
    size = drawn_size(drawn, current())
    return say(f"office_part.drawn_{drawn['type'].lower()}", current(), size=size)


def _coordinates(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The numbers of a place, for who wants them; each once, however often the body has them."""
    place = said.get("place")
    parts = {"geometry": said.get("geometry"), **(place if isinstance(place, dict) else {})}
    told: list[Any] = []
    for name, whole in parts.items():
        if whole is not None and _numbers_alone(name, whole):
            value = whole["coordinates"] if isinstance(whole, dict) else whole
            if value not in told:
                told.append(value)
                yield say(f"office_part.coordinates_{name}", current()), _number_said(name, value)


def _number_said(name: str, value: Any) -> str:
    if name in {"datum", "system"}:
        return say(f"opinion.datum_name.{value}", current())
    if name == "order":
        return say(f"office_part.order_{value}", current())
    return figures.amount(value, "m", current()) if name == "accuracy_m" else _plain(value)


def _numbers_alone(name: str, value: Any) -> bool:
    """Whether nobody can have written words into this part of a place."""
    if name in {"geometry", "sent"}:
        named = isinstance(value, dict) and set(value) == {"type", "coordinates"}
        return named and value["type"] in _KINDS and _numbers(value["coordinates"])
    if name in {"datum", "system"}:
        return value in DATUMS
    return value in _ORDERS if name == "order" else name in _NUMBERED and _numbers(value)


def _numbers(value: Any) -> bool:
    return all(map(_numbers, value)) if isinstance(value, list) else isinstance(value, int | float)


def _typed() -> str:
    return say("office_part.typed", current())


def _more(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """All other fields of a body that say something: name and value."""
    for name, value in said.items():
        if name in SHAPED | OF_THE_RECORD or value in (None, "", [], {}):
            continue
        label = said_or(f"office_part.{name}", name, current())
        if name == "place" and isinstance(value, dict):
            words = {key: part for key, part in value.items() if not _numbers_alone(key, part)}
            yield from (
                (
                    say("office_part.typed", current()) if key == "said" else f"{label}{BETWEEN}{key}",
                    _plain(part),
                )
                for key, part in words.items()
                if part is not None
            )
        elif name != "geometry" or not _numbers_alone(name, value):
            yield label, _plain(NAMES.get(value, value) if name == "language" else value)


def _plain(value: Any) -> str:
    return plainly(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def erasures_of_notice(notice: Notice) -> list[dict[str, Any]]:
    """Those that are not finished."""
    return [_erasure(one) for one in Erasure.objects.filter(notice=notice, done_at=None).order_by("seq")]


def erasures_of_opinion(notice: Notice, opinion: str) -> list[dict[str, Any]]:
    """Those of one opinion, finished or not."""
    return [_erasure(one) for one in Erasure.objects.filter(notice=notice, opinion=opinion).order_by("seq")]


def _erasure(one: Erasure) -> dict[str, Any]:
    """The opinion, when nothing was left, and else what is left in words."""
    left = [{lang: say(f"office.left_{name}", lang) for lang in LANGUAGES} for name in one.left.split()]
    return {"opinion": one.opinion, "done_at": one.done_at, "left": pick(listed(left), current())}

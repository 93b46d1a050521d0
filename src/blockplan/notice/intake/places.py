"""
Places of a plan: streets, areas, facilities and parcels by name or number, and typed coordinates.

A `PlaceIndex` is made of rows that may be stored (layer, id, names, geometry as WKB) and of the plan's area.
It proposes; the submitter confirms on the object that is shown.

>>> area = NoticeArea("local", shapely.box(0, 0, 100, 100).wkb)
>>> park = PlaceRow("parcels", "C-012", {"zh": "中央公园"}, shapely.box(0, 0, 50, 50).wkb)
>>> index = PlaceIndex([park], area)
>>> [(one.id, one.distance_m) for one in index.find("中央公園の北").candidates]
[('C-012', None)]
>>> [(one.id, one.distance_m) for one in index.find("60, 25", "plan").candidates]
[('C-012', 10.0)]
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.notice.intake.coordinates import TypedPlace, locate
from blockplan.notice.intake.geometry_in import NoticeArea
from blockplan.notice.intake.limits import LIMITS
from blockplan.notice.intake.refusals import refused
from blockplan.notice.intake.texts_in import folded, letters
from blockplan.texts import LANGUAGES, toml_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from blockplan.datums import Datum
    from blockplan.plan import Plan

#: Layers whose objects are places, the finest first: of two that fit alike, the earlier is named first.
PLACES = ("parcels", "facilities", "stops", "streets", "greens", "water", "woodland", "rail", "programmes",
          "structure", "subblocks", "zones", "areas", "blocks")  # fmt: skip
#: Objects this near to typed coordinates are named.
NEAR_M = 200.0
MOST = 10
#: Names have to share this part of their pairs of letters to be alike, if none holds the other.
ALIKE = 0.5
#: Layer -> kind (service of a facility, mode of a stop) -> what people call it in zh, en and ja.
KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    layer: {kind: tuple(words) for kind, words in kinds.items()}
    for layer, kinds in toml_table("blockplan.notice.intake", "kinds.toml").items()
}
#: Layer -> column that says the kind.
KIND_COLUMN = {"facilities": "service", "stops": "modes"}
_NUMBERS = re.compile(r"[0-9a-z]+(?:[-_./][0-9a-z]+)*")


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """
    An object of the plan that can be found; plain data.

    Attributes
    ----------
    names
        Language -> name; empty where it has none.
    wkb
        Geometry in the plan's CRS; None where it has none.
    words
        More words that it is found by: the townships of an area, the kind of a stop or facility.
    """

    layer: str
    id: str
    names: Mapping[str, str] = field(default_factory=dict)
    wkb: bytes | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCandidate:
    """
    An object that may be meant.

    Attributes
    ----------
    layer, id, names
        Of the object; of a street in pieces, the first one.
    ids
        All objects of that name in the layer.
    score
        For words: 1.0 is the number or the whole name; candidates stand in this order.
    distance_m
        For coordinates: from the typed place, 0.0 where it lies inside; None for words.
    """

    layer: str
    id: str
    names: Mapping[str, str]
    ids: tuple[str, ...]
    score: float | None = None
    distance_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceMatches:
    """
    What a text about a place may mean.

    Attributes
    ----------
    candidates
        At most ten objects, the likeliest first; none where nothing fits.
    typed
        The coordinates, as typed and as converted; None where the text is words.
    outside_m
        Distance of typed coordinates from the plan; 0.0 inside, None for words.
    """

    said: str
    candidates: tuple[PlaceCandidate, ...]
    typed: TypedPlace | None = None
    outside_m: float | None = None


class PlaceIndex:
    """The places of a plan, to be found by words and by coordinates."""

    def __init__(self, rows: Iterable[PlaceRow], area: NoticeArea) -> None:
        self.rows = tuple(rows)
        self.area = area
        self._groups: dict[tuple[str, str], list[int]] = {}
        self._by_number: dict[str, list[int]] = {}
        for at, row in enumerate(self.rows):
            named = folded(*row.names.values()) if row.names else f"#{row.id}"
            self._groups.setdefault((row.layer, named), []).append(at)
            self._by_number.setdefault(letters(folded(row.id)), []).append(at)

    @classmethod
    def of_plan(cls, plan: Plan) -> PlaceIndex:
        """The index of a plan."""
        return cls(rows_of(plan), NoticeArea.of_plan(plan))

    def find(self, said: str, datum: Datum | None = None) -> PlaceMatches:
        """
        What a text about a place may mean.

        Parameters
        ----------
        said
            An address, a name, the number of a parcel, or coordinates.
        datum
            Which the submitter says that coordinates carry; see `coordinates.locate`.

        Raises
        ------
        IntakeError
            If the text is longer than a line may be, or its coordinates cannot be turned into the plan's.
        """
        if len(said) > LIMITS.line_characters:
            raise refused("text.line", length=f"{len(said):,}", most=f"{LIMITS.line_characters:,}")
        typed = locate(said, self.area, datum)
        if typed is None:
            return PlaceMatches(said=said, candidates=tuple(self._by_words(folded(said))))
        candidates = self.near(typed.x, typed.y)
        return PlaceMatches(said=said, candidates=tuple(candidates), typed=typed, outside_m=typed.outside_m)

    def near(self, x: float, y: float, within_m: float = NEAR_M) -> list[PlaceCandidate]:
        """Objects within a distance of a place of the plan, those that it lies in first."""
        point = shapely.Point(x, y)
        tree, rows = self._tree
        hits = np.asarray(tree.query(point, predicate="dwithin", distance=within_m), dtype=np.int64)
        distances = shapely.distance(np.asarray(tree.geometries)[hits], point)
        found: dict[tuple[str, str], PlaceCandidate] = {}
        for hit, distance in sorted(
            zip(hits, distances, strict=True), key=lambda pair: (pair[1], rows[pair[0]])
        ):
            row = self.rows[rows[hit]]
            key = self._key[rows[hit]]
            found.setdefault(key, self._candidate(row, key, distance_m=round(float(distance), 2)))
        order = sorted(found.values(), key=lambda one: (one.distance_m, _rank(one.layer), one.id))
        return order[:MOST]

    def _by_words(self, said: str) -> list[PlaceCandidate]:
        """Objects whose number or name the text is, holds, or begins; where none is, those that are alike."""
        scores: dict[tuple[str, str], float] = {}
        for number in _numbers(said):
            # "C012" may mean C-012 and C-01-2; typed in full it means one of them.
            for at in self._by_number.get(letters(number), ()):
                exact = folded(self.rows[at].id) == number
                scores[self._key[at]] = max(scores.get(self._key[at], 0.0), 1.0 if exact else 0.95)
        for key, names in self._names.items():
            fit = max(_fit(name, said) for name in names)
            if fit > scores.get(key, 0.0):
                scores[key] = fit
        if not scores:
            pairs = _pairs(said)
            alike = {
                key: max(_alike(_pairs(name), pairs) for name in names) for key, names in self._names.items()
            }
            scores = {key: score for key, score in alike.items() if score >= ALIKE}
        order = sorted(scores, key=lambda key: (-scores[key], _rank(key[0]), key[1]))
        return [
            self._candidate(self.rows[self._groups[key][0]], key, score=round(scores[key], 3))
            for key in order[:MOST]
        ]

    def _candidate(
        self,
        row: PlaceRow,
        key: tuple[str, str],
        *,
        score: float | None = None,
        distance_m: float | None = None,
    ) -> PlaceCandidate:
        ids = tuple(self.rows[at].id for at in self._groups[key])
        return PlaceCandidate(
            layer=row.layer, id=row.id, names=row.names, ids=ids, score=score, distance_m=distance_m
        )  # fmt: skip

    @cached_property
    def _key(self) -> list[tuple[str, str]]:
        """Row -> the group that it belongs to."""
        found = [("", "")] * len(self.rows)
        for key, members in self._groups.items():
            for at in members:
                found[at] = key
        return found

    @cached_property
    def _names(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Group -> its folded names in each language and its further words; those without are left out."""
        found = {}
        for key, members in self._groups.items():
            row = self.rows[members[0]]
            texts = [*row.names.values(), *row.words.replace("、", ",").split(",")]
            names = tuple(dict.fromkeys(name for text in texts if (name := folded(text))))
            if names:
                found[key] = names
        return found

    @cached_property
    def _tree(self) -> tuple[shapely.STRtree, list[int]]:
        """Tree of the geometries, and the row of each."""
        rows = [at for at, row in enumerate(self.rows) if row.wkb is not None]
        return shapely.STRtree(shapely.from_wkb([self.rows[at].wkb for at in rows])), rows


def rows_of(plan: Plan) -> Iterator[PlaceRow]:
    """The rows of a plan's places, layer by layer."""
    from blockplan.plan.model.layers import LAYERS  # noqa: PLC0415 (the room of plans takes a second)

    for layer in PLACES:
        frame = plan.layer(layer)
        column = LAYERS[layer].id_column
        if column is None or not len(frame):
            continue
        shapes = [None if shape is None else shape.wkb for shape in frame.geometry]
        columns = [
            _texts(frame[name]) if name in frame else [""] * len(frame)
            for name in (*(f"name_{lang}" for lang in LANGUAGES), "townships", KIND_COLUMN.get(layer, ""))
        ]
        for id_, wkb, *texts, townships, kind in zip(frame.index, shapes, *columns, strict=True):
            names = {lang: text for lang, text in zip(LANGUAGES, texts, strict=True) if text}
            yield PlaceRow(layer, str(id_), names, wkb, words_of(layer, townships, kind))


def words_of(layer: str, townships: str | None, kind: str | None) -> str:
    """
    Further words that a row is found by, see `PlaceRow`.

    Examples
    --------
    >>> words_of("stops", None, "subway,bus").split("、")[:2], words_of("areas", "亦庄镇", None)
    (['地铁站', '轨道车站'], '亦庄镇')
    """
    kinds = KINDS.get(layer, {})
    called = (word for one in (kind or "").split(",") for word in kinds.get(one.strip(), ()))
    return "、".join(dict.fromkeys(word for word in (townships or "", *called) if word))


def _texts(column: Any) -> list[str]:
    return [value if isinstance(value, str) else "" for value in column]


def _rank(layer: str) -> int:
    return PLACES.index(layer) if layer in PLACES else len(PLACES)


def _numbers(said: str) -> set[str]:
    """What in a folded text may be the number of an object: all of it, and each part with a figure in it."""
    parts = {part for part in _NUMBERS.findall(said) if any(sign.isdigit() for sign in part)}
    return parts | {said} if letters(said) else parts


def _fit(name: str, said: str) -> float:
    """
    How well a folded name fits a folded text: 1.0 is the same, 0.0 has no part of it.

    Examples
    --------
    >>> [round(_fit("永乐路", said), 2) for said in ("永乐路", "永乐路与学院街交口", "永乐", "学院街")]
    [1.0, 0.78, 0.77, 0.0]
    """
    if name == said:
        return 1.0
    if _stands_in(name, said):
        # The longer of two names that a text holds says more: "Lake Road North" before "Lake Road".
        return 0.75 + 0.1 * len(name) / len(said)
    if len(said) > 1 and said in name:
        return 0.7 + 0.1 * len(said) / len(name)
    return 0.0


def _alike(one: set[str], other: set[str]) -> float:
    """Share of common pairs of letters (Dice's coefficient)."""
    return 2 * len(one & other) / max(1, len(one) + len(other))


def _stands_in(name: str, said: str) -> bool:
    """Whether a text holds a name; one in letters of the alphabet has to stand there as whole words."""
    if len(name) < 2 or name not in said:
        return False
    if not name.isascii():
        return True
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", said) is not None


def _pairs(text: str) -> set[str]:
    plain = letters(text)
    return {plain[at : at + 2] for at in range(len(plain) - 1)}

"""
The language of edits: closed and small, in the plan's CRS (x = east, y = north, metres).

Each edit is a value: what it did, and its inverse, are rows (`blockplan.live.rows`). `parse_edits` reads
the JSON that programs send (docs/contracts.md, section 8).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from blockplan.live.refusals import TEXTS, refused
from blockplan.texts import LANGUAGES, listed, pick

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

#: A place in the plan's CRS, m. No plan lies farther from the origin than a million kilometres.
Metres = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]
Point = tuple[Metres, Metres]
Line = Annotated[tuple[Point, ...], Field(min_length=2, max_length=2000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Edit(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def to_dict(self) -> dict[str, Any]:
        """The edit as JSON writes it."""
        return self.model_dump(mode="json", exclude_none=True)


class SetValue(_Edit):
    """Give one column of one feature a value; null is unknown."""

    op: Literal["set"] = "set"
    layer: Name
    id: Name
    column: Name
    value: bool | int | float | str | None


class MoveVertex(_Edit):
    """Move a vertex: every boundary that has it goes along, or the streets that meet there (``layer``)."""

    op: Literal["move_vertex"] = "move_vertex"
    at: Point
    to: Point
    layer: Literal["parcels", "streets"] = "parcels"


class RemoveVertex(_Edit):
    """Take a vertex out of every boundary that has it, where not more than two features meet."""

    op: Literal["remove_vertex"] = "remove_vertex"
    at: Point


class DrawBoundary(_Edit):
    """Draw the boundary between two neighbouring parcels anew, along a line across both."""

    op: Literal["boundary"] = "boundary"
    ids: tuple[Name, Name]
    line: Line


class Split(_Edit):
    """
    Split a parcel by a line from edge to edge; the largest piece keeps the id.

    One that lies in several parts comes apart into them too.

    What adds up (residents, floor area, ...) is shared by area, people and dwellings in whole numbers.
    """

    op: Literal["split"] = "split"
    id: Name
    line: Line


class Merge(_Edit):
    """Make one parcel of several that share edges: it is named, and used, like the first."""

    op: Literal["merge"] = "merge"
    ids: Annotated[tuple[Name, ...], Field(min_length=2, max_length=500)]


class Add(_Edit):
    """Add a feature: its columns, and its geometry as GeoJSON in the plan's CRS (none for a table)."""

    op: Literal["add"] = "add"
    layer: Name
    row: dict[str, bool | int | float | str | None] = Field(default_factory=dict)
    geometry: dict[str, Any] | None = None


class Remove(_Edit):
    """Take a feature away; a parcel is merged into a neighbour instead, since it would leave a gap."""

    op: Literal["remove"] = "remove"
    layer: Name
    id: Name


class Move(_Edit):
    """Move a feature that is a point: a facility, a stop, an entrance, a tree."""

    op: Literal["move"] = "move"
    layer: Name
    id: Name
    to: Point


Edit = SetValue | MoveVertex | RemoveVertex | DrawBoundary | Split | Merge | Add | Remove | Move
_EDITS: TypeAdapter[list[Edit]] = TypeAdapter(
    Annotated[list[Annotated[Edit, Field(discriminator="op")]], Field(min_length=1, max_length=10_000)]
)


def parse_edits(said: Any) -> list[Edit]:
    """
    Edits from what JSON says: a list of objects.

    Raises
    ------
    EditError
        If one is none; the message names each with its place in the list.
    """
    try:
        return _EDITS.validate_python(said)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[:20]
        lines = {lang: "\n".join(dict.fromkeys(_told(one, lang) for one in wrong)) for lang in LANGUAGES}
        raise refused("no_edits", lines=lines) from None


#: What pydantic adds to the place of a value, for each kind that it may be.
_KINDS = frozenset({"bool", "int", "float", "str"})


def _told(wrong: ErrorDetails, lang: str) -> str:
    """Where and what is wrong."""
    place, key, said = list(wrong["loc"]), f"wrong.{wrong['type']}", dict(wrong.get("ctx", {}))
    if place and place[-1] in _KINDS and wrong["type"] != "extra_forbidden":
        place.pop()
        key = "wrong.value"
    for name in ("expected", "expected_tags"):
        if name in said:  # quoted one by one, the last behind an English word
            said[name] = pick(listed(re.findall("'([^']*)'", said[name])), lang)
    what = TEXTS(key if key in TEXTS else "wrong.other", lang).format(**said)
    return f"  {'.'.join(map(str, place)) or 'edits'}: {what}"

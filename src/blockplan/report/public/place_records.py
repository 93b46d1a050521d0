"""
What a plan says of one thing, as records: a parcel, a part of the plan, a sentence of its text, a rule.

Records hold codes, numbers and names in every language; `to_dict` gives them as JSON in one. What is not
known is None. The words of a page are made of them by `blockplan.report.public.place_words`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from blockplan.jsontext import OR_NULL, SPREAD, JsonRecord, plain, some
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.check.verdict import StatementState, Text, Verdict
    from blockplan.report.document import PageLink
    from blockplan.report.public.landtake import LandTake

#: Why a verdict stands with a thing: it falls short there; it is what is judged, or lies in what is judged;
#: the rule counts it.
Role = Literal["falls_short", "judged", "lies_in", "counted"]


@dataclass(frozen=True, slots=True)
class PlannedUse(JsonRecord):
    """A land use: code, list that the code is of, name; `code` is None where the plan says nothing."""

    code: str | None
    list_name: str = field(metadata={"json": "list"})
    name: Text = field(default_factory=dict, metadata=OR_NULL)


@dataclass(frozen=True, slots=True)
class Neighbour(JsonRecord):
    """
    A parcel beside another, or across the street from it.

    Attributes
    ----------
    across
        Whether a street lies between them.
    edge_m, gap_m
        Metres of the edge that they share (None where they share none); straight distance between them.
    planned, permitted
        Its planned use, and the uses that may stand there instead.
    far, far_kind, height_m, height_kind
        What may be built there, and what kind of bound it is; None where the plan does not say.
    phase
        When; None where the plan does not say.
    """

    parcel: PageLink
    across: bool = field(metadata={"json": "across_the_street"})
    street: PageLink | None
    edge_m: float | None = field(metadata={"json": "shared_edge_m"})
    gap_m: float
    planned: PlannedUse
    permitted: tuple[PlannedUse, ...]
    far: float | None
    far_kind: str | None
    height_m: float | None
    height_kind: str | None
    phase: str | None


@dataclass(frozen=True, slots=True)
class ReachRequirement(JsonRecord):
    """What a rule asks of a distance: within `limit_m`, ``line`` or ``network``; `force` of the rule."""

    rule: PageLink
    limit_m: float
    along: str
    force: str


@dataclass(frozen=True, slots=True)
class NearestWay(JsonRecord):
    """
    How far the nearest thing of a kind is, by one definition.

    Attributes
    ----------
    along
        ``line`` or ``network``.
    planned_m, planned
        Under the plan; None where nothing is reached.
    today_m, today
        Among what stands today; None where nothing is reached, none stands, or the plan does not say.
    """

    along: str
    planned_m: float | None
    planned: PageLink | None
    today_m: float | None
    today: PageLink | None


@dataclass(frozen=True, slots=True)
class Reached(JsonRecord):
    """
    What a parcel reaches of one kind of thing.

    Attributes
    ----------
    today
        ``measured``, ``none`` (the plan names none that stands today), ``unknown`` (it does not say).
    judged_by
        The definition that the rules name first, ``line`` or ``network``; along streets where none does.
    ways
        The distances, the judging definition first.
    asked
        What rules ask, what must be kept first.
    """

    to: str
    today: str
    judged_by: str
    ways: tuple[NearestWay, ...]
    asked: tuple[ReachRequirement, ...]


@dataclass(frozen=True, slots=True)
class Concern(JsonRecord):
    """A verdict that concerns a thing: why (`role`), and the thing's own `value` in `unit` if it has one."""

    verdict: Verdict
    role: Role
    value: float | None = None
    unit: str = ""

    KEYS: ClassVar = (
        *(f"{name}=verdict.{name}" for name in ("rule", "title", "scope", "outcome", "measured", "unit")),
        *(f"{name}=verdict.{name}" for name in ("required", "force", "confidence")),
        "role", "value", "value_unit=unit",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence(JsonRecord):
    """A sentence of the plan's text, whether it holds, and what carries it."""

    state: StatementState
    carried_by: tuple[PageLink, ...]

    KEYS: ClassVar = (
        *(f"{name}=state.{name}" for name in ("statement_id", "text", "kind", "state", "why", "bound_to")),
        "carried_by",
    )


@dataclass(frozen=True, slots=True)
class ParcelRecord(JsonRecord):
    """
    Everything that a plan says of one parcel; see `blockplan.report.public.place.PlanPlaces.parcel`.

    Attributes
    ----------
    x, y
        The representative point, plan CRS, m; None where the parcel is not drawn.
    today, planned, permitted
        Use today, planned use, uses that may stand there instead.
    figures
        Column -> number (``far``, ``height_m`` ...); None where the plan does not say.
    kinds
        Column (``far_kind``, ``height_kind`` ...) -> what a number bounds; None where the plan does not say.
    take, takers
        What the plan takes of it, and the features that do, one for each piece.
    phase, status, committed, horizon
        When it is to be built and how it stands; year of the plan's horizon.
    """

    kind: str = field(default="parcel", init=False)
    id: str
    x: float | None
    y: float | None
    lies_in: tuple[PageLink, ...]
    today: PlannedUse
    planned: PlannedUse
    permitted: tuple[PlannedUse, ...]
    area_m2: float | None
    declared_area_m2: float | None
    figures: Mapping[str, float | None] = field(metadata=SPREAD)
    kinds: Mapping[str, str | None] = field(metadata=SPREAD)
    phase: str | None
    status: str | None
    committed: bool | None
    horizon: int | None
    holds: tuple[PageLink, ...]
    neighbours: tuple[Neighbour, ...]
    take: LandTake = field(metadata={"json": "land_take"})
    takers: tuple[PageLink, ...] = field(metadata={"json": None})
    reached: tuple[Reached, ...]
    reached_from: str = field(default="parcel", init=False)
    concerns: tuple[Concern, ...] = field(metadata={"json": "verdicts"})
    statements: tuple[Sentence, ...]

    def to_dict(self, lang: str | None = None) -> dict[str, Any]:
        """The parcel as JSON; keys are the same in each language."""
        take = self.take
        land_take = {
            "state": take.state,
            "why": take.why,
            "kind": take.kind or None,
            "area_m2": take.area_m2,
            "pieces": [
                {
                    **some(one, None, "kind", "layer", "id"),
                    "name": pick(link.name, lang) or None,
                    **some(one, None, "area_m2", "status"),
                }
                for one, link in zip(take.pieces, self.takers, strict=True)
            ],
            "owner": None,
        }
        return JsonRecord.to_dict(self, lang) | {"land_take": land_take}


@dataclass(frozen=True, slots=True)
class UseShare(JsonRecord):
    """Hectares of one class of land: today (None where it cannot be told) and planned."""

    use: PlannedUse = field(metadata=SPREAD)
    today_ha: float | None
    planned_ha: float


@dataclass(frozen=True, slots=True)
class PartRecord(JsonRecord):
    """
    What a plan says of an area, zone, block, subblock or living circle.

    Attributes
    ----------
    kind
        ``area``, ``zone``, ``block``, ``subblock`` or ``circle``.
    facts
        Column -> text that the layer has of it (``function``, ``townships``, ``dominant_codes``); in several
        languages where it has columns of them (``function_zh``).
    uses
        The land balance, the largest first; parcels count where their representative point lies.
    figures
        ``residents``, ``floor_area_m2``, ``jobs``, ``dwellings``; None where one parcel's number is unknown.
    """

    kind: str
    id: str
    name: Text = field(metadata=OR_NULL)
    area_m2: float | None
    lies_in: tuple[PageLink, ...]
    facts: Mapping[str, Text | str] = field(metadata=SPREAD)
    uses: tuple[UseShare, ...]
    figures: Mapping[str, float | None] = field(metadata=SPREAD)
    holds: tuple[PageLink, ...]
    parcels: tuple[str, ...]
    concerns: tuple[Concern, ...] = field(metadata={"json": "verdicts"})
    statements: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class ThingRecord(JsonRecord):
    """
    What a plan says of any other feature: a facility, a stop, a street, a green, a line of the structure.

    Attributes
    ----------
    facts
        Column -> value as the layer has it, unknown ones left out; a text in several languages where the
        layer has columns of them (``line_zh``).
    """

    kind: str
    layer: str
    id: str
    name: Text = field(metadata=OR_NULL)
    lies_in: tuple[PageLink, ...]
    facts: Mapping[str, Any]
    concerns: tuple[Concern, ...] = field(metadata={"json": "verdicts"})
    statements: tuple[Sentence, ...]

    def to_dict(self, lang: str | None = None) -> dict[str, Any]:
        """The feature as JSON; its columns may be called as anything, languages too."""
        facts = {name: plain(value, lang) for name, value in self.facts.items()}
        return JsonRecord.to_dict(self, lang) | {"facts": facts}


@dataclass(frozen=True, slots=True)
class StatementRecord(JsonRecord):
    """A sentence of the plan's text with its source, and the verdicts of the rules that carry it."""

    kind: str = field(default="statement", init=False)
    sentence: Sentence
    source: Text | str = field(metadata=OR_NULL)
    concerns: tuple[Concern, ...]

    KEYS: ClassVar = (
        "kind", "id=sentence.state.statement_id",
        *(f"{name}=sentence.state.{name}" for name in ("statement_id", "text", "state", "why", "bound_to")),
        "carried_by=sentence.carried_by", "statement_kind=sentence.state.kind", "source", "verdicts=concerns",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RuleRecord(JsonRecord):
    """
    A rule of the plan: what it asks, each verdict of it, where it falls short, which sentences rest on it.

    Attributes
    ----------
    verdicts
        One for each object that it judges.
    where
        Features that fall short, as links, the worst first.
    residents
        Residents who fall short over all verdicts of the rule; None where that is not known.
    """

    kind: str = field(default="rule", init=False)
    id: str
    title: Text
    pack: str
    verdicts: tuple[Verdict, ...]
    where: tuple[PageLink, ...]
    residents: float | None = field(metadata={"json": "affected_residents"})
    statements: tuple[Sentence, ...]

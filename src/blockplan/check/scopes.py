"""
Whether a rule speaks of a plan (on this day, in this region, of its level, uses, size; if not, why), and what
it judges: the whole plan, or its areas, blocks, subblocks and living circles one by one.

A rule on such an object reads the part of the measurement that is the object. Where the measure has no
such part the verdict is unknown: the figure of the whole plan says nothing about a part of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from blockplan.check.copies import changed
from blockplan.check.limits import is_repealed
from blockplan.check.words import say
from blockplan.measure.missing import Missing, nothing, reason
from blockplan.plan.model.faults import NAMES
from blockplan.texts import listed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator

    from blockplan.check.packs import Pack
    from blockplan.check.parameters import RuleChoices
    from blockplan.check.rules import AppliesTo, Rule
    from blockplan.check.verdict import Outcome, Residents, Text
    from blockplan.measure.measurement import Measurement, Part
    from blockplan.plan import Plan


@dataclass
class Applicability:
    """What decides of a plan, on a day, whether rules speak of it; residents are asked for by few rules."""

    plan: Plan
    day: dt.date
    residents: Callable[[], Residents]

    def why_not(self, rule: Rule, outcome: Outcome) -> Text | None:
        """Why a rule does not apply to the plan on the day; None where it does."""
        if outcome == "not_applicable":
            if rule.repealed is not None and is_repealed(rule, self.day):
                return say(
                    "note.repealed", repealed=str(rule.repealed.on), by=rule.repealed.by, on=str(self.day)
                )
            return say("note.not_yet", first=str(rule.first_day), on=str(self.day))
        return say("note.city") if rule.scope.kind == "city" else self._why_not_such(rule)

    def elsewhere(self, pack: Pack) -> Text | None:
        """Why a pack of another region does not apply to the plan; None where it does, or nobody can tell."""
        region, place = pack.head.region, self.place
        if region is None or place is None or region.holds(*place):
            return None
        return say("note.elsewhere", region=dict(region.name))

    @cached_property
    def place(self) -> tuple[float, float] | None:
        """Longitude and latitude of the plan's middle; None for a plan whose CRS is on no globe."""
        from blockplan.measure.inputs.feature_points import place_of  # noqa: PLC0415 (the room measure brings in geopandas)

        return place_of(self.plan)

    def _why_not_such(self, rule: Rule) -> Text | None:
        """Why a rule does not speak of a plan like this one; None where it does."""
        asked = rule.applies_to
        if asked is not None and asked.level and self.plan.manifest.level not in asked.level:
            return say("note.level", levels=", ".join(asked.level))
        if asked is not None and asked.land_use and not _has_land(self.plan, asked.land_use):
            return say("note.land_use", codes=", ".join(asked.land_use))
        return self.not_for_so_many(rule)

    def not_for_so_many(self, rule: Rule) -> Text | None:
        """Why a rule does not apply to a plan of so many residents; None where it does, or none is known."""
        asked = rule.applies_to
        if asked is None or not asked.residents:
            return None
        central = self.residents().central
        if central is None or _speaks(asked, central):
            return None
        low, high = asked.residents
        return say("note.residents", low=low, high=high, residents=central)

    def turns(self, rule: Rule) -> Iterator[Text]:
        """Where a rule begins or ceases to speak of the plan at an end of the residents' range, say so."""
        asked = rule.applies_to
        if asked is None or not asked.residents:
            return
        people = self.residents()
        if people.central is None:
            return
        now = _speaks(asked, people.central)
        for end in (people.low, people.high):
            if end is not None and _speaks(asked, end) != now:
                yield say(f"note.range.{'silent' if now else 'speaks'}", residents=end)


def _speaks(asked: AppliesTo, residents: float) -> bool:
    """Whether a rule for plans of some size speaks of one of so many residents."""
    low, high = asked.residents or (0.0, math.inf)
    return low <= residents <= high


def _has_land(plan: Plan, codes: Iterable[str]) -> bool:
    """Whether a parcel of the plan is, or may be by what it says, of one of the classes or one below them."""
    from blockplan.measure.inputs.columns import belongs, land_uses  # noqa: PLC0415 (the room measure brings in scipy)

    wanted = tuple(codes)
    return plan.cached(
        f"land of {wanted}",
        lambda: any(
            use is not None and belongs(use, of, wanted) is not False for use, of in land_uses(plan)[0]
        ),
    )


#: Stands for the objects of a kind where the plan has none.
EVERY = "*"
#: Kind of a scope -> the layer that its objects are drawn in.
LAYERS = {"area": "areas", "block": "blocks", "subblock": "subblocks", "circle": "circles"}
#: What is missing where a rule judges living circles and none of the tier is drawn.
NO_CIRCLE = nothing("no_circle")
#: So many ids of a layer are named where one that is asked for is not there.
NAMED = 6


def object_of(rule: Rule, plan: Plan) -> str:
    """The id that a verdict on no single object bears."""
    return rule.scope.id or (EVERY if rule.scope.each else plan.manifest.id)


def is_whole(rule: Rule, choice: RuleChoices) -> bool:
    """
    Whether the measure's value is that of what the rule judges.

    So it is on the plan, and on an area that the measure itself is asked for (its choice ``area_id``).
    """
    scope = rule.scope
    if scope.kind in {"plan", "city"}:
        return True
    return scope.kind == "area" and scope.id is not None and choice.all.get("area_id") == scope.id


def parts_of(rule: Rule, measurement: Measurement) -> tuple[Part, ...]:
    """The parts of a measurement that a rule judges one by one."""
    kind, id_ = rule.scope.kind, rule.scope.id
    if id_ is not None:
        return tuple(part for part in measurement.by if part.scope == f"{kind}:{id_}")
    return tuple(part for part in measurement.by if part.scope.startswith(f"{kind}:"))


def of_part(measurement: Measurement, part: Part) -> Measurement:
    """The measurement of one part, as if nothing else had been measured: the residents are its own."""
    definition = measurement.among(part.residents)
    return changed(
        measurement,
        definition={**definition, **part.about} if part.about else definition,
        value=part.value,
        supply=part.supply,
        missing=part.missing or (measurement.missing if part.value is None else ()),
        places=part.places,
        counted=part.counted or measurement.counted,
        affected_residents=part.affected_residents,
        ends=part.ends,
        by=(),
        readings=(),
    )


def without_parts(measurement: Measurement) -> Measurement:
    """What of a measurement that of each part shares (`of_part`)."""
    own = {name for part in measurement.by for name in part.about}
    return replace(
        measurement,
        definition={name: said for name, said in measurement.among(None).items() if name not in own},
        value=None,
        supply=None,
        places=(),
        affected_residents=None,
        ends=None,
        by=(),
        readings=(),
    )


def of_none(rule: Rule, measurement: Measurement, plan: Plan) -> Measurement:
    """A measurement without the part that a rule judges: unknown, with what is missing."""
    none = replace(measurement, value=None, by=(), readings=(), places=(), supply=None)
    if rule.scope.kind == "circle" and measurement.value is not None:
        none = replace(none, definition={**measurement.definition, "whole_plan": measurement.value})
    return replace(none, affected_residents=None, ends=None, missing=_lacking(rule, measurement, plan))


def no_circle(rule: Rule, measurement: Measurement, plan: Plan) -> bool:
    """
    Whether a rule judges living circles of a tier, and the plan draws none of it: then it does not apply.

    A circle of no stated tier could be one of them, so with such a circle it is unknown.
    """
    tier = measurement.chosen.get("tier")
    if rule.scope.kind != "circle" or rule.scope.id is not None:
        return False
    if not plan.has_layer("circles") or plan.layer("circles").empty:
        return True
    tiers = plan.layer("circles")["tier"]
    return bool(tier and tiers.notna().all() and not (tiers == tier).any())


def about_scope(rule: Rule, plan: Plan) -> tuple[Text, ...]:
    """Where the plan has no object of the id that the rule names, say which ones it has."""
    id_ = rule.scope.id
    names = _names(rule, plan) if id_ is not None else []
    if not names or id_ in names:
        return ()
    shown = [*names[:NAMED], *(["…"] if len(names) > NAMED else [])]
    kind = NAMES.text(f"layer.{LAYERS[rule.scope.kind]}")
    return (say("note.no_object", kind=kind, id=id_, known=listed(shown)),)


def about_circles(rule: Rule, measurement: Measurement) -> tuple[Text, ...]:
    """That the plan draws no circle of the tier that the rule judges."""
    if rule.scope.kind != "circle" or NO_CIRCLE not in measurement.missing:
        return ()
    return (say("note.no_circle"),)


def people_of(residents: Residents, part: Part) -> Residents:
    """Residents of a part with the plan's range, in proportion."""
    if part.residents is None or not residents.central:
        return replace(residents, low=None, central=part.residents, high=None)
    central, lived = residents.central, part.residents
    # An end that is the number itself stays so: rounding makes no range.
    low, high = (
        None if end is None else lived if end == central else end * (lived / central)
        for end in (residents.low, residents.high)
    )
    return replace(residents, low=low, central=lived, high=high)


def _lacking(rule: Rule, measurement: Measurement, plan: Plan) -> tuple[Missing, ...]:
    kind, id_, layer = rule.scope.kind, rule.scope.id, LAYERS[rule.scope.kind]
    if no_circle(rule, measurement, plan):
        return (NO_CIRCLE,)
    if measurement.value is None and measurement.missing:
        return measurement.missing
    if not plan.has_layer(layer):
        return (Missing(layer),)
    names = _names(rule, plan)
    if id_ is not None and id_ not in names:
        return (reason(f"no_{layer}_id", id=id_),)
    if id_ is None and not names:
        return (reason("no_blocks" if layer == "blocks" else f"empty_{layer}"),)
    return (reason(f"not_by_{kind}", measure=rule.measure),)


def _names(rule: Rule, plan: Plan) -> list[str]:
    layer = LAYERS[rule.scope.kind]
    return list(dict.fromkeys(map(str, plan.layer(layer).index))) if plan.has_layer(layer) else []

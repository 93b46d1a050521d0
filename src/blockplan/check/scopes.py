"""
What a rule judges: the whole plan, or its areas, blocks, subblocks and living circles one by one.

A rule on such an object reads the part of the measurement that is the object. Where the measure has no
such part the verdict is unknown: the figure of the whole plan says nothing about a part of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from blockplan.check.words import NAMES, say
from blockplan.measure.missing import Missing, nothing, reason
from blockplan.texts import listed

if TYPE_CHECKING:
    from blockplan.check.parameters import RuleChoices
    from blockplan.check.rules import Rule
    from blockplan.check.verdict import Residents, Text
    from blockplan.measure.measurement import Measurement, Part
    from blockplan.plan import Plan

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
    """The measurement of one part, as if nothing else had been measured."""
    return replace(
        measurement,
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
    tier = dict(measurement.definition.get("parameters", {})).get("tier")
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
    factor = part.residents / residents.central
    low, high = (None if end is None else end * factor for end in (residents.low, residents.high))
    return replace(residents, low=low, central=part.residents, high=high)


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

"""Write docs/measures.md, the reference of all measures, from the registry: python docs/write_measures.py."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from blockplan.measure import MEASURES
from blockplan.measure.spec import parameter_text
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.measure.spec import MeasureSpec, Parameter

HEAD = """\
# Measures

This page is made from the registry in `blockplan.measure` (`python docs/write_measures.py`).

A measure takes a plan and gives one value with its unit, the definition that was used, what was counted,
and, where the value cannot be known, what is missing. Unknown is never zero: an absent layer or an empty
number makes a value unknown, a layer without such a feature is a measured zero.

Parameters are set in `plan.toml [parameters]`, by a rule, or by the call `blockplan.measure(plan,
"parks_large", parameters={"large_park_min_ha": 5})`.

A value is unknown only where the unknown could change it: what a parcel leaves unsaid leaves unknown the
whole and the area, block or circle that it lies in, and no other; a facility of no stated kind matters
only to homes that reach no other. An unknown value then lies between two numbers, and where both are on
one side of a limit the verdict is certain. A share of everybody is missed where somebody of a known number
certainly falls short, however many others there are. Where there is nothing to measure (nobody lives in the
plan, no land is of the kind, no living circle is drawn), nothing is unknown: a rule does not apply.

## Where things stand, and what lies in what

A feature stands at its **representative point**: its centroid. Where the centroid lies outside the land (a
ring, a horseshoe) it is the middle of the stretch that the straight line from the centroid through the
nearest point of the edge has in the land; of several nearest points the one drawn first is taken. A line
or several points stand at their point nearest to the centroid. So no value depends on how the plan lies or
is turned; the order of the belt from north to south follows the axis of the belt, and turns round only
where its other end comes to lie in the south.

Nor does a value depend on the order of rows, or on how land is cut into rows. What is counted at a point
moves where a parcel is cut, for its pieces stand at points of their own: residents, floor area and jobs.

A parcel belongs to the area, block and subblock that its point lies in; on a common edge (to the
centimetre) to the one whose id comes first. Living circles cut parcels; people count in every circle and
area that the point they live at lies in, the edge included. A home, a stop or a facility is a point for
what it lies in. Straight-line distances end at what is drawn: the edge of land, a point of a stop.
Distances are told to the centimetre, and every limit is included: 500.004 m is within 500 m, crossings 15
m apart are one.

A facility or a programme stands on the parcel that it names, else on the one that its point lies on (of
several the one whose id comes first). One that is not drawn stands at the parcel that it names, and is
reached at its edge.

The plan's own edge counts as inside. A street that runs along it (within a millimetre, for 1 m or more)
counts whole on whichever side it is drawn; one along the common edge of two areas or blocks half for each,
and one along an edge beyond which no other lies whole.

Green parcels side by side (within 1 cm, along 1 m or more) are one park. A row of the layer `greens` is a
green of its own; for counts and sizes of parks it is one with such a park of parcels or with another row
where they share more than half of the smaller of the two, on planned land. Where greens of some size count
for reach or for an area, the size is that of the park of parcels, or of the row as it is drawn; parcels of
water and woodland that count beside them are each of their own size. For the green of street blocks a row
of `greens` counts whole on the housing parcel that its point lies on, and subblocks where nobody lives are
left out.

## What is counted parcel by parcel

The middle value is unknown where that of a parcel is, or whether a parcel is meant; `middle_of_known` then
stands in the definition. What is built is read from the buildings of the
parcel where all of them state it, else from the parcel table; greens that cover the same land count once.
Housing parcels are those whose land use is or may be 0701 or 0703: R2, and those without a land use, too.
Of blocks only those with a cap are compared. Floor area of firms is that of the kinds in `firm_categories`.

A day place may be written in `places` or, where that is empty, in `beds`. A line of sight starts at the
nearest point of the dwelling building, and a building that it enters for no more than 1 cm does not hide
the tree; one in which a home without a building of its own stands hides nothing.

## Who lives where

Land uses that house people are 0701 and 0703 with all below them. A code that may stand for one of these
for all that it says (07, R2), one that is empty, and a parcel with dwellings can house people: where such
a parcel leaves `residents` or `dwellings` empty, the sum is unknown. Floor area counts as housing on
parcels of these uses, and on no parcel without a land use, unless it has dwellings. Other parcels may
leave the number empty, and house nobody.

A given total is spread over the parcels in proportion to the first of `residents`, `dwellings` and the
floor area of housing that is known throughout and not 0.

Residents stand at the points of their dwelling buildings where these name the parcel and have residents or
dwellings (the parcel's residents in proportion to the first of the two that all of them have), else at the
parcel's point. Where residents are unknown, readings weigh buildings (or housing parcels) instead.

Land uses are compared by the national list. A code of GB 50137 counts as the national class of the same
meaning; one without such a class is what the codes below it are (R2: 070102 or 0702), else a part of the
class above it. Where that leaves open whether it is of a class asked for, the value is unknown and
`validate` says so.

Measures of reach carry several readings of the same sentence. `line_...` is a straight line, `net_...` a
walk on the street network: `node` or `edge` says where a home joins it, `free` that the way from the home
to it is not counted, and the last word where the walk ends. A walk to the `middle` of a green hangs on which
point that is: on three mapped districts another choice than the centroid moved these shares by up to 1.5
percentage points, and all others by less than one.

## How a walk is measured

Streets are walked both ways, `oneway` or not; a street with `walk` false is left out, and one that does
not say is walkable. Lines meet where they cross or touch on the same `level` (no level is the ground), and
where an end comes within 0.1 m of another line. A line of another level passes over or under; only an end
that nothing of its own level continues lands on the line that it touches. Rows with node ids in the
columns `u` and `v` are taken as they are: they meet where ids are equal.

A street with a `barrier` (any word but no, none, false or 0) is not walked on, and nobody crosses it on
its level: streets drawn across it are cut there, streets that meet on it join only with those of their
side, and a door does not join a street behind it. A bridge or an underpass, on another level, leads
across; at the end of a barrier one walks round.

Doors join at the nearest point of a street without a limit, and their way to it counts. Greens, entrances
and stops join within `join_limit_m`; those that do not are listed as `not_joined`. Lengths are whole
centimetres, each piece of a way by itself: where a piece is half a centimetre over, a plan that is turned may
have it a centimetre longer. Where no way leads, there is no distance: the place counts as beyond the limit,
and its value is null.
"""


def page() -> str:
    """The whole page, as Markdown."""
    return HEAD + "\n" + "\n".join(_entry(spec) for spec in MEASURES.values())


def _entry(spec: MeasureSpec) -> str:
    lines = [
        f"## {spec.id}",
        "",
        f"{pick(spec.title)} · {pick(spec.title, 'zh')} · {pick(spec.title, 'ja')}",
        "",
        pick(spec.definition),
        "",
        f"- Unit: `{spec.unit}`",
        f"- Reads: {', '.join(f'`{entry}`' for entry in spec.inputs)}",
    ]
    lines += [
        f"- Parameter `{name}` = {_default(parameter)}: {pick(parameter_text(name))}"
        for name, parameter in spec.parameters.items()
    ]
    lines += [f"- Source: {pick(spec.source)}", ""]
    return "\n".join(lines)


def _default(parameter: Parameter) -> str:
    value = parameter.default
    if isinstance(value, tuple):
        shown = ", ".join(value)
    elif hasattr(value, "items"):
        shown = _table(value)
    else:
        shown = str(value) if value != "" else '""'
    return f"`{shown}`{' ' + parameter.unit if parameter.unit else ''}"


def _table(value: Mapping[str, float]) -> str:
    return ", ".join(f"{key}: {number:g}" for key, number in value.items())


if __name__ == "__main__":
    Path(__file__).with_name("measures.md").write_text(page(), encoding="utf-8")

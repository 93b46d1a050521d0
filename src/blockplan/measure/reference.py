"""
The reference of all measures as a page of the documentation, made from the registry.

``python -m blockplan.measure.reference > docs/measures.md`` writes it anew; a test holds the page to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.measure import MEASURES
from blockplan.measure.spec import parameter_text
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.measure.spec import MeasureSpec, Parameter

HEAD = """\
# Measures

This page is made from the registry in `blockplan.measure` (`python -m blockplan.measure.reference`).

A measure takes a plan and gives one value with its unit, the definition that was used, what was counted,
and, where the value cannot be known, what is missing. Unknown is never zero: an absent layer or an empty
number makes a value unknown, a layer without such a feature is a measured zero.

Parameters are set in `plan.toml [parameters]`, by a rule, or by the call
`blockplan.measure(plan, "parks_large", parameters={"large_park_min_ha": 5})`.

Residents stand at their dwelling buildings where these are mapped with residents or dwellings, else at the
parcel's representative point. Where residents are unknown, readings weigh buildings (or housing parcels)
instead.

Measures of reach carry several readings of the same sentence. `line_...` is a straight line, `net_...` a walk
on the street network: `node` or `edge` says where a home joins it, `free` that the way from the home to it is
not counted, and the last word where the walk ends.

## How a walk is measured

Streets are walked both ways, `oneway` or not; a street with `walk` false is left out, and one that does not
say is walkable. Lines meet where they cross or touch on the same `level` (no level is the ground), and
where an end comes within 0.1 m of another line. A line of another level passes over or under; only an end
that nothing of its own level continues lands on the line that it touches. Rows with node ids in the columns
`u` and `v` are taken as they are: they meet where ids are equal.

A street with a `barrier` (any word but no, none, false or 0) is not walked on, and nobody crosses it on its
level: streets drawn across it are cut there, streets that meet on it join only with those of their side,
and a door does not join a street behind it. A bridge or an underpass, on another level, leads across; at
the end of a barrier one walks round.

Doors join at the nearest point of a street without a limit, and their way to it counts. Greens, entrances
and stops join within `join_limit_m`; those that do not are listed as `not_joined`. Lengths are whole
centimetres. Where no way leads, there is no distance: the place counts as beyond the limit, and its value
is null.
"""


def document() -> str:
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
    lines += [f"- Source: {spec.source}", ""]
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
    print(document(), end="")

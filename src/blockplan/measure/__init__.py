"""
Indicators of a plan: each with its value, unit, definition and what it counted.

``blockplan.measure(plan, "green_per_resident")`` is `measure`. `MEASURES` holds all there are, as
``registry/`` describes them; the modules of this room are loaded when one of their measures is called.
"""

from __future__ import annotations

import difflib
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from blockplan import callable_room
from blockplan.errors import UsageError
from blockplan.measure.spec import MeasureSpec, Parameter, read_registry
from blockplan.plan.model.plan import derived_land
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from blockplan.measure.measurement import Measurement
    from blockplan.plan.model.plan import Plan

__all__ = ["MEASURES", "MeasureSpec", "Parameter", "measure"]

#: Measure id -> what it is; in the order in which they are listed.
MEASURES: dict[str, MeasureSpec] = read_registry()
#: Every parameter that one of them takes.
_PARAMETERS = {name for spec in MEASURES.values() for name in spec.parameters}


def measure(
    plan: Plan,
    *ids: str,
    parameters: Mapping[str, Any] | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[Measurement, ...]:
    """
    Measure a plan.

    Parameters
    ----------
    ids
        Names of measures (`MEASURES`); none means all of them.
    parameters
        Choices that hold for this call; they go before ``plan.toml [parameters]``, and those
        before the defaults. A measure takes the ones it has.

    Returns
    -------
    tuple
        One measurement a name, in the order asked for.

    Raises
    ------
    UsageError
        If a measure or a parameter has a name that does not exist (the message offers
        those that look like it), or a parameter a value of the wrong kind.
    """
    sets = dict(parameters or {})
    for name in sets:
        if name not in _PARAMETERS:
            raise UsageError(f"There is no parameter {name!r}.{_like(name, _PARAMETERS)}")
    for name in ids:
        if name not in MEASURES:
            raise UsageError(
                f"There is no measure {name!r}.{_like(name, MEASURES)} "
                "`blockplan measure --list` names all of them."
            )
    found = []
    for name in ids or MEASURES:
        if progress is not None:
            progress(name)
        found.append(_one(plan, MEASURES[name], sets))
    return tuple(found)


def _one(plan: Plan, spec: MeasureSpec, sets: Mapping[str, Any]) -> Measurement:
    chosen = spec.choose(plan.manifest.parameters, sets)
    found = spec.measure(plan, chosen)
    between = {}
    if found.value is None and found.ends is not None:
        # Infinity is no number of JSON: no end is null.
        between = {"lies_between": [end if math.isfinite(end) else None for end in found.ends]}
    land = derived_land(plan) if "boundary.geometry" in spec.inputs else None
    rests = {} if land is None else {"planned_land": land}
    definition = {
        "text": pick(spec.definition),
        **found.definition,
        **between,
        **rests,
        "parameters": spec.shown(chosen),
    }
    return replace(found, definition=definition, parameters=chosen)


def _like(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.5)
    return f" Did you mean {' or '.join(near)}?" if near else ""


callable_room(__name__)

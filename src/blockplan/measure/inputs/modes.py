"""
By which means of transport a stop is served: what it says, and what it leaves open.

A stop that says no mode, or a word that is none, may be of any: it serves what it says, and perhaps more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from blockplan.measure.inputs.columns import ids, values
from blockplan.measure.missing import Missing, unknown
from blockplan.plan.model.layers import MODES, OTHER_MODES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan

#: What stands between two modes.
COMMA = re.compile("[,\uff0c\u3001]")


def modes_of(plan: Plan) -> list[frozenset[str]]:
    """The words that each stop says."""
    return plan.cached("modes", lambda: [_words(text) for text in values(plan, "stops", "modes")])


def served_by(plan: Plan, modes: Iterable[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """
    Stops that one of some modes serves, and those that it may serve for all that is known.

    Every stop where no mode is asked for.
    """
    wanted, said = frozenset(modes), modes_of(plan)
    serves = np.array([not wanted or not wanted.isdisjoint(found) for found in said], dtype=bool)
    known = MODES | OTHER_MODES | wanted  # a rule may speak of a mode that the list does not have
    open_ = np.array([not found or not found <= known for found in said], dtype=bool)
    return serves, open_ & ~serves


def unsaid(plan: Plan, stops: NDArray[np.bool_]) -> tuple[Missing, ...]:
    """What is missing where it matters by what some stops are served."""
    return unknown(Missing("stops", "modes"), ids(plan, "stops")[stops])


def _words(text: str | None) -> frozenset[str]:
    return frozenset(word.strip() for word in COMMA.split(text or "")) - {""}

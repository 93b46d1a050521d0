"""What the one verdict of a rule that judges each parcel says: the counts, the worst, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.check.feature_outcomes import FAIL, UNKNOWN
from blockplan.check.parcelwise import judge, required_of_one
from blockplan.check.verdict import Remedy
from blockplan.check.words import CATALOG, say
from blockplan.measure.inputs.feature_values import missing_in
from blockplan.measure.missing import Missing, only_nothing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.check.feature_outcomes import Judged
    from blockplan.check.rules import Limit, Rule
    from blockplan.check.verdict import Required, Text
    from blockplan.measure.measurement import Measurement
    from blockplan.plan import Fault


def of_each(
    rule: Rule, limit: Limit, required: Required, measurement: Measurement, faults: tuple[Fault, ...]
) -> tuple[Required, dict[str, Any]]:
    """
    What is asked (of the feature that misses it by most), and what the verdict says besides.

    Where the measure gives no value a parcel, or lacks a layer, all is unknown.
    """
    each = measurement.each
    if each is None or (not len(each.ids) and measurement.missing and not only_nothing(measurement.missing)):
        return required, {"outcome": "unknown", "missing": measurement.missing, "notes": ()}
    judged = judge(each, limit, required, faults)
    worst, outcome = judged.worst, judged.settled
    asked = required_of_one(judged, worst) or required
    about: dict[str, Any] = {
        "outcome": outcome,
        "measured": None if worst is None else _number(judged.value[worst]),
        "margin": None if worst is None else _number(judged.margin[worst]),
        "where": judged.places(FAIL),
        "judged": judged,
        "remedy": _remedy(rule, judged) if outcome == "fail" and rule.force != "comparator" else None,
        "affected_residents": 0.0 if outcome == "pass" else None,
        "missing": _missing(measurement, judged) if outcome != "not_applicable" else (),
        "notes": tuple(_notes(rule, limit, judged)),
    }
    return asked, about


def _missing(measurement: Measurement, judged: Judged) -> tuple[Missing, ...]:
    """What would have to be said for the features that are unknown."""
    among = np.zeros(len(judged.each.ids), dtype=bool)
    among[judged.rows[judged.outcome == UNKNOWN]] = True
    if not among.any():
        return ()
    whole = tuple(one for one in measurement.missing if not one.column and not one.why)
    return whole or missing_in(judged.each, among)


def _notes(rule: Rule, limit: Limit, judged: Judged) -> Iterator[Text]:
    kinds = CATALOG.text(f"each.{judged.each.layer}")
    if not len(judged.rows):
        yield say("note.none_bounded" if limit.own else "note.nothing", kind=kinds)
        return
    counts = judged.counts
    yield say(
        "note.each", kind=kinds, judged=len(judged.rows), **{f"n_{name}": n for name, n in counts.items()}
    )
    if limit.by_class is not None and len(judged.each.classes) > 1:
        yield say("note.each_class")
    if limit.own:
        yield say("note.own")


def _remedy(rule: Rule, judged: Judged) -> Remedy:
    number = float(judged.counts["fail"])
    kinds = CATALOG.text(f"each.{judged.each.layer}")
    one = {**kinds, "en": kinds["en_one"]} if number == 1 else kinds
    return Remedy(number, judged.each.layer, say("remedy.each", amount=number, kind=one))


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)

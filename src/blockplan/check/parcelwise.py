"""
A rule that judges each parcel: all of them at once, and one verdict that counts them.

The limit is one figure for all, a row of a table by the class of each parcel, or the bound that the plan
itself sets to each. `limits` compares one value; here the same comparison is made on arrays.
The one verdict says the counts, the worst, and what is missing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from blockplan.check.limits import DUST, required_of
from blockplan.check.rules import Figures
from blockplan.check.verdict import FAIL, PASS, UNKNOWN, Judged, Remedy
from blockplan.check.words import CATALOG, say
from blockplan.figures import known
from blockplan.measure.inputs.parcel_intensity import missing_in
from blockplan.measure.missing import Missing, only_nothing
from blockplan.plan.model.recall import by_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from blockplan.check.rules import Limit, Rule
    from blockplan.check.verdict import Required, Text, Verdict
    from blockplan.measure.measurement import Each, Measurement
    from blockplan.plan import Fault

#: The least and the most that each feature may have; NaN: no such end.
Ends = tuple["NDArray[np.float64]", "NDArray[np.float64]"]


def judge(each: Each, limit: Limit, required: Required, faults: Iterable[Fault] = ()) -> Judged:
    """
    Judge every feature that a measure speaks of.

    Parameters
    ----------
    faults
        Faults of the data that touch the measurement: the features that they name are unknown.
    """
    rows = np.flatnonzero(each.bounded if limit.own else each.spoken_of)
    off = np.broadcast_to(np.asarray(each.off, dtype=float), len(each.ids))[rows]
    low, high = (end[rows] for end in each.ends)
    strict = required.op in {">", "<"}
    first, *others = _asked(each, rows, limit, required)
    least, most = first
    outcome, margin = _compare(low, high, first, off, strict=strict)
    for ends in others:  # the class is not known but for a choice: what comes out alike under each stands
        found, inside = _compare(low, high, ends, off, strict=strict)
        outcome = np.where(found == outcome, outcome, UNKNOWN)
        tighter = ~(inside >= margin)
        least, most = np.where(tighter, ends[0], least), np.where(tighter, ends[1], most)
        margin = np.where(tighter, inside, margin)
    unsure = np.broadcast_to(each.unsure, len(each.ids))[rows]
    outcome[_doubted(each, faults)[rows] | (unsure & (outcome == FAIL))] = UNKNOWN
    return Judged(each, rows, outcome.astype(np.int8), margin, least, most)


def _asked(each: Each, rows: NDArray[np.intp], limit: Limit, required: Required) -> Iterable[Ends]:
    """What is asked of each feature, once for each class that it may be of."""
    if limit.own:
        yield each.at_least[rows], each.at_most[rows]
    elif limit.by_class is not None:
        yield from (
            _of_classes(classes[rows], limit.by_class) for classes in each.classes or (_none(each)[rows],)
        )
    else:
        value = required.value
        least, most = value if isinstance(value, tuple) else (value, value)
        none = np.full(len(rows), np.nan)
        yield (
            none if required.op in {"<=", "<"} else np.full(len(rows), least),
            none if required.op in {">=", ">"} else np.full(len(rows), most),
        )


def _none(each: Each) -> NDArray[Any]:
    return np.full(len(each.ids), None, dtype=object)


def _of_classes(classes: NDArray[Any], table: Mapping[str, Figures]) -> Ends:
    number_of = {name: number for number, name in enumerate(table)}

    def numbered(some: NDArray[Any]) -> NDArray[np.intp]:
        return np.array([number_of.get(name, len(table)) for name in some], dtype=np.intp)

    row: NDArray[np.intp] = by_row("rows of classes", numbered, classes, fixed=tuple(table))

    def column(end: str) -> NDArray[np.float64]:
        figures = [getattr(table[name], end) for name in table]
        return np.array([np.nan if one is None else one for one in figures] + [np.nan])[row]

    return column("min"), column("max")


def _compare(
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    asked: Ends,
    off: NDArray[np.float64],
    *,
    strict: bool,
) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """
    How values between `low` and `high` come out under what is asked of each, and their margins.

    As `limits.compare` does it with one value: what lies nearer to a limit than the drawing tells is at it.
    """
    least, most = asked
    none = np.isnan(least) & np.isnan(most)
    with np.errstate(invalid="ignore"):
        above, below = _from(low - least, least, off), _from(most - high, most, off)
        kept = (np.isnan(least) | _inside(above, strict)) & (np.isnan(most) | _inside(below, strict)) & ~none
        short = ~np.isnan(least) & ~_inside(_from(high - least, least, off), strict) & ~np.isnan(high)
        over = ~np.isnan(most) & ~_inside(_from(most - low, most, off), strict) & ~np.isnan(low)
    kept &= ~np.isnan(low) & ~np.isnan(high)
    outcome = np.where(kept, PASS, np.where((short | over) & ~none, FAIL, UNKNOWN))
    inside = np.fmin(np.where(np.isnan(least), np.inf, above), np.where(np.isnan(most), np.inf, below))
    surely = np.fmax(
        np.where(short, _from(high - least, least, off), -np.inf),
        np.where(over, _from(most - low, most, off), -np.inf),
    )
    inside = np.where((outcome == FAIL) & (low != high), surely, inside)
    return outcome, np.where(np.isfinite(inside) & ~none, inside, np.nan)


def _inside(margin: NDArray[np.float64], strict: bool) -> NDArray[np.bool_]:
    return np.asarray(margin > 0 if strict else margin >= 0)


def _from(
    difference: NDArray[np.float64], limit: NDArray[np.float64], off: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.where(np.abs(difference) <= np.maximum(off, DUST * np.abs(limit)), 0.0, difference)


def _doubted(each: Each, faults: Iterable[Fault]) -> NDArray[np.bool_]:
    """Which features a fault of the data leaves in doubt: those that it names, or all of a whole layer."""
    found = np.zeros(len(each.ids), dtype=bool)
    named: dict[str, set[str]] = {}
    for fault in faults:
        features = [*fault.features, *([(fault.layer, fault.id)] if fault.id is not None else [])]
        if not features:
            return ~found
        for layer, id_ in features:
            named.setdefault(layer, set()).add(id_)
    if each.layer in named:
        found |= np.isin(each.ids.astype(str), sorted(named[each.layer]))
    for layer, (ids, rows) in each.parts.items():
        if layer in named:
            found[rows[np.isin(ids.astype(str), sorted(named[layer]))]] = True
    return found


def required_of_one(judged: Judged, number: int | None) -> Required | None:
    """What is asked of one feature; None where none is meant."""
    if number is None:
        return None
    least, most = (known(end[number]) for end in (judged.least, judged.most))
    return required_of(Figures(min=least, max=most))


def of_some(verdict: Verdict, numbers: Sequence[int]) -> Verdict:
    """The verdict of a rule that judges each feature on some of them alone, one or more by their numbers."""
    judged = cast("Judged", verdict.judged).only(numbers)
    worst, here = judged.worst, set(judged.ids.astype(str).tolist())
    return replace(
        verdict,
        outcome=judged.settled,
        measured=None if worst is None else known(judged.value[worst]),
        margin=None if worst is None else known(judged.margin[worst]),
        required=required_of_one(judged, worst) or verdict.required,
        where=tuple(place for place in verdict.where if place.id in here),
        judged=judged,
    )


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
        "measured": None if worst is None else known(judged.value[worst]),
        "margin": None if worst is None else known(judged.margin[worst]),
        "where": judged.places(FAIL, rule.id),
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

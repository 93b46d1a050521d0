"""
Which faults of the data put a verdict in doubt.

A plan with faults is still judged. A verdict whose measure counted a feature
that an error-grade fault names, and read what the fault doubts about it (or
whose id another feature bears as well, so that it may be there twice), is
unknown: the number stands beside it, but nobody may rest on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.measure.missing import Missing
from blockplan.plan import landuse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from blockplan.measure.measurement import Measurement
    from blockplan.plan.model.faults import Fault

#: Kind of the fault that says that a statement's text and the drawing disagree.
TEXT_AGAINST_DRAWING = "pq-text"
#: Kind of the fault that says that several features bear one id: one of them may be counted twice.
SAME_ID = "pq-id"
#: What a measure may read of a layer: (layer, ``geometry`` or a column).
Reads = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Suspected:
    """Faults of grade error, and the ids that they name, by layer."""

    faults: tuple[Fault, ...]
    ids: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> Suspected:
        """Those of grade error among faults."""
        wrong = tuple(fault for fault in faults if fault.grade == "error")
        ids: dict[str, set[str]] = {}
        for layer, id_ in (one for fault in wrong for one in _features(fault)):
            ids.setdefault(layer, set()).add(id_)
        return cls(wrong, {layer: frozenset(some) for layer, some in ids.items()})


def doubts(measurement: Measurement, wrong: Suspected, reads: Reads | None) -> tuple[Fault, ...]:
    """
    The faults of grade error that touch a measurement.

    Parameters
    ----------
    reads
        What the measure reads; None where it does not say, which counts as everything.
    """
    if not wrong.faults:
        return ()
    # Of the many features that were counted only those matter that a fault names.
    named, none = wrong.ids, frozenset[str]()
    counted = {
        layer: named[layer].intersection(ids) if layer in named else none
        for layer, ids in measurement.counted.items()
    }
    summed = {
        read: named[read[0]].intersection(ids) for read, ids in measurement.summed.items() if read[0] in named
    }
    classes = _classes(measurement)
    return tuple(
        fault
        for fault in wrong.faults
        if _touches(fault, counted, reads) or _is_summed(fault, summed) or _might_count(fault, classes, reads)
    )


def text_faults(faults: Iterable[Fault], statements: Collection[str]) -> tuple[Fault, ...]:
    """The faults that say that one of these statements and the drawing disagree."""
    return tuple(
        fault
        for fault in faults
        if fault.rule == TEXT_AGAINST_DRAWING
        and any(id_ in statements for layer, id_ in _features(fault) if layer == "statements")
    )


def doubted(fault: Fault) -> Missing:
    """What a fault leaves open, in words that need no language: ``pq-missing: facilities F-12 (beds)``."""
    ids = () if fault.id is None else (fault.id,)
    said = (("rule", fault.rule), ("layer", fault.layer), ("aspect", fault.aspect))
    return Missing(fault.layer, fault.aspect, ids, why="fault", values=said)


def _touches(fault: Fault, counted: Mapping[str, frozenset[str]], reads: Reads | None) -> bool:
    features = _features(fault)
    if not features:  # a fault of a whole layer
        return fault.layer in counted and _read(fault.layer, fault.aspect, reads)
    return any(
        id_ in counted.get(layer, ()) and (_doubled(fault) or _read(layer, fault.aspect, reads))
        for layer, id_ in features
    )


def _is_summed(fault: Fault, summed: Mapping[tuple[str, str], frozenset[str]]) -> bool:
    """Whether the fault doubts a number that was summed, that it stands there once, or that there is none."""
    return any(
        layer == of and id_ in ids and _spoils(fault, column)
        for (of, column), ids in summed.items()
        for layer, id_ in _features(fault)
    )


def _spoils(fault: Fault, column: str) -> bool:
    if column != "land_use":
        return _doubled(fault) or fault.aspect == column
    from blockplan.measure.inputs.homes import HOUSING_CODES  # noqa: PLC0415 (measuring brings in geopandas and scipy)

    return fault.aspect == column and _may_mean(fault, HOUSING_CODES)


def _doubled(fault: Fault) -> bool:
    return fault.rule == SAME_ID and not fault.case


def _classes(measurement: Measurement) -> frozenset[str]:
    """The land-use classes that a measure counts: its parameters whose name ends in ``_codes``."""
    lists = (value for name, value in measurement.chosen.items() if name.endswith("_codes"))
    return frozenset(str(code) for codes in lists for code in codes)


def _might_count(fault: Fault, classes: Collection[str], reads: Reads | None) -> bool:
    """Whether the fault leaves open if a parcel is of a class that the measure counts."""
    if fault.aspect != "land_use" or not classes or not _read(fault.layer, fault.aspect, reads):
        return False
    return _may_mean(fault, classes)


def _may_mean(fault: Fault, classes: Collection[str]) -> bool:
    """Whether one of the land uses that may be meant is of some classes."""
    known = landuse()
    meant = [code for code in fault.values.get("codes", ()) if known.known(code)]
    # Nothing that the list knows is meant: the parcel may be of any class.
    return not meant or any(known.within(code, one) for code in meant for one in classes)


def _features(fault: Fault) -> Sequence[tuple[str, str]]:
    return fault.features if fault.id is None else (*fault.features, (fault.layer, fault.id))


def _read(layer: str, aspect: str, reads: Reads | None) -> bool:
    return reads is None or (layer, aspect) in reads

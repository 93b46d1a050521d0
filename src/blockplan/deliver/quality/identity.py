"""Rules of identity: BSM, YSDM, numbers of parcels, land codes, names of files."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from blockplan.deliver.package import file_name
from blockplan.deliver.quality.finding import PackageFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.deliver.quality.finding import PackageFacts

#: A prefix and a number; more digits than a number of anything are prefix.
_NUMBER = re.compile(r"(.*?)(\d{1,18})")
#: So many missing numbers of one prefix are named.
NAMED = 5


def bsm(facts: PackageFacts) -> Iterator[PackageFault]:
    """Identifiers that occur twice in the database, or have another length than the profile's."""
    numbering = facts.package.profile.numbering
    if not numbering.bsm:
        return
    counts = Counter(
        _said(value) for spec, layer in facts.layers for value in layer.cells.get(numbering.bsm, [])
    )
    for spec, layer in facts.layers:
        for at, value in enumerate(layer.cells.get(numbering.bsm, [])):
            said = _said(value)
            if said and (counts[said] > 1 or len(said) != numbering.bsm_length):
                yield facts.fault(spec, layer, at, {"value": said, "length": numbering.bsm_length})


def ysdm(facts: PackageFacts) -> Iterator[PackageFault]:
    """Feature codes that are not the one of their layer."""
    numbering = facts.package.profile.numbering
    for spec, layer in facts.layers:
        if not numbering.ysdm or not spec.ysdm:
            continue
        for at, value in enumerate(layer.cells.get(numbering.ysdm, [])):
            if value is not None and str(value) != spec.ysdm:
                yield facts.fault(spec, layer, at, {"value": value, "right": spec.ysdm})


def number_unique(facts: PackageFacts) -> Iterator[PackageFault]:
    """Numbers of parcels that occur twice."""
    yield from _twice(facts, facts.package.profile.numbering.parcel)


def land_code(facts: PackageFacts) -> Iterator[PackageFault]:
    """Land codes that occur twice."""
    if facts.package.profile.numbering.land_code:
        yield from _twice(facts, facts.package.profile.numbering.land_code)


def _twice(facts: PackageFacts, field: str) -> Iterator[PackageFault]:
    layer, spec = facts.parcels, facts.package.profile.parcels
    if layer is None:
        return
    seen: set[str] = set()
    for at, value in enumerate(layer.cells.get(field, [])):
        if value in (None, ""):
            continue
        if value in seen:
            yield facts.fault(spec, layer, at, {"value": value})
        seen.add(value)


def number_gaps(facts: PackageFacts) -> Iterator[PackageFault]:
    """Numbers that are left out between the lowest and the highest of a prefix."""
    numbering = facts.package.profile.numbering
    if facts.parcels is None or not numbering.gaps:
        return
    runs: dict[str, set[int]] = defaultdict(set)
    widths: dict[str, int] = {}
    for value in facts.parcels.cells.get(numbering.parcel, []):
        match = _NUMBER.fullmatch(str(value or ""))
        if match:
            runs[match[1]].add(int(match[2]))
            widths[match[1]] = max(widths.get(match[1], 0), len(match[2]))
    for prefix, numbers in sorted(runs.items()):
        count = max(numbers) - min(numbers) + 1 - len(numbers)
        if count:
            named = "、".join(
                f"{prefix}{n:0{widths[prefix]}d}" for n in islice(_left_out(sorted(numbers)), NAMED)
            )
            said = {"prefix": prefix or "-", "count": count, "missing": named}
            yield PackageFault(numbering.parcel_layer, measured=float(count), said=said)


def _left_out(numbers: list[int]) -> Iterator[int]:
    """Whole numbers between neighbours of a sorted list; there may be billions."""
    for low, high in pairwise(numbers):
        yield from range(low + 1, high)


def names(facts: PackageFacts) -> Iterator[PackageFault]:
    """A database whose name is another than the profile's."""
    package = facts.package
    right = file_name(package.profile, "geodatabase", package.form or {})
    if package.form is not None and right not in {one.name for one in package.geodatabases}:
        yield PackageFault(said={"value": package.geodatabases[0].name, "right": right})


def _said(value: Any) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) else str(value)

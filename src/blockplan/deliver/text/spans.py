"""The least and the most that the parcels of a class or a part of a plan have of a quantity."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from blockplan.deliver.pairs import bounds_of
from blockplan.deliver.text.facts import PARCEL, Fact, area_names, class_names, is_silent, stated, use_codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from blockplan.plan import Plan


#: What the ranges of all parcels are bound to.
WHOLE = "layer:parcels"


@dataclass(frozen=True, slots=True)
class LimitSpan:
    """The least and the most that parcels have of a quantity; ``silent`` where some do not say."""

    low: Fact
    high: Fact
    silent: bool


def spans_of(plan: Plan) -> Iterator[LimitSpan]:
    """The ranges of all parcels, and of each class of land, area, block and subblock."""
    parcels = plan.layer("parcels")
    uses = parcels["land_use"].fillna("").to_numpy()
    groups = [
        (f"layer:parcels/{code}", class_names(code), np.array([use.startswith(code) for use in uses]))
        for code in use_codes(uses)
    ]
    groups.append((WHOLE, (), np.ones(len(parcels), dtype=bool)))
    within = {"blocks": parcels["block_id"], "subblocks": parcels["subblock_id"]}
    within["areas"] = parcels["block_id"].map(plan.layer("blocks")["area_id"].to_dict())
    for layer, ids in within.items():
        for id_, names in area_names(plan, layer):
            groups.append((f"object:{id_}", names, (ids.astype(str) == id_).to_numpy()))
    for column, quantity in PARCEL:
        high, low = (np.asarray(values, dtype=float) for values in bounds_of(parcels, column))
        silent = is_silent(parcels, column).to_numpy()
        both = np.fmin(high, low), np.fmax(high, low)
        for of, names, rows in groups:
            known = rows & ~np.isnan(both[1])
            if known.sum() > 1 and (names or of == WHOLE):
                # The least of all bounds, and the least of what is allowed at most.
                ends = both[0][known].min(), both[1][known].min()
                least = stated(f"{of}/{column}/least", names, quantity, *ends)
                most = stated(f"{of}/{column}/most", names, quantity, both[1][known].max())
                yield LimitSpan(least, most, bool((rows & silent).any()))


def by_subject(spans: tuple[LimitSpan, ...], said: Mapping[str, str]) -> dict[str, list[LimitSpan]]:
    """Subject -> its ranges, by the words as a lexicon has them."""
    found: dict[str, list[LimitSpan]] = defaultdict(list)  # "" -> those of all parcels
    for span in spans:
        words = tuple(dict.fromkeys(said[word.lower()] for word in span.low.words if word.lower() in said))
        own = replace(span, low=replace(span.low, words=words), high=replace(span.high, words=words))
        names = dict.fromkeys(said[name.lower()] for name in span.low.subjects if name.lower() in said)
        for name in names if span.low.subjects else ("",):
            found[name].append(own)
    return found

"""All that a plan says in figures and names, as a text may say it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.deliver.text.facts import SERVICES, called, class_names, facts_of, use_codes
from blockplan.deliver.text.office import of_tables
from blockplan.deliver.text.phrases import phrases_of
from blockplan.deliver.text.spans import spans_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.deliver.text.facts import Fact
    from blockplan.deliver.text.phrases import Phrase
    from blockplan.deliver.text.spans import LimitSpan
    from blockplan.plan import Plan
    from blockplan.report.view import View


#: Layers whose objects a text names by their numbers as well.
NUMBERED = ("areas", "blocks", "subblocks", "parcels", "facilities")


@dataclass(frozen=True)
class Knowledge:
    """Facts and names of a plan."""

    facts: tuple[Fact, ...]
    #: Name -> ``object:ID``; several objects of one name (a street in pieces) as the first.
    names: dict[str, str]
    parcel_ids: frozenset[str]
    horizon: int | None
    #: Name or word for what lies on parcels -> these.
    places: Mapping[str, frozenset[str]]
    phrases: tuple[Phrase, ...]
    spans: tuple[LimitSpan, ...]


def knowledge(view: View) -> Knowledge:
    """All that a text of a plan may state in figures, and the names of its objects."""
    plan = view.plan
    facts = (*facts_of(view), *of_tables(view))
    known = tuple(fact for fact in facts if fact.amounts and all(map(math.isfinite, fact.amounts)))
    ids = frozenset(map(str, plan.layer("parcels").index))
    return Knowledge(
        known,
        _names(plan),
        ids,
        plan.manifest.horizon,
        _places(plan),
        tuple(phrases_of(view)),
        tuple(spans_of(plan)),
    )


def _names(plan: Plan) -> dict[str, str]:
    found: dict[str, str] = {}
    for layer in (*NUMBERED, "streets", "stops", "control_lines"):
        frame = plan.layer(layer)
        for column in ("name_zh", "name_ja", "name_en"):
            for id_, name in zip(frame.index, frame[column], strict=True) if column in frame else ():
                if name and len(name) > 1:
                    found.setdefault(name, f"object:{id_}")
        if layer in NUMBERED:
            for id_ in map(str, frame.index):
                if len(id_) > 2 and not id_.startswith("("):
                    found.setdefault(id_, f"object:{id_}")
    return found


def _places(plan: Plan) -> dict[str, frozenset[str]]:
    """Name of a facility, word for a kind of them, or class of land -> the parcels that they lie on."""
    found: dict[str, set[str]] = {}
    unknown: set[str] = set()
    for row in plan.layer("facilities").to_dict("records"):
        # Of a kind those only that are called so, where any is.
        for word in {*called(row), *SERVICES.get(str(row["service"]), ())}:
            if row["parcel_id"] is None or row["parcel_id"] != row["parcel_id"]:
                unknown.add(word)
            else:
                found.setdefault(word, set()).add(str(row["parcel_id"]))
    parcels = plan.layer("parcels")
    uses = dict(zip(map(str, parcels.index), parcels["land_use"].fillna(""), strict=True))
    for code in use_codes(uses.values()):
        for name in class_names(code):
            found.setdefault(name, set()).update(id_ for id_, use in uses.items() if use.startswith(code))
    return {word: frozenset(ids) for word, ids in found.items() if word not in unknown}

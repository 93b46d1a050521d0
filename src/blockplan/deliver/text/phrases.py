"""Figures that a text tells by several words together: who is within reach, rates, counts of verdicts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.deliver.text.facts import DATA, SERVICES, Fact, named_parts
from blockplan.deliver.text.office import per_1000
from blockplan.measure import MEASURES, measure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.measure.measurement import Measurement
    from blockplan.report.view import View

#: What texts call that of which residents are within reach, by the name of the measure or the service.
REACHED: dict[str, tuple[str, ...]] = {key: tuple(said) for key, said in DATA["reach"].items()}
OUTCOMES: dict[str, tuple[str, ...]] = {key: tuple(said) for key, said in DATA["outcome"].items()}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A figure of the plan, the words of which one has to stand in its sentence, and a distance."""

    fact: Fact
    words: tuple[str, ...]
    distance_m: float = 0.0

    @property
    def rate(self) -> bool:
        """Whether it is so much per 1,000 residents."""
        return self.fact.bound_to.startswith("table:per_thousand")


def phrases_of(view: View) -> Iterator[Phrase]:
    """Shares of residents within reach, of the plan and of its parts; rates per 1,000; rules by outcome."""
    plan = view.plan
    parts = named_parts(plan)
    within = [
        name
        for name in MEASURES
        if re.search(r"_within_[0-9]+m$", name) and name.partition("_")[0] in REACHED
    ]
    for found in measure(plan, *within):
        kind = found.id.partition("_")[0]
        words, limit = REACHED[kind], getattr(found.parameters, f"{kind.removesuffix('s')}_limit_m")
        yield from _reach(found, words, limit, parts)
    for verdict in view.result.verdicts:
        one = verdict.measurement
        if one is not None and one.id == "service_access" and verdict.scope_kind == "plan":
            said = tuple(word for name in one.parameters.services for word in SERVICES.get(name, ()))
            yield from _reach(one, said, one.parameters.access_limit_m, parts)
    for fact in per_1000(view):
        if fact.bound_to.endswith("/per_1000"):
            yield Phrase(fact, fact.words)
    outcomes = Counter[str](verdict.outcome for verdict in view.result.verdicts)
    for outcome, words in OUTCOMES.items():
        yield Phrase(Fact(f"check:{outcome}", (), words, "rule", (float(outcomes[outcome]),)), words)


def _reach(
    found: Measurement, words: tuple[str, ...], limit: float, parts: dict[str, tuple[str, ...]]
) -> Iterator[Phrase]:
    scopes = [("", found.value), *((part.scope, part.value) for part in found.by if part.scope in parts)]
    for scope, value in scopes:
        if value is not None:
            of = f"measure:{found.id}/{scope}".removesuffix("/")
            yield Phrase(Fact(of, parts.get(scope, ()), words, "share", (value,)), words, limit)

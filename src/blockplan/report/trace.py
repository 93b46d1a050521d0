"""
From a number back to its clause: what was read, what was counted, by which definition, from which source.

Nothing is measured here; the registry of measures, the rule and the measurement say it themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.measure.measurement import RATIOS
from blockplan.report.grouping import anchor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from blockplan.check.verdict import Verdict
    from blockplan.measure import MeasureSpec
    from blockplan.measure.measurement import Measurement
    from blockplan.report.words import Words

#: So many ids of counted features are written out; the result as JSON and the tables hold them all.
MOST_IDS = 40
#: A clause that is a number, and not words such as "figure of the plan" or "annex".
NUMBERED = re.compile(r"[A-Z]?[0-9]")


@dataclass(frozen=True, slots=True)
class Input:
    """What is read of one layer: its words, its name, its columns; for plan.toml the keys."""

    said: str
    layer: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """The features of one layer that were counted: how many, and the first ids."""

    said: str
    layer: str
    number: int
    ids: tuple[str, ...]
    more: int


def measure_of(id_: str) -> MeasureSpec | None:
    """The measure of the registry with this id; None where there is none (a measure of somebody else's)."""
    from blockplan.measure import MEASURES  # noqa: PLC0415 (its words are read when a report is made)

    return MEASURES.get(id_)


def inputs(id_: str, words: Words) -> tuple[Input, ...]:
    """What a measure reads, layer by layer."""
    spec = measure_of(id_)
    columns: dict[str, list[str]] = {}
    for what in spec.inputs if spec is not None else ():
        layer, column = (
            what.split(":", 1) if ":" in what else (what.partition(".")[0], what.partition(".")[2])
        )
        columns.setdefault(layer.strip(), []).append(column.strip())
    return tuple(
        Input(
            "" if layer == "plan.toml" else words.or_else(f"layer.{layer}", layer),
            layer,
            tuple(dict.fromkeys(names)),
        )
        for layer, names in columns.items()
    )


def counted(measurement: Measurement | None, words: Words) -> tuple[Counted, ...]:
    """The features that a measurement counted, layer by layer."""
    found = measurement.counted if measurement is not None else {}
    return tuple(
        Counted(
            words.or_else(f"layer.{layer}", layer),
            layer,
            len(ids),
            tuple(map(str, ids[:MOST_IDS])),
            max(0, len(ids) - MOST_IDS),
        )
        for layer, ids in found.items()
        if ids
    )


def source_parts(verdict: Verdict, words: Words) -> list[str]:
    """Where a rule stands: document, clause, page, day, address."""
    source = verdict.source
    parts = [str(source["document"])] if source.get("document") else []
    parts += [clause(verdict, words)] if source.get("clause") else []
    if source.get("page"):
        parts.append(f"{words('rules.page')} {source['page']}")
    if source.get("published"):
        parts.append(f"{words('rules.published')} {words.day(str(source['published']))}")
    if source.get("address"):
        parts.append(str(source["address"]))
    return parts


def clause(verdict: Verdict, words: Words) -> str:
    """The clause in one piece: ``clause 4.2``; "" where the source gives none."""
    said = str(verdict.source.get("clause") or "")
    return f"{words('rules.clause')} {said}" if NUMBERED.match(said) else said


def source_short(verdict: Verdict, words: Words) -> str:
    """Document and clause, as they stand beside a verdict."""
    return words.join(source_parts(verdict, words)[: 2 if verdict.source.get("clause") else 1])


def measures_of(verdicts: Iterable[Verdict], reported: Iterable[Measurement]) -> list[MeasureSpec]:
    """All measures that a report speaks of, in the order of the registry."""
    from blockplan.measure import MEASURES  # noqa: PLC0415

    used = {one.measurement.id for one in verdicts if one.measurement is not None}
    used |= {str(one.definition.get("measure", one.id)) for one in reported}
    return [spec for id_, spec in MEASURES.items() if id_ in used]


def measure_anchor(id_: str) -> str:
    """The id of a measure's entry in the appendix; "" for one that the registry does not hold."""
    return f"measure-{anchor(id_)}" if measure_of(id_) is not None else ""


def unit_said(spec: MeasureSpec, words: Words) -> str:
    """The unit of a measure in words."""
    if spec.unit == "1" and spec.id not in RATIOS:
        return words("value.share")
    return words.with_unit("", "ratio" if spec.id in RATIOS else spec.unit).strip()


def definition_source(id_: str, words: Words) -> str:
    """Where the definition of a measure comes from; "" for a measure that is not in the registry."""
    spec = measure_of(id_)
    source: str | Mapping[str, str] = spec.source if spec is not None else ""
    return words.pick(source)

"""
From a number back to its clause: what was read, counted and divided, by which definition, from which source.

Nothing is measured here; the registry of measures, the rule and the measurement say it themselves.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.figures import is_known
from blockplan.measure import MEASURES
from blockplan.measure.measurement import RATIOS, figure_unit
from blockplan.texts import DEFAULT_LANGUAGE, toml_table
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.check.verdict import Residents, Verdict
    from blockplan.measure import MeasureSpec
    from blockplan.measure.definition import NumberKey
    from blockplan.measure.measurement import Measurement
    from blockplan.report.words import Words

#: What is divided and by what, as a definition names them: key, unit, key, unit, factor between the units.
QUOTIENTS: tuple[tuple[NumberKey, str, NumberKey, str, float], ...] = (
    ("land_ha", "ha", "of_ha", "ha", 1.0),
    ("area_ha", "ha", "planned_land_ha", "ha", 1.0),
    ("length_km", "km", "land_km2", "km2", 1.0),
    ("floor_area_m2", "m2", "land_ha", "ha", 1 / M2_PER_HA),
    ("amount_within", "", "amount", "", 1.0),
)
#: A number read from a definition gives the measured one again to this part of it.
CLOSE = 1e-6
M_PER_KM = 1000.0
#: So many ids of counted features are written out; the result as JSON and the tables hold them all.
MOST_IDS = 40
#: A clause that has a number, and not words such as "annex", "figure of the plan" or "3 trees".
NUMBERED = re.compile(r"[A-Z]?\d+(\.\d+)*(?=$|,| \()")


@dataclass(frozen=True, slots=True)
class Input:
    """What is read of one layer: its words, its name, its columns; for plan.toml the keys."""

    said: str
    layer: str
    columns: tuple[str, ...]
    #: The columns, as readers call them.
    fields: tuple[str, ...]

    @property
    def found_by(self) -> str:
        """The names by which the columns are found: ``parcels.far, parcels.land_use``."""
        return ", ".join(f"{self.layer}.{column}" if self.said else self.layer for column in self.columns)


@dataclass(frozen=True, slots=True)
class Counted:
    """The features of one layer that were counted: how many, and the first ids."""

    said: str
    layer: str
    number: int
    ids: tuple[str, ...]
    more: int


def inputs(id_: str, words: Words) -> tuple[Input, ...]:
    """What a measure reads, layer by layer."""
    spec = MEASURES.get(id_)
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
            tuple(dict.fromkeys(words.or_else(f"{kind}.{name}", name) for name in names)),
        )
        for layer, names in columns.items()
        for kind in ("key" if layer == "plan.toml" else "field",)
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


def document_said(name: str, lang: str) -> str:
    """What a document is called in a language; its name in the packs where no other is known."""
    return str(toml_table("blockplan.report", "documents.toml").get(name, {}).get(lang, name))


def clause_said(name: str, lang: str) -> str:
    """What a clause is called in a language; as it stands in the packs where no other words are known."""
    return str(toml_table("blockplan.report", "clauses.toml").get(name, {}).get(lang, name))


def source_parts(verdict: Verdict, words: Words) -> list[str]:
    """Where a rule stands: document, clause, page, day, address."""
    source, parts = verdict.source, list(filter(None, stands(verdict, words)))
    if source.get("page"):
        parts.append(f"{words('rules.page')} {source['page']}")
    if source.get("published"):
        parts.append(f"{words('rules.published')} {words.day(str(source['published']))}")
    if source.get("address"):
        parts.append(str(source["address"]))
    return parts


def clause(verdict: Verdict, words: Words) -> str:
    """The clause in one piece: ``clause 4.2``; "" where the source gives none."""
    if told := _told(verdict, words):
        return told
    written = str(verdict.source.get("clause") or "")
    said = clause_said(written, words.lang)
    return f"{words('rules.clause')} {said}" if NUMBERED.match(written) else said


def source_short(verdict: Verdict, words: Words) -> str:
    """Document and clause, as they stand beside a verdict."""
    return words.join(filter(None, stands(verdict, words)))


def _told(verdict: Verdict, words: Words) -> str:
    """Document and clause together, where a pack says them in this language beside the document's English."""
    told = verdict.source.get("said")
    return str(told.get(words.lang, "")) if isinstance(told, dict) and words.lang != DEFAULT_LANGUAGE else ""


def stands(verdict: Verdict, words: Words) -> tuple[str, str]:
    """Document and clause in words; the first is "" where a pack says both in one."""
    document = "" if _told(verdict, words) else str(verdict.source.get("document") or "")
    named = document_said(document, words.lang) if document else ""
    return named, clause(verdict, words)


def measures_of(verdicts: Iterable[Verdict], reported: Iterable[Measurement]) -> list[MeasureSpec]:
    """All measures that a report speaks of, in the order of the registry."""
    used = {one.measurement.id for one in verdicts if one.measurement is not None}
    used |= {one.measure for one in reported}
    return [spec for id_, spec in MEASURES.items() if id_ in used]


def anchor(said: str) -> str:
    """A text as the id of an element: what HTML, CSS and a link all take."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in said).strip("-").lower() or "x"


def measure_anchor(id_: str) -> str:
    """The id of a measure's entry in the appendix; "" for one that the registry does not hold."""
    return f"measure-{anchor(id_)}" if id_ in MEASURES else ""


def unit_said(spec: MeasureSpec, words: Words) -> str:
    """The unit of a measure in words."""
    if spec.unit == "1" and spec.id not in RATIOS:
        return words("value.share")
    return words.with_unit("", "ratio" if spec.id in RATIOS else spec.unit).strip()


def definition_source(id_: str, words: Words) -> str:
    """Where the definition of a measure comes from; "" for a measure that is not in the registry."""
    return words.pick(MEASURES[id_].source) if id_ in MEASURES else ""


# The sum behind a number, so that a reader can do it again: shown only where it gives the number beside it


def division(verdict: Verdict, residents: Residents, words: Words) -> str:
    """The sum behind a figure: ``208,000 m2 x 1,000 / 50,000 residents = 4,160 m2``; "" without one."""
    measurement = verdict.measurement
    if measurement is None:
        return ""
    if not measurement.per:
        return quotient(measurement, words) or within(measurement, residents, words)
    if measurement.supply is None:
        return ""
    unit = figure_unit(measurement, verdict.unit)
    if verdict.scope_kind != "plan" or not is_known(residents.central) or not is_known(measurement.value):
        return words.amount(measurement.supply, unit)
    times = f" × {words.number(measurement.per)}" if measurement.per != 1 else ""
    supply, value = (words.amount(one, unit) for one in (measurement.supply, measurement.value))
    return f"{supply}{times} ÷ {words.count('count.residents', residents.central)} = {value}"


def quotient(measurement: Measurement, words: Words) -> str:
    """One amount over another, where the definition names both and they give the value."""
    value = measurement.value
    if not is_known(value):
        return ""
    for over, of, under, by, factor in QUOTIENTS:
        top, bottom = measurement.number(over), measurement.number(under)
        if top is None or not bottom:
            continue
        said = f"{_amount(top, of, words)} ÷ {_amount(bottom, by, words)}"
        if math.isclose(top / bottom * factor, value, rel_tol=CLOSE):
            return f"{said} = {words.figure(value, measurement)}"
        if top and math.isclose(
            2 * bottom / top * M_PER_KM, value, rel_tol=CLOSE
        ):  # spacing of a square grid
            said = f"2 × {_amount(bottom, by, words)} ÷ {_amount(top, of, words)}"
            return f"{said} = {words.figure(value, measurement)}"
    return ""


def within(measurement: Measurement, residents: Residents, words: Words) -> str:
    """The residents within reach over all, where a share of them was measured: ``17,859 / 50,000``."""
    value, beyond, everybody = measurement.value, measurement.affected_residents, residents.central
    if measurement.unit != "1" or not _numbers(value, beyond, everybody) or not everybody:
        return ""
    reached = everybody - (beyond or 0.0)
    if not math.isclose(reached / everybody, value or 0.0, rel_tol=CLOSE, abs_tol=CLOSE):
        return ""
    everyone = words.count("count.residents", everybody)
    return f"{words.number(reached)} ÷ {everyone} = {words.figure(value, measurement)}"


def _amount(number: float, unit: str, words: Words) -> str:
    return words.amount(number, unit) if unit else words.number(number)


def _numbers(*found: object) -> bool:
    return all(isinstance(one, int | float) and not isinstance(one, bool) and is_known(one) for one in found)

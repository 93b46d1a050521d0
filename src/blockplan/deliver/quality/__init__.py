"""
The quality check of a delivery: rules in seven groups, each with a grade, a place and a remedy.

`RULES` names them all; `judge` applies them to a package. Rules that need what is not there (the master
plan, a report that is not written yet) are named as not judged: that is no pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.deliver.quality import agreement, geometry, identity, numbers, parts, reference, structure
from blockplan.deliver.quality.finding import Check, Facts, Rule, check_of

if TYPE_CHECKING:
    from blockplan.deliver.quality.finding import Grade

__all__ = ["GRADES", "RULES", "Check", "Facts", "Judgement", "Rule", "judge"]

#: The gravest first: 不可忽略, 可忽略, 提示.
GRADES: tuple[Grade, ...] = ("blocking", "ignorable", "note")
RULES: tuple[Rule, ...] = (
    Rule("qc-layer", "structure", "blocking", structure.layers),
    Rule("qc-field", "structure", "blocking", structure.fields),
    Rule("qc-type", "structure", "blocking", structure.types),
    Rule("qc-length", "structure", "blocking", structure.lengths),
    Rule("qc-mandatory", "structure", "blocking", structure.mandatory),
    Rule("qc-domain", "structure", "blocking", structure.domains),
    Rule("qc-pattern", "structure", "blocking", structure.patterns),
    Rule("qc-blank", "structure", "blocking", structure.blanks),
    Rule("qc-code-chinese", "structure", "blocking", structure.chinese),
    Rule("qc-label", "structure", "blocking", structure.labels),
    Rule("qc-alias", "structure", "ignorable", structure.aliases),
    Rule("qc-bsm", "identity", "blocking", identity.bsm),
    Rule("qc-ysdm", "identity", "blocking", identity.ysdm),
    Rule("qc-number-unique", "identity", "blocking", identity.number_unique),
    Rule("qc-number-gap", "identity", "ignorable", identity.number_gaps),
    Rule("qc-land-code", "identity", "blocking", identity.land_code),
    Rule("qc-name", "identity", "blocking", identity.names),
    Rule("qc-valid", "geometry", "blocking", geometry.valid),
    Rule("qc-curve", "geometry", "blocking", geometry.curves),
    Rule("qc-multipart", "geometry", "blocking", geometry.multipart),
    Rule("qc-overlap", "geometry", "blocking", geometry.overlaps),
    Rule("qc-gap", "geometry", "blocking", geometry.gaps),
    Rule("qc-sliver", "geometry", "ignorable", geometry.slivers),
    Rule("qc-acute", "geometry", "ignorable", geometry.acute),
    Rule("qc-vertex", "geometry", "ignorable", geometry.vertices),
    Rule("qc-hole", "geometry", "note", geometry.holes),
    Rule("qc-outside", "geometry", "blocking", geometry.outside),
    Rule("qc-cover", "geometry", "blocking", geometry.cover),
    Rule("qc-crs", "reference", "blocking", reference.system),
    Rule("qc-zone", "reference", "blocking", reference.zone),
    Rule("qc-axis", "reference", "blocking", reference.axis),
    Rule("qc-precision", "reference", "ignorable", reference.precision),
    Rule("qc-vertical", "reference", "blocking", reference.vertical),
    Rule("qc-area", "reference", "blocking", reference.areas),
    Rule("qc-range", "numbers", "blocking", numbers.ranges),
    Rule("qc-bounds", "numbers", "blocking", numbers.bounds),
    Rule("qc-floor-area", "numbers", "ignorable", numbers.floor_area),
    Rule("qc-sum", "numbers", "blocking", numbers.sums),
    Rule("qc-population", "numbers", "ignorable", numbers.population),
    Rule("qc-balance", "numbers", "blocking", numbers.balance, "tables"),
    Rule("qc-town-limit", "agreement", "blocking", agreement.boundary, "upper"),
    Rule("qc-facility-parcel", "agreement", "blocking", agreement.facility_parcels),
    Rule("qc-facility-use", "agreement", "ignorable", agreement.facility_uses),
    Rule("qc-control-line", "agreement", "blocking", agreement.control_lines, "upper"),
    Rule("qc-text", "agreement", "blocking", agreement.texts, "tables"),
    Rule("qc-sheet-line", "agreement", "ignorable", agreement.sheet_lines),
    Rule("qc-file", "package", "blocking", parts.files),
    Rule("qc-digest", "package", "blocking", parts.digest_list, "whole"),
    Rule("qc-report", "package", "blocking", parts.report, "whole"),
    Rule("qc-form", "package", "blocking", parts.form),
    Rule("qc-one-plan", "package", "blocking", parts.one_plan),
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found, the gravest first, and the rules that could not be judged."""

    checks: tuple[Check, ...]
    not_judged: tuple[str, ...]

    @property
    def blocked(self) -> bool:
        """Whether a fault stands that may not be ignored."""
        return any(check.grade == "blocking" for check in self.checks)

    def count(self, grade: Grade) -> int:
        """Faults of a grade."""
        return sum(check.grade == grade for check in self.checks)


def judge(facts: Facts) -> Judgement:
    """Apply every rule that can be judged to a package."""
    there = {
        "": True,
        "upper": facts.upper_fits,
        "whole": facts.whole,
        "tables": facts.package.place("tables").is_file(),
    }
    checks = [
        check_of(rule, found) for rule in RULES if there.get(rule.needs, False) for found in rule.find(facts)
    ]
    checks.sort(key=lambda check: GRADES.index(check.grade))
    return Judgement(tuple(checks), tuple(rule.id for rule in RULES if not there.get(rule.needs, False)))

"""
The quality check of a delivery: rules in seven groups, each with a grade, a place and a remedy.

`RULES` names them all; `judge` applies them to a package. Rules that need what is not there (the master
plan, a report that is not written yet) are named as not judged: that is no pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.deliver.quality import agreement, geometry, identity, numbers, parts, reference, structure
from blockplan.deliver.quality.finding import Check, PackageFacts, QualityRule, check_of, unread

if TYPE_CHECKING:
    from blockplan.deliver.quality.finding import Grade

__all__ = ["GRADES", "RULES", "Check", "Judgement", "PackageFacts", "QualityRule", "judge"]

#: The gravest first: 不可忽略, 可忽略, 提示.
GRADES: tuple[Grade, ...] = ("blocking", "ignorable", "note")
RULES: tuple[QualityRule, ...] = (
    QualityRule("qc-layer", "structure", "blocking", structure.layers),
    QualityRule("qc-field", "structure", "blocking", structure.fields),
    QualityRule("qc-type", "structure", "blocking", structure.types),
    QualityRule("qc-length", "structure", "blocking", structure.lengths),
    QualityRule("qc-mandatory", "structure", "blocking", structure.mandatory),
    QualityRule("qc-domain", "structure", "blocking", structure.domains),
    QualityRule("qc-pattern", "structure", "blocking", structure.patterns),
    QualityRule("qc-blank", "structure", "blocking", structure.blanks),
    QualityRule("qc-code-chinese", "structure", "blocking", structure.chinese),
    QualityRule("qc-label", "structure", "blocking", structure.labels),
    QualityRule("qc-alias", "structure", "ignorable", structure.aliases),
    QualityRule("qc-bsm", "identity", "blocking", identity.bsm),
    QualityRule("qc-ysdm", "identity", "blocking", identity.ysdm),
    QualityRule("qc-number-unique", "identity", "blocking", identity.number_unique),
    QualityRule("qc-number-gap", "identity", "ignorable", identity.number_gaps),
    QualityRule("qc-land-code", "identity", "blocking", identity.land_code),
    QualityRule("qc-name", "identity", "blocking", identity.names),
    QualityRule("qc-valid", "geometry", "blocking", geometry.valid),
    QualityRule("qc-curve", "geometry", "blocking", geometry.curves),
    QualityRule("qc-multipart", "geometry", "blocking", geometry.multipart),
    QualityRule("qc-overlap", "geometry", "blocking", geometry.overlaps),
    QualityRule("qc-gap", "geometry", "blocking", geometry.gaps),
    QualityRule("qc-sliver", "geometry", "ignorable", geometry.slivers),
    QualityRule("qc-acute", "geometry", "ignorable", geometry.acute),
    QualityRule("qc-vertex", "geometry", "ignorable", geometry.vertices),
    QualityRule("qc-hole", "geometry", "note", geometry.holes),
    QualityRule("qc-outside", "geometry", "blocking", geometry.outside, "scope"),
    QualityRule("qc-cover", "geometry", "blocking", geometry.cover, "scope"),
    QualityRule("qc-crs", "reference", "blocking", reference.system),
    QualityRule("qc-zone", "reference", "blocking", reference.zone),
    QualityRule("qc-axis", "reference", "blocking", reference.axis),
    QualityRule("qc-precision", "reference", "ignorable", reference.precision),
    QualityRule("qc-vertical", "reference", "blocking", reference.vertical),
    QualityRule("qc-area", "reference", "blocking", reference.areas),
    QualityRule("qc-range", "numbers", "blocking", numbers.ranges),
    QualityRule("qc-bounds", "numbers", "blocking", numbers.bounds),
    QualityRule("qc-floor-area", "numbers", "ignorable", numbers.floor_area),
    QualityRule("qc-sum", "numbers", "blocking", numbers.sums),
    QualityRule("qc-population", "numbers", "ignorable", numbers.population),
    QualityRule("qc-balance", "numbers", "blocking", numbers.balance, "tables"),
    QualityRule("qc-town-limit", "agreement", "blocking", agreement.boundary, "upper"),
    QualityRule("qc-facility-parcel", "agreement", "blocking", agreement.facility_parcels),
    QualityRule("qc-facility-use", "agreement", "ignorable", agreement.facility_uses),
    QualityRule("qc-control-line", "agreement", "blocking", agreement.control_lines, "lines"),
    QualityRule("qc-text", "agreement", "blocking", agreement.texts, "tables"),
    QualityRule("qc-sheet-line", "agreement", "ignorable", agreement.sheet_lines),
    QualityRule("qc-file", "package", "blocking", parts.files),
    QualityRule("qc-tables", "package", "blocking", parts.tables),
    QualityRule("qc-digest", "package", "blocking", parts.digest_list, "whole"),
    QualityRule("qc-report", "package", "blocking", parts.report, "whole"),
    QualityRule("qc-form", "package", "blocking", parts.form),
    QualityRule("qc-one-plan", "package", "blocking", parts.one_plan),
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


def judge(facts: PackageFacts) -> Judgement:
    """Apply every rule that can be judged to a package."""
    profile = facts.package.profile
    there = {
        "": True,
        "upper": facts.upper_fits,
        "scope": facts.scope is not None,
        "lines": facts.upper_fits and facts.scope is not None and bool(profile.of("control_lines")),
        "whole": facts.whole,
        "tables": not any(unread(facts.package.place("tables"))),
    }
    checks = [
        check_of(rule, found) for rule in RULES if there.get(rule.needs, False) for found in rule.find(facts)
    ]
    checks.sort(key=lambda check: GRADES.index(check.grade))
    return Judgement(tuple(checks), tuple(rule.id for rule in RULES if not there.get(rule.needs, False)))

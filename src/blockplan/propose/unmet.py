"""What of the ``must`` rules a proposal leaves unmet: told by the check of the plan with it in place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from blockplan.jsontext import JsonRecord
from blockplan.measure.missing import lines
from blockplan.texts import LANGUAGES, pick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from blockplan.check.verdict import CheckResult, Verdict


@dataclass(frozen=True, slots=True)
class Unmet(JsonRecord):
    """
    A demand that no change within what is permitted can meet, and how much of it stays unmet.

    `words` are the demand in every language, where there are any; `unknown` is that of a rule which cannot
    be judged.
    """

    demand: str
    amount: float | None
    unit: str
    words: Mapping[str, str] | None = field(default=None, compare=False, metadata={"json": None})
    unknown: bool = field(default=False, compare=False, metadata={"json": None})

    def said(self, lang: str) -> str:
        """The demand in a language; in English where there are no words."""
        return pick(self.words, lang) if self.words else self.demand


def rule_name(verdict: Verdict) -> str:
    """The rule, and the object that it was judged on where that is not the whole plan."""
    whole = verdict.scope_kind in {"plan", "city"}
    return verdict.rule if whole else f"{verdict.rule} {verdict.scope_kind}:{verdict.scope_id}"


def unmet_rules(
    after: CheckResult, missing: Callable[[str], tuple[float, str] | None] | None = None
) -> list[Unmet]:
    """
    Every ``must`` rule that fails or is unknown after a proposal, with what is missing.

    `missing` may know the amount and unit of one by its name; else its remedy says them, else its margin.
    """
    found = []
    for verdict in after.verdicts:
        name = rule_name(verdict)
        if verdict.force != "must":
            continue
        if verdict.outcome == "unknown":
            said = f"{name}: {'; '.join(lines(verdict.missing)) or 'unknown'}"
            found.append(Unmet(said, None, verdict.unit, unknown=True))
        elif verdict.outcome == "fail":
            known = None if missing is None else missing(name)
            found.append(Unmet(name, *(known or _by_remedy(verdict)), words=_title(verdict)))
    return found


def _by_remedy(verdict: Verdict) -> tuple[float | None, str]:
    if verdict.remedy is not None and verdict.remedy.amount is not None:
        return verdict.remedy.amount, verdict.remedy.unit
    return None if verdict.margin is None else abs(verdict.margin), verdict.unit


def _title(verdict: Verdict) -> dict[str, str]:
    """The rule's title in every language, and the object where it was not judged on the whole plan."""
    where = "" if verdict.scope_kind in {"plan", "city"} else f" {verdict.scope_id}"
    return {lang: f"{pick(verdict.title, lang)}{where}" for lang in LANGUAGES}

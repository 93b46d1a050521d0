"""
A proposal: changes to a plan, how good they provably are, and the verdicts before and after.

Every part of `propose` ends here: it hands over changes, objective and bound; the plan is judged
before and after by the same packs, and the whole is one document (``docs/contracts.md``).

What a proof covers: the moves that were considered, how they act together, and how each phase ended.

A proof belongs to a model. It is claimed only where everything that may be done, and every way in which
two things done act together, is in the model or cannot matter; what stands against it is named.

What of the ``must`` rules a proposal leaves unmet: told by the check of the plan with it in place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeGuard

from blockplan.errors import PlanDataError
from blockplan.figures import is_known
from blockplan.jsontext import JsonRecord
from blockplan.measure.missing import lines
from blockplan.propose.changes import Change, apply
from blockplan.propose.sites import EXACT, gap
from blockplan.texts import LANGUAGES, pick

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from blockplan.check.verdict import CheckResult, Verdict
    from blockplan.measure.missing import Missing
    from blockplan.plan.model.plan import Plan

#: Parts of parcels were cut as they are offered: they could be cut in other ways too.
CUTS_OFFERED = "cuts_offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof(JsonRecord):
    """
    The scope of a proof.

    Attributes
    ----------
    moves
        Kind of move -> how many of that kind were considered.
    interactions
        How moves act together in the model: ``sums``, ``homes``, ``parks``, ``reach``, ``limits``.
    phases
        Phase of the search -> how it ended: ``proved``, ``cut``, or ``not_proved`` where no proof is sought.
    against
        Why nothing is proved, each ``reason`` or ``reason: what``; empty where the claim stands.
    """

    moves: Mapping[str, int] = field(default_factory=dict)
    interactions: tuple[str, ...] = ()
    phases: Mapping[str, str] = field(default_factory=dict)
    against: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether nothing speaks against the claim."""
        return not self.against


#: Kinds of proposal that answer for every ``must`` rule.
OVER_RULES = ("repair", "landuse")
#: Why a search ended: by itself, at the limit of time or rounds, or because somebody pressed Ctrl-C.
Ended = Literal["finished", "limit", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAnswer:
    """
    What a search hands over.

    Attributes
    ----------
    kind
        ``site``, ``landuse``, ``repair`` or ``layout``.
    changes
        What becomes of the plan, in an order in which it can be put in place.
    objective, unit, sense
        What was reached, its unit, and whether small (``min``) or large (``max``) is good; null where
        nothing was found.
    bound
        What nobody can better, in the same unit; null where none is known.
    parts
        The parts that the objective is made of, by name; weights are applied already.
    parameters
        Everything that was asked for, with its unit in the name.
    figures
        What it means in plain numbers, before and after, with the unit in the name; null where unknown.
    method
        How the solution was found, and how the bound was.
    proof
        What a proof covers, and what stands against it.
    reasons
        Why so little may change, where a rule stays unmet: reason -> how many parcels it speaks of.
    keeps
        Rules that the model holds, and that it says the proposal keeps.
    judged
        The plan with the changes in place, as `apply` gives it, and its check, where the search has both.
    """

    kind: str
    changes: tuple[Change, ...]
    objective: float | None
    unit: str
    sense: Literal["min", "max"]
    bound: float | None
    parts: Mapping[str, float] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, float | None] = field(default_factory=dict)
    unmet: tuple[Unmet, ...] = ()
    method: str = ""
    seconds: float = 0.0
    seed: int = 0
    ended: Ended = "finished"
    proof: Proof = field(default_factory=Proof)
    reasons: Mapping[str, int] = field(default_factory=dict)
    keeps: tuple[str, ...] = ()
    judged: tuple[Plan, CheckResult] | None = field(default=None, compare=False, repr=False)

    @property
    def gap(self) -> float | None:
        """Distance of objective and bound, relative to the objective; null where it has none."""
        if self.objective is None or self.bound is None or not (self.objective or self.bound == 0):
            return None
        return gap(self.objective, self.bound)

    @property
    def proved(self) -> bool:
        """Whether no other choice within the scope of `proof` can be better."""
        return self.proof.stands and self.gap is not None and self.gap <= EXACT


@dataclass(frozen=True, slots=True)
class Proposal(JsonRecord):
    """An answer beside the plan it is for: the plan before and after, judged by the same rules."""

    answer: SearchAnswer
    before: CheckResult
    after: CheckResult
    plan: Plan
    changed: Plan

    @property
    def exit_code(self) -> int:
        """1 while a ``must`` rule fails after it, or is unknown only since; else 0."""
        was = {rule_name(one): one.outcome for one in self.before.verdicts}
        must = [one for one in self.after.verdicts if one.force == "must"]
        lost = any(one.outcome == "unknown" and was.get(rule_name(one)) in {"pass", "fail"} for one in must)
        return int(lost or any(one.outcome == "fail" for one in must))

    KEYS = (
        "kind=answer.kind", "plan=before.plan", "scenario=before.scenario",
        "content_hash=before.content_hash", "on=before.on", "packs=before.packs",
        "objective=answer.objective", "unit=answer.unit", "sense=answer.sense", "parts=answer.parts",
        "bound=answer.bound", "gap=answer.gap", "proved=answer.proved", "proof=answer.proof",
        "reasons=answer.reasons", "ended=answer.ended", "method=answer.method",
        "parameters=answer.parameters", "figures=answer.figures", "seconds=answer.seconds",
        "seed=answer.seed", "changes=answer.changes", "unmet=answer.unmet",
        "verdicts_before=before.verdicts", "verdicts_after=after.verdicts",
    )  # fmt: skip


def conclude(
    plan: Plan,
    answer: SearchAnswer,
    packs: Iterable[str | Path] | None = None,
    on: dt.date | str | None = None,
    *,
    before: CheckResult | None = None,
) -> Proposal:
    """
    Put an answer beside its plan: judged before and after by the same packs on the same day.

    Parameters
    ----------
    before
        The verdicts on `plan`, where the search has asked for them already.
    """
    from blockplan.check import check  # noqa: PLC0415 (judging brings in geopandas)

    named = list(packs) if packs is not None else None
    first = before if before is not None else check(plan, named, on)
    changed = apply(plan, answer.changes)
    if _stands(answer.judged, changed, first):
        changed, after = answer.judged
    else:
        after = check(changed, named, on)
    return Proposal(_as_judged(answer, first, after), first, after, plan, changed)


def _stands(
    judged: tuple[Plan, CheckResult] | None, changed: Plan, first: CheckResult
) -> TypeGuard[tuple[Plan, CheckResult]]:
    """Whether a check that the search made is that of the proposal: the same content, packs and day."""
    if judged is None or (judged[1].packs, judged[1].on) != (first.packs, first.on):
        return False
    return judged[0].content_hash == changed.content_hash


def _as_judged(answer: SearchAnswer, before: CheckResult, after: CheckResult) -> SearchAnswer:
    """
    The answer with what the check of the proposal says of the rules.

    What a search says of a rule gives way to its verdict, and a rule that fails only since the proposal, or
    that the search holds for kept, speaks against the proof.
    """
    known = {_rule(one): one for one in answer.unmet}
    rules = {rule_name(one) for one in (*before.verdicts, *after.verdicts)}
    others = tuple(one for one in answer.unmet if _rule(one) not in rules)
    was = {rule_name(one): one.outcome for one in before.verdicts}

    def missing(name: str) -> tuple[float, str] | None:
        told = known.get(name)
        return None if told is None or told.amount is None else (told.amount, told.unit)

    listed = unmet_rules(after, missing)
    turned = {("pass", False), ("pass", True), ("fail", True)}
    worse = {_rule(one) for one in listed if (was.get(_rule(one)), one.unknown) in turned}
    told = worse | set(known) | ({_rule(one) for one in listed} if answer.kind in OVER_RULES else set())
    listed = [one for one in listed if _rule(one) in told]
    denied = {f"denied: {_rule(one)}" for one in listed if _rule(one) in worse | set(answer.keeps)}
    proof = replace(answer.proof, against=tuple(sorted({*answer.proof.against, *denied})))
    return replace(answer, unmet=(*others, *listed), proof=proof)


def _rule(unmet: Unmet) -> str:
    """The rule that something unmet speaks of, where it is one."""
    return unmet.demand.partition(": ")[0]


def read_changes(path: Path) -> tuple[Change, ...]:
    """
    The changes of a proposal that was written as JSON.

    Raises
    ------
    PlanDataError
        If the file cannot be read, is no JSON, or holds no changes of the shape of ``docs/contracts.md``.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        listed: Sequence[Mapping[str, Any]] = document["changes"]
        return tuple(
            Change(str(one["layer"]), str(one["id"]), str(one["column"]), one["old"], one["new"])
            for one in listed
        )
    except OSError as error:
        raise PlanDataError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise PlanDataError(
            f"{path} is no proposal: it needs a list `changes` of rows with layer, id, column, old and new "
            f"({type(error).__name__}: {error}).\nName a file that a proposal was written to."
        ) from error


@dataclass(frozen=True, slots=True)
class Unmet(JsonRecord):
    """
    A demand that no change within what is permitted can meet, and how much of it stays unmet.

    `words` are the demand in every language, where there are any; `missing` is what a rule that cannot be
    judged lacks; `over` where it asks for no more than so much, and `amount` is what lies above that.
    """

    demand: str
    amount: float | None
    unit: str
    words: Mapping[str, str] | None = field(default=None, compare=False, metadata={"json": None})
    unknown: bool = field(default=False, compare=False, metadata={"json": None})
    missing: tuple[Missing, ...] = field(default=(), compare=False, metadata={"json": None})
    over: bool = field(default=False, compare=False, metadata={"json": None})

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
            lacks = tuple(verdict.missing)
            found.append(Unmet(said, None, verdict.unit, _title(verdict), unknown=True, missing=lacks))
        elif verdict.outcome == "fail":
            known = None if missing is None else missing(name)
            amount, unit = known or _by_remedy(verdict)
            over = _is_over(verdict) and unit != "facility"  # those are places that fall short
            found.append(Unmet(name, amount, unit, _title(verdict), over=over))
    return found


def _is_over(verdict: Verdict) -> bool:
    """Whether more is measured than is allowed at most."""
    op, limit = verdict.required.op, verdict.required.value
    if op in {"between", "="}:
        most = limit[1] if isinstance(limit, tuple) else limit
        return is_known(verdict.measured) and verdict.measured > most
    return op in {"<=", "<"}


def _by_remedy(verdict: Verdict) -> tuple[float | None, str]:
    if verdict.remedy is not None and verdict.remedy.amount is not None:
        return verdict.remedy.amount, verdict.remedy.unit
    return None if verdict.margin is None else abs(verdict.margin), verdict.unit


def _title(verdict: Verdict) -> dict[str, str]:
    """The rule's title in every language, and the object where it was not judged on the whole plan."""
    where = "" if verdict.scope_kind in {"plan", "city"} else f" {verdict.scope_id}"
    return {lang: f"{pick(verdict.title, lang)}{where}" for lang in LANGUAGES}

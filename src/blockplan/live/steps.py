"""What a session tells of a step: the step as the log holds it, and what it changed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import zip_longest
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from blockplan.check.copies import changed
from blockplan.check.verdict import Verdict
from blockplan.jsontext import JsonRecord, plain

if TYPE_CHECKING:
    from blockplan.check.verdict import Capacity, CheckResult, Residents
    from blockplan.live.rows import FeatureChange
    from blockplan.plan import Fault


@dataclass(frozen=True, slots=True)
class SessionStep(JsonRecord):
    """
    One step of a session, with the rows before and after.

    ``kind`` is ``edits``, ``undo`` or ``redo``; ``begin`` for what the scenario differed by when its log
    began, and ``outside`` for what was changed in the scenario's file by something else since.
    """

    seq: int
    kind: str
    at: str
    who: str
    edits: tuple[dict[str, Any], ...]
    changes: tuple[FeatureChange, ...]
    hash: str
    rows: str


#: The fields of a verdict that its JSON is written of, but for how each parcel came out.
_FIELDS = attrgetter(
    *(one.name for one in fields(Verdict) if one.name not in {"measurement", "doubts", "judged"})
)


@dataclass(frozen=True, slots=True)
class EditResult:
    """
    What a step changed.

    Attributes
    ----------
    seq
        Number of the step; it counts on through undo and redo.
    hash
        Content hash of the plan after it.
    verdicts
        Those that differ from before, as they are now.
    gone_verdicts
        (rule, scope id) of those that there is no object for any more.
    residents
        Those that the plan is for: low, central and high.
    capacity
        The largest population that the plan can carry, and the rule that binds.
    new_faults, gone_faults
        Faults of the data that came and went.
    affected_residents
        Residents whom the failing ``must`` rule that affects most of them affects; None where none can say.
    ms
        Milliseconds from the edit to all verdicts.
    """

    seq: int
    hash: str
    verdicts: tuple[Verdict, ...]
    gone_verdicts: tuple[tuple[str, str], ...]
    residents: Residents
    capacity: Capacity
    new_faults: tuple[Fault, ...]
    gone_faults: tuple[Fault, ...]
    affected_residents: float | None
    ms: float

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """The answer as JSON writes it (docs/contracts.md, section 8)."""
        return {
            "seq": self.seq,
            "hash": self.hash,
            "verdicts": [verdict.to_dict(lang) for verdict in self.verdicts],
            "gone_verdicts": [{"rule": rule, "id": id_} for rule, id_ in self.gone_verdicts],
            "residents": {
                "low": self.residents.low,
                "central": self.residents.central,
                "high": self.residents.high,
            },
            "capacity": plain(self.capacity),
            "faults": [
                *({**found.to_dict(lang), "change": "new"} for found in self.new_faults),
                *({**found.to_dict(lang), "change": "gone"} for found in self.gone_faults),
            ],
            "affected_residents": self.affected_residents,
            "ms": round(self.ms, 1),
        }


def result_of(step: SessionStep, before: CheckResult, after: CheckResult, ms: float) -> EditResult:
    """What a step changed, the check before beside the one after; `ms` is how long it took."""
    # Most are the same objects in the same places.
    moved = [(one, other) for one, other in zip_longest(before.verdicts, after.verdicts) if one is not other]
    old = {(one.rule, one.scope_id): one for one, _ in moved if one is not None}
    new = {(one.rule, one.scope_id): one for _, one in moved if one is not None}
    differ = tuple(one for key, one in new.items() if key not in old or _differ(old[key], one))
    was, now = _faults(before, after), _faults(after, before)
    hit = [
        one.affected_residents
        for one in after.verdicts
        if one.outcome == "fail" and one.force == "must" and one.affected_residents is not None
    ]
    return EditResult(
        step.seq,
        step.hash,
        differ,
        tuple(key for key in old if key not in new),
        after.residents,
        after.capacity,
        tuple(one for key, one in now.items() if key not in was),
        tuple(one for key, one in was.items() if key not in now),
        max(hit) if hit else (0.0 if _nothing_fails(after) else None),
        ms,
    )


def _faults(result: CheckResult, other: CheckResult) -> dict[tuple[Any, ...], Fault]:
    """The faults of a check by what tells them apart; none where another has the same objects."""
    if set(map(id, result.faults)) == set(map(id, other.faults)):
        return {}
    return {_known(one): one for one in result.faults}


#: Those that JSON writes as they are.
_AS_THEY_ARE = attrgetter(
    "outcome", "measured", "margin", "tolerance", "affected_residents", "where", "definition", "readings"
)


def _differ(before: Verdict, after: Verdict) -> bool:
    """Whether JSON tells two verdicts apart; it is written only of those whose fields are not equal."""
    if before is after or _told(before) == _told(after):
        return False
    return _AS_THEY_ARE(before) != _AS_THEY_ARE(after) or _rest(before) != _rest(after)


def _rest(verdict: Verdict) -> dict[str, Any]:
    """What JSON writes of a verdict beside its long rows, where these are equal."""
    return changed(verdict, where=(), definition={}, readings=()).to_dict()


def _told(verdict: Verdict) -> tuple[Any, ...]:
    """What JSON is written of."""
    return (*_FIELDS(verdict), None if verdict.judged is None else verdict.judged.counts)


def _nothing_fails(result: CheckResult) -> bool:
    return not any(one.outcome == "fail" and one.force == "must" for one in result.verdicts)


def _known(found: Fault) -> tuple[Any, ...]:
    return (found.rule, found.grade, found.layer, found.id, found.aspect, found.case, found.x, found.y)

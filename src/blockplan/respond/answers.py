"""
An answer to a segment or a theme: its kind, its reason, and what it changed in the plan.

A change is checked against the plans themselves: the old value stands in the plan that was on notice, the new
one in the plan whose content hash the change names.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from blockplan.errors import UsageError
from blockplan.jsontext import JsonRecord
from blockplan.respond.refusals import TEXTS, refused
from blockplan.texts import LANGUAGES, Catalog, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blockplan.plan import Plan

    Text = str | Mapping[str, str]

#: The six kinds of answer, and the one that practice in China adds for words that are about no plan.
AnswerKind = Literal[
    "adopted", "adopted_in_part", "not_adopted", "already_covered", "outside_the_plan", "noted",
    "no_planning_content",
]  # fmt: skip
KINDS: tuple[AnswerKind, ...] = get_args(AnswerKind)
#: Answers that promise a change of the plan.
CHANGING = frozenset({"adopted", "adopted_in_part"})
_WORDS = Catalog("blockplan.respond", "response.toml")


@dataclass(frozen=True, slots=True)
class PlanChange(JsonRecord):
    """
    What an answer changed: one value of one row of the plan.

    Attributes
    ----------
    layer, id, column
        Where: ``parcels``, ``P-012``, ``height_m``.
    old, new
        The value in the plan on notice, and in the plan `plan_version`; None where there is none.
    plan_version
        Content hash of the plan in which the new value stands.
    """

    layer: str
    id: str
    column: str
    old: Any
    new: Any
    plan_version: str


@dataclass(frozen=True, slots=True)
class Answer(JsonRecord):
    """
    What is answered, and why.

    Attributes
    ----------
    kind
        One of `KINDS`.
    reason
        In words, one language or several; never empty.
    links
        Objects of the plan that the answer speaks of: {layer, id}.
    entry
        Number of the entry in the record; None before it is entered.
    """

    kind: str
    reason: Text
    links: tuple[Mapping[str, Any], ...] = ()
    changes: tuple[PlanChange, ...] = ()
    by: str = field(default="", metadata={"json": None})
    entry: int | None = field(default=None, metadata={"json": None})

    @property
    def says_no_change(self) -> bool:
        """An adoption that names neither a change nor an object of the plan: nobody can find it."""
        return self.kind in CHANGING and not self.changes and not self.links


def answer_from(said: Mapping[str, Any], by: str = "", entry: int | None = None) -> Answer:
    """
    The answer that a document holds.

    Raises
    ------
    UsageError
        If the kind is unknown, the reason is empty, or a change lacks a part.
    """
    kind = said.get("kind")
    if kind not in KINDS:
        raise refused(UsageError, "answer_kind", kind=kind, known=listed(KINDS))
    reason = _reason(kind, said.get("reason"))
    changes = tuple(_change(change) for change in said.get("changes") or ())
    links = tuple(said.get("links") or ())
    if any(not (isinstance(link, dict) and link.get("layer") and link.get("id")) for link in links):
        raise refused(UsageError, "answer_link")
    return Answer(kind, reason, links, changes, by, entry)


def _reason(kind: str, reason: Any) -> Text:
    texts = [reason] if isinstance(reason, str) else list(reason.values()) if isinstance(reason, dict) else []
    if isinstance(reason, dict) and (unknown := set(reason) - set(LANGUAGES)):
        raise refused(UsageError, "reason_language", unknown=listed(sorted(unknown)), known=listed(LANGUAGES))
    if not any(isinstance(text, str) and text.strip() for text in texts):
        raise refused(UsageError, "answer_bare", kind=_WORDS.text(f"kind.{kind}") | {"en": kind})
    return reason if isinstance(reason, str) else dict(reason)


def _change(said: Mapping[str, Any]) -> PlanChange:
    missing = [key for key in ("layer", "id", "column", "plan_version") if not said.get(key)]
    missing += [key for key in ("old", "new") if key not in said]
    if missing:
        raise refused(UsageError, "change_lacks", missing=listed(missing))
    return PlanChange(
        said["layer"], str(said["id"]), said["column"], said["old"], said["new"], said["plan_version"]
    )


def change_of(parts: Sequence[str]) -> dict[str, Any]:
    """A change as it is written by hand: layer, id, column, old, new, version, in this order."""
    layer, id_, column, old, new, version = parts
    return {
        "layer": layer, "id": id_, "column": column, "old": _read(old), "new": _read(new),
        "plan_version": version,
    }  # fmt: skip


def _read(word: str) -> Any:
    try:
        return json.loads(word)
    except ValueError:
        return word


def faults_of(answer: Answer, before: Plan, after: Plan | None = None) -> list[str]:
    """As `faults_in_words`, in English."""
    return [fault["en"] for fault in faults_in_words(answer, before, after)]


def faults_in_words(answer: Answer, before: Plan, after: Plan | None = None) -> list[dict[str, str]]:
    """
    What the answer says of the plan and the plan does not bear out; empty where all holds.

    Parameters
    ----------
    before
        The plan on notice: every linked object and every old value stands in it.
    after
        The changed plan; without it new values are not looked at.
    """
    known = [plan for plan in (before, after) if plan is not None]
    found = [
        _fault("no_object", layer=link["layer"], id=link["id"])
        for link in answer.links
        if not any(_has(plan, link["layer"], str(link["id"])) for plan in known)
    ]
    for change in answer.changes:
        found += _faults_of_change(change, before, after)
    return found


def _faults_of_change(change: PlanChange, before: Plan, after: Plan | None) -> list[dict[str, str]]:
    where = f"{change.layer} {change.id}, {change.column}"
    found: list[dict[str, str]] = []
    if _differs(held := _value(before, change), change.old):
        found.append(_fault("old", where=where, said=change.old, held=held))
    if after is None:
        return found
    if after.content_hash != change.plan_version:
        found.append(_fault("version", where=where, said=change.plan_version, held=after.content_hash))
    elif _differs(held := _value(after, change), change.new):
        found.append(_fault("new", where=where, said=change.new, held=held))
    return found


def _fault(code: str, **values: Any) -> dict[str, str]:
    return TEXTS.text(f"fault.{code}", **values)


def _has(plan: Plan, layer: str, id_: str) -> bool:
    frame = plan.layers.get(layer)
    return frame is not None and id_ in frame.index.astype(str)


def _value(plan: Plan, change: PlanChange) -> Any:
    """The value that the plan holds there; None where it holds none."""
    frame = plan.layers.get(change.layer)
    if frame is None or change.column not in frame:
        return None
    rows = frame.loc[frame.index.astype(str) == change.id, change.column]
    value = rows.iloc[0] if len(rows) else None
    import pandas as pd  # noqa: PLC0415 (a plan is at hand, so it is loaded; answers alone need none)

    if value is None or (not hasattr(value, "geom_type") and pd.isna(value)):
        return None
    if hasattr(value, "wkt"):
        return value.wkt
    return value.item() if hasattr(value, "item") else value


def _differs(held: Any, said: Any) -> bool:
    if isinstance(held, bool) or isinstance(said, bool):
        return held is not said
    if isinstance(held, int | float) and isinstance(said, int | float):
        return float(held) != float(said)
    if isinstance(held, int | float | str) or held is None or said is None:
        return bool(held != said)
    return str(held) != str(said)  # days and shapes, which a record writes as text

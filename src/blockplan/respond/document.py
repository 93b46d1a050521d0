"""
The consultation report as a document: what was received, what is answered and why, what the plan changed.

It is made only when every segment has an answer and the count comes out even. What of an opinion's words is
in it follows the notice's way of publication, and what was redacted, withheld, withdrawn or erased.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from blockplan.errors import PlanDataError
from blockplan.notice.disclosure import seen_by
from blockplan.notice.state import State
from blockplan.respond.answers import KINDS, faults_in_words
from blockplan.respond.coverage import received, reconcile, require_complete
from blockplan.respond.refusals import refused
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from blockplan.notice.disclosure import Seen
    from blockplan.plan import Plan
    from blockplan.respond.answers import Answer
    from blockplan.respond.opinions import Received
    from blockplan.respond.segments import Segment
    from blockplan.respond.sorting import Sorting


def response(sorting: Sorting, before: Plan | None = None, after: Plan | None = None) -> dict[str, Any]:
    """
    The consultation report as a document for JSON; `blockplan.report.response` shows it.

    Parameters
    ----------
    before
        The plan on notice: objects and old values are compared with it. None leaves them unverified, and the
        report says so.
    after
        The changed plan: new values are compared with it.

    Raises
    ------
    NoticeStateError
        While one segment has no answer; the message names the first.
    PlanDataError
        If an answer says of the plan what the plan does not bear out.
    """
    require_complete(sorting)
    if before is not None:
        _require_borne_out(sorting, before, after)
    opened = _opened(sorting)
    mode = str(opened.get("publication") or "none")
    opinions = list(sorting.opinions.by_id.values())
    answered = [(segment, sorting.answer_of(segment.id)) for segment in sorting.open_segments()]
    return {
        "notice": _head(opened),
        "synthetic": before.manifest.synthetic if before else (opened.get("plan") or {}).get("synthetic"),
        "publication": mode,
        "received": _received(opinions),
        "reconciliation": reconcile(opinions, received(sorting)).to_dict(),
        "answers": _kinds(answered),
        "themes": [_theme(sorting, theme, mode) for theme in sorting.themes if sorting.members(theme)],
        "single": [
            _point(sorting, segment, mode) for segment, _ in answered if sorting.theme_of(segment.id) is None
        ],
        "changes": _changes(answered),
        "verified_against": _verified(before, after),
        "campaigns": [{"id": name, "opinions": list(members)} for name, members in sorting.campaigns.items()],
        "register": [
            {"number": number, **_registered(sorting, opinion, mode)}
            for number, opinion in enumerate(opinions, 1)
        ],
        "proposals": [dict(run["run"]) for run in sorting.runs],
    }


def _require_borne_out(sorting: Sorting, before: Plan, after: Plan | None) -> None:
    answers = {answer.entry: answer for answer in _answers(sorting)}
    found = [fault for answer in answers.values() for fault in faults_in_words(answer, before, after)]
    if found:
        raise refused(PlanDataError, "not_borne_out", count=len(found), faults=listed(found[:10], "\n  "))


def _answers(sorting: Sorting) -> Iterable[Answer]:
    for segment in sorting.open_segments():
        answer = sorting.answer_of(segment.id)
        if answer is not None:
            yield answer


def _opened(sorting: Sorting) -> dict[str, Any]:
    """What was entered when the notice was opened or restarted, with the period as lengthened."""
    found: dict[str, Any] = {}
    for entry in sorting.record.events({"opened", "extended"}):
        if entry.kind == "opened":
            found = dict(entry.payload)
        else:
            found = found | {"period": entry.payload.get("period") or found.get("period")}
    return found


def _head(opened: Mapping[str, Any]) -> dict[str, Any]:
    rule = opened.get("rule")
    return {
        "plan": opened.get("plan"),
        "period": opened.get("period"),
        "rule": rule if isinstance(rule, dict) else {"id": rule},
        "authority": opened.get("authority"),
    }


def _received(opinions: list[Received]) -> dict[str, Any]:
    return {
        "total": len(opinions),
        "by_channel": dict(Counter(opinion.channel for opinion in opinions).most_common()),
        "by_sender": dict(Counter(opinion.sender for opinion in opinions).most_common()),
    }


def _kinds(answered: list[tuple[Segment, Answer | None]]) -> list[dict[str, Any]]:
    """How many segments, of how many opinions, got each kind of answer; without those of none."""
    told = []
    for kind in KINDS:
        of_kind = [segment for segment, answer in answered if answer and answer.kind == kind]
        if of_kind:
            opinions = {segment.opinion for segment in of_kind}
            told.append({"kind": kind, "segments": len(of_kind), "opinions": len(opinions)})
    return told


def _theme(sorting: Sorting, name: str, mode: str) -> dict[str, Any]:
    theme = sorting.themes[name]
    members = sorting.members(theme.id)
    opinions = {segment.opinion for segment in members}
    folded = {
        opinion for members_ in sorting.campaigns.values() for opinion in members_ if opinion in opinions
    }
    own = [segment for segment in members if sorting.own_answer(segment.id)]
    return {
        "theme": theme.id,
        "title": theme.title,
        "gist": theme.gist or None,
        "segments": len(members),
        "opinions": len(opinions),
        "folded": len(folded),
        "came_later": len(sorting.came_later(theme.id)),
        "answer": _answer(theme.answer),
        "points": [_point(sorting, segment, mode) for segment in members if segment not in own],
        "other_answers": [_point(sorting, segment, mode) for segment in own],
    }


def _point(sorting: Sorting, segment: Segment, mode: str) -> dict[str, Any]:
    """A segment, its words where they are published whole, and its own answer where it has one."""
    opinion = sorting.opinions.by_id[segment.opinion]
    shown = opinion.standing == "whole" and "text" in _seen(opinion, mode).words
    return {
        "segment": segment.id,
        "opinion": segment.opinion,
        "text": sorting.text_of(segment).strip() if shown else None,
        "answer": _answer(sorting.own_answer(segment.id)),
    }


def _answer(answer: Answer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return answer.to_dict() | {
        "by": answer.by,
        "entry": answer.entry,
        "names_no_change": answer.says_no_change,
    }


def _changes(answered: list[tuple[Segment, Answer | None]]) -> list[dict[str, Any]]:
    """Each change once, with the opinions that led to it."""
    because: dict[Any, list[str]] = {}
    for segment, answer in answered:
        for change in answer.changes if answer else ():
            because.setdefault(change, []).append(segment.opinion)
    return [
        change.to_dict() | {"opinions": list(dict.fromkeys(opinions))} for change, opinions in because.items()
    ]


def _verified(before: Plan | None, after: Plan | None) -> dict[str, str | None] | None:
    if before is None:
        return None
    return {"on_notice": before.content_hash, "changed": after.content_hash if after is not None else None}


def _seen(opinion: Received, mode: str) -> Seen:
    """What everybody sees of it once the report is published."""
    return seen_by("everybody", opinion.fate, mode, State.PUBLISHED)


def _registered(sorting: Sorting, opinion: Received, mode: str) -> dict[str, Any]:
    segments = sorting.segments.get(opinion.id, []) if opinion.needs_answer else []
    points = []
    for segment in segments:
        theme, answer = sorting.theme_of(segment.id), sorting.answer_of(segment.id)
        points.append({
            "segment": segment.id, "theme": theme.id if theme else None,
            "answer": answer.kind if answer else None, "own": sorting.own_answer(segment.id) is not None,
        })  # fmt: skip
    words = _seen(opinion, mode).words
    return {
        "opinion": opinion.id,
        "entered_at": opinion.at,
        "received_at": opinion.received_at,
        "channel": opinion.channel,
        "from": opinion.sender,
        "late": opinion.late,
        "standing": opinion.standing,
        "ground": opinion.ground,
        "title": words.get("title"),
        "text": words.get("text"),
        "targets": [dict(target) for target in words.get("targets", ())],
        "segments": points,
        "campaign": next((name for name, of in sorting.campaigns.items() if opinion.id in of), None),
    }

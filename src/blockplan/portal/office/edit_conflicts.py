"""
Every edit names what it saw: where something else stands by now, nothing is entered and both texts are shown.

A page carries a mark of what stood when it was made, empty where nothing stood; what somebody wrote stays in
the form, and what stands is told beside it. Sent again, it is meant.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from blockplan.errors import NoticeStateError
from blockplan.notice.refusals import kind_word
from blockplan.notice.submissions import newest_words
from blockplan.portal.lang import current
from blockplan.portal.office.models import Grant
from blockplan.portal.words import BETWEEN, say
from blockplan.texts import pick, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from blockplan.portal.office.models import Draft, Staff
    from blockplan.portal.plans.models import PlanVersion
    from blockplan.respond import Answer, Sorting
    from blockplan.respond.sorting import Theme

#: So much of what stands is told where it is refused; the page itself shows all of it.
LONGEST = 1500


def require_seen(seen: str, mark: str, stands: str) -> None:
    """
    NoticeStateError where what stands now is not what was seen.

    Parameters
    ----------
    seen, mark
        Marks of what the page showed and of what stands.
    """
    if seen != mark:
        raise refusal(NoticeStateError, say, "office_refused.overtaken", stands=stands[:LONGEST] or "–")


def seen_of(request: HttpRequest) -> str:
    """The mark that a page sent back."""
    return str(request.POST.get("seen", ""))


def of_answer(answer: Answer | None) -> tuple[str, str]:
    """The mark and the words of an answer."""
    if answer is None:
        return "", ""
    kind = say(f"office_answer.{answer.kind}", current())
    return str(answer.entry), f"{kind}: {pick(answer.reason, current())} ({answer.by})"


def mark_for_form(request: HttpRequest, answer: Answer | None, name: str = "seen", *, told: bool) -> str:
    """
    The mark that the form of an answer bears: of the answer that stands.

    Words that were sent and are shown again keep the mark that they came with, until what stands was `told`.
    """
    again = request.POST.get("do") == "answer" and not told
    return str(request.POST.get(name, "")) if again else of_answer(answer)[0]


def of_name(theme: Theme) -> tuple[str, str]:
    """The mark and the words of a theme's title and gist."""
    said = pick(theme.title, current())
    gist = pick(theme.gist or "", current())
    return str(theme.entry), f"{said} – {gist}" if gist else said


def of_place(now: Sorting, segment: str) -> tuple[str, str]:
    """The mark and the words of the theme that a segment is sorted into."""
    theme = now.theme_of(segment)
    return ("", "") if theme is None else (str(now.sorted_by(segment)), of_name(theme)[1])


def of_words(record: Any, opinion: str) -> tuple[str, str]:
    """The mark and the words of an opinion once somebody changed or typed them; empty before that."""
    newest = newest_words(record, opinion)
    if newest is None or newest.kind == "submitted":
        return "", ""
    return str(newest.seq), str(newest.payload.get("text", ""))


def of_opinion(record: Any, opinion: str) -> tuple[str, str]:
    """The mark and the words of what was last entered about an opinion; empty before anything was."""
    about = list(record.events(about=opinion))
    if len(about) < 2:
        return "", ""
    said = about[-1].payload
    told = [pick(kind_word(about[-1].kind), current())]
    told += [str(said[name]) for name in ("text", "ground", "reason", "by", "second") if said.get(name)]
    return str(about[-1].seq), BETWEEN.join(told)


def of_plan(version: PlanVersion | None) -> tuple[str, str]:
    """The mark and the words of the plan that a draft has; empty before it has one."""
    if version is None:
        return "", ""
    said = version.document["frozen"]
    return str(version.pk), f"{pick(said.get('title'), current())}{BETWEEN}{said['content_hash'][:16]}"


def of_release(draft: Draft) -> tuple[str, str]:
    """The mark and the words of what the first person answered of the release check; empty before that."""
    return of_values(draft.release.get("answers", {}))


def of_rights(one: Staff) -> tuple[str, str]:
    """The mark and the words of the roles of somebody, and whether the account is open."""
    lang = current()
    grants = [
        say(f"office_role.{grant.role}", lang) + (f" ({grant.notice_id})" if grant.notice_id else "")
        for grant in Grant.objects.filter(staff=one).order_by("role", "notice")
    ]
    state = say("office.account_open" if one.user.is_active else "office.account_closed", lang)
    held = Grant.objects.filter(staff=one).order_by("pk").values_list("pk", flat=True)
    return f"{','.join(map(str, held))}.{int(one.user.is_active)}", f"{', '.join(grants) or '–'}; {state}"


def of_values(values: Mapping[str, Any]) -> tuple[str, str]:
    """The mark and the words of what a draft says; both empty where it says nothing yet."""
    kept = {name: value for name, value in values.items() if value}
    if not kept:
        return "", ""
    told = json.dumps(kept, sort_keys=True, ensure_ascii=False, default=str)
    words = "; ".join(f"{name}: {_plain(value)}" for name, value in kept.items())
    return hashlib.sha256(told.encode()).hexdigest()[:32], words


def _plain(value: Any) -> str:
    return pick(value, current()) if isinstance(value, dict) and "en" in value else str(value)

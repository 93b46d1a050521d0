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
from blockplan.notice.submissions import newest_words
from blockplan.portal.lang import current
from blockplan.portal.words import say
from blockplan.texts import pick, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

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
    stands
        What stands, in words.
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

"""How far erasures have come, as pages of the office tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.portal.lang import current
from blockplan.portal.record.models import Erasure
from blockplan.portal.words import say
from blockplan.texts import LANGUAGES, listed, pick

if TYPE_CHECKING:
    from blockplan.portal.record.models import Notice


def of_notice(notice: Notice) -> list[dict[str, Any]]:
    """Those that are not finished."""
    return [_told(one) for one in Erasure.objects.filter(notice=notice, done_at=None).order_by("seq")]


def of_opinion(notice: Notice, opinion: str) -> list[dict[str, Any]]:
    """Those of one opinion, finished or not."""
    return [_told(one) for one in Erasure.objects.filter(notice=notice, opinion=opinion).order_by("seq")]


def _told(one: Erasure) -> dict[str, Any]:
    """The opinion, when nothing was left, and else what is left in words."""
    left = [{lang: say(f"office.left_{name}", lang) for lang in LANGUAGES} for name in one.left.split()]
    return {"opinion": one.opinion, "done_at": one.done_at, "left": pick(listed(left), current())}

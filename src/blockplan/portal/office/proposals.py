"""
What a machine proposes at the desk, shown before anything of it is entered.

The page carries the proposal along, signed; it is kept nowhere else. Whoever takes something of it over names
each theme, and stands in the record for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core import signing

from blockplan.errors import UsageError
from blockplan.portal.lang import current
from blockplan.portal.office import desks
from blockplan.portal.words import say
from blockplan.respond.page import shown as plainly
from blockplan.texts import refusal

if TYPE_CHECKING:
    from django.http import HttpRequest

    from blockplan.portal.office.permissions import Actor
    from blockplan.respond import Desk, Sorting

SALT = "blockplan.proposal"
#: So long a proposal can be taken over; then opinions have come that it does not know.
VALID_S = 86_400
#: Segments of a group that its page shows, the most typical first.
TYPICAL = 3
LONGEST_TITLE = 200


def propose(kind: str, notice: str) -> dict[str, Any]:
    """
    A proposal as a page shows it: ``kind``, its ``rows``, and ``signed``, which brings it back.

    Parameters
    ----------
    kind
        ``group`` (segments into themes) or ``fold`` (opinions that say the same).

    Raises
    ------
    UsageError
        If there is too little to propose anything of.
    """
    now = desks.look(notice)
    made, rows = _groups(now) if kind == "group" else _folds(now)
    signed = signing.dumps(made | {"kind": kind, "notice": notice}, salt=SALT, compress=True)
    return {"kind": kind, "rows": rows, "signed": signed}


def take(request: HttpRequest, notice: str, actor: Actor) -> None:
    """Enter what somebody took over; UsageError where nothing was, or the proposal is too old."""
    try:
        said = signing.loads(request.POST.get("proposal", ""), salt=SALT, max_age=VALID_S)
    except signing.BadSignature:
        said = {}
    if said.get("notice") != notice:
        raise refusal(UsageError, say, "office_refused.proposal_old")
    if said["kind"] == "group":
        _take_groups(request, notice, said, actor)
    else:
        _take_folds(request, notice, said, actor)


def _groups(now: Sorting) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    from blockplan.respond.proposals import group_segments, groups_said  # noqa: PLC0415 (loads models)

    found, proposal = group_segments(now)
    said = groups_said(found, proposal)
    rows = [
        {
            "number": one["group"], "count": len(one["segments"]), "words": one["words"],
            "typical": [_short(now.text_of(now.segment(name))) for name in one["segments"][:TYPICAL]],
        }
        for one in said["groups"]
    ]  # fmt: skip
    return {"run": proposal.run, "proposal": said}, rows


def _folds(now: Sorting) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    from blockplan.respond.proposals import opinions_to_fold  # noqa: PLC0415 (loads models)

    names, found = opinions_to_fold(now)
    folds = [[names[at] for at in one.members] for one in found]
    numbers = now.opinions.numbers
    rows = [
        {"number": number, "count": len(members),
         "opinions": [(name, numbers[name]) for name in members],
         "typical": [_short(now.opinions.by_id[name].text) for name in members[:TYPICAL]]}
        for number, members in enumerate(folds)
    ]  # fmt: skip
    return {"folds": folds}, rows


def _take_groups(request: HttpRequest, notice: str, said: dict[str, Any], actor: Actor) -> None:
    from blockplan.respond.proposals import take_named  # noqa: PLC0415

    typed = {
        one["group"]: request.POST.get(f"title-{one['group']}", "") for one in said["proposal"]["groups"]
    }
    titles = {
        number: {current(): title.strip()[:LONGEST_TITLE]} for number, title in typed.items() if title.strip()
    }
    if not titles:
        raise refusal(UsageError, say, "office_refused.nothing_named")

    def act(desk: Desk) -> None:
        desk.keep_run(said["run"], said["proposal"], by=actor.name)
        take_named(desk, said["proposal"], titles, by=actor.name)

    desks.work(notice, act, actor, about="grouped")


def _take_folds(request: HttpRequest, notice: str, said: dict[str, Any], actor: Actor) -> None:
    picked = set(request.POST.getlist("fold"))
    folds = [members for number, members in enumerate(said["folds"]) if str(number) in picked]
    if not folds:
        raise refusal(UsageError, say, "office_refused.nothing_chosen")

    def act(desk: Desk) -> None:
        for members in folds:
            desk.fold(members, by=actor.name)

    desks.work(notice, act, actor, about="folded")


def _short(text: str) -> str:
    line = " ".join(plainly(text).split())
    return line if len(line) <= 200 else line[:199] + "…"

"""
What stands on the desk of a notice, kept in memory and brought up to the record at each look.

Acts do not go through it: they make a desk of their own inside the transaction.

What a machine proposes at the desk, shown before anything of it is entered.

The page carries the proposal along, signed; it is kept nowhere else. Whoever takes something of it over names
each theme, and stands in the record for it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar

from django.core import signing

from blockplan.errors import UsageError
from blockplan.portal import clock
from blockplan.portal.lang import current
from blockplan.portal.office import hands, permissions
from blockplan.portal.office.audit import naming, note
from blockplan.portal.office.models import DeskMove
from blockplan.portal.record.models import Entry
from blockplan.portal.record.store import open_store
from blockplan.portal.words import say
from blockplan.respond import Desk, Sorting
from blockplan.respond.answers import change_of
from blockplan.respond.tables import shown as plainly
from blockplan.texts import pick, refusal, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from django.http import HttpRequest

    from blockplan.notice.ledger import Ledger
    from blockplan.portal.office.permissions import Actor
    from blockplan.portal.record.store import DatabaseStore

T = TypeVar("T")
_LOCK = threading.Lock()
#: Notice -> its store, how many entries were read, and what they say; few notices are worked on at once.
_DESKS: dict[str, tuple[DatabaseStore, int, Sorting]] = {}
MOST = 8


def look(notice: str) -> Sorting:
    """What stands now; only entries that are new are read."""
    store = open_store(notice)
    with _LOCK:
        newest = Entry.objects.filter(notice_id=notice).order_by("-seq").values_list("seq", flat=True).first()
        size = 0 if newest is None else newest + 1
        known = _DESKS.get(notice)
        if known is not None and known[0] is store and known[1] <= size:
            fresh = store.some(range(known[1], size))
            # What was erased must not stay in memory in a form that nobody looked through.
            if not any(event.kind == "erased" for event in fresh.values()):
                known[2].catch_up(fresh[seq] for seq in sorted(fresh))
                _DESKS[notice] = (store, size, known[2])
                return known[2]
        found = Sorting(store)
        while len(_DESKS) >= MOST:
            _DESKS.pop(next(iter(_DESKS)))
        # Entries that came while it was read are read again by nobody: count what it has read.
        _DESKS[notice] = (store, found.entries_read, found)
        return found


def work(
    notice: str,
    act: Callable[[Desk], T],
    actor: Actor,
    *,
    about: str,
    of: Callable[[T], Iterable[str]] = lambda _found: (),
    takes_back: DeskMove | None = None,
) -> T:
    """
    Do something at the desk in one transaction: all of its entries, or none.

    The list of acts names it (`about`), and the opinions, points and themes of its entries; `of` gives those
    of what is no entry.

    What it moves from theme to theme is kept as a `DeskMove`, which may take another back; what it makes of
    a point or theme stays in the hand that had that (`hands.passed_on`).
    """

    def inside(ledger: Ledger) -> T:
        desk = Desk(ledger)
        cut, before = dict(desk.segments), places(desk)
        found = act(desk)
        names = [*of(found), *(name for payload in desk.entered for name in named_in(payload))]
        note("desk", who=actor.name, notice=notice, about=naming(about, names))
        after = places(desk)
        themed = {
            name: [theme, after[name]]
            for name, theme in before.items()
            if name in after and after[name] != theme
        }
        passed = hands.passed_on(notice, cut, before, desk, after)
        for kind, changes, back in (("themed", themed, takes_back), ("passed", passed, None)):
            if changes:
                DeskMove.objects.create(
                    notice_id=notice, kind=kind, by=actor.staff, at=clock.now(), changes=changes,
                    takes_back=back,
                )  # fmt: skip
        return found

    return permissions.work(notice, inside, actor)


def named_in(payload: Mapping[str, Any]) -> Iterator[str]:
    """The opinions, points and themes that an entry of the desk is about."""
    for key in ("opinion", "segment", "theme", "merged_into"):
        if key in payload:
            yield payload[key]
    yield from payload.get("opinions", ())
    assigned = payload.get("assigned", ())
    yield from (one["segment"] for one in assigned)
    yield from (one["theme"] for one in assigned if one["theme"])


def places(now: Sorting) -> dict[str, str | None]:
    """Point -> the theme that it is in."""
    return {
        one.id: theme.id if (theme := now.theme_of(one.id)) is not None else None
        for one in now.open_segments()
    }


def titles_of_themes(notice: str) -> dict[str, str]:
    """Every theme by its newest title in the reader's language, those that went into others too."""
    entries = open_store(notice).events({"theme"})
    return {one.payload["theme"]: pick(one.payload["title"], current()) for one in entries if one.known}


def lines_of(said: str) -> list[dict[str, Any]]:
    """Changes as a clerk writes them: ``layer:id:column:old:new:version``, one a line."""
    found = []
    for line in filter(str.strip, said.splitlines()):
        parts = [part.strip() for part in line.split(":", 5)]
        if len(parts) != 6:
            raise refusal(UsageError, say, "office_refused.no_change", line=line)
        found.append(change_of(parts))
    return found


def links_of(said: str) -> list[dict[str, str]]:
    """Objects as a clerk writes them: ``parcels:P-1, statements:S-3``."""
    pairs = [part.strip().partition(":") for part in said.replace("，", ",").split(",") if part.strip()]
    return [{"layer": layer.strip(), "id": name.strip()} for layer, _, name in pairs]


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
    now = look(notice)
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

    work(notice, act, actor, about="grouped")


def _take_folds(request: HttpRequest, notice: str, said: dict[str, Any], actor: Actor) -> None:
    picked = set(request.POST.getlist("fold"))
    folds = [members for number, members in enumerate(said["folds"]) if str(number) in picked]
    if not folds:
        raise refusal(UsageError, say, "office_refused.nothing_chosen")

    def act(desk: Desk) -> None:
        for members in folds:
            desk.fold(members, by=actor.name)

    work(notice, act, actor, about="folded")


def _short(text: str) -> str:
    return shortened(plainly(text), 200)

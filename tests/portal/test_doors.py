"""Every door by which the office enters something, tried by every role on one way of a notice to its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support.office_pages import ANSWER, ANSWERS, HERE, a_letter, as_shown, drafted, faults
from tests.support.staff import a_member, browser_of
from tests.support.submitting import send

from blockplan.notice import submissions
from blockplan.notice.events import KINDS
from blockplan.portal.office import desks
from blockplan.portal.office.desks import SALT
from blockplan.portal.office.drafts import looked_at
from blockplan.portal.office.models import ROLES, Draft, Pending
from blockplan.portal.office.permissions import ENTERS
from blockplan.portal.record.models import Entry

if TYPE_CHECKING:
    from django.test import Client
    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

OFFICE, PLANNER, APPROVER = ("clerk", "planner"), ("planner",), ("approver",)
Said = dict[str, Any] | Callable[[], dict[str, Any]]


class Door(NamedTuple):
    """Where something is sent, what, who may, and the entries that it makes (none: somebody is asked)."""

    path: str | Callable[[], str]
    said: Said
    who: tuple[str, ...]
    enters: tuple[str, ...] = ()

    def go(self, client: Client) -> Any:
        path = HERE + (self.path() if callable(self.path) else self.path)
        said = self.said() if callable(self.said) else dict(self.said)
        return client.post(path, as_shown(client, path, said) | said)


def sheet(theme: str, kind: str = "", reason: str = "") -> Callable[[], dict[str, Any]]:
    def filled() -> dict[str, Any]:
        [segment] = desks.look("town").segments["O-1"]
        text = f"segment,opinion,theme,kind,reason,text\n{segment.id},O-1,{theme},{kind},{reason},\n"
        return {"do": "sheet", "sheet": SimpleUploadedFile("desk.csv", text.encode())}

    return filled


def segment_of(opinion: str) -> str:
    return desks.look("town").segments[opinion][0].id


def a_list() -> dict[str, Any]:
    return {"file": SimpleUploadedFile("list.csv", b"text,channel\nOne,post\nTwo,email\n"), "enter": "1"}


def a_scan() -> dict[str, Any]:
    return a_letter(objects="", text="") | {"scan": SimpleUploadedFile("scan.txt", b"More trees.")}


def proposed(**said: Any) -> dict[str, Any]:
    """A proposal of the machine as the desk's page brings it back."""
    return {"do": "take", "proposal": signing.dumps({"notice": "town"} | said, salt=SALT, compress=True)}


def groups() -> dict[str, Any]:
    group = {"group": 0, "words": ["one"], "segments": [segment_of("O-3")], "doubtful": []}
    said = {"kind": "group", "run": {"method": "by hand"}, "proposal": {"groups": [group]}}
    return proposed(**said) | {"title-0": "What came by post"}


def folds() -> dict[str, Any]:
    return proposed(kind="fold", folds=[["O-3", "O-4"]]) | {"fold": "0"}


def waiting() -> str:
    return f"waiting/{Pending.objects.get(outcome='').pk}/"


SURE, YES = {"sure": "on"}, {"confirm": "1"}
WHY = {"reason": "why", "sure": "on"}
HIDE = {"text": "Trees.", "ground": "a name", "sure": "on"}
A_SEGMENT = "desk/segments/O-1.1/"

ON_NOTICE = (
    Door("letter/", a_scan, OFFICE, ("submitted",)),
    Door("import/", a_list, OFFICE, ("submitted", "submitted")),
    Door("opinions/O-1/", {"looked_at": "1"}, OFFICE, ("shown",)),
    Door(
        "opinions/O-2/transcribe/",
        {"text": "More trees. Fewer cars.", "sure": "on"},
        OFFICE,
        ("transcribed",),
    ),
    Door("opinions/O-2/take-back/", WHY, OFFICE, ("withdrawn",)),
    Door("display/", {"what": "a board", "where": "at the gate", "sure": "on"}, OFFICE, ("displayed",)),
    Door("correct/", {"what": "contact", "text": "another number", "sure": "on"}, PLANNER, ("corrected",)),
    Door("extend/", {"last": "2026-04-10", "reason": "holidays", "sure": "on"}, PLANNER, ("extended",)),
)
CLOSED = (
    Door("close/", SURE, PLANNER, ("closed",)),
    Door("opinions/O-1/redact/", HIDE, OFFICE),
    Door(waiting, YES, APPROVER, ("redacted",)),
    Door("opinions/O-1/withhold/", {"ground": "privacy", "sure": "on"}, OFFICE),
    Door(waiting, YES, APPROVER, ("withheld",)),
    Door("opinions/O-1/restore/", WHY, PLANNER),
    Door(waiting, YES, APPROVER, ("restored",)),
    Door("opinions/O-2/erase/", {"ground": "asked for", "sure": "on"}, PLANNER, ("erased",)),
    Door("desk/", {"do": "cut"}, OFFICE, ("segmented",) * 3),
    Door("desk/", {"do": "theme", "title": "Trees"}, OFFICE, ("theme",)),
    Door("desk/", {"do": "theme", "title": "Cars"}, OFFICE, ("theme",)),
    Door("desk/segments/", lambda: {"segment": [segment_of("O-1")], "theme": "T-1"}, OFFICE, ("themed",)),
    Door("desk/themes/T-1/", {"do": "name", "title": "Green", "gist": ""}, OFFICE, ("theme",)),
    Door("desk/themes/T-2/", {"do": "merge", "into": "T-1"}, OFFICE, ("theme",)),
    Door("desk/themes/T-1/", ANSWER, PLANNER, ("answered",)),
    Door(A_SEGMENT, {"do": "theme", "theme": "none"}, OFFICE, ("themed",)),
    Door("desk/", sheet("Green"), OFFICE, ("themed",)),
    Door("desk/", sheet("Green", "noted", "Thank you."), PLANNER, ("answered",)),
    # The parts of an answered segment take its answer over: that is answering.
    Door(A_SEGMENT, {"do": "split", "at": ["12"]}, PLANNER, ("segmented",) + ("themed", "answered") * 2),
    Door("desk/segments/O-1.2/", {"do": "merge"}, PLANNER, ("segmented", "themed", "answered")),
    # What a machine proposes is taken over by whoever sorts, who names it.
    Door("desk/", groups, OFFICE, ("grouped", "theme", "themed")),
    Door("desk/", folds, OFFICE, ("folded",)),
    *(Door(lambda n=n: f"desk/segments/{segment_of(n)}/", ANSWER, PLANNER, ("answered",))  # type: ignore[misc]
      for n in ("O-3", "O-4")),
)  # fmt: skip
ANSWERED = (
    Door("complete/", SURE, PLANNER, ("answers_complete",)),
    Door("reopen/", WHY, PLANNER, ("answers_reopened",)),
    Door("complete/", SURE, PLANNER, ("answers_complete",)),
    Door("step/", {"step": "submission", "on": "2026-04-11", "sure": "on"}, PLANNER, ("stepped",)),
    Door("approve/", SURE, ("planner",)),
    Door(waiting, YES, APPROVER, ("approved",)),
    # Sorting after the approval takes the approval back.
    Door("desk/", {"do": "theme", "title": "Late"}, PLANNER, ("answers_reopened", "theme")),
    Door("complete/", SURE, PLANNER, ("answers_complete",)),
    Door("approve/", SURE, ("planner",)),
    Door(waiting, YES, APPROVER, ("approved",)),
    Door("publish/", SURE, PLANNER),
    Door(waiting, YES, APPROVER, ("published",)),
    Door("in-force/", {"on": "2026-05-01", "sure": "on"}, PLANNER, ("in_force",)),
    Door("supersede/", {"on": "2027-05-01", "sure": "on"}, PLANNER, ("superseded",)),
)


def counted() -> tuple[int, int]:
    return Entry.objects.count(), Pending.objects.filter(outcome="").count()


@pytest.fixture
def roles(config: Config) -> dict[str, Client]:
    # Two of each, so that whoever asked is never the one who confirms.
    return {role: browser_of(a_member(f"One {role}", role)) for role in ROLES}


def walk(doors: tuple[Door, ...], roles: dict[str, Client], which: int) -> list[str]:
    """Through each door by whoever may, after all others were turned away; the kinds that were entered."""
    entered: list[str] = []
    for door in doors:
        before = counted()
        for role, client in roles.items():
            if role not in door.who and not (role == "approver" and door.path == "approve/"):
                refused = door.go(client)
                made = Entry.objects.filter(seq__gte=before[0]).values_list("kind", flat=True)
                assert refused.status_code in {403, 404, 405}, (door, role, list(made))
                assert counted() == before, (door, role)
        done = door.go(roles[door.who[which]])
        assert done.status_code in {200, 302}, (door, faults(done))
        made = list(Entry.objects.order_by("seq").values_list("kind", flat=True)[before[0] :])
        assert sorted(made) == sorted(door.enters), door
        assert door.enters or counted()[1] == before[1] + 1, door
        entered += made
    return entered


@pytest.mark.long(25)
@pytest.mark.parametrize("which", [0, -1])
def test_every_door_of_an_act_asks_the_same_permission(
    shown: DatabaseStore, clock: HandClock, roles: dict[str, Client], which: int
) -> None:
    words = submissions.Submission(text="More trees. Fewer cars.")
    shown.transact(lambda ledger: submissions.enter(ledger, words, "x" * 32, held=True))
    entered = walk(ON_NOTICE, roles, which)
    clock.set(2026, 4, 11, 9, 0, 0)
    entered += walk(CLOSED, roles, which) + walk(ANSWERED, roles, which)
    # The opening, and what ends a notice, below; a wrong clock in `test_clock`; nobody here amends.
    apart = {
        "opened",
        "restarted",
        "notice_withdrawn",
        "amended",
        "clock_repaired",
        "recovered",
    }
    assert set(entered) | apart == set(ENTERS)


@pytest.mark.no_database
def test_what_may_be_entered_is_told_for_every_kind_of_entry() -> None:
    assert set(ENTERS) == set(KINDS)
    assert all(set(roles) <= set(ROLES) - {"auditor", "admin"} for roles in ENTERS.values())


def test_whoever_may_not_answer_is_told_whose_it_is(shown: DatabaseStore, roles: dict[str, Client]) -> None:
    send(shown, "More trees.")
    roles["clerk"].post(HERE + "desk/", {"do": "cut"})
    refused = Door("desk/", sheet("Trees", "noted", "Thank you."), OFFICE).go(roles["clerk"])
    assert refused.status_code == 403
    assert "is for the Planner" in refused.content.decode()
    assert desks.look("town").themes == {}, "of a table all is entered or nothing"


@pytest.mark.long
def test_only_an_approver_signs_a_release_and_only_a_planner_opens(
    config: Config, clock: HandClock, roles: dict[str, Client]
) -> None:
    drafted(roles["planner"])
    assert roles["approver"].post(HERE + "draft/release/", ANSWERS).status_code == 302
    looked = looked_at(Draft.objects.get())
    for role in ("clerk", "planner", "auditor", "admin"):
        assert roles[role].post(HERE + "draft/release/", {"sign": looked}).status_code in {403, 404}
        if role != "planner":
            assert roles[role].post(HERE + "draft/open/", SURE).status_code in {403, 404}
    assert Draft.objects.get().signed == {}


def test_only_a_planner_begins_a_notice_anew_or_withdraws_it(
    opened: DatabaseStore, roles: dict[str, Client]
) -> None:
    for role, client in roles.items():
        if role != "planner":
            for act in ("restart/", "withdraw/"):
                assert client.post(HERE + act, WHY).status_code in {403, 404}, (role, act)
    assert not Draft.objects.exists()
    assert walk((Door("withdraw/", WHY, PLANNER, ("notice_withdrawn",)),), roles, 0)

"""A clock that leaps enters and sweeps nothing; what it entered before is corrected by two persons."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from tests.portal.databases import languages_here
from tests.support.opinion_form import page, unlisted
from tests.support.rebuilt import rebuild
from tests.support.staff import a_member, browser_of

from blockplan.notice import submissions as intake
from blockplan.notice.events import write_time
from blockplan.notice.periods import first_moment
from blockplan.portal import clock as server
from blockplan.portal.mail import outbox, sender
from blockplan.portal.mail.models import Outgoing, Subscription
from blockplan.portal.office.models import Pending
from blockplan.portal.pages.common import days_left
from blockplan.portal.record.files import Files
from blockplan.portal.record.models import Notice, Opinion
from blockplan.portal.record.store import UnavailableError
from blockplan.portal.submissions import drafts, rate_limits, services
from blockplan.portal.submissions.models import Sending
from blockplan.portal.submissions.services import Said, new_form, take

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.notice_records import HandClock

    from blockplan.portal.config import Config
    from blockplan.portal.record.store import DatabaseStore

DECADE = 3650


def an_opinion(text: str) -> services.Receipt:
    return take("town", Said(opinion=intake.Submission(text=text), form=new_form()))


def test_nothing_is_entered_while_the_clock_leaps_and_all_goes_on_when_it_returns(
    opened: DatabaseStore, clock: HandClock
) -> None:
    an_opinion("in time")
    clock.leap(days=DECADE)
    with pytest.raises(UnavailableError, match="clock leapt") as told:
        an_opinion("at the glitch")
    assert told.value.entered is False
    home = page(browser_of(a_member("Wang", "clerk")).get("/en/office/"))
    assert "not to be believed" in home
    assert "own counter" in home
    clock.leap(days=-DECADE)
    assert an_opinion("on day one").late is False
    assert [event.kind for event in opened.events()] == ["opened", "submitted", "submitted"]


@pytest.mark.parametrize(("step", "enters"), [(59, True), (61, False), (-59, True), (-61, False)])
def test_small_steps_are_the_work_of_time_servers(
    opened: DatabaseStore, clock: HandClock, step: int, enters: bool
) -> None:
    clock.leap(seconds=step)
    assert server.steady() is enters


def test_a_clock_that_is_right_now_is_trusted_by_whoever_runs_the_service(
    opened: DatabaseStore, clock: HandClock, config: Config
) -> None:
    clock.leap(hours=2)
    assert not server.steady()
    server.trust()
    assert server.steady()
    assert an_opinion("after the pause").late is False


def test_the_reading_outlives_the_process_and_the_machine(
    opened: DatabaseStore, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.steady()
    server._known.clear()  # another process
    clock.leap(hours=1)
    assert server.leap() == server.Leap(3600, "counter")
    clock.leap(hours=-1)
    monkeypatch.setattr(server, "_boot", lambda: "another start of the machine")
    server._known.clear()
    clock.leap(days=30)
    assert server.steady()
    server._known.clear()
    monkeypatch.setattr(server, "_boot", lambda: "and another")
    clock.leap(days=32)
    assert server.leap() == server.Leap(32 * 86400, "stop")


def test_the_clock_of_the_database_is_asked_too(
    opened: DatabaseStore, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "database_clock", lambda: clock.now.timestamp() - 300)
    clock.on(seconds=60)
    assert server.leap() == server.Leap(300, "database")


def test_a_database_elsewhere_that_says_the_same_makes_a_leap_believed(
    opened: DatabaseStore, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.leap(hours=2)
    monkeypatch.setattr(server, "_abroad", clock().timestamp)
    assert server.steady()


def test_nothing_is_swept_or_sent_while_the_clock_leaps(
    opened: DatabaseStore, clock: HandClock, config: Config
) -> None:
    (config.data / "blockplan.toml").write_text('[mail]\nhost = "127.0.0.1"\nport = 1\n')
    from blockplan.portal import config as module

    module.config_of_environment.cache_clear()
    outbox.subscribe("town", "li@example.org", "en")
    form = new_form()
    first = take("town", Said(opinion=intake.Submission(text="x"), form=form))
    due = Outgoing.objects.get().due
    clock.leap(days=400)
    swept: list[Callable[[], int]] = [
        sender.send_due, drafts.sweep, rate_limits.sweep, services.sweep, outbox.sweep,
        Files(config.files).sweep,
    ]  # fmt: skip
    assert [work() for work in swept] == [0] * 6
    clock.leap(days=-400)
    assert (Subscription.objects.count(), Sending.objects.count(), Outgoing.objects.get().due) == (1, 1, due)
    assert take("town", Said(opinion=intake.Submission(text="x"), form=form)).opinion == first.opinion


def glitch(opened: DatabaseStore, clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """An opinion that came at a leap which nobody saw, and one after it."""
    with monkeypatch.context() as patched:
        patched.setattr(server, "leap", lambda: None)
        clock.leap(days=DECADE)
        an_opinion("at the glitch")
        clock.leap(days=-DECADE)
    an_opinion("on day one of 30")


@pytest.mark.long
def test_pages_and_api_go_by_the_time_of_the_record(
    shown: DatabaseStore, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    glitch(shown, clock, monkeypatch)
    told = Client().get("/api/v1/notices/town").json()
    assert (told["running"], told["days_left"]) == (False, None)
    html = page(Client().get("/en/notices/town/"))
    assert "days left" not in html
    assert "the record stands at" in html


def test_two_persons_mend_the_time_and_what_was_late_by_it_alone(
    opened: DatabaseStore, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    glitch(opened, clock, monkeypatch)
    assert list(Opinion.objects.order_by("seq").values_list("late", flat=True)) == [True, True]
    li, head = a_member("Li", "planner"), a_member("Chen", "approver")
    address = "/en/office/notices/town/"
    assert "Correct the time of the record" in page(browser_of(li).get(address))
    for other in ("clerk", "approver", "auditor"):
        refused = browser_of(a_member(f"a {other}", other)).post(address + "repair/", {"sure": "on"})
        assert refused.status_code == 403
    browser_of(li).post(address + "repair/", {"reason": "a wrong time server", "sure": "on"})
    waiting = f"{address}waiting/{Pending.objects.get().pk}/"
    browser_of(li).post(waiting, {"confirm": "1"})
    assert "clock_repaired" not in {event.kind for event in opened.events()}
    browser_of(head).post(waiting, {"confirm": "1"})
    assert [event.kind for event in opened.events()][-1] == "clock_repaired"
    assert list(Opinion.objects.order_by("seq").values_list("late", flat=True)) == [False, False]
    rebuild(opened, "town")
    assert list(Opinion.objects.order_by("seq").values_list("late", flat=True)) == [False, False]
    intake.withdraw(opened, "O-2", by="Li")  # its row is read anew
    assert Opinion.objects.get(seq=2).late is False
    assert an_opinion("later").late is False
    event = next(opened.events({"submitted"}, about="O-1"))
    assert (event.payload["late"], services.receipt_of(opened, event).late) == (True, False)
    assert "Correct the time" not in page(browser_of(li).get(address))


@pytest.mark.parametrize("lang", languages_here(["zh", "en", "ja"]))
def test_every_word_stands_in_a_list(
    opened: DatabaseStore, clock: HandClock, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    glitch(opened, clock, monkeypatch)
    clock.leap(hours=1)
    monkeypatch.setenv("BLOCKPLAN_PSEUDO", "1")
    li = browser_of(a_member("Li", "planner"))
    for address in ("/office/", "/office/notices/town/", "/office/notices/town/repair/", "/notices/town/"):
        assert set(unlisted(page(li.get(f"/{lang}{address}")))) <= {"town", "SHA-256"}


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("now", "last", "left"),
    [
        (dt.datetime(2026, 10, 25, 0, 30, tzinfo=BERLIN), dt.date(2026, 10, 25), 1),  # clocks go back
        (dt.datetime(2026, 3, 27, 23, 30, tzinfo=BERLIN), dt.date(2026, 3, 29), 3),  # and forward
        (dt.datetime(2026, 10, 20, 9, tzinfo=BERLIN), dt.date(2026, 10, 25), 6),
        (dt.datetime(2026, 10, 20, 0, 30, tzinfo=BERLIN), dt.date(2026, 10, 25), 6),
        (dt.datetime(2026, 3, 1, 23, 30, tzinfo=BERLIN), dt.date(2026, 3, 31), 31),
    ],
)
def test_days_left_are_those_of_the_calendar(now: dt.datetime, last: dt.date, left: int) -> None:
    ends = write_time(first_moment(last + dt.timedelta(days=1), "Europe/Berlin"))
    period = {"submission": {"last": last.isoformat()}}
    row = Notice(id="x", zone="Europe/Berlin", ends_before=ends, opened={"period": period})
    assert days_left(row, now.astimezone(dt.UTC)) == left


def test_the_command_says_that_the_clock_is_right(
    opened: DatabaseStore, clock: HandClock, tmp_path: Path
) -> None:
    from click.testing import CliRunner

    from blockplan.cli.serve import command

    (tmp_path / "data").chmod(0o700)
    clock.leap(hours=2)
    assert not server.steady()
    done = CliRunner().invoke(command, ["--data", str(tmp_path / "data"), "--clock-is-right"])
    assert (done.exit_code, "taken for right" in done.stderr) == (0, True), done.exception
    assert server.steady()

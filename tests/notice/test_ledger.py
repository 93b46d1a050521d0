"""Entries in a record: what is in time, what may be entered when, and what is never refused silently."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.notice_records import PERIOD, a_clock, a_notice, an_opening, an_opinion

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice import Attachment, SqliteStore
from blockplan.notice.leaves import holds, leaf
from blockplan.notice.proof import merkle
from blockplan.notice.submissions import erase

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.notice import Ledger


def test_an_opinion_gets_its_number_its_round_and_whether_it_is_late(tmp_path: Path) -> None:
    with a_notice(tmp_path) as store:
        event = store.append("submitted", an_opinion())
        assert event.opinion == "O-1"
        assert event.payload["late"] is False
        assert event.payload["round"] == 1


@pytest.mark.parametrize(
    ("moment", "late"),
    [
        ((2026, 3, 31, 23, 59, 59, 999_999), False),
        ((2026, 4, 1, 0, 0, 0, 0), True),
        ((2026, 4, 1, 0, 0, 0, 1), True),
    ],
)
def test_the_last_microsecond_of_the_last_day_is_in_time(
    tmp_path: Path, moment: tuple[int, ...], late: bool
) -> None:
    clock = a_clock()
    with a_notice(tmp_path, clock) as store:
        clock.set(*moment)
        assert store.append("submitted", an_opinion()).payload["late"] is late


def test_the_clock_is_read_after_the_notice_is_locked(tmp_path: Path) -> None:
    clock = a_clock()
    with a_notice(tmp_path, clock) as store:
        clock.set(2026, 3, 31, 23, 59, 59)

        def slow(ledger: Ledger) -> None:
            clock.set(2026, 4, 1, 0, 0, 1)  # meanwhile the end has come

        store.transact(slow)
        assert store.append("submitted", an_opinion()).payload["late"] is True


def test_nobody_else_can_say_that_an_opinion_is_in_time(tmp_path: Path) -> None:
    clock = a_clock()
    with a_notice(tmp_path, clock) as store:
        clock.set(2026, 4, 2, 8)
        said = an_opinion(late=False, opinion="O-99", round=7, ends_before="2030-01-01T00:00:00.000000Z")
        event = store.append("submitted", said)
        assert (event.payload["late"], event.payload["opinion"], event.payload["round"]) == (True, "O-1", 1)


def test_a_clock_set_back_cannot_bring_the_period_back_and_leaves_a_trace(tmp_path: Path) -> None:
    clock = a_clock()
    with a_notice(tmp_path, clock) as store:
        clock.set(2026, 4, 1, 0, 30)
        store.append("submitted", an_opinion())
        clock.on(hours=-1)
        event = store.append("submitted", an_opinion())
        assert event.payload["late"] is True
        assert (event.at, event.clock) == ("2026-03-31T16:30:00.000000Z", "2026-03-31T15:30:00.000000Z")


def test_a_letter_that_arrived_in_time_and_is_entered_after_the_end_is_in_time(tmp_path: Path) -> None:
    clock = a_clock()
    with a_notice(tmp_path, clock) as store:
        clock.set(2026, 4, 3, 10)
        letter = an_opinion(channel="post", received_at="2026-03-31")
        assert store.append("submitted", letter).payload["late"] is False
        letter = an_opinion(channel="post", received_at="2026-04-01")
        assert store.append("submitted", letter).payload["late"] is True


def test_a_day_of_arrival_is_refused_where_the_servers_clock_decides_or_it_lies_ahead(tmp_path: Path) -> None:
    with a_notice(tmp_path) as store:
        with pytest.raises(UsageError, match="received_at cannot be given for the channel 'web'"):
            store.append("submitted", an_opinion(received_at="2026-03-02"))
        with pytest.raises(UsageError, match="which is after now"):
            store.append("submitted", an_opinion(channel="post", received_at="2026-03-03"))
        with pytest.raises(UsageError, match="no day and no time"):
            store.append("submitted", an_opinion(channel="post", received_at="yesterday"))


def test_a_notice_is_not_closed_before_its_end(tmp_path: Path) -> None:
    with (
        a_notice(tmp_path) as store,
        pytest.raises(NoticeStateError, match="Withdraw the notice, or restart it"),
    ):
        store.append("closed", {"ended_before": PERIOD["ends_before"], "by": "clerk 1"})


def test_a_notice_is_not_opened_backwards(tmp_path: Path) -> None:
    clock = a_clock()
    clock.set(2026, 3, 3, 0, 0)
    store = SqliteStore(tmp_path / "n.sqlite", notice="n", clock=clock)
    with store, pytest.raises(NoticeStateError, match="a record is not made backwards"):
        store.append("opened", an_opening())


def test_an_extension_that_shortens_is_refused(tmp_path: Path) -> None:
    with a_notice(tmp_path) as store:
        span = {"first": "2026-03-02", "last": "2026-03-30", "days": 29}
        shorter = PERIOD | {
            "inspection": span,
            "submission": span,
            "ends_before": "2026-03-30T16:00:00.000000Z",
        }
        with pytest.raises(NoticeStateError, match="can be lengthened, never shortened"):
            store.append("extended", {"period": shorter, "reason": "less", "by": "clerk 1"})


def test_moments_that_are_not_those_of_the_days_are_refused(tmp_path: Path) -> None:
    clock = a_clock()
    with SqliteStore(tmp_path / "n.sqlite", notice="n", clock=clock) as store:
        for wrong in ({"ends_before": "2026-03-30T16:00:00.000000Z"}, {"zone": "Asia/Tokyo"},
                      {"begins": "2026-03-01T17:00:00.000000Z"},
                      {"inspection": {"first": "2026-03-02", "last": "2026-04-30", "days": 60}}):  # fmt: skip
            with pytest.raises(NoticeStateError):
                store.append("opened", an_opening(period=PERIOD | wrong))
        assert list(store.events()) == []


def test_nobody_puts_other_words_in_the_place_of_an_opinion_by_transcribing_it(tmp_path: Path) -> None:
    with a_notice(tmp_path) as store:
        typed = store.append("submitted", an_opinion("My own words."))
        with pytest.raises(NoticeStateError, match="Nobody puts other words in their place"):
            store.append("transcribed", {"opinion": typed.opinion, "text": "Praise.", "by": "clerk 1"})
        scan = Attachment("scan.pdf", "application/pdf", b"a scan")
        letter = store.append("submitted", an_opinion("", channel="post"), attachments=[scan])
        store.append("transcribed", {"opinion": letter.opinion, "text": "As written.", "by": "clerk 1"})


def test_nothing_is_amended_after_the_end_and_nothing_submitted_is_refused(tmp_path: Path) -> None:
    clock = a_clock()
    with a_notice(tmp_path, clock) as store:
        first = store.append("submitted", an_opinion())
        store.append("amended", {"opinion": first.opinion, "text": "Fewer trees."})
        clock.set(2026, 4, 1, 9)
        with pytest.raises(NoticeStateError, match="Submit a further opinion"):
            store.append("amended", {"opinion": first.opinion, "text": "No trees."})
        store.append("closed", {"ended_before": PERIOD["ends_before"], "by": "clerk 1"})
        assert store.append("submitted", an_opinion()).payload["late"] is True


def test_an_entry_about_an_opinion_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with a_notice(tmp_path) as store:
        for wrong in ("O-0", "O-7", "7", "O-", "O-٧", "O-00"):
            with pytest.raises(UsageError, match="There is no opinion"):
                store.append("withdrawn", {"opinion": wrong})


def test_the_same_person_is_not_two(tmp_path: Path) -> None:
    with a_notice(tmp_path) as store:
        opinion = store.append("submitted", an_opinion()).opinion
        with pytest.raises(UsageError, match="Let a second person look"):
            store.append("withheld", {"opinion": opinion, "ground": "x", "by": "Clerk", "second": "clerk "})


def test_an_answer_after_the_approval_takes_the_approval_back(tmp_path: Path) -> None:
    clock = a_clock()
    with a_notice(tmp_path, clock) as store:
        store.append("submitted", an_opinion())
        clock.set(2026, 4, 1, 9)
        store.append("closed", {"ended_before": PERIOD["ends_before"], "by": "clerk 1"})
        store.append("answers_complete", {"by": "planner 1"})
        store.append("approved", {"by": "planner 1", "second": "head"})
        answer = {"kind": "noted", "reason": "Thank you."}
        store.append("answered", {"segment": "O-1.1", "answer": answer, "by": "planner 1"})
        assert [event.kind for event in store.events()][-2:] == ["answers_reopened", "answered"]
        with pytest.raises(NoticeStateError):
            store.append("published", {"report": {}, "by": "planner 1", "second": "head"})


def test_work_that_fails_leaves_nothing_and_does_not_touch_its_neighbours(tmp_path: Path) -> None:
    with a_notice(tmp_path) as store:

        def half(ledger: Ledger) -> None:
            ledger.append("submitted", an_opinion("half"))
            raise ValueError("stop")

        def ask(number: int) -> Any:
            try:
                return store.transact(half) if number % 3 == 0 else store.append("submitted", an_opinion())
            except ValueError:
                return None

        with ThreadPoolExecutor(16) as pool:
            done = [event for event in pool.map(ask, range(120)) if event]
        events = list(store.events())
        assert len(done) == 80
        assert (
            sorted(event.seq for event in done) == list(range(1, 81)) == [event.seq for event in events][1:]
        )
        assert all(event.payload.get("text") != "half" for event in events)


def test_two_stores_on_one_file_take_turns(tmp_path: Path) -> None:
    clock = a_clock()
    with a_notice(tmp_path, clock) as one, SqliteStore(tmp_path / "notice.sqlite", clock=clock) as two:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: (one, two)[number % 2].append("submitted", an_opinion()), range(60)))
        assert [event.seq for event in two.events()] == list(range(61))


def test_the_stored_tree_is_that_of_the_leaves(tmp_path: Path) -> None:
    with a_notice(tmp_path) as store:
        for number in range(20):
            store.append("submitted", an_opinion(f"No. {number}"))
        tree = merkle.Tree()
        for event in store.events():
            tree.add(merkle.leaf_hash(leaf(event)))
        assert tree.size == 21
        for size in range(1, 22):
            assert merkle.root(store, size) == merkle.root(tree, size)


def test_what_is_erased_is_gone_from_every_file_and_the_tree_stays(tmp_path: Path) -> None:
    with a_notice(tmp_path) as store:
        words, name = "A sentence that must go.", "Somebody Invented"
        event = store.append(
            "submitted",
            an_opinion(words),
            person={"name": name},
            attachments=[Attachment("a.txt", "text/plain", b"An attachment that must go.")],
        )
        before = merkle.root(store, 2)
        entries = [{"seq": event.seq, "parts": ["body", "person", "files"]}]
        store.append("erased", {"entries": entries, "ground": "asked for", "by": "clerk 1"})
        (after,) = store.events({"submitted"})
        assert not after.known
        assert after.commitment == event.commitment
        assert store.file(event.seq, 0) is None
        assert merkle.root(store, 2) == before
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        assert words.encode() not in content
        assert name.encode() not in content
        assert b"An attachment that must go" not in content


def test_nothing_more_is_entered_about_an_opinion_that_was_erased(tmp_path: Path) -> None:
    with a_notice(tmp_path) as store:
        opinion = store.append("submitted", an_opinion()).opinion or ""
        erase(store, opinion, ground="asked for", by="clerk 1")
        with pytest.raises(NoticeStateError, match="was erased"):
            store.append("amended", {"opinion": opinion, "text": "Back again."})


def test_only_words_of_submitters_can_be_erased(tmp_path: Path) -> None:
    with a_notice(tmp_path) as store:
        with pytest.raises(UsageError, match="cannot be erased"):
            store.append("erased", {"entries": [{"seq": 0, "parts": ["body"]}], "ground": "x", "by": "y"})
        assert next(store.events()).known


def test_commitments_hold_and_hide(tmp_path: Path) -> None:
    with a_notice(tmp_path) as store:
        one, two = (store.append("submitted", an_opinion("Yes.")) for _ in range(2))
        assert holds(one.body)
        assert one.commitment != two.commitment


def test_a_file_that_is_no_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"not a database, but long enough to be looked at" * 30)
    with pytest.raises(UsageError, match="is no record of a notice"):
        SqliteStore(tmp_path / "x.sqlite")
    with pytest.raises(UsageError, match="There is no record"):
        SqliteStore(tmp_path / "y.sqlite")
    assert not (tmp_path / "y.sqlite").exists()

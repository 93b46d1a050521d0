"""A record that was restored from a backup goes on under a new key, and says what was lost."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from tests.support.forging import Finished, copied, rewrite
from tests.support.offices import Office
from tests.support.verifiers import both_find

from blockplan.cli.notice.lifecycle import command
from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice import submissions
from blockplan.notice.proof.notary import read_key
from blockplan.notice.receipts import receipt_with_later
from blockplan.notice.record import export
from blockplan.notice.submissions import Submission, submit
from blockplan.notice.verify import verify

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def lost(office: Office) -> Office:
    """Two opinions before the backup and three after it; the database alone was restored."""
    office.says("one", "two")
    restore = office.backed_up(with_key=False)
    office.says("three", "four", "five")
    restore()
    return office


def test_an_older_copy_is_neither_continued_nor_exported(lost: Office) -> None:
    with lost.open() as store:
        with pytest.raises(NoticeStateError, match="older"):
            submit(store, Submission(text="six"))
        with pytest.raises(NoticeStateError, match="older"):
            export(store, lost.folder / "record", lost.notary)
    assert not (lost.folder / "record").exists()


def test_a_record_goes_on_under_a_new_key_and_holders_of_the_old_one_can_follow(lost: Office) -> None:
    before = lost.receipts
    done = lost.recovered(receipts=[before[2], before[4]])
    assert done.key != lost.first
    assert {name: new for name, (new, _) in done.entered.items()} == {"O-3": "O-4", "O-5": "O-5"}
    payload = done.event.payload
    assert (payload["kept"], payload["lost"], payload["key_before"]) == (3, 6, str(lost.first))
    lost.says("six")
    record = lost.exported()
    for key in (str(done.key), str(lost.first)):  # who has the old key is led to the new one
        found = verify(record, key=key, receipts=[*before[:3], before[4], lost.receipts[-1]])
        assert found.findings == []
    assert found.losses == [{"entry": 3, "kept": 3, "lost": 6}]
    assert {one.kind for one in verify(record, receipts=[before[3]]).findings} == {"receipt_lost"}
    tip = lost.key.with_name(f"{lost.key.name}.before-1.signed").read_text()
    assert {one.kind for one in verify(record, checkpoints=[tip]).findings} == {"witness_lost"}


@pytest.mark.long
def test_both_verifiers_follow_the_keys(lost: Office, ask: Any, tmp_path: Path) -> None:
    before = lost.receipts
    lost.recovered(receipts=[before[2]])
    record = lost.exported()
    held = {"key": str(lost.first), "receipts": [*before[:3]]}
    assert ask({"op": "record", "folder": str(record), "witnesses": held}) == [[]]
    both_find(record, ask, {"receipt_lost"}, receipts=[before[3]])
    note = before[4]["checkpoint"]
    both_find(record, ask, {"witness_lost"}, checkpoints=[note])
    made = Finished(record, read_key(lost.key), lost.notary, [], [])

    def another_root(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        lines[3]["body"]["root"] = "00" * 32
        return lines

    tampered = copied(made, tmp_path)
    rewrite(tampered, made.signer, another_root)
    both_find(tampered, ask, {"handover_broken"})


def test_what_is_entered_anew_is_late_or_not_by_the_time_of_its_receipt(lost: Office) -> None:
    lost.clock.set(2026, 4, 5, 9)
    lost.recovered(receipts=[lost.receipts[2]])
    with lost.open() as store:
        *_, again = store.events({"submitted"})
        assert (again.payload["late"], again.payload["recovered"]["opinion"]) == (False, "O-3")
        event, _ = submit(store, Submission(text="after the end"))
        assert event.payload["late"] is True


def test_folder_and_database_restored_together_are_told_of_the_loss_by_receipts_alone(
    office: Office,
    ask: Any,
) -> None:
    office.says("one", "two")
    restore = office.backed_up(with_key=True)
    office.says("three")
    restore()
    held = office.receipts[2]
    done = office.recovered(receipts=[held])
    assert (done.event.payload["kept"], done.event.payload["lost"]) == (3, 4)
    record = office.exported()
    assert verify(record, receipts=[held]).findings == []
    assert ask({"op": "record", "folder": str(record), "witnesses": {"receipts": [held]}}) == [[]]


def test_a_record_that_was_changed_is_no_loss(office: Office) -> None:
    office.says("one", "two")
    (office.folder / "other").mkdir()
    other = Office(office.folder / "other")
    other.says("another", "history")
    shutil.copy2(other.folder / "town.notice", office.folder / "town.notice")
    with pytest.raises(NoticeStateError):
        office.recovered()


def test_a_receipt_of_another_key_is_not_entered(lost: Office, tmp_path: Path) -> None:
    (tmp_path / "strange").mkdir()
    stranger = Office(tmp_path / "strange")
    stranger.says("a", "b", "c", "d")
    with pytest.raises(UsageError):
        lost.recovered(receipts=[stranger.receipts[3]])
    assert lost.notary.verifier == lost.first


def test_the_command_recovers_a_file(lost: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blockplan.cli.notice.common.now", lost.clock)
    monkeypatch.setattr("blockplan.cli.notice.trust.now", lost.clock)
    held = lost.folder / "receipt.json"
    held.write_text(json.dumps(lost.receipts[3]))
    words = ["recover", str(lost.folder / "town.notice"), "--receipt", str(held), "--json"]
    done = CliRunner().invoke(command, [*words, "--reason", "x", "--by", "a", "--second", "b"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["entered"]["O-4"]["opinion"] == "O-4"
    assert len(told["entered"]["O-4"]["secret"]) > 20
    record = lost.exported()
    told = CliRunner().invoke(command, ["verify", str(record), "--key", str(lost.first)])
    assert (told.exit_code, "continued after a loss" in told.stdout) == (0, True)


def test_amendments_and_withdrawals_of_receipts_are_entered_anew_too(office: Office, ask: Any) -> None:
    """Of an opinion that was kept, and of one that was lost with them; also after the period is over."""
    office.says("kept")
    restore = office.backed_up(with_key=False)
    office.says("lost")
    with office.open() as store:
        for opinion in ("O-1", "O-2"):
            office.clock.on(minutes=1)
            submissions.amend(store, opinion, f"more of {opinion}", by=None, secret=office.secrets[opinion])
        office.clock.on(minutes=1)
        submissions.withdraw(store, "O-2", secret=office.secrets["O-2"])
        about = [list(store.events(about=opinion)) for opinion in ("O-1", "O-2")]
        note = store.checkpoint() or ""
        held = [receipt_with_later(one, store, note, office.notary.verifier) for one in about]
    restore()
    office.clock.set(2026, 4, 2, 9)
    done = office.recovered(receipts=held)
    assert (list(done.entered), len(done.later)) == (["O-2"], 3)
    with office.open() as store:
        words = [(event.opinion, event.payload["text"]) for event in store.events({"amended"})]
        assert words == [("O-1", "more of O-1"), (done.entered["O-2"][0], "more of O-2")]
        assert [event.opinion for event in store.events({"withdrawn"})] == [done.entered["O-2"][0]]
    record = office.exported()
    assert verify(record, receipts=[held[0]]).findings == []
    assert ask({"op": "record", "folder": str(record), "witnesses": {"receipts": [held[0]]}}) == [[]]

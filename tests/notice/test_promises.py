"""What is promised before an opinion is entered can be held against the record, by both verifiers."""

from __future__ import annotations

import json
import secrets
import sqlite3
import subprocess
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from tests.support.offices import Office
from tests.support.verifiers import ask, both_find, built
from tests.support.watched_town import Town

from blockplan.cli.notice.lifecycle import command
from blockplan.notice import Attachment
from blockplan.notice.leaves import leaf_document
from blockplan.notice.promises import digest_of, promise, read_promise, said_of
from blockplan.notice.proof import canonical
from blockplan.notice.receipts import faults_of_receipt, receipt
from blockplan.notice.submissions import Submission, enter
from blockplan.notice.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ask", "built"]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def promised(office: Office, text: str = "A bench", **more: Any) -> tuple[Submission, dict[str, Any]]:
    opinion = Submission(text=text, arrived=office.clock.now, **more)
    key = secrets.token_bytes(32)
    return opinion, promise(office.notary, said_of(opinion), office.clock.now, key)


def entered(office: Office, opinion: Submission, made: dict[str, Any]) -> dict[str, Any]:
    """Enter it; gives back its receipt with the promise in it."""
    with office.open() as store:
        event = store.transact(
            lambda ledger: enter(ledger, opinion, secrets.token_urlsafe(24), promise=digest_of(made))
        )
        note = store.checkpoint() or ""
        return receipt(event, store, note, office.notary.verifier) | {"promise": made}


def outcome(office: Office, name: str, *held: Any) -> list[str]:
    return [one["outcome"] for one in verify(office.exported(name), receipts=held).promises]


def test_a_promise_that_was_kept_is_found_by_both(office: Office, ask: Any) -> None:
    photo = Attachment("a.txt", "text/plain", b"a photo")
    opinion, made = promised(office, more={"title": "Benches", "reason": ""}, files=[photo])
    office.clock.on(seconds=2)
    whole = entered(office, opinion, made)
    folder = office.exported()
    found = verify(folder, receipts=[made, whole])
    assert (found.findings, [one["outcome"] for one in found.promises]) == ([], ["kept", "kept"])
    assert faults_of_receipt(whole) == []
    assert ask({"op": "record", "folder": str(folder), "witnesses": {"receipts": [made, whole]}}) == [[]]
    assert ask({"op": "receipt", "document": whole}) == [1]


def test_an_opinion_that_was_never_entered_is_proved_once_the_record_goes_past_its_time(
    office: Office, ask: Any
) -> None:
    _, made = promised(office)
    office.clock.on(minutes=10)
    office.says("another, in time for nothing")
    assert outcome(office, "young", made) == ["open"]
    office.clock.on(minutes=10)
    office.says("another, after it was due")
    both_find(office.exported("old"), ask, {"promise_broken"}, receipts=[made])


def test_one_that_was_entered_late_or_with_other_words_is_found(office: Office, ask: Any) -> None:
    opinion, made = promised(office)
    office.clock.on(minutes=16)
    whole = entered(office, opinion, made)
    both_find(office.exported("late"), ask, {"promise_broken"}, receipts=[made])
    assert "promise" in " ".join(faults_of_receipt(whole))
    opinion, made = promised(office)
    whole = entered(office, replace(opinion, text="No bench"), made)
    both_find(office.exported("other"), ask, {"promise_other_words"}, receipts=[made])
    assert "promise" in " ".join(faults_of_receipt(whole))
    assert ask({"op": "receipt", "document": whole}) == ["refused"]


@pytest.mark.long
def test_a_bent_promise_or_another_office_s_is_refused(office: Office, ask: Any, tmp_path: Path) -> None:
    _, made = promised(office)
    (tmp_path / "other").mkdir()
    _, foreign = promised(Office(tmp_path / "other"))
    tampered = [
        made | {"said": made["said"] | {"text": "No bench"}},
        made | {"note": made["note"].replace("09:", "08:").replace("01:", "02:")},
        made | {"said_key": "00" * 32},
        made | {"more": 1},
        foreign,
    ]
    folder = office.exported()
    for one in tampered:
        both_find(folder, ask, {"promise_forged"}, receipts=[one])
    with pytest.raises(ValueError, match="words"):
        read_promise(tampered[0])


def test_a_leaf_bears_a_promise_only_of_a_submission(office: Office, ask: Any) -> None:
    opinion, made = promised(office)
    whole = entered(office, opinion, made)
    assert whole["leaf"]["promise"] == digest_of(made)
    tampered = whole | {"leaf": whole["leaf"] | {"promise": "so"}}
    assert faults_of_receipt({key: one for key, one in tampered.items() if key != "promise"}) != []
    with office.open() as store:
        assert [event.promise for event in store.events({"submitted"})] == [digest_of(made)]


def test_files_of_before_are_renewed(tmp_path: Path) -> None:
    office = Office(tmp_path)
    with sqlite3.connect(tmp_path / "town.notice") as file:
        file.execute("ALTER TABLE events DROP COLUMN promise")
        file.execute("DROP TABLE marks")
        file.execute("PRAGMA user_version=2")
    file.close()
    office.says("after the change")
    with office.open() as store:
        assert "promise" not in leaf_document(next(store.events({"submitted"})))


def test_the_commands_tell_of_promises(office: Office, built: Path, tmp_path: Path) -> None:
    opinion, made = promised(office)
    entered(office, opinion, made)
    path = tmp_path / "promise.json"
    path.write_text(json.dumps(made), encoding="utf-8")
    alone = CliRunner().invoke(command, ["verify", str(path), "--json"])
    assert (alone.exit_code, json.loads(alone.output)["until"]) == (0, "2026-03-02T01:15:00.000000Z")
    folder = office.exported()
    whole = CliRunner().invoke(command, ["verify", str(folder), "--promise", str(path)])
    assert (whole.exit_code, "kept, entry 1" in whole.output) == (0, True)
    second = ["node", "--no-warnings", str(built / "cli.mjs")]
    for words in ([str(folder), "--promise", str(path)], ["--receipt-alone", str(path)]):
        done = subprocess.run([*second, *words], capture_output=True, text=True)
        assert (done.returncode, json.loads(done.stdout)["holds"]) == (0, True)


class TownWithLog(Town):
    """As the service gives its log too."""

    def answer(self, path: str) -> str:
        if "/events?" not in path:
            return super().answer(path)
        with self.office.open() as store:
            said = [{"leaf": leaf_document(event)} for event in store.events()]
        return canonical.dumps({"events": said, "next": None}).decode()


def test_the_monitor_sees_that_a_promise_was_broken(office: Office, tmp_path: Path) -> None:
    """Among all leaves that the checkpoint signs; by its own clock, the notice is of long ago."""
    server = TownWithLog(office)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    opinion, kept = promised(office)
    entered(office, opinion, kept)
    _, broken = promised(office, "A tree")
    words = [
        "monitor", f"http://127.0.0.1:{server.server_address[1]}/en/notices/town/feed.atom",
        "--state", str(tmp_path / "town.seen"), "--key", str(office.first), "--json",
    ]  # fmt: skip

    def look(made: dict[str, Any]) -> tuple[int, list[str]]:
        path = tmp_path / "promise.json"
        path.write_text(json.dumps(made), encoding="utf-8")
        done = CliRunner().invoke(command, [*words, "--promise", str(path)])
        return done.exit_code, [one["outcome"] for one in json.loads(done.output)["promises"]]

    assert look(kept) == (0, ["kept"])
    assert look(broken) == (1, ["broken"])
    server.shutdown()
    server.server_close()


def test_a_receipt_of_words_that_wait_again_after_a_loss_is_answered_by_its_promise(
    office: Office, ask: Any
) -> None:
    restore = office.backed_up(with_key=False)
    opinion, made = promised(office)
    with office.open() as store:
        event = store.transact(
            lambda ledger: enter(ledger, opinion, "x" * 32, held=True, promise=digest_of(made))
        )
        held = receipt(event, store, store.checkpoint() or "", office.notary.verifier) | {"promise": made}
    restore()
    office.recovered(receipts=[held])
    folder = office.exported()
    assert verify(folder, receipts=[held]).findings == []
    assert ask({"op": "record", "folder": str(folder), "witnesses": {"receipts": [held]}}) == [[]]

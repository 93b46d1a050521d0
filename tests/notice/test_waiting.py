"""Words without proof of work: in the record at once, and open to others once somebody has looked."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.forging import Finished, copied, rewrite
from tests.support.notice_records import PERIOD, a_clock, a_notice, an_opening

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice import Attachment, SqliteStore
from blockplan.notice.leaves import event_of, leaf_document
from blockplan.notice.proof.notary import Notary, TipFile, new_key
from blockplan.notice.receipts import receipt
from blockplan.notice.record import export
from blockplan.notice.submissions import Submission, amend, enter, erase, withdraw
from blockplan.notice.verify import verify
from blockplan.respond import Answer, Desk, reconcile, require_complete
from blockplan.respond.coverage import audit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from blockplan.notice import Event

Lines = list[dict[str, Any]]
SECRET = "made-up-secret"
TWO = {"by": "a", "second": "b"}


def send(store: SqliteStore, text: str, *, held: bool = True, files: tuple[Attachment, ...] = ()) -> Event:
    one = Submission(text=text, files=files)
    return store.transact(lambda ledger: enter(ledger, one, SECRET, held=held))


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., SqliteStore]]:
    """Begins a notice, which is closed after the test."""
    with ExitStack() as until_then:
        yield lambda *given: until_then.enter_context(a_notice(tmp_path, *given))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Live: O-1 had proof of work; O-2 was looked at, O-3 waits, O-5 was looked at and amended since."""
    folder = tmp_path_factory.mktemp("waiting")
    clock, signer = a_clock(), new_key(folder / "key", "blockplan/made-up")
    notary = Notary(signer, TipFile(folder / "tip"))
    with SqliteStore(folder / "n.sqlite", notice="made-up", clock=clock, notary=notary) as store:
        store.append("opened", an_opening(publication="live"))
        send(store, "words with work", held=False)
        send(store, "words looked at", files=(Attachment("a.txt", "text/plain", b"file looked at"),))
        send(store, "spam-words", files=(Attachment("spam-name.txt", "text/plain", b"spam-file"),))
        store.append("shown", {"opinion": "O-2", "of": 2, "by": "clerk 1"})
        send(store, "first words")
        store.append("shown", {"opinion": "O-5", "of": 5, "by": "clerk 1"})
        amend(store, "O-5", "spam-words put in later", secret=SECRET)
        export(store, folder / "record", notary)
        export(store, folder / "archive", notary, archive=True)
        notes = list(store.checkpoints())
        receipts = [
            receipt(event, store, notes[-1], notary.verifier) for event in store.events({"submitted"})
        ]
    return Finished(folder / "record", signer, notary, notes, receipts)


def lines_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]


def test_nothing_that_nobody_looked_at_is_in_a_record_that_everybody_can_read(made: Finished) -> None:
    assert verify(made.folder).findings == []
    everything = b"".join(file.read_bytes() for file in made.folder.rglob("*") if file.is_file())
    assert b"spam" not in everything
    for said in (b"words with work", b"words looked at", b"file looked at"):
        assert said in everything
    lines = lines_of(made.folder)
    assert [line.get("kept_back") for line in lines] == [
        None,
        None,
        None,
        "held",
        None,
        "replaced",
        None,
        "held",
    ]
    assert [line["leaf"]["seq"] for line in lines if "held" in line["leaf"]] == [2, 3, 5, 7]
    assert [receipt["leaf"].get("held", False) for receipt in made.receipts] == [False, True, True, True]


def test_the_archive_of_the_office_holds_all_of_it_and_verifies(made: Finished) -> None:
    archive = made.folder.with_name("archive")
    assert verify(archive).findings == []
    assert "spam-words put in later" in (archive / "log.jsonl").read_text(encoding="utf-8")


def test_a_look_is_at_the_newest_words_and_only_once(begin: Callable[..., SqliteStore]) -> None:
    store = begin()
    send(store, "first")
    send(store, "with work", held=False)
    amend(store, "O-1", "second", secret=SECRET)
    look = {"opinion": "O-1", "by": "clerk 1"}
    with pytest.raises(NoticeStateError, match="are those of entry 3 now, not of 1"):
        store.append("shown", {**look, "of": 1})
    with pytest.raises(NoticeStateError, match=r"No\. 2 \(entry 2\) do not wait"):
        store.append("shown", {**look, "opinion": "O-2", "of": 2})
    store.append("shown", {**look, "of": 3})
    with pytest.raises(NoticeStateError, match=r"No\. 1 \(entry 1\) do not wait"):
        store.append("shown", {**look, "of": 3})


def test_what_a_clerk_enters_does_not_wait_and_nothing_but_opinions_can(
    begin: Callable[..., SqliteStore],
) -> None:
    store = begin()
    send(store, "first")
    amend(store, "O-1", "as told on the telephone", by="clerk 1")
    assert [event.held for event in store.events()] == [False, True, False]
    with pytest.raises(UsageError, match="'withdrawn' cannot be made to wait"):
        store.transact(lambda ledger: ledger.append("withdrawn", {"opinion": "O-1"}, held=True))


def test_restored_words_still_wait_where_nobody_let_them_be_shown(begin: Callable[..., SqliteStore]) -> None:
    store = begin()
    send(store, "first")
    store.append("withheld", {"opinion": "O-1", "ground": "x", **TWO})
    assert not Desk(store).opinions.by_id["O-1"].waits
    store.append("restored", {"opinion": "O-1", "reason": "x", "by": "a", "second": "b"})
    opinion = Desk(store).opinions.by_id["O-1"]
    assert (opinion.waits, opinion.published) == (True, None)
    store.append("shown", {"opinion": "O-1", "of": 1, "by": "a"})
    assert Desk(store).opinions.by_id["O-1"].published == "first"


@pytest.mark.parametrize("only_person", [False, True])
def test_why_somebody_takes_words_back_is_no_way_around_the_look_and_can_be_erased(
    tmp_path: Path, only_person: bool
) -> None:
    notary = Notary(new_key(tmp_path / "key", "blockplan/made-up"), TipFile(tmp_path / "tip"))
    with SqliteStore(tmp_path / "n.sqlite", notice="made-up", clock=a_clock(), notary=notary) as store:
        store.append("opened", an_opening(publication="live"))
        send(store, "first")
        withdraw(store, "O-1", secret=SECRET, reason="spam-reason")
        export(store, tmp_path / "record", notary)
        export(store, tmp_path / "archive", notary, archive=True)
        erase(store, "O-1", ground="asked for", by="a", person_only=only_person)
        export(store, tmp_path / "later", notary, archive=True)
    for folder, there in (("record", False), ("archive", True), ("later", False)):
        assert verify(tmp_path / folder).findings == []
        assert (b"spam-reason" in (tmp_path / folder / "log.jsonl").read_bytes()) is there, folder
    assert not [file.name for file in tmp_path.glob("n.sqlite*") if b"spam-reason" in file.read_bytes()]


@pytest.mark.parametrize("ends", ["shown", "withheld", "redacted", "withdrawn"])
def test_no_report_while_one_is_neither_shown_nor_left_out_on_a_ground(
    begin: Callable[..., SqliteStore], ends: str
) -> None:
    clock = a_clock()
    store = begin(clock)
    send(store, "first")
    clock.set(2026, 4, 1, 9)
    store.append("closed", {"ended_before": PERIOD["ends_before"], "by": "a"})
    desk = Desk(store)
    desk.cut(by="a")
    desk.answer_segment("O-1.1", Answer("noted", "It was read."), by="a")
    waits = r"1 opinion awaits review.*\n  No\. 1 \(O-1\): awaits review"
    with pytest.raises(NoticeStateError, match=waits):
        require_complete(desk)
    payload = {"shown": {"of": 1, "by": "a"}, "withheld": {"ground": "x", **TWO}, "withdrawn": {},
               "redacted": {"text": "f…", "ground": "x", **TWO}}[ends]  # fmt: skip
    store.append(ends, {"opinion": "O-1", **payload})
    require_complete(desk := Desk(store))
    assert reconcile(desk.opinions.by_id.values(), received=1).even


def test_a_publication_past_the_software_is_found(begin: Callable[..., SqliteStore]) -> None:
    store = begin(clock := a_clock())
    send(store, "first")
    desk = Desk(store)
    desk.cut(by="a")
    desk.answer_segment("O-1.1", Answer("noted", "It was read."), by="a")
    clock.set(2026, 4, 1, 9)
    store.append("closed", {"ended_before": PERIOD["ends_before"], "by": "a"})
    store.append("answers_complete", {"by": "a"})
    store.append("approved", TWO)
    counts = reconcile(desk.opinions.by_id.values(), received=1).to_dict()
    event = store.append("published", {"report": {}, "reconciliation": counts, **TWO})
    assert [(kind, seq) for kind, seq, _ in audit(store.events())] == [("unseen", event.seq)]


def unmarked(lines: Lines, _archive: Lines) -> Lines:
    """An opinion that had proof of work is kept from the public as if it waited."""
    lines[1] = {"leaf": lines[1]["leaf"], "kept_back": "held", "opinion": "O-1"}
    return lines


def looked_and_kept(lines: Lines, _archive: Lines) -> Lines:
    """Somebody looked, and it is kept back all the same."""
    lines[2] = {"leaf": lines[2]["leaf"], "kept_back": "held", "opinion": "O-2"}
    return lines


def looked_at_others(lines: Lines, _archive: Lines) -> Lines:
    """The look was at words that are not those of the opinion."""
    lines[4]["body"]["of"] = 3
    return lines


def looked_without_need(lines: Lines, _archive: Lines) -> Lines:
    lines[4]["body"] |= {"opinion": "O-1", "of": 1}
    return lines


def marked_later(lines: Lines, _archive: Lines) -> Lines:
    """The look itself waits."""
    lines[6]["leaf"]["held"] = True
    return lines


def amended_past_it(lines: Lines, archive: Lines) -> Lines:
    """The submitter's new words bear no mark, so that nobody would have to look."""
    lines[7] = {**archive[7], "leaf": {name: v for name, v in archive[7]["leaf"].items() if name != "held"}}
    return lines


TAMPERED = {
    unmarked: "ground_missing", looked_and_kept: "ground_missing", looked_at_others: "law_broken",
    looked_without_need: "law_broken", marked_later: "law_broken", amended_past_it: "law_broken",
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("change", TAMPERED, ids=lambda change: change.__name__)
def test_both_verifiers_find_what_the_clerk_with_the_key_can_bend(
    made: Finished, tmp_path: Path, repo: Path, change: Callable[[Lines, Lines], Lines]
) -> None:
    archive = lines_of(made.folder.with_name("archive"))
    tampered = copied(made, tmp_path)
    rewrite(tampered, made.signer, lambda lines: change(lines, archive))
    kinds = {finding.kind for finding in verify(tampered).findings}
    assert TAMPERED[change] in kinds
    assert TAMPERED[change] in second_finds(repo, tampered)


def test_the_second_verifier_takes_the_record_as_it_is(made: Finished, repo: Path) -> None:
    assert second_finds(repo, made.folder) == set()
    assert second_finds(repo, made.folder.with_name("archive")) == set()


def test_a_mark_that_is_taken_off_is_found_without_any_key(
    made: Finished, tmp_path: Path, repo: Path
) -> None:
    tampered = copied(made, tmp_path)
    lines = (tampered / "log.jsonl").read_text(encoding="utf-8").replace('"held":true,', "", 1)
    (tampered / "log.jsonl").write_text(lines, encoding="utf-8")
    assert {"file_changed", "fork"} <= {finding.kind for finding in verify(tampered).findings}
    assert {"file_changed", "fork"} <= second_finds(repo, tampered)


def second_finds(repo: Path, folder: Path) -> set[str]:
    """What the verifier in TypeScript says of a record."""
    if shutil.which("node") is None:
        pytest.skip("needs Node (Debian package nodejs)")
    command = repo / "src" / "blockplan" / "notice" / "verifier" / "cli.mjs"
    done = subprocess.run(
        ["node", "--no-warnings", command, folder], capture_output=True, text=True, encoding="utf-8"
    )
    return {finding["kind"] for finding in json.loads(done.stdout)["findings"]}


@pytest.mark.parametrize("mark", [False, 1, "true", None])
def test_a_leaf_has_the_mark_in_one_form_alone(begin: Callable[..., SqliteStore], mark: object) -> None:
    document = leaf_document(send(begin(), "first"))
    assert event_of(document).held is True
    with pytest.raises(ValueError, match="no leaf of this version"):
        event_of({**document, "held": mark})


def test_a_file_of_the_version_before_goes_on(tmp_path: Path) -> None:
    with a_notice(tmp_path) as store:
        send(store, "before", held=False)
    with sqlite3.connect(tmp_path / "notice.sqlite") as database:
        for change in (
            "ALTER TABLE events DROP COLUMN held",
            "ALTER TABLE events DROP COLUMN promise",
            "DROP TABLE marks",
        ):
            database.execute(change)
        database.execute("PRAGMA user_version=1")
    database.close()
    with SqliteStore(tmp_path / "notice.sqlite", clock=a_clock()) as store:
        send(store, "after")
        assert [event.held for event in store.events()] == [False, False, True]

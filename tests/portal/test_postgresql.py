"""What stands in the log of PostgreSQL's server, and what one session that holds a lock can do to others."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from django.db import connection
from tests.portal.databases import on_postgresql

from blockplan.errors import UsageError
from blockplan.notice.submissions import Submission
from blockplan.portal import postgresql
from blockplan.portal.record.models import Notice
from blockplan.portal.record.store import UnavailableError
from blockplan.portal.submissions.promised import PromisedError
from blockplan.portal.submissions.services import Receipt, Said, new_form, take

if TYPE_CHECKING:
    import psycopg

    from blockplan.portal.record.store import DatabaseStore

WORDS, NAME = "words-for-no-log", "name-for-no-log"


def session() -> psycopg.Connection:
    """A session of somebody else with the service's own role."""
    import psycopg

    named = connection.settings_dict
    return psycopg.connect(host=named["HOST"], user=named["USER"], dbname=named["NAME"])


def log_of_server() -> bytes:
    return (Path(unquote(urlsplit(os.environ["BLOCKPLAN_DATABASE"]).hostname or "")) / "log").read_bytes()


def sent(text: str, answers: list[object]) -> None:
    """Send an opinion, and note what was answered: a receipt, or that nothing is entered yet."""
    try:
        opinion = Submission(text=text, person={"name": NAME})
        answers.append(take("town", Said(opinion=opinion, form=new_form())))
    except UnavailableError as error:
        answers.append(error.entered)
    except PromisedError:
        answers.append(False)
    finally:
        connection.close()


@on_postgresql
@pytest.mark.parametrize("how", ["timeout", "pg_cancel_backend", "pg_terminate_backend"])
def test_a_statement_that_is_cut_off_leaves_no_words_in_the_log_of_the_server(
    opened: DatabaseStore, how: str
) -> None:
    before = len(log_of_server())
    answers: list[object] = []
    with session() as other:
        other.execute("LOCK TABLE record_entry IN SHARE MODE")
        thread = threading.Thread(target=sent, args=(WORDS, answers))
        thread.start()
        until = time.monotonic() + 60
        while how != "timeout" and thread.is_alive() and time.monotonic() < until:
            other.execute(
                f"SELECT {how}(pid) FROM pg_stat_activity "  # type: ignore[arg-type]
                "WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT%'"
            )
            time.sleep(0.05)
        thread.join()
    assert answers == [False]
    log = log_of_server()[before:]
    assert b"INSERT INTO" in log  # the statement is there, and so would be its values
    for word in (WORDS, NAME):
        assert word.encode() not in log
        assert word.encode().hex().encode() not in log


@on_postgresql
def test_one_session_that_holds_the_notice_stops_neither_readers_nor_forty_submitters(
    opened: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "IDLE_S", 15)
    answers: list[object] = []
    other = session()
    other.execute("SELECT id FROM record_notice FOR UPDATE")
    begun = time.monotonic()
    threads = [threading.Thread(target=sent, args=(f"opinion {n}", answers)) for n in range(40)]
    for thread in threads:
        thread.start()
    # Enough threads are free again for readers while it still holds it, and those ask for no lock.
    while sum(thread.is_alive() for thread in threads) > 4 and time.monotonic() - begun < 10:
        time.sleep(0.1)
    free = sum(thread.is_alive() for thread in threads) <= 4
    state = Notice.objects.get().state
    for thread in threads:
        thread.join()
    took = time.monotonic() - begun
    # Who does nothing in a transaction is ended after a while, and the record goes on.
    until = time.monotonic() + 40
    found: list[object] = [False]
    while not isinstance(found[-1], Receipt) and time.monotonic() < until:
        sent("after it", found)
    other.close()  # before anything fails: what it holds would stop all tests after this one
    assert free
    assert state == "on_notice"
    assert took < 12  # not the time that the holder is left alone
    assert len(answers) == 40
    assert False in answers
    assert isinstance(found[-1], Receipt)


@on_postgresql
def test_every_connection_says_for_itself_how_it_commits_and_how_long_it_waits(
    opened: DatabaseStore,
) -> None:
    wanted = postgresql.SETTINGS
    with session() as other:
        other.execute("ALTER ROLE blockplan SET synchronous_commit = off")
        other.execute("ALTER ROLE blockplan SET lock_timeout = 0")
    try:
        connection.close()
        with connection.cursor() as cursor:
            for name, value in wanted.items():
                cursor.execute(f"SHOW {name}")
                assert cursor.fetchone() == (value,)
    finally:
        with session() as other:
            other.execute("ALTER ROLE blockplan RESET ALL")


@on_postgresql
def test_a_server_that_does_not_bring_commits_to_the_disk_is_refused(opened: DatabaseStore) -> None:
    postgresql.refuse_unsafe()
    with session() as other:
        other.autocommit = True
        try:
            other.execute("ALTER SYSTEM SET fsync = off")
            other.execute("SELECT pg_reload_conf()")
            time.sleep(0.5)
            with pytest.raises(UsageError, match=r"fsync = off.*Set fsync = on"):
                postgresql.refuse_unsafe()
        finally:
            other.execute("ALTER SYSTEM RESET fsync")
            other.execute("SELECT pg_reload_conf()")
            time.sleep(0.5)

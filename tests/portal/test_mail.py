"""Mail is queued with what it is about, sent with patience, at least once, and erased once sent."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from tests.portal.databases import languages_here
from tests.support.browser import Service
from tests.support.mailbox import link_of, server
from tests.support.notice_records import PERIOD
from tests.support.opinion_form import draft_of, page, unlisted
from tests.support.smtp import MailServer
from tests.support.staff import a_member, browser_of

from blockplan.errors import UsageError
from blockplan.notice import submissions as intake
from blockplan.portal.mail import outbox, sender
from blockplan.portal.mail.letters import letter
from blockplan.portal.mail.models import Outgoing, Outlet, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.mail import EmailMessage
    from tests.support.notice_records import HandClock

    from blockplan.portal.record.store import DatabaseStore

__all__ = ["server"]


@pytest.fixture
def mailing(server: MailServer, opened: DatabaseStore) -> MailServer:
    """The same, with a notice that runs; what was queued by its opening is done."""
    sender.send_due()
    return server


def an_opinion(to: str = "li@example.org", lang: str = "en") -> str:
    """Sent by the form with the wish for mail; its receipt page."""
    address = f"/{lang}/notices/town/opinion/"
    said = {"do": "check", "text": "More trees.", "contact": to, "mail": "yes"}
    looked = page(Client().post(address, said))
    return page(Client().post(address, {"do": "send", "draft": draft_of(looked)}))


def test_a_receipt_comes_by_mail_without_words_and_without_the_secret(mailing: MailServer) -> None:
    html = an_opinion()
    secret = re.search(r'class="key">([^<]+)<', html)
    assert secret is not None
    assert sender.send_due() == 1
    mail = mailing.mails[0]
    body = mail.get_content()
    assert mailing.recipients == ["li@example.org"]
    assert "No. 1 (entry 1)" in mail["Subject"]
    assert "in time" in body
    assert "More trees." not in body
    assert secret[1] not in body
    assert Outgoing.objects.count() == 0
    assert sender.send_due() == 0


def test_what_is_not_entered_sends_no_mail(mailing: MailServer, opened: DatabaseStore) -> None:
    def half(ledger: object) -> None:
        outbox.subscribe("town", "li@example.org", "en")
        raise UsageError("no")

    with pytest.raises(UsageError):
        opened.transact(half)
    assert (Outgoing.objects.count(), Subscription.objects.count()) == (0, 0)


def test_a_server_that_is_down_is_tried_again_later_and_later(mailing: MailServer, clock: HandClock) -> None:
    an_opinion()
    mailing.stop()
    waits = []
    for _ in range(4):
        assert sender.send_due() == 0
        waits.append(Outlet.objects.get().until - clock.now.timestamp())
        clock.on(seconds=waits[-1])
    assert waits == [60, 120, 240, 480]
    assert Outgoing.objects.get().tries == 0  # what is not the mail's fault costs it no try


@pytest.mark.parametrize(("answer", "left"), [("451 later", 1), ("452 full", 1), ("550 nobody", 0)])
def test_a_passing_refusal_is_waited_out_and_a_final_one_erases_the_mail(
    mailing: MailServer, clock: HandClock, answer: str, left: int
) -> None:
    an_opinion()
    mailing.says = [answer]
    assert sender.send_due() == 0
    assert Outgoing.objects.count() == left
    clock.on(seconds=60)
    assert sender.send_due() == left
    assert Outgoing.objects.count() == 0


def test_one_bad_address_does_not_hold_up_the_others(mailing: MailServer) -> None:
    an_opinion("bad@example.org")
    an_opinion("good@example.org")
    mailing.says = ["550 nobody"]
    assert sender.send_due() == 1
    assert mailing.recipients == ["good@example.org"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("where", "answer", "step"),
    [
        ("greeting", "554 5.7.1 blocked, try later", "greeting"),
        ("greeting", "421 busy", "greeting"),
        ("AUTH", "535 5.7.8 authentication credentials invalid", "sign_in"),
        ("MAIL", "550 5.7.1 sender not allowed", "sender"),
        ("MAIL", "552 5.3.4 quota", "sender"),
        ("RCPT", "554 5.7.1 relay access denied", "relay"),
        ("RCPT", "530 5.7.0 sign in first", "relay"),
        ("DATA", "554 5.7.1 content filter is down", "content"),
        ("DATA", "552 5.3.4 no room", "content"),
    ],
)
def test_what_is_not_about_a_recipient_keeps_every_mail_and_warns_the_office(
    mailing: MailServer, clock: HandClock, monkeypatch: pytest.MonkeyPatch, where: str, answer: str, step: str
) -> None:
    for name in ("EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD"):
        monkeypatch.setattr(settings, name, "plans")
    for number in range(10):
        outbox.subscribe("town", f"p{number}@example.org", "en")
    mailing.refuses = {where: answer} if where != "RCPT" else {}
    mailing.says = [answer] if where == "RCPT" else []
    assert sender.send_due() == 0
    assert Outgoing.objects.count() == 10
    assert sender.send_due() == 0  # and nothing is tried again at once
    state = Outlet.objects.get()
    assert (state.step, state.code.partition(" ")[0]) == (step, answer[:3])
    home = page(browser_of(a_member("Wang", "clerk")).get("/en/office/"))
    assert "No mail goes out since" in home
    assert "Mails that wait: 10" in home
    assert "busy" not in home  # none of the server's words
    mailing.refuses = {}
    clock.on(seconds=60)
    while sender.send_due():
        pass
    assert sorted(mailing.recipients)[-1] == "p9@example.org"
    assert (Outgoing.objects.count(), sender.warning()) == (0, None)
    assert "No mail goes out" not in page(browser_of(a_member("Qian", "clerk")).get("/en/office/"))


def test_at_the_end_of_a_mail_only_a_narrow_list_of_codes_speaks_of_its_recipient(
    mailing: MailServer,
) -> None:
    an_opinion("gone@example.org")
    mailing.refuses = {"DATA": "550 5.1.1 no such user"}
    assert sender.send_due() == 0
    assert (Outgoing.objects.count(), sender.warning()) == (0, None)


def test_one_mail_that_is_refused_for_its_content_does_not_stop_the_others_for_ever(
    mailing: MailServer, clock: HandClock
) -> None:
    an_opinion("odd@example.org")
    an_opinion("good@example.org")
    for _ in range(sender.MOST_TRIES):
        mailing.refuses = {"DATA": "554 5.7.1 looks odd"}
        sender.send_due()
        mailing.refuses = {}
        clock.on(seconds=60)
        outbox.subscribe("town", "other@example.org", "en")
        sender.send_due()
        clock.on(seconds=sender.LONGEST_WAIT_S)
    assert "good@example.org" in mailing.recipients
    assert Outgoing.objects.count() == 0


def test_a_lease_is_counted_from_each_mail_and_not_from_its_batch(
    mailing: MailServer, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        outbox.subscribe("town", f"p{number}@example.org", "en")
    dues: list[float] = []

    def slow(row: Outgoing) -> EmailMessage:
        dues.append(row.due - clock.now.timestamp())
        clock.on(seconds=18)
        return letter(row)

    monkeypatch.setattr(sender, "letter", slow)
    sender.send_due()
    assert dues == [sender.LEASE_S] * 40


def test_a_mail_is_given_up_after_many_tries(mailing: MailServer) -> None:
    an_opinion()
    Outgoing.objects.update(tries=sender.MOST_TRIES - 1)
    mailing.says = ["451 later"]
    assert sender.send_due() == 0
    assert Outgoing.objects.count() == 0


def test_who_is_killed_before_the_mark_sends_it_once_more_under_the_same_name(
    mailing: MailServer, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_opinion()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Outgoing, "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            sender.send_due()
    assert sender.send_due() == 0  # it is still claimed
    clock.on(seconds=sender.LEASE_S)
    assert sender.send_due() == 1
    assert len({mail["Message-ID"] for mail in mailing.mails}) == 1
    assert len(mailing.mails) == 2


def test_a_server_that_hangs_up_gets_the_mail_once_more(mailing: MailServer, clock: HandClock) -> None:
    an_opinion()
    mailing.hangs_up_after = 0
    assert sender.send_due() == 0
    clock.on(seconds=60)
    assert sender.send_due() == 1


def test_two_senders_never_send_the_same_mail(mailing: MailServer) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    for number in range(12):
        outbox.subscribe("town", f"p{number}@example.org", "en")

    def send(_: int) -> int:
        try:
            return sender.send_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(send, range(4))) == 12
    assert sorted(mailing.recipients) == sorted(f"p{number}@example.org" for number in range(12))


def test_news_come_only_after_they_are_confirmed_and_end_by_one_click(
    mailing: MailServer, opened: DatabaseStore, clock: HandClock
) -> None:
    form = "/en/notices/town/mail/"
    assert "if the address is right" in page(Client().post(form, {"to": "li@example.org"})).lower()
    assert sender.send_due() == 1
    link = link_of(mailing.mails[0].get_content())
    lengthen(opened, 10)
    sender.send_due()
    assert len(mailing.mails) == 1
    assert "Press the button" in page(Client().get(link))  # looking confirms nothing
    assert Subscription.objects.get().confirmed is False
    Client().post(link, {"do": "confirm"})
    lengthen(opened, 20)
    sender.send_due()
    assert sender.send_due() == 1
    news = mailing.mails[1]
    assert "lengthened" in news.get_content()
    assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    one_click = str(news["List-Unsubscribe"]).strip(" <>").removeprefix("http://localhost:8000")
    Client(enforce_csrf_checks=True).post(one_click, {"List-Unsubscribe": "One-Click"})
    assert Subscription.objects.count() == 0
    assert Client().get(link).status_code == 404


def lengthen(store: DatabaseStore, day: int) -> None:
    """The period, until a day of April."""
    days = {"first": "2026-03-02", "last": f"2026-04-{day}", "days": 30 + day}
    period = {**PERIOD, "submission": days, "inspection": days}
    period["ends_before"] = f"2026-04-{day}T16:00:00.000000Z"
    store.append("extended", {"period": period, "reason": "holidays", "by": "Li"})


def test_nobody_ends_the_subscription_of_another(mailing: MailServer) -> None:
    outbox.subscribe("town", "li@example.org", "en")
    row = Subscription.objects.get()
    for token in (f"{row.pk}-{'0' * 40}", f"{row.pk}", "x", "9" * 30, outbox.token_of(row.pk + 1)):
        assert Client().post(f"/en/mail/{token}/", {"do": "stop"}).status_code == 404
    assert Subscription.objects.count() == 1


def test_with_an_opinion_its_mail_and_its_subscription_are_erased(
    mailing: MailServer, opened: DatabaseStore
) -> None:
    an_opinion()
    intake.erase(opened, "O-1", ground="wish of the submitter", by="Li")
    assert (Outgoing.objects.count(), Subscription.objects.count()) == (0, 0)


def test_a_subscription_that_nobody_confirms_is_forgotten(mailing: MailServer, clock: HandClock) -> None:
    outbox.subscribe("town", "li@example.org", "en")
    clock.on(days=6)
    assert outbox.sweep() == 0
    clock.on(days=2)
    assert outbox.sweep() == 1


def test_without_a_mail_server_nothing_is_queued_or_offered(opened: DatabaseStore) -> None:
    an_opinion()
    assert Outgoing.objects.count() == 0
    assert Client().get("/en/notices/town/mail/").status_code == 404
    assert 'name="mail"' not in page(Client().get("/en/notices/town/opinion/"))


@pytest.mark.parametrize("lang", languages_here(["zh", "en", "ja"]))
def test_every_word_stands_in_a_list(mailing: MailServer, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox.subscribe("town", "li@example.org", lang)
    token = outbox.token_of(Subscription.objects.get().pk)
    monkeypatch.setenv("BLOCKPLAN_PSEUDO", "1")
    form, link = f"/{lang}/notices/town/mail/", f"/{lang}/mail/{token}/"
    pages = [
        page(Client().get(form)),
        page(Client().post(form, {"to": "x"})),
        page(Client().post(form, {"to": "x@example.org"})),
        page(Client().get(link)),
        page(Client().post(link, {"do": "confirm"})),
        page(Client().post(link, {"do": "stop"})),
        page(Client().get(link)),
    ]
    for html in pages:
        assert unlisted(html) == []


@pytest.fixture
def real(tmp_path: Path) -> Iterator[tuple[Service, MailServer]]:
    """The service in processes of its own, with a mail server."""
    server = MailServer()
    data = tmp_path / "served"
    data.mkdir()
    (data / "blockplan.toml").write_text(f'[mail]\nhost = "127.0.0.1"\nport = {server.port}\n')
    service = Service(data)
    yield service, server
    service.stop()
    server.stop()


def test_no_worker_is_forked_while_the_process_beside_is_begun() -> None:
    """A worker that came between would keep the pipe open at which the beginning waits."""
    program = """
import os, threading, time
from blockplan.portal import serve

order, held = [], threading.Event()

def begin():
    with serve._BEGINNING:
        held.set()
        time.sleep(0.2)
        order.append("begun")

thread = threading.Thread(target=begin)
thread.start()
held.wait()
child = os.fork()
if not child:
    os._exit(0)
order.append("forked")
os.waitpid(child, 0)
thread.join()
print(*order)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["begun", "forked"]


@pytest.mark.long
def test_the_service_sends_mail_beside_its_pages_and_begins_again_after_a_kill(
    real: tuple[Service, MailServer],
) -> None:
    service, server = real

    def ask(to: str) -> None:
        said = urllib.parse.urlencode({"to": to}).encode()
        with urllib.request.urlopen(service.url("/en/notices/demo/mail/"), said, timeout=30) as answer:
            assert answer.status == 200

    ask("one@example.org")
    _until(lambda: server.recipients == ["one@example.org"])
    os.kill(_background_of(service.process.pid), signal.SIGKILL)
    ask("two@example.org")
    _until(
        lambda: server.recipients == ["one@example.org", "two@example.org"],
        said=(server.recipients, service.log()),
    )
    first = _background_of(service.process.pid)
    service.stop()
    _until(lambda: not Path(f"/proc/{first}").exists())


def _background_of(parent: int) -> int:
    """The process beside a service."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            line, stat = (path / "cmdline").read_bytes(), (path / "stat").read_text()
        except OSError:
            continue
        if b"blockplan.portal.background" in line and int(stat.rsplit(")", 1)[1].split()[1]) == parent:
            return int(path.name)
    raise AssertionError("nothing runs beside the service")


def _until(true: object, most_s: float = 60.0, said: object = None) -> None:
    end = time.monotonic() + most_s
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, said
        time.sleep(0.1)

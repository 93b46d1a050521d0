"""News of one object of a plan, and of one theme of the response: feeds that caches keep, and mail."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.portal.looks import look_at_all, send_without_work
from tests.support.mailbox import link_of, server
from tests.support.published import published
from tests.support.submitting import send

from blockplan.portal.mail import outbox, sender
from blockplan.portal.mail.models import Outgoing, Outlet, Subscription

if TYPE_CHECKING:
    from tests.support.notice_records import HandClock
    from tests.support.smtp import MailServer

    from blockplan.portal.record.store import DatabaseStore

__all__ = ["published", "server"]


ATOM = "{http://www.w3.org/2005/Atom}"
PARCEL = {"targets": [{"layer": "parcels", "id": "RD-01-01-012"}]}
PAGE = "/en/notices/town/plan/parcels/RD-01-01-012/"


def entries(path: str) -> list[str]:
    """Titles of a feed's entries."""
    answer = Client().get(path)
    assert answer.status_code == 200, path
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    assert answer.headers["Cache-Control"] == "public, max-age=30"
    assert not answer.cookies
    feed = ET.fromstring(answer.content)
    ids = [one.findtext(f"{ATOM}id") for one in feed.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    assert Client().get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    return [one.findtext(f"{ATOM}title") or "" for one in feed.iter(f"{ATOM}entry")]


@pytest.mark.long
def test_a_feed_of_an_object_has_what_is_said_about_it_and_what_happens(shown: DatabaseStore) -> None:
    send(shown, "About the parcel.", title="Shade <b>", **PARCEL)
    send(shown, "About something else.")
    for number in range(3):
        send_without_work(f"Held {number}", **PARCEL)
    page = Client().get(PAGE).content.decode()
    link = f'<link rel="alternate" type="application/atom.xml" title="[^"]+" href="{PAGE}feed.atom">'
    assert re.search(link, page)
    titles = entries(f"{PAGE}feed.atom")
    assert titles[0] == "No. 1 (entry 1): Shade <b>"
    assert len(titles) == 2  # and the opening
    assert Client().get(f"{PAGE}feed.atom").headers["X-Robots-Tag"] == "noindex"
    assert Client().get("/en/notices/town/plan/parcels/none/feed.atom").status_code == 404
    assert Client().get("/en/notices/nowhere/plan/parcels/x/feed.atom").status_code == 404


def test_a_feed_of_an_object_asks_no_more_where_more_is_said(shown: DatabaseStore) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            Client().get(f"{PAGE}feed.atom")
        return len(found)

    send(shown, "One.", **PARCEL)
    asked()
    few = asked()
    for number in range(12):
        send(shown, f"More {number}.", **PARCEL)
    assert asked() == few


def test_a_theme_has_a_feed_once_it_is_published(published: DatabaseStore) -> None:
    page = Client().get("/en/notices/town/response/").content.decode()
    path = "/en/notices/town/response/T-1/feed.atom"
    assert f'title="Green" href="{path}"' in page
    assert entries(path)[:2] == ["Green", "No. 1 (entry 1)"]
    assert b"Trees are planted." in Client().get(path).content
    assert Client().get("/en/notices/town/response/T-9/feed.atom").status_code == 404


def test_a_theme_that_is_not_published_has_no_feed(opened: DatabaseStore) -> None:
    assert Client().get("/en/notices/town/response/T-1/feed.atom").status_code == 404


@pytest.fixture
def following(server: MailServer, shown: DatabaseStore) -> MailServer:
    """Somebody follows a parcel, confirmed."""
    asked = Client().get("/en/notices/town/mail/?layer=parcels&object=RD-01-01-012").content.decode()
    assert "new opinions about it" in asked
    assert Client().get("/en/notices/town/mail/?layer=parcels&object=none").status_code == 404
    sender.send_due()
    said = {"to": "li@example.org", "layer": "parcels", "object": "RD-01-01-012"}
    Client().post("/en/notices/town/mail/", said)
    assert sender.send_due() == 1
    Client().post(link_of(server.mails.pop().get_content()), {"do": "confirm"})
    assert Subscription.objects.get().confirmed
    return server


def test_opinions_of_an_hour_about_a_followed_object_are_told_of_by_one_mail(
    following: MailServer, shown: DatabaseStore, clock: HandClock
) -> None:
    send(shown, "Secret words.", **PARCEL)
    send(shown, "More.", **PARCEL)
    send(shown, "Elsewhere.")
    assert Outgoing.objects.count() == 1
    assert sender.send_due() == 0
    clock.on(hours=1)
    sender.send_due()
    assert sender.send_due() == 1
    (mail,) = following.mails
    body = mail.get_content()
    assert "RD-01-01-012" in body
    assert PAGE in body
    assert "Secret words" not in body
    assert mail["List-Unsubscribe"]
    assert Outgoing.objects.count() == 0


def test_what_waits_for_a_look_is_told_of_after_the_look(
    following: MailServer, shown: DatabaseStore, clock: HandClock
) -> None:
    send_without_work("Held.", **PARCEL)
    clock.on(hours=1)
    assert (sender.send_due(), Outgoing.objects.count()) == (0, 0)
    look_at_all()
    clock.on(hours=1)
    sender.send_due()
    assert sender.send_due() == 1


def test_who_follows_an_object_hears_of_a_new_round_and_not_of_every_step(
    following: MailServer, shown: DatabaseStore
) -> None:
    for kind in ("extended", "restarted"):
        outbox.queue("all", "", "", "town", event=kind, seq=1)
        sender.send_due()
        sender.send_due()
    assert ["changed materially" in mail.get_content() for mail in following.mails] == [True]


def asked_for(theme: str, to: str = "li@example.org") -> int:
    return Client().post("/en/notices/town/mail/", {"to": to, "theme": theme}).status_code


@pytest.fixture
def of_theme(server: MailServer, published: DatabaseStore) -> MailServer:
    """Somebody follows a theme of the published response, confirmed by the link of the mail."""
    sender.send_due()
    page = Client().get("/en/notices/town/response/").content.decode()
    assert 'href="/en/notices/town/mail/?theme=T-1"' in page
    form = Client().get("/en/notices/town/mail/?theme=T-1").content.decode()
    assert 'name="theme" value="T-1"' in form
    assert "Green" in form
    assert asked_for("T-1") == 200
    assert sender.send_due() == 1
    link = link_of(server.mails.pop().get_content())
    assert "Green" in Client().get(link).content.decode()
    assert not Subscription.objects.get().confirmed  # looking changes nothing
    Client().post(link, {"do": "confirm"})
    assert Subscription.objects.get().confirmed
    return server


def test_who_follows_a_theme_hears_what_becomes_of_its_answer(
    of_theme: MailServer,
    published: DatabaseStore,
) -> None:
    published.append("in_force", {"on": "2026-05-01", "by": "Li"})
    sender.send_due()  # put to its readers
    assert sender.send_due() == 1
    (mail,) = of_theme.mails
    body = mail.get_content()
    assert "Green" in body
    assert "The plan is in force." in body
    assert "/en/notices/town/response/#T-1" in body
    assert "Trees are planted" not in body
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert Client().post(link_of(body), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Subscription.objects.count() == 0
    published.append("superseded", {"on": "2027-05-01", "by": "Li"})
    sender.send_due()
    assert (sender.send_due(), Outgoing.objects.count()) == (0, 0)


def test_news_of_a_theme_are_tried_again_where_the_server_is_away(
    of_theme: MailServer,
    published: DatabaseStore,
    clock: HandClock,
) -> None:
    published.append("in_force", {"on": "2026-05-01", "by": "Li"})
    sender.send_due()
    of_theme.stop()
    assert sender.send_due() == 0
    assert Outgoing.objects.get().tries == 0
    assert Outlet.objects.get().until == clock().timestamp() + sender.FIRST_WAIT_S


def test_other_steps_are_no_news_of_a_theme_nor_opinions_that_name_one(of_theme: MailServer) -> None:
    for kind in ("extended", "corrected", "closed"):
        outbox.queue("all", "", "", "town", event=kind, seq=1)
        sender.send_due()
        sender.send_due()
    outbox.queue("all", "", "", "town", event="about", layer="themes", object="T-1", since=0, after=None)
    sender.send_due()
    assert (sender.send_due(), of_theme.mails) == (0, [])


def test_a_theme_that_is_not_published_cannot_be_followed(
    server: MailServer,
    opened: DatabaseStore,
) -> None:
    assert asked_for("T-1") == 404
    assert Client().get("/en/notices/town/mail/?theme=T-1").status_code == 404
    assert Subscription.objects.count() == 0


def test_an_address_that_confirmed_nothing_is_not_buried_in_mail(
    server: MailServer,
    opened: DatabaseStore,
    clock: HandClock,
) -> None:
    for number in range(30):
        said = {"to": "victim@example.org"}
        answer = Client(REMOTE_ADDR=f"192.0.2.{number}").post("/en/notices/town/mail/", said)
        assert answer.status_code == 200  # whatever is known of an address, the answer is the same
    assert Outgoing.objects.filter(kind="confirm").count() == 10
    clock.on(hours=1)
    Client().post("/en/notices/town/mail/", said)
    assert Outgoing.objects.filter(kind="confirm").count() == 11


@pytest.mark.parametrize(
    "to",
    ["a@ex..org", "a@.example.org", "a@" + "b" * 170 + ".org", "\x01@example.org", "a\x00@example.org",
     "ü@example.org", "a@example.org\r\nBcc: b@example.org", "a@example.org,b@example.org", "<a@b.org>"],
)  # fmt: skip
def test_what_cannot_be_written_to_is_no_address(
    server: MailServer,
    opened: DatabaseStore,
    to: str,
) -> None:
    answer = Client().post("/en/notices/town/mail/", {"to": to})
    assert "Give a full e-mail address" in answer.content.decode()
    assert Outgoing.objects.count() == 1  # of the opening


def test_a_mail_that_cannot_be_written_holds_up_no_other(
    server: MailServer,
    opened: DatabaseStore,
) -> None:
    sender.send_due()
    for to in ("a@ex..org", "a@" + "b" * 170 + ".org", "li@example.org"):
        outbox.subscribe("town", to, "en")
    assert sender.send_due() == 1
    assert [mail["To"] for mail in server.mails] == ["li@example.org"]
    assert Outgoing.objects.count() == 0

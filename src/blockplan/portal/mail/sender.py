"""
Sending what is queued, by the SMTP server of the office, with patience.

A mail is claimed by one who sends it, for ten minutes from that moment, and its row goes once the server
has taken it: whoever is killed between the two leaves a mail that is sent once more. So a mail comes at least
once, seldom twice, and then under the same ``Message-ID``.

Only what the server says of a recipient ends a mail for good. Everything else stops the batch, keeps what
waits, and is told to the office.

When sending stands still: what the mail server says against the office itself, and not against a recipient.

A server that is away, a password that it does not take, a sender or a content that it refuses say nothing
of the one to whom the mail goes. Whatever waits then is kept, nothing is tried for a while, and the office is
told.
"""

from __future__ import annotations

import logging
import re
import smtplib
from typing import TYPE_CHECKING, Any

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F

from blockplan.notice.events import write_time
from blockplan.portal import clock
from blockplan.portal.mail.letters import letter
from blockplan.portal.mail.models import Outgoing, Outlet, Subscription
from blockplan.portal.mail.outbox import NEWS_OF_OBJECTS, NEWS_OF_THEMES, sends
from blockplan.portal.record import register

if TYPE_CHECKING:
    from django.core.mail.backends.base import BaseEmailBackend
    from django.db.models import QuerySet

#: For so long a mail belongs to who claimed it.
LEASE_S = 600.0
#: Together with the waits between them, about three days.
MOST_TRIES = 20
BATCH = 50
FAN = 500
log = logging.getLogger(__name__)


def send_due() -> int:
    """Send what is due, one batch; gives back how many mails the server took."""
    if not sends() or not clock.steady():
        return 0
    now = clock.now().timestamp()
    due = Outgoing.objects.filter(due__lte=now).order_by("due", "id")
    if waits(now):
        due = due.filter(kind="all")  # news are put to their readers meanwhile
    numbers = list(due.values_list("id", "kind")[:BATCH])
    if not numbers:
        return 0
    connection = get_connection()
    sent = 0
    try:
        for number, kind in numbers:
            if kind != "all":
                connection.open()  # before a mail is claimed: a server that is away costs it no try
            row = _claimed(number)
            if row is not None:
                sent += _fanned(row) if row.kind == "all" else _sent(row, connection)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail stands still: %s %s", type(error).__name__, codes(error))
        halt(error)
    else:
        if sent:
            went_on(clock.now().timestamp())
    finally:
        _shut(connection)
    return sent


def _claimed(number: int) -> Outgoing | None:
    """The mail, where nobody else sends it now."""
    now = clock.now().timestamp()  # of each mail by itself: a batch may take longer than a lease
    mine = Outgoing.objects.filter(id=number, due__lte=now).update(due=now + LEASE_S, tries=F("tries") + 1)
    return Outgoing.objects.select_related("notice").filter(id=number).first() if mine else None


def _sent(row: Outgoing, connection: BaseEmailBackend) -> int:
    """
    1 where the server took it; what it says of the recipient ends the mail or lets it wait.

    Raises
    ------
    OSError, SMTPException
        What is not about the recipient: the mail waits, and so must all others.
    """
    try:
        made = letter(row)
        made.connection = connection
        made.send()
    except ValueError as error:  # what no mail can hold: others must not wait behind it
        log.warning("a mail cannot be written (%s); it is erased", type(error).__name__)
        row.delete()
        return 0
    except smtplib.SMTPException as error:
        if not of_recipient(error):
            _wait(row, all_wait=True)
            raise
        number, _ = codes(error)
        if number >= 500:
            log.warning("a recipient was refused for good (%s); the mail is erased", number)
            row.delete()
        else:
            _wait(row)
        return 0
    except OSError:
        _wait(row, all_wait=True)
        raise
    row.delete()
    return 1


def _wait(row: Outgoing, *, all_wait: bool = False) -> None:
    """
    Try it again later; after many tries no more.

    Where the server refuses all mail (`all_wait`) none is given up; one that stops others again and again is,
    once the server took others meanwhile: then the fault is in this mail.
    """
    now = clock.now().timestamp()
    if row.tries >= MOST_TRIES and (not all_wait or took_since(now - LONGEST_WAIT_S)):
        log.warning("a mail could not be sent in %d tries; it is erased", row.tries)
        row.delete()
        return
    Outgoing.objects.filter(id=row.pk).update(due=now + wait_s(row.tries))


def _fanned(row: Outgoing) -> int:
    """Put news to subscribers, some at a time, so that nobody waits for a long transaction."""
    after = row.said.get("after") or 0
    with transaction.atomic():
        people = list(_readers(row).filter(id__gt=after).order_by("id")[:FAN])
        now = clock.now().timestamp()
        Outgoing.objects.bulk_create(
            Outgoing(
                kind="news", to=one.to, lang=one.lang, notice=row.notice, opinion=one.opinion,
                said={"event": row.said["event"], "subscription": one.pk} | _part(one), due=now,
            )
            for one in people
        )  # fmt: skip
        if len(people) < FAN:
            row.delete()
        else:
            row.said = {**row.said, "after": people[-1].pk}
            row.due, row.tries = now, 0
            row.save()
    return 0


def _readers(row: Outgoing) -> QuerySet[Subscription]:
    """Who is to be told: of an object those who follow it, where there is something to be seen."""
    rows = Subscription.objects.filter(notice=row.notice, confirmed=True)
    event = row.said["event"]
    if event != "about":
        rows = rows if event in NEWS_OF_OBJECTS else rows.filter(layer="")
        return rows if event in NEWS_OF_THEMES else rows.filter(theme="")
    about = (row.said["layer"], row.said["object"])
    newest = register.page(row.notice, register.Filters(object=about), size=1).rows
    if not register.is_open(row.notice) or not newest or newest[0].seq < row.said["since"]:
        return rows.none()
    return rows.filter(layer=about[0], object=about[1])


def _part(one: Subscription) -> dict[str, str]:
    """The object or theme that somebody follows."""
    if one.theme:
        return {"theme": one.theme}
    return {"layer": one.layer, "object": one.object} if one.layer else {}


def _shut(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        log.debug("the mail server left first")


FIRST_WAIT_S = 60.0
LONGEST_WAIT_S = 6 * 3600.0
#: Enhanced codes (RFC 3463) by which a server speaks of the address or the mailbox of a recipient.
_OF_RECIPIENT = re.compile(r"[45]\.(?:1\.(?:1|2|3|4|6|10)|2\.[0-9]{1,3})\Z")
#: Those by which it speaks of us also where it answers the name of a recipient: our sender (5.1.7, 5.1.8),
#: our right to send by it (5.7.x).
_OF_US = re.compile(r"[45]\.(?:1\.[78]|7\.[0-9]{1,3})\Z")
#: Codes by themselves that speak of signing in, or of the server.
_SIGN_IN = frozenset({421, 454, 530, 534, 535, 538})
_ENHANCED = re.compile(rb"([245]\.[0-9]{1,3}\.[0-9]{1,3})\b")
_STEPS: tuple[tuple[type[BaseException], str], ...] = (
    (smtplib.SMTPAuthenticationError, "sign_in"),
    (smtplib.SMTPConnectError, "greeting"),
    (smtplib.SMTPHeloError, "greeting"),
    (smtplib.SMTPSenderRefused, "sender"),
    (smtplib.SMTPRecipientsRefused, "relay"),
    (smtplib.SMTPDataError, "content"),
    (smtplib.SMTPNotSupportedError, "sign_in"),
    (smtplib.SMTPServerDisconnected, "away"),
    (smtplib.SMTPException, "sign_in"),
)


def of_recipient(error: BaseException) -> bool:
    """
    Whether the server speaks of whom a mail is for: at RCPT, unless it plainly speaks of us, and at DATA by a
    narrow list of codes.

    Examples
    --------
    >>> of_recipient(smtplib.SMTPDataError(550, b"5.1.1 no such user"))
    True
    >>> of_recipient(smtplib.SMTPDataError(554, b"5.7.1 content filter is down"))
    False
    >>> of_recipient(smtplib.SMTPRecipientsRefused({"a@b.example": (554, b"5.7.1 relay access denied")}))
    False
    """
    number, enhanced = codes(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return number not in _SIGN_IN and not _OF_US.match(enhanced)
    return isinstance(error, smtplib.SMTPDataError) and bool(_OF_RECIPIENT.match(enhanced))


def codes(error: BaseException) -> tuple[int, str]:
    """The server's code and its enhanced one: 0 and empty where it gave none. Its words are not kept."""
    number, words = 0, b""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        number, words = max(error.recipients.values(), default=(number, words))
    elif isinstance(error, smtplib.SMTPResponseException):
        number = int(error.smtp_code)
        words = error.smtp_error if isinstance(error.smtp_error, bytes) else error.smtp_error.encode()
    found = _ENHANCED.match(words)
    return number, found[1].decode() if found else ""


def waits(now: float) -> bool:
    """Whether sending stands still at a moment (seconds)."""
    return Outlet.objects.filter(pk=1, until__gt=now).exists()


def halt(error: BaseException) -> None:
    """Outlet stands still from now on; each time for longer, up to six hours."""
    now = clock.now()
    state, _ = Outlet.objects.get_or_create(pk=1)
    step = next((name for kind, name in _STEPS if isinstance(error, kind)), "away")
    number, enhanced = codes(error)
    state.step, state.code = step, " ".join(str(one) for one in (number, enhanced) if one)
    state.since = state.since or write_time(now)
    state.tries += 1
    state.until = now.timestamp() + wait_s(state.tries)
    state.save()


def went_on(now: float) -> None:
    """The server took mail."""
    Outlet.objects.update_or_create(
        pk=1, defaults={"step": "", "code": "", "since": "", "tries": 0, "until": 0.0, "taken": now}
    )


def wait_s(tries: int) -> float:
    """1, 2, 4 minutes and so on, up to six hours."""
    return min(FIRST_WAIT_S * float(2 ** min(max(tries, 1) - 1, 16)), LONGEST_WAIT_S)


def took_since(moment: float) -> bool:
    """Whether the server took some mail after a moment (seconds)."""
    return Outlet.objects.filter(pk=1, taken__gt=moment).exists()


def warning() -> dict[str, Any] | None:
    """What the office is told while sending stands still: since when, at which step, how much waits."""
    state = Outlet.objects.filter(pk=1).exclude(since="").first()
    if state is None:
        return None
    waiting = Outgoing.objects.exclude(kind="all").count()
    return {"step": state.step, "code": state.code, "since": state.since, "waiting": waiting}

"""
When sending stands still: what the mail server says against the office itself, and not against a recipient.

A server that is away, a password that it does not take, a sender or a content that it refuses say nothing
of the one to whom the mail goes. Whatever waits then is kept, nothing is tried for a while, and the office is
told.
"""

from __future__ import annotations

import re
import smtplib
from typing import Any

from blockplan.notice.events import write_time
from blockplan.portal import clock
from blockplan.portal.mail.models import Outgoing, Outlet

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

"""
How often somebody may do something here, and whether work was shown: `blockplan.notice.intake.buckets` and
`blockplan.notice.intake.challenge` over tables, the same for all processes.

Addresses are not kept: a bucket stands under a hash with a key of the day, and is gone two days later.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from blockplan.errors import BlockplanError
from blockplan.notice.intake import buckets, challenge
from blockplan.portal import clock
from blockplan.portal.config import config_of_environment
from blockplan.portal.mail import outbox
from blockplan.portal.record import single_rows
from blockplan.portal.security_headers import address_of
from blockplan.portal.submissions.models import Bucket, Spent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest, HttpResponse

#: Of a whole notice, whoever sends: what a rush of the last hour has many times over.
NOTICE_RATES = {"unproved": buckets.Rate(capacity=300, per_s=0.5)}
#: Of one opinion, whoever has its secret and from wherever: a secret is proof of whose it is, and no leave to
#: fill the record, which forgets nothing.
OPINION_RATES = {
    "amendment": buckets.Rate(capacity=12, per_s=1 / 1800),
    "reopening": buckets.Rate(capacity=12, per_s=1 / 600),
}
#: Of one address of mail, whoever asks for it.
MAIL_RATE = buckets.Rate(capacity=10, per_s=1 / 3600)
KEPT_S = 2 * 86_400


class BusyError(BlockplanError):
    """Too much came from one side; nothing was entered, and `wait_s` says when to come back."""

    def __init__(self, wait_s: float) -> None:
        self.wait_s = wait_s
        super().__init__(
            "Too many opinions came at once, and nothing was entered. "
            f"Send it again in {math.ceil(min(wait_s, 3600))} s."
        )


class TableBuckets:
    """`buckets.Buckets` in a table: the row is locked while it is changed."""

    def change(
        self, key: str, work: Callable[[buckets.TokenBucket | None], tuple[buckets.TokenBucket, float]]
    ) -> float:
        """As `buckets.Buckets` says."""
        with transaction.atomic(savepoint=False):
            after, rest = work(None)
            if single_rows.insert_once(Bucket, key=key, tokens=after.tokens, at=after.at):
                return rest
            tokens, at = single_rows.find(Bucket, ["tokens", "at"], key=key, locked=True) or (0.0, None)
            before = None if at is None else buckets.TokenBucket(tokens, at)
            after, rest = work(before)
            if after != before:
                single_rows.update(Bucket, {"tokens": after.tokens, "at": after.at}, key=key)
            return rest


class TableSpent:
    """`challenge.Used` in a table: its unique index decides."""

    def spend(self, nonce: str, until: float) -> bool:
        """As `challenge.Used` says."""
        return single_rows.insert_once(Spent, nonce=nonce, until=until)


def wait(what: str, request: HttpRequest, notice: str, tokens: float = 1.0) -> float:
    """
    Seconds to wait before somebody may do something (of `buckets.RATES`); 0.0 where it may be now.

    Parameters
    ----------
    tokens
        How many it takes; a negative number gives back what was taken for nothing.
    """
    key = f"{what}:{notice}:{sender_of(request)}"
    return buckets.take(TableBuckets(), key[:120], buckets.RATES[what], clock.now().timestamp(), tokens)


def peek(what: str, request: HttpRequest, notice: str) -> float:
    """As `wait`, and nothing is taken or written: to turn somebody away before anything is read of them."""
    return _wait_at(f"{what}:{notice}:{sender_of(request)}", buckets.RATES[what])


def require_likely_room(address: str, notice: str, *, proved: bool) -> None:
    """
    As `require_room` before the transaction, and nothing is taken: so that no file is written for nothing.

    Raises
    ------
    BusyError
        If there is no room as things stand.
    """
    wait_s = _wait_at(f"opinion:{notice}:{address}", buckets.RATES["opinion"])
    if not wait_s and not proved:
        wait_s = _wait_at(f"unproved:{notice}", NOTICE_RATES["unproved"])
    if wait_s:
        raise BusyError(wait_s)


def _wait_at(key: str, rate: buckets.Rate) -> float:
    tokens, at = single_rows.find(Bucket, ["tokens", "at"], key=key[:120]) or (0.0, None)
    bucket = None if at is None else buckets.TokenBucket(tokens, at)
    return buckets.taken(bucket, rate, clock.now().timestamp())[1]


def require_room(address: str, notice: str, *, proved: bool) -> None:
    """
    Take a token for an opinion, in the transaction that enters it: one that is not entered took none.

    Raises
    ------
    BusyError
        If somebody, or everybody without proof of work together, sends more than a crowd at a counter would.
    """
    now = clock.now().timestamp()
    store = TableBuckets()
    wait_s = buckets.take(store, f"opinion:{notice}:{address}"[:120], buckets.RATES["opinion"], now)
    if not wait_s and not proved:
        wait_s = buckets.take(store, f"unproved:{notice}", NOTICE_RATES["unproved"], now)
    if wait_s:
        raise BusyError(wait_s)


def wait_of(what: str, notice: str, opinion: str, tokens: float = 1.0) -> float:
    """Seconds to wait before something (of `OPINION_RATES`) may be done with an opinion; as `wait`."""
    key = f"{what}:{notice}:{opinion}"
    return buckets.take(TableBuckets(), key[:120], OPINION_RATES[what], clock.now().timestamp(), tokens)


@contextmanager
def amending(request: HttpRequest, notice: str, opinion: str) -> Iterator[None]:
    """
    Take what an amendment costs, of the opinion and of whoever sends it; what is not entered costs nothing.

    Work need not be shown anew: the opinion's secret is as hard to come by as the work, and a bucket of its
    own holds for it whatever address is used.

    Raises
    ------
    BusyError
        If the opinion is changed too often, or too much comes from this side.
    """
    wait_s = wait("opinion", request, notice)
    if not wait_s:
        wait_s = wait_of("amendment", notice, opinion)
        if wait_s:
            wait("opinion", request, notice, tokens=-1.0)
    if wait_s:
        raise BusyError(wait_s)
    try:
        yield
    except BaseException:
        wait("opinion", request, notice, tokens=-1.0)
        wait_of("amendment", notice, opinion, tokens=-1.0)
        raise


def may_mail(to: str) -> bool:
    """
    Whether a mail that nobody confirmed may go to an address: strangers are not to be buried in ours.

    Addresses of people who confirmed one before have no limit.
    """
    name = hmac.new(_key_of_day(), to.strip().lower().encode("utf-8", "replace"), hashlib.sha256).hexdigest()
    key = f"mail:{name[:32]}"
    return outbox.is_known(to) or not buckets.take(TableBuckets(), key, MAIL_RATE, clock.now().timestamp())


def sender_of(request: HttpRequest) -> str:
    """What stands for the address that a request came from, today."""
    return buckets.address_key(address_of(request, config_of_environment().proxies), _key_of_day())


def busy(response: HttpResponse, wait_s: float) -> HttpResponse:
    """Say when to come back."""
    response.status_code = 429
    response.headers["Cache-Control"] = "no-store"
    response.headers["Retry-After"] = str(min(math.ceil(wait_s), 3600) if math.isfinite(wait_s) else 3600)
    return response


def challenge_for(notice: str) -> dict[str, Any]:
    """A challenge for sending an opinion to a notice."""
    return challenge.create(_key("challenge"), f"opinion:{notice}")


@dataclass(frozen=True, slots=True)
class WorkProof:
    """A right solution that is not spent yet."""

    nonce: str
    until: float

    def spend(self) -> bool:
        """Whether it is spent now, for the first time; in the transaction of what it is spent on."""
        return TableSpent().spend(self.nonce, self.until)


class _Noted:
    """Notes what would be spent: the work of checking is done before the record is locked."""

    def __init__(self) -> None:
        self.proof: WorkProof | None = None

    def spend(self, nonce: str, until: float) -> bool:
        """As `challenge.Used` says, but for the spending."""
        self.proof = WorkProof(nonce, until)
        return True


def proof_of(notice: str, solution: str | None) -> WorkProof | None:
    """What work a solution shows for this notice; None where it shows none."""
    noted = _Noted()
    challenge.verify(solution, _key("challenge"), f"opinion:{notice}", noted)
    return noted.proof


def sweep() -> int:
    """Forget buckets and solutions that count no more; gives back how many."""
    if not clock.steady():
        return 0
    now = clock.now().timestamp()
    old, _ = Bucket.objects.filter(at__lt=now - KEPT_S).delete()
    spent, _ = Spent.objects.filter(until__lt=now).delete()
    return old + spent


def _key(purpose: str) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode(), purpose.encode(), hashlib.sha256).digest()


def _key_of_day() -> bytes:
    return _key(f"address {clock.now().date().isoformat()}")

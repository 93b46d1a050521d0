"""
Token buckets: how often somebody may do something, as plain arithmetic over a store.

A bucket holds up to `Rate.capacity` tokens and fills steadily. Taking one is allowed while there is one;
otherwise the wait in seconds is told, and nothing is taken. People behind one address share its bucket,
so rates are set for a crowd at a counter, and who is turned away is told when to come back.

>>> rate = Rate(capacity=2, per_s=0.5)
>>> store = MemoryBuckets()
>>> [take(store, "a", rate, now) for now in (0.0, 0.0, 0.0, 1.0, 2.0)]
[0.0, 0.0, 2.0, 1.0, 0.0]
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """
    How often.

    Attributes
    ----------
    capacity
        Tokens of a full bucket: how many at once.
    per_s
        Tokens that come back in a second.
    """

    capacity: float
    per_s: float


#: What is limited, per address (and notice, where there is one) -> how often.
RATES = {
    "opinion": Rate(capacity=30, per_s=1 / 20),
    "file": Rate(capacity=60, per_s=1 / 10),
    "file_mb": Rate(capacity=1_000, per_s=1 / 60),
    "draft": Rate(capacity=60, per_s=1 / 10),
    "challenge": Rate(capacity=120, per_s=1.0),
    "secret": Rate(capacity=10, per_s=1 / 30),
    "search": Rate(capacity=60, per_s=2.0),
    "tile": Rate(capacity=900, per_s=20.0),
}


@dataclass(frozen=True, slots=True)
class TokenBucket:
    """Tokens at a moment (seconds on the server's clock)."""

    tokens: float
    at: float


class Buckets(Protocol):
    """Where buckets are kept, for all processes."""

    def change(self, key: str, work: Callable[[TokenBucket | None], tuple[TokenBucket, float]]) -> float:
        """
        Put in the place of a bucket (None where there is none) what `work` makes of it, and give back the
        rest of what `work` gives.

        Nobody else changes that bucket meanwhile: the row is locked, or the change is tried again.
        """


class MemoryBuckets:
    """Keeps them in this process: for tests, and for a single process; the oldest go beyond `most`."""

    def __init__(self, most: int = 100_000) -> None:
        self.most = most
        self._held: dict[str, TokenBucket] = {}
        self._lock = threading.Lock()

    def change(self, key: str, work: Callable[[TokenBucket | None], tuple[TokenBucket, float]]) -> float:
        """As `Buckets` says."""
        with self._lock:
            bucket, rest = work(self._held.pop(key, None))
            self._held[key] = bucket
            if len(self._held) > self.most:
                self._held.pop(next(iter(self._held)))
            return rest


def take(store: Buckets, key: str, rate: Rate, now: float, tokens: float = 1.0) -> float:
    """
    Take tokens out of a bucket.

    Parameters
    ----------
    key
        Whose bucket: `address_key` and what it is for.
    now
        Seconds on a clock that all processes share; a clock that is set back fills no bucket.

    Returns
    -------
    0.0 where it is allowed; else seconds to wait, and the bucket is left as it is. Infinite where the
    bucket never holds so many.
    """
    return store.change(key, lambda bucket: taken(bucket, rate, now, tokens))


def taken(
    bucket: TokenBucket | None, rate: Rate, now: float, tokens: float = 1.0
) -> tuple[TokenBucket, float]:
    """The bucket afterwards, and the seconds to wait; see `take`."""
    if bucket is None:
        bucket = TokenBucket(rate.capacity, now)
    filled = min(rate.capacity, bucket.tokens + max(0.0, now - bucket.at) * rate.per_s)
    at = max(now, bucket.at)
    if filled >= tokens:
        return TokenBucket(filled - tokens, at), 0.0
    missing = tokens - filled
    never = tokens > rate.capacity or rate.per_s <= 0
    return TokenBucket(filled, at), float("inf") if never else missing / rate.per_s


def address_key(address: str, secret: bytes) -> str:
    """
    What stands for an address in the store: a keyed hash, so that no addresses are kept.

    Of an IPv6 address the first 64 bits count, because a household has all that follow; what is no address
    counts as one.

    Examples
    --------
    >>> address_key("2001:db8::1", b"k") == address_key("2001:db8::2", b"k")
    True
    >>> address_key("192.0.2.1", b"k") == address_key("192.0.2.2", b"k")
    False
    """
    try:
        found = ipaddress.ip_address(address.strip().split("%")[0])
    except ValueError:
        plain = "unknown"
    else:
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        size = 32 if isinstance(found, ipaddress.IPv4Address) else 64
        plain = str(ipaddress.ip_network(f"{found}/{size}", strict=False))
    return hmac.new(secret, plain.encode(), hashlib.sha256).hexdigest()[:32]

"""
Proof of work before an opinion is taken in: it prices a flood, and asks nothing of a person.

The browser tries keys until one fits (about half a second), the server checks it in under a millisecond.
The `altcha` package makes and checks challenges; it accepts one solution as often as it comes, so each is
spent here in a store that takes it once. Solvers can be written: it prices, it does not bar. Who has no
JavaScript goes another way, which the portal offers.

>>> store = MemoryUsed()
>>> sent = create(b"secret of the server", "opinion:demo")
>>> verify("not solved", b"secret of the server", "opinion:demo", store)
<ChallengeOutcome.MALFORMED: 'malformed'>
"""

from __future__ import annotations

import base64
import json
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import altcha

ALGORITHM = "PBKDF2/SHA-256"
#: What values of the wrong kind make the package raise.
_HOSTILE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
#: A payload of the widget has some 600 characters.
LONGEST_PAYLOAD = 4_000


class ChallengeOutcome(StrEnum):
    """What is to be said of a solution."""

    PASSED = "passed"
    MISSING = "missing"
    MALFORMED = "malformed"
    FORGED = "forged"
    EXPIRED = "expired"
    WRONG = "wrong"
    USED = "used"
    OTHER_PURPOSE = "other_purpose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """
    What a challenge costs.

    Attributes
    ----------
    cost
        Rounds of PBKDF2 for each key that is tried; 256 keys are tried on average.
    valid_s
        For how many seconds a challenge may be solved and sent: as long as it takes to write an opinion.
    """

    cost: int = 5_000
    valid_s: int = 7_200


class Used(Protocol):
    """Where solved challenges are remembered, for all processes that verify."""

    def spend(self, nonce: str, until: float) -> bool:
        """
        Remember a challenge until a moment (Unix seconds); False if it is remembered already.

        Of two calls with the same nonce at the same time, one gives True: a unique index decides, not a
        look before the leap.
        """


class MemoryUsed:
    """Remembers in this process alone: for tests, and for a single process."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def spend(self, nonce: str, until: float) -> bool:
        """As `Used` says; what has expired is forgotten."""
        with self._lock:
            now = time.time()
            self._until = {one: end for one, end in self._until.items() if end > now}
            if nonce in self._until:
                return False
            self._until[nonce] = until
            return True


def create(secret: bytes, purpose: str, price: Price | None = None) -> dict[str, Any]:
    """
    A challenge for the widget, as JSON has it.

    Parameters
    ----------
    secret
        Of the server, at least 16 bytes; whoever has it can make solutions for nothing.
    purpose
        What it is for (``opinion:ID of the notice``): a solution for one thing does not open another.
    """
    _check(secret)
    price = price or Price()
    challenge = altcha.create_challenge(
        ALGORITHM,
        price.cost,
        expires_at=int(time.time()) + price.valid_s,
        data={"for": purpose},
        hmac_secret=secret,
    )
    return dict(challenge.to_dict())


def verify(payload: str | None, secret: bytes, purpose: str, used: Used) -> ChallengeOutcome:
    """
    Whether a challenge was solved, in time, for this purpose, and for the first time.

    Parameters
    ----------
    payload
        What the widget sends: Base64 of JSON.
    used
        Where solutions are spent; only right ones are, so that noise does not fill it.
    """
    _check(secret)
    if not payload:
        return ChallengeOutcome.MISSING
    found = _read(payload)
    if found is None:
        return ChallengeOutcome.MALFORMED
    said = _judged(found, secret)
    if said is not ChallengeOutcome.PASSED:
        return said
    # Only now are the parameters known to be ours.
    parameters = found.challenge.parameters
    if parameters.data != {"for": purpose} or parameters.expires_at is None:
        return ChallengeOutcome.OTHER_PURPOSE
    return (
        ChallengeOutcome.PASSED
        if used.spend(parameters.nonce, float(parameters.expires_at))
        else ChallengeOutcome.USED
    )


def _judged(payload: altcha.Payload, secret: bytes) -> ChallengeOutcome:
    try:
        said = altcha.verify_solution(payload, secret)
    except _HOSTILE:
        # Values of kinds that no challenge of ours has; the signature would not have held.
        return ChallengeOutcome.FORGED
    if said.expired:
        return ChallengeOutcome.EXPIRED
    if said.invalid_signature is not False:
        return ChallengeOutcome.FORGED
    return ChallengeOutcome.PASSED if said.verified else ChallengeOutcome.WRONG


def solve(challenge: dict[str, Any]) -> str | None:
    """The payload that a browser would send, for tests and programs; None if no key was found in 90 s."""
    whole = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(whole)
    return None if solution is None else str(altcha.Payload(whole, solution).to_base64())


def _read(payload: str) -> altcha.Payload | None:
    if len(payload) > LONGEST_PAYLOAD:
        return None
    try:
        value = json.loads(base64.b64decode(payload, validate=True))
        return altcha.Payload(
            altcha.Challenge.from_dict(value["challenge"]), altcha.Solution.from_dict(value["solution"])
        )
    except _HOSTILE:
        return None


def _check(secret: bytes) -> None:
    if len(secret) < 16:
        msg = "the secret of the challenges has fewer than 16 bytes"
        raise ValueError(msg)

"""Proof of work: solved once, taken once, in time, for one purpose."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.notice.intake.challenge import ChallengeOutcome, MemoryUsed, Price, create, solve, verify

SECRET = b"a secret of the tests"
CHEAP = Price(cost=1)


def solved(purpose: str = "opinion:demo", **price: Any) -> str:
    payload = solve(create(SECRET, purpose, Price(cost=1, **price)))
    assert payload is not None
    return payload


def opened(payload: str) -> Any:
    return json.loads(base64.b64decode(payload))


def shut(value: Any) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


def test_a_solution_passes_once_and_never_again() -> None:
    used = MemoryUsed()
    payload = solved()
    assert verify(payload, SECRET, "opinion:demo", used) is ChallengeOutcome.PASSED
    assert verify(payload, SECRET, "opinion:demo", used) is ChallengeOutcome.USED


def test_of_many_at_once_with_one_solution_one_passes() -> None:
    used = MemoryUsed()
    payload = solved()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: verify(payload, SECRET, "opinion:demo", used), range(32)))
    assert sorted(found).count(ChallengeOutcome.PASSED) == 1
    assert set(found) == {ChallengeOutcome.PASSED, ChallengeOutcome.USED}


def test_the_same_solution_written_in_another_way_is_the_same() -> None:
    used = MemoryUsed()
    payload = solved()
    other = shut(dict(reversed(opened(payload).items())) | {"more": 1})
    assert verify(payload, SECRET, "opinion:demo", used) is ChallengeOutcome.PASSED
    assert verify(other, SECRET, "opinion:demo", used) is ChallengeOutcome.USED


def test_a_default_challenge_costs_5000_rounds_and_expires() -> None:
    sent = create(SECRET, "opinion:demo")
    assert sent["parameters"]["cost"] == 5_000
    assert sent["parameters"]["algorithm"] == "PBKDF2/SHA-256"
    assert sent["parameters"]["expiresAt"] > 0
    assert sent["signature"]


def test_after_its_time_a_solution_is_expired() -> None:
    assert verify(solved(valid_s=-1), SECRET, "opinion:demo", MemoryUsed()) is ChallengeOutcome.EXPIRED


def test_a_solution_for_one_notice_does_not_open_another() -> None:
    used = MemoryUsed()
    payload = solved("opinion:demo")
    assert verify(payload, SECRET, "opinion:other", used) is ChallengeOutcome.OTHER_PURPOSE
    assert verify(payload, SECRET, "opinion:demo", used) is ChallengeOutcome.PASSED


@pytest.mark.parametrize("payload", [None, ""])
def test_nothing_is_missing(payload: str | None) -> None:
    assert verify(payload, SECRET, "opinion:demo", MemoryUsed()) is ChallengeOutcome.MISSING


@pytest.mark.parametrize(
    "payload",
    ["not base64!", "e30=", shut([]), shut(None), shut({"challenge": "a", "solution": "b"}), "A" * 5_000,
     base64.b64encode(b"[" * 2_900).decode(), shut({"challenge": {}, "solution": {}}), "绿地"],
)  # fmt: skip
def test_noise_is_malformed(payload: str) -> None:
    assert verify(payload, SECRET, "opinion:demo", MemoryUsed()) is ChallengeOutcome.MALFORMED


@pytest.mark.parametrize(
    ("key", "value"),
    [("cost", 0), ("expiresAt", 9_999_999_999), ("expiresAt", None), ("keyPrefix", ""), ("data", None)],
)
def test_a_changed_challenge_is_forged(key: str, value: Any) -> None:
    whole = opened(solved())
    whole["challenge"]["parameters"][key] = value
    assert verify(shut(whole), SECRET, "opinion:demo", MemoryUsed()) is ChallengeOutcome.FORGED


def test_a_challenge_of_another_server_is_forged() -> None:
    assert (
        verify(solved(), b"a secret of other tests", "opinion:demo", MemoryUsed()) is ChallengeOutcome.FORGED
    )


def test_a_guessed_solution_is_wrong_and_spends_nothing() -> None:
    used = MemoryUsed()
    whole = opened(solved())
    guessed = {**whole, "solution": {**whole["solution"], "counter": whole["solution"]["counter"] + 1}}
    assert verify(shut(guessed), SECRET, "opinion:demo", used) is ChallengeOutcome.WRONG
    assert verify(shut(whole), SECRET, "opinion:demo", used) is ChallengeOutcome.PASSED


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
WHOLE = opened(solved())


PLACES = [*WHOLE["challenge"]["parameters"], "signature", "solution", "counter", "derivedKey"]


@given(st.sampled_from(PLACES), VALUES)
def test_any_value_anywhere_gets_a_verdict(key: str, value: Any) -> None:
    whole = json.loads(json.dumps(WHOLE))
    place = next(
        part for part in (whole["challenge"]["parameters"], whole["challenge"], whole["solution"], whole)
        if key in part
    )  # fmt: skip
    changed = place[key] != value
    place[key] = value
    found = verify(shut(whole), SECRET, "opinion:demo", MemoryUsed())
    assert found is not ChallengeOutcome.PASSED or not changed or key == "derivedKey"


def test_a_short_secret_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="fewer than 16 bytes"):
        create(b"short", "opinion:demo")

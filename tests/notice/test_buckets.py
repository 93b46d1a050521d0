"""Token buckets: no more than the rate over any time, and a wait that is true."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.notice.intake.buckets import MemoryBuckets, Rate, TokenBucket, address_key, take, taken

RATE = Rate(capacity=5, per_s=0.5)


def test_a_full_bucket_gives_its_tokens_at_once_and_then_one_every_two_seconds() -> None:
    store = MemoryBuckets()
    assert [take(store, "a", RATE, 0.0) for _ in range(6)] == [0.0] * 5 + [2.0]
    assert [take(store, "a", RATE, now) for now in (1.0, 2.0, 2.0, 4.0)] == [1.0, 0.0, 2.0, 0.0]


def test_the_buckets_of_two_keys_are_two() -> None:
    store = MemoryBuckets()
    rate = Rate(capacity=1, per_s=0.1)
    assert [take(store, key, rate, 0.0) for key in "abab"] == [0.0, 0.0, 10.0, 10.0]


def test_a_clock_that_is_set_back_fills_no_bucket() -> None:
    empty = TokenBucket(0.0, 1_000.0)
    assert taken(empty, RATE, 0.0) == (TokenBucket(0.0, 1_000.0), 2.0)


def test_what_no_bucket_holds_is_never_allowed() -> None:
    assert take(MemoryBuckets(), "a", RATE, 0.0, tokens=6) == float("inf")


def test_of_many_at_once_no_more_pass_than_there_are_tokens() -> None:
    store = MemoryBuckets()
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: take(store, "a", RATE, 0.0), range(50)))
    assert waits.count(0.0) == 5


def test_the_store_in_memory_forgets_the_bucket_that_was_not_used_longest() -> None:
    store = MemoryBuckets(most=2)
    rate = Rate(capacity=1, per_s=1e-6)
    for key in "abc":
        take(store, key, rate, 0.0)
    assert take(store, "c", rate, 0.0) > 0
    assert take(store, "a", rate, 0.0) == 0.0


@given(st.lists(st.tuples(st.floats(0, 5), st.sampled_from([0.5, 1.0, 2.0])), max_size=60))
def test_over_any_time_no_more_is_taken_than_the_bucket_and_its_filling(
    steps: list[tuple[float, float]],
) -> None:
    bucket, now, total = None, 0.0, 0.0
    for step, tokens in steps:
        now += step
        bucket, wait = taken(bucket, RATE, now, tokens)
        total += tokens if wait == 0 else 0
        assert total <= RATE.capacity + RATE.per_s * now + 1e-6


@given(st.floats(0, 4.9), st.floats(0.1, 5))
def test_after_the_wait_that_was_told_it_is_allowed(held: float, tokens: float) -> None:
    _, wait = taken(TokenBucket(held, 0.0), RATE, 0.0, tokens)
    assert taken(TokenBucket(held, 0.0), RATE, wait + 1e-6, tokens)[1] == 0.0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1 ", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%eth0", "fe80::1", True),
        ("nonsense", "", True),
    ],
)
def test_a_household_is_one_address_and_its_neighbour_another(one: str, other: str, same: bool) -> None:
    assert (address_key(one, b"key") == address_key(other, b"key")) is same


def test_the_address_cannot_be_read_from_its_key() -> None:
    assert "192" not in address_key("192.0.2.1", b"key")
    assert address_key("192.0.2.1", b"key") != address_key("192.0.2.1", b"other key")

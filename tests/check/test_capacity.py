"""The largest population a supply carries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.check.limits import compare
from blockplan.check.notes import carried
from blockplan.check.verdict import Required
from blockplan.measure.measurement import Measurement


@pytest.mark.parametrize(
    ("supply", "per", "limit", "residents"),
    [
        (208_000, 1000, 3984, 52_208),
        (500, 1000, 9.5, 52_631),
        (24_200, 1, 0.45, 53_777),
        (1_065_000, 1, 20, 53_250),
        (22_500, 1, 0.45, 50_000),
        (0, 1, 20, 0),
    ],
)
def test_a_supply_carries_the_stated_population(
    supply: float, per: float, limit: float, residents: int
) -> None:
    assert carried(Measurement("m", 1.0, "m2", supply=supply, per=per), Required(">=", limit)) == residents


def test_an_unknown_supply_carries_an_unknown_population() -> None:
    assert carried(Measurement("m", None, "m2", supply=None, per=1), Required(">=", 20)) is None


@given(
    st.integers(1, 10**7),
    st.integers(1, 10**5),
    st.sampled_from([0.45, 9.5, 20, 3984]),
    st.sampled_from([1, 1000]),
)
def test_one_resident_more_than_is_carried_fails_and_what_is_carried_passes(
    supply: int, tenths: int, limit: float, per: int
) -> None:
    amount = supply + tenths / 8
    required = Required(">=", limit)
    most = carried(Measurement("m", 1.0, "m2", supply=amount, per=per), required)
    assert most is not None
    assert compare(amount * per / (most + 1), required) == "fail"
    if most:
        assert compare(amount * per / most * (1 + 1e-12), required) == "pass"

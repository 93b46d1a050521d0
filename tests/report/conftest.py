"""The hand-made plan and its result as fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.handmade import hand_made, result

if TYPE_CHECKING:
    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan


@pytest.fixture(scope="session")
def plan() -> Plan:
    return hand_made()


@pytest.fixture(scope="session")
def found() -> CheckResult:
    return result()

"""The hand-made plan and its result as fixtures, and the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.report.handmade import hand_made, result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def plan() -> Plan:
    return hand_made()


@pytest.fixture(scope="session")
def found() -> CheckResult:
    return result()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium (Debian package chromium)")
    from playwright.sync_api import sync_playwright

    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        yield browser
        browser.close()

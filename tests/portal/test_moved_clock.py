"""Days left are counted by the server's clock, in the process that is served."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING

import pytest
from tests.portal.moved_clock import MovedClock
from tests.support.browser import Service

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.long(12)
def test_days_left_go_down_and_end_by_the_servers_clock(tmp_path: Path) -> None:
    clock = MovedClock(tmp_path)
    service = Service(tmp_path / "data", more=clock.environment)
    try:
        assert "30 days left" in page(service)
        clock.move(days=28)
        assert "2 days left" in page(service)
        clock.move(days=29)
        assert "today is the last day" in page(service)
        clock.move(days=31)
        assert "days left" not in page(service)
    finally:
        service.stop()


def page(service: Service) -> str:
    with urllib.request.urlopen(service.url("/en/notices/demo/")) as answer:
        return str(answer.read().decode())

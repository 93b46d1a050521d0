"""``blockplan serve PLAN``: the command as it is called, and what can be read then over HTTP."""

from __future__ import annotations

import http.client
import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.portal.browser import Service
from tests.portal.conftest import PLAN

from blockplan.cli import main

if TYPE_CHECKING:
    from pathlib import Path

LINK = re.compile(r"http://localhost:\d+(/en/office/reading/\S+)")


def test_a_plan_that_cannot_be_read_is_told_and_begins_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for bad, said in ((tmp_path / "nowhere", "There is no plan at"), (tmp_path, "has no plan.toml")):
        data = tmp_path / "data"
        with pytest.raises(SystemExit) as ended:
            main(["serve", str(bad), "--data", str(data)])
        assert ended.value.code == 2
        assert said in capsys.readouterr().err
        assert not data.exists()


def test_a_plan_is_read_by_the_link_that_is_printed_and_by_nobody_else(tmp_path: Path) -> None:
    service = Service(tmp_path / "data", demo=False, plan=PLAN)
    try:
        found = LINK.search(service.log())
        assert found, service.log()
        assert "synthetic" in service.log()
        status, _, _ = get(service, "/en/notices/cjicdz/")
        assert status == 404
        status, headers, _ = get(service, found[1])
        assert (status, headers["Location"]) == (302, "/en/notices/cjicdz/")
        cookie = headers["Set-Cookie"].partition(";")[0]
        for path in ("/zh/notices/cjicdz/", "/zh/notices/cjicdz/plan/parcels/RD-01-01-012/my-parcel/"):
            status, headers, said = get(service, path, cookie)
            assert status == 200
            assert "预览：尚未公示" in said
            assert headers["Cache-Control"] == "private, no-store"
        assert "<svg" in get(service, "/files/cjicdz/maps/zh/landuse.svg", cookie)[2]
        assert get(service, "/files/cjicdz/maps/zh/landuse.svg")[0] == 404
        assert get(service, "/api/v1/notices/cjicdz", cookie)[0] == 404
    finally:
        service.stop()


def get(service: Service, path: str, cookie: str = "") -> tuple[int, Any, str]:
    connection = http.client.HTTPConnection("localhost", service.port, timeout=120)
    try:
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()

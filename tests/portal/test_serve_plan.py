"""``blockplan serve PLAN``: the command as it is called, and what can be read then over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.portal.conftest import PLAN
from tests.support.browser import Service

from blockplan.cli import main
from blockplan.cli.serve import _told

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.portal.config import Config

LINK = re.compile(r"http://localhost:\d+(/en/office/reading/\S+)")


@pytest.mark.no_database
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


@pytest.mark.no_database
def test_where_the_service_cannot_run_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(SystemExit) as ended:
        main(["serve"])
    assert ended.value.code == 2
    assert "needs Linux or macOS" in capsys.readouterr().err


@pytest.mark.long
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


@pytest.mark.long
def test_a_program_is_told_in_one_document_where_it_serves(tmp_path: Path) -> None:
    data = tmp_path / "data"
    command = [sys.executable, "-c", _SERVED, "serve", "--data", str(data), "--port", "8123", "--json"]
    bare = {name: value for name, value in os.environ.items() if not name.startswith("BLOCKPLAN_")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, env=bare)
    said = json.loads(done.stdout)
    assert (said["address"], said["listens"]) == ("http://localhost:8123", "http://127.0.0.1:8123")
    assert (said["data"], said["database"]) == (str(data), str(data / "portal.sqlite3"))
    assert said["setup_link"].startswith("http://localhost:8123/")
    assert said["setup_link"] in done.stderr
    assert (said["notice"], isinstance(said["pid"], int)) == (None, True)


def test_the_password_of_the_database_is_told_to_nobody(config: Config) -> None:
    url = "postgresql://plans:secret-word@db.example.org:5432/plans"
    told = _told(config.model_copy(update={"database": url}), 8000, None)
    assert told["database"] == "postgresql://db.example.org:5432/plans"
    assert "secret-word" not in json.dumps(told)


#: The command as it is called, which serves nothing and ends.
_SERVED = """
import sys
from blockplan.portal import serve
serve.run = lambda config, port: None
from blockplan.cli import main
sys.exit(main(sys.argv[1:]))
"""

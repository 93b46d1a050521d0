"""Open data: what the register shows, whole, in forms that other programs read and none can be tricked by."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from django.test import Client

from blockplan.notice import submissions as intake

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.portal.record.store import DatabaseStore

ROOT = "/api/v1/notices/town"


def get(path: str, status: int = 200) -> str:
    answer = Client().get(ROOT + path)
    assert answer.status_code == status
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[arg-type]
    return content.decode()


def fill(store: DatabaseStore) -> None:
    for text in ("=HYPERLINK(0)", "@x", "-1", "+1", 'plain, with "quotes"\nand lines'):
        place = {"type": "Point", "coordinates": [500, 600]}
        more: dict[str, Any] = {"targets": [{"layer": "parcels", "id": "P-1"}], "geometry": place}
        intake.submit(store, intake.Submission(text=text, more=more))
    event, secret = intake.submit(store, intake.Submission(text="taken-back"))
    intake.withdraw(store, str(event.opinion), secret=secret)


def test_a_table_holds_every_opinion_and_no_cell_is_a_formula(opened: DatabaseStore) -> None:
    fill(opened)
    rows = list(csv.DictReader(io.StringIO(get("/export/opinions.csv").removeprefix("\ufeff"), newline="")))
    assert [row["text"] for row in rows][::-1] == [
        "'=HYPERLINK(0)", "'@x", "'-1", "'+1", "plain, with \"quotes\"\nand lines", "",
    ]  # fmt: skip
    assert rows[0]["kept_back"] == "withdrawn"
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_lines_are_the_opinions_of_the_register(opened: DatabaseStore) -> None:
    fill(opened)
    lines = [json.loads(line) for line in get("/export/opinions.jsonl").splitlines()]
    assert lines == json.loads(get("/opinions"))["opinions"]
    assert "taken-back" not in json.dumps(lines)


def test_places_come_as_geojson_in_the_coordinates_of_the_plan(opened: DatabaseStore) -> None:
    fill(opened)
    found = json.loads(get("/export/opinions.geojson"))
    assert found["features"][-1]["geometry"] == {"type": "Point", "coordinates": [500, 600]}
    assert found["features"][0]["geometry"] is None
    get("/export/opinions.xlsx", 422)


def test_the_response_is_there_once_it_is_published(opened: DatabaseStore) -> None:
    assert json.loads(get("/response", 404))["error"] == "not_found"
    get("/response/files/0", 404)


def test_the_record_is_a_zip_that_verifies(opened: DatabaseStore, tmp_path: Path) -> None:
    import zipfile

    from blockplan.notice.verify import verify

    fill(opened)
    answer = Client().get(ROOT + "/export/record.zip")
    (tmp_path / "record.zip").write_bytes(b"".join(answer.streaming_content))  # type: ignore[arg-type]
    answer.close()
    with zipfile.ZipFile(tmp_path / "record.zip") as archive:
        archive.extractall(tmp_path)
    assert verify(tmp_path / "town-record").findings == []

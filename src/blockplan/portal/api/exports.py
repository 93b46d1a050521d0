"""Open data: the published opinions as CSV, JSON Lines and GeoJSON, and the consultation report."""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import P, PathEx, Router

from blockplan.portal import security_headers
from blockplan.portal.api.answers import GEOJSON, Refused, as_json, documented, text
from blockplan.portal.api.notices import NoticeId, crs_of
from blockplan.portal.api.opinions import FileNumber, everything
from blockplan.portal.api.schemas import ResponseOut
from blockplan.portal.record.exports import opened_file
from blockplan.portal.record.models import Notice
from blockplan.portal.record.store import open_store
from blockplan.portal.visible_notices import seen
from blockplan.texts import harmless_cell

router = Router(tags=["open data"])
CSV, JSON_LINES = "text/csv; charset=utf-8", "application/jsonl"
COLUMNS = (
    "opinion", "number", "entry", "entered_at", "received_at", "round", "late", "channel", "sender",
    "standing", "kept_back", "ground", "title", "text", "language", "reason", "clause", "targets", "place",
    "geometry", "files",
)  # fmt: skip
Form = PathEx[str, P(pattern="^(csv|jsonl|geojson)$")]
_KINDS = {"csv": CSV, "jsonl": JSON_LINES, "geojson": GEOJSON}


def _described(*media_types: str) -> dict[str, Any]:
    content: dict[str, Any] = {kind.partition(";")[0]: {"schema": {}} for kind in media_types}
    return {"responses": {200: {"description": "The file.", "content": content}}}


@router.get(
    "/notices/{notice}/export/opinions.{form}",
    response=documented(),
    operation_id="export_opinions",
    openapi_extra=_described(*_KINDS.values()),
)
def opinions(request: HttpRequest, notice: NoticeId, form: Form) -> StreamingHttpResponse:
    """Every opinion as the register shows it, newest first: csv, jsonl or geojson."""
    row = seen(notice)
    rows = everything(row)
    made = {"csv": _csv, "jsonl": _lines, "geojson": _features}[form]
    parts = made(rows, _crs(row))
    # In portions: a line by itself costs more on its way than in the making.
    answer = StreamingHttpResponse(_portions(parts), content_type=_KINDS[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.id}-opinions.{form}"'
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


@router.get(
    "/notices/{notice}/export/record.zip",
    response=documented(409),
    operation_id="export_record",
    openapi_extra=_described("application/zip"),
)
def record(request: HttpRequest, notice: NoticeId) -> FileResponse:
    """The public record, which verifies by itself; made anew after some minutes at the earliest."""
    file, entries = opened_file(open_store(seen(notice).id))
    return FileResponse(
        file, as_attachment=True, filename=f"{notice}-record-{entries}.zip",
        content_type="application/zip",
    )  # fmt: skip


@router.get(
    "/notices/{notice}/response", response={200: ResponseOut, **documented()}, operation_id="response"
)
def response(request: HttpRequest, notice: NoticeId) -> HttpResponse:
    """The published consultation report: what was received, and the files of the report with their hashes."""
    store = open_store(seen(notice).id)
    event = next(iter(store.events({"published"})), None)
    if event is None:
        raise Refused("not_found")
    said = event.payload
    files = [
        {"number": number, "name": file["name"], "media_type": file["media_type"], "bytes": file.get("bytes")}
        for number, file in enumerate(said.get("files", ()))
    ]
    return as_json({
        "published_at": event.at, "entry": event.seq, "reconciliation": said["reconciliation"],
        "report": said["report"], "files": files,
    })  # fmt: skip


@router.get(
    "/notices/{notice}/response/files/{number}",
    response=documented(),
    operation_id="response_file",
    openapi_extra=_described("application/octet-stream"),
)
def response_file(request: HttpRequest, notice: NoticeId, number: FileNumber) -> HttpResponse:
    """A file of the consultation report, as a download."""
    store = open_store(seen(notice).id)
    event = next(iter(store.events({"published"})), None)
    content = None if event is None else store.file(event.seq, number)
    if event is None or content is None:
        raise Refused("not_found")
    answer = HttpResponse(content, content_type="application/octet-stream")
    return security_headers.as_download(answer, str(event.payload["files"][number]["name"]))


def _csv(rows: Iterable[dict[str, Any]], _crs: str) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    yield "\ufeff"  # spreadsheets take it for UTF-8 only so
    for cells in itertools.chain([COLUMNS], (_cells(row) for row in rows)):
        writer.writerow(cells)
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _cells(row: dict[str, Any]) -> list[Any]:
    flat = row | {
        "targets": " ".join(f"{aim['layer']}:{aim['id']}" for aim in row["targets"]),
        "place": (row["place"] or {}).get("said"),
        "geometry": row["geometry"] and text(row["geometry"]),
        "files": " ".join(file["name"] for file in row["files"]),
    }
    return [_cell(flat[name]) for name in COLUMNS]


def _cell(value: Any) -> Any:
    return harmless_cell(value) if isinstance(value, str) else "" if value is None else value


def _lines(rows: Iterable[dict[str, Any]], _crs: str) -> Iterator[str]:
    return (text(row) + "\n" for row in rows)


def _features(rows: Iterable[dict[str, Any]], crs: str) -> Iterator[str]:
    yield f'{{"type":"FeatureCollection","crs":{text(crs)},"features":['
    for number, row in enumerate(rows):
        said = {key: value for key, value in row.items() if key != "geometry"}
        feature = {"type": "Feature", "id": row["opinion"], "geometry": row["geometry"], "properties": said}
        yield ("," if number else "") + text(feature)
    yield "]}"


def _crs(row: Notice) -> str:
    try:
        return crs_of(row.id)
    except Refused:  # a notice whose plan was not made ready for pages
        return "local"


def _portions(parts: Iterator[str]) -> Iterator[bytes]:
    while found := "".join(itertools.islice(parts, 100)):
        yield found.encode()

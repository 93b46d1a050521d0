"""The register of opinions, the files that came with them, and the receipt of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import P, PathEx, Query, Router, Schema
from pydantic import ConfigDict, Field

from blockplan.notice.receipts import receipt
from blockplan.notice.submissions import holds_secret
from blockplan.portal import security_headers
from blockplan.portal.api.answers import Refused, as_json, documented
from blockplan.portal.api.notices import NoticeId  # noqa: TC001 (read when a route is registered)
from blockplan.portal.api.schemas import NUMBER, OpinionPage, ReceiptOut, WholeOpinionOut
from blockplan.portal.pages import answers
from blockplan.portal.pages.opinions import STEPS
from blockplan.portal.record import register
from blockplan.portal.record.register import Filters
from blockplan.portal.record.store import open_store
from blockplan.portal.submissions import rate_limits
from blockplan.portal.visible_notices import seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from blockplan.portal.record.models import Notice
    from blockplan.portal.record.register import Row

#: Opinions that are read at once for an export.
PORTION = 500
_MORE = ("language", "reason", "clause", "place", "geometry")


def page(
    notice: Notice, filters: Filters, before: int | None, size: int
) -> tuple[list[dict[str, Any]], int | None]:
    """Opinions, newest first, and the cursor of the page after them."""
    found = register.page(notice, filters, before, size)
    return [_one(row) for row in found.rows], found.before


def one(notice: Notice, seq: int) -> dict[str, Any] | None:
    """One opinion; None where there is none, or a clerk has not looked yet."""
    row = register.one(notice, seq)
    return None if row is None else _one(row)


def everything(notice: Notice) -> Iterator[dict[str, Any]]:
    """All opinions, newest first, read in portions."""
    before: int | None = None
    while True:
        rows, before = page(notice, register.Filters(), before, PORTION)
        yield from rows
        if before is None:
            return


def _one(row: Row) -> dict[str, Any]:
    return {
        "opinion": row.id,
        "number": row.number,
        "entry": row.seq,
        "entered_at": row.at,
        "received_at": row.received_at,
        "round": row.round,
        "late": row.late,
        "channel": row.channel or None,
        "sender": row.sender or None,
        "standing": row.standing,
        "kept_back": row.kept_back,
        "ground": row.ground,
        "title": row.title,
        "text": row.text,
        "targets": [{"layer": layer, "id": object_} for layer, object_ in row.targets],
        "files": [_file(number, file) for number, file in enumerate(row.files)],
        "words_of": row.entry,
        **{key: row.words.get(key) for key in _MORE},
    }


def _file(number: int, said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": number,
        "name": str(said["name"]),
        "media_type": str(said["media_type"]),
        "bytes": said.get("bytes"),
    }


router = Router(tags=["opinions"])
Number = PathEx[str, P(pattern=NUMBER)]
FileNumber = PathEx[int, P(ge=0, le=1000)]


class Opinions(Schema):
    """Which opinions; `layer` and `object` ask for those about an object of the plan."""

    layer: str | None = Field(None, pattern="^[a-z_]{1,40}$")
    object: str | None = Field(None, min_length=1, max_length=200)
    standing: Literal["whole", "redacted", "withheld", "withdrawn", "erased"] | None = None
    channel: str | None = Field(None, pattern="^[a-z]{1,20}$")
    sender: Literal["public", "agency"] | None = None
    late: bool | None = None
    round: int | None = Field(None, ge=1, le=1000)
    cursor: int | None = Field(None, ge=0, le=10**15)
    limit: int = Field(20, ge=1, le=100)


class Secret(Schema):
    """The secret that was given beside the receipt."""

    model_config = ConfigDict(extra="forbid")
    secret: str = Field(min_length=8, max_length=100)


@router.get(
    "/notices/{notice}/opinions", response={200: OpinionPage, **documented()}, operation_id="opinions"
)
def opinions(request: HttpRequest, asked: Query[Opinions], notice: NoticeId) -> HttpResponse:
    """The register, newest first."""
    if (asked.layer is None) != (asked.object is None):
        raise Refused("not_valid", "query.layer, query.object: give both")
    chosen = asked.dict(exclude={"cursor", "limit", "layer", "object"})
    about = None if asked.layer is None or asked.object is None else (asked.layer, asked.object)
    rows, more = page(seen(notice), Filters(object=about, **chosen), asked.cursor, asked.limit)
    return as_json({"opinions": rows, "next": more})


@router.get(
    "/notices/{notice}/opinions/{opinion}",
    response={200: WholeOpinionOut, **documented()},
    operation_id="opinion",
)
def opinion(request: HttpRequest, notice: NoticeId, opinion: Number) -> HttpResponse:
    """One opinion, with what became of it."""
    row = seen(notice)
    found = one(row, int(opinion[2:]))
    if found is None:
        raise Refused("not_found")
    entries = open_store(row.id).events(STEPS, about=opinion)
    steps = [{"kind": event.kind, "at": event.at, "entry": event.seq} for event in entries]
    return as_json(found | {"steps": steps, "answers": answers.of_opinion(row, found["entry"])})


@router.get(
    "/notices/{notice}/opinions/{opinion}/files/{number}",
    response=documented(),
    operation_id="file",
    openapi_extra={
        "responses": {
            200: {"description": "The file.", "content": {"application/octet-stream": {"schema": {}}}}
        }
    },
)
def file(request: HttpRequest, notice: NoticeId, opinion: Number, number: FileNumber) -> HttpResponse:
    """A file of an opinion whose words are open, as a download."""
    row = seen(notice)
    found = one(row, int(opinion[2:])) or {"files": []}
    named = {one["number"]: one["name"] for one in found["files"]}
    content = open_store(row.id).file(found["words_of"], number) if number in named else None
    if content is None:
        raise Refused("not_found")
    return security_headers.as_download(
        HttpResponse(content, content_type="application/octet-stream"), named[number]
    )


@router.post(
    "/notices/{notice}/opinions/{opinion}/receipt",
    response={200: ReceiptOut, **documented(403, 413, 415, 429)},
    operation_id="receipt",
)
def receipt_again(request: HttpRequest, given: Secret, notice: NoticeId, opinion: Number) -> HttpResponse:
    """The receipt of one's own opinion again, against the newest checkpoint."""
    store = open_store(seen(notice).id)
    wait_s = rate_limits.wait("secret", request, notice)
    if wait_s:
        raise rate_limits.BusyError(wait_s)
    first = store.some([int(opinion[2:])]).get(int(opinion[2:]))
    checkpoint = store.checkpoint()
    if first is None or first.kind != "submitted" or checkpoint is None:
        # Which numbers there are is no secret: the register lists them.
        raise Refused("not_found")
    if not holds_secret(first, given.secret):
        raise Refused("secret_wrong")
    rate_limits.wait("secret", request, notice, tokens=-1.0)  # only guessing is slowed down
    return as_json(receipt(first, store, checkpoint, store.notary.verifier))

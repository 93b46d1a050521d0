"""The record to take along, files of the plan on notice, and a page that checks a receipt."""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from blockplan.errors import BlockplanError, NoticeStateError
from blockplan.notice import proof
from blockplan.notice.events import write_time
from blockplan.notice.promises import is_promise, kept, read_promise
from blockplan.notice.proof.notes import read_checkpoint, verifier
from blockplan.notice.receipts import LATER, faults_of_receipt, later_of, opinion_of, read_receipt
from blockplan.portal import clock
from blockplan.portal.lang import current
from blockplan.portal.pages.common import public, standing_of
from blockplan.portal.pages.errors import being_made
from blockplan.portal.pages.notices import signed
from blockplan.portal.record import exports
from blockplan.portal.record.models import Entry, Notice
from blockplan.portal.record.store import open_store
from blockplan.portal.security_headers import as_download
from blockplan.portal.visible_notices import open_to, seen
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from blockplan.notice.events import Event

#: A receipt is a few thousand characters, and as long again as the opinion in it and each of its later words.
LARGEST_RECEIPT_BYTES = 4_000_000
#: A file in a zip bears a time: the earliest that there can be.
UNDATED = (1980, 1, 1, 0, 0, 0)
SLUG = re.compile(r"[A-Za-z0-9_-]{1,60}")


@public
def record(request: HttpRequest, lang: str, notice: str) -> HttpResponse:
    """How the record of a notice is taken along and verified."""
    row = open_to(request, notice)
    context = {"notice": standing_of(row), "signed": signed(open_store(row.id))}
    return render(request, "portal/record.html", context)


@public
def record_zip(request: HttpRequest, notice: str) -> HttpResponseBase:
    """The public record as a zip."""
    row = seen(notice)
    try:
        file, entries = exports.opened_file(open_store(row.id))
    except exports.MakingError:
        return being_made(request)
    except NoticeStateError as error:  # an older copy was restored: nothing is signed of it
        said = pick(error.text, current()) if error.text is not None else str(error)
        return HttpResponse(f"{said}\n", status=409, content_type="text/plain; charset=utf-8")
    return FileResponse(
        file, as_attachment=True, filename=f"{row.id}-record-{entries}.zip",
        content_type="application/zip",
    )  # fmt: skip


@public
def verifier_zip(_request: HttpRequest) -> HttpResponse:
    """The verifier for Node, to be run away from here; the same bytes from the same program."""
    folder, packed = Path(proof.__file__).parents[1] / "verifier", BytesIO()
    with ZipFile(packed, "w") as into:
        for file in sorted(folder.glob("*.mjs")):
            into.writestr(ZipInfo(f"verifier/{file.name}", UNDATED), file.read_bytes(), ZIP_DEFLATED)
    headers = {"Content-Disposition": 'attachment; filename="verifier.zip"'}
    return HttpResponse(packed.getvalue(), content_type="application/zip", headers=headers)


@public
def checkpoint(request: HttpRequest, notice: str) -> HttpResponse:
    """The newest signed checkpoint as plain text, for witnesses."""
    store = open_store(seen(notice).id)
    # Of an older copy the newest that was signed is shown, so that nobody is shown a smaller tree in silence.
    note = store.notary.newest_note() if store.lost() is not None else store.checkpoint()
    if note is None:
        raise Http404
    return HttpResponse(note, content_type="text/plain; charset=utf-8")


@public
def key(request: HttpRequest, notice: str) -> HttpResponse:
    """The public key of the record in one line."""
    line = f"{open_store(seen(notice).id).notary.verifier}\n"
    return HttpResponse(line, content_type="text/plain; charset=utf-8")


@public
def plan_file(request: HttpRequest, notice: str, seq: int, number: int) -> HttpResponse:
    """A file of the plan on notice, the bytes that the record has frozen."""
    row = seen(notice)
    store = open_store(row.id)
    event = store.some([seq]).get(seq)
    content = store.file(seq, number) if event is not None and event.kind == "opened" else None
    files = event.payload["plan"]["files"] if event is not None and event.kind == "opened" else []
    if content is None or number >= len(files):
        raise Http404
    response = HttpResponse(content, content_type="application/octet-stream")
    as_download(response, files[number]["path"].replace("/", "-"))
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@csrf_exempt  # it changes nothing, and a page for everybody sets no cookie
def verify(request: HttpRequest, lang: str) -> HttpResponse:
    """Whether a receipt holds; checked in the browser where it can, else here."""
    context: dict[str, Any] = {"later_kinds": sorted(LATER)}
    if request.method == "POST":
        context["checked"] = check(request)
    response = render(request, "portal/verify.html", context)
    response.headers["Cache-Control"] = "no-store" if request.method == "POST" else "public, max-age=300"
    return response


def check(request: HttpRequest) -> dict[str, Any]:
    """What is wrong with the receipt that was sent, by itself and against the record of this service."""
    sent = request.FILES.get("receipt")
    text = sent.read(LARGEST_RECEIPT_BYTES) if sent is not None else request.POST.get("text", "").encode()
    try:
        document = json.loads(text)
        if is_promise(document):
            return _check_promise(document)
        event, _, _ = read_receipt(document)
    except (ValueError, KeyError, TypeError, RecursionError, BlockplanError):
        return {"outcome": "none"}
    # What is no name of ours need not be asked of the database, which may not take it.
    row = Notice.objects.filter(id=event.notice).first() if SLUG.fullmatch(event.notice) else None
    if row is None:
        return {"outcome": "elsewhere", "receipt": event.notice}
    office = open_store(row.id).notary.verifier
    faults = faults_of_receipt(document, office)
    if faults:
        return {"outcome": "fails", "faults": faults, "stands": True}
    later = [read_receipt(one)[0] for one in later_of(document)]
    here = open_store(row.id).some([one.seq for one in (event, *later)])
    stands = all(_is_here(one, here.get(one.seq)) for one in (event, *later))
    if not stands:
        return {"outcome": "fails", "faults": [], "stands": False}
    return {
        "outcome": "holds", "notice": row.id, "zone": row.zone, "id": opinion_of(document) or "",
        "kind": event.kind, "at": event.at, "seq": event.seq,
        "size": read_checkpoint(document["checkpoint"], office).size,
        "later": [{"kind": one.kind, "at": one.at, "seq": one.seq} for one in later],
    }  # fmt: skip


def _check_promise(document: Mapping[str, Any]) -> dict[str, Any]:
    """What became of what was promised before entry, in the record of this service."""
    found = read_promise(document)
    name = verifier(str(document["key"])).name.removeprefix("blockplan/")
    row = Notice.objects.filter(id=name).first() if SLUG.fullmatch(name) else None
    if row is None:
        return {"outcome": "elsewhere", "receipt": name}
    store = open_store(row.id)
    if str(store.notary.verifier) != document["key"]:
        said_key = f"the key of the notice is {store.notary.verifier}"
        return {"outcome": "fails", "faults": [said_key], "stands": True}
    seq = Entry.objects.filter(notice=row, promise=found.digest).values_list("seq", flat=True).first()
    entries = [] if seq is None else [store.some([seq])[seq]]
    became = kept(found, entries, [(0, write_time(clock.now()))])
    if became.outcome in {"kept", "open"}:
        return {
            "outcome": f"promise_{became.outcome}", "notice": row.id, "zone": row.zone, "until": found.until,
            "arrived": found.arrived, "seq": became.seq,
        }  # fmt: skip
    return {"outcome": "fails", "faults": [became.said], "stands": True}


def _is_here(event: Event, here: Event | None) -> bool:
    """Whether an entry of a receipt stands in the record of this service."""
    return here is not None and (here.kind, here.at, here.commitment) == (
        event.kind, event.at, event.commitment
    )  # fmt: skip

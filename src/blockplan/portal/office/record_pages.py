"""The record of a notice for those who look after it: every entry, and the archive with its verdict."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.http import FileResponse
from django.shortcuts import get_object_or_404, render

from blockplan.notice.record import export
from blockplan.notice.verify import verify
from blockplan.portal.office.audit import note
from blockplan.portal.office.paging import paged
from blockplan.portal.office.permissions import actor_of
from blockplan.portal.record.models import Entry, Notice
from blockplan.portal.record.store import open_store

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, HttpResponseBase


def record(request: HttpRequest, notice: str) -> HttpResponse:
    """Entries in order, and on request the verdict of the verifier over a fresh export."""
    row = get_object_or_404(Notice, pk=notice)
    rows, more = paged(Entry.objects.filter(notice=row), request, key="seq")
    shown = {"notice": row, "rows": rows, "next": more, "checkpoint": open_store(notice).checkpoint()}
    if "verify" in request.GET and rows:
        with tempfile.TemporaryDirectory() as folder:
            store = open_store(notice)
            export(store, Path(folder, "record"), store.notary, archive=True)
            shown["verified"] = verify(Path(folder, "record"))
    return render(request, "office/record.html", shown)


def archive(request: HttpRequest, notice: str) -> HttpResponseBase:
    """The whole record with names and addresses, as a zip; who took it is noted."""
    get_object_or_404(Notice, pk=notice)
    store = open_store(notice)
    folder = Path(tempfile.mkdtemp(prefix="blockplan-archive-"))
    try:
        export(store, folder / notice, store.notary, archive=True)
        # On the disk and not in memory: a record holds every file that was sent.
        packed = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
            for path in sorted((folder / notice).rglob("*")):
                if path.is_file():
                    made.write(path, path.relative_to(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    note("archive_taken", who=actor_of(request).name, notice=notice, request=request)
    packed.seek(0)
    return FileResponse(packed, as_attachment=True, filename=f"{notice}-archive.zip")

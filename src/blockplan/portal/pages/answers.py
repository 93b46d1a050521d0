"""
The consultation report once it is published: made of the record once, and kept as files.

`blockplan.respond` decides what is in it. The page shows themes, answers and counts; the words of opinions
stand in the register, a page at a time, and in the files to take along.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render

from blockplan.errors import PlanDataError
from blockplan.notice.disclosure import PUBLISHED
from blockplan.portal.mail.outbox import sends
from blockplan.portal.pages.common import public, standing_of
from blockplan.portal.pages.models import OpinionAnswers
from blockplan.portal.plans.places import places_of
from blockplan.portal.record import register
from blockplan.portal.record.index import numbers_of
from blockplan.portal.record.models import Entry
from blockplan.portal.record.place import folder_of, making
from blockplan.portal.record.store import open_store
from blockplan.portal.visible_notices import open_to, seen, version_of
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from blockplan.portal.record.models import Notice
    from blockplan.respond.sorting import Sorting

HEAD, DOCUMENT = "head.json", "response.json"
#: Points of a theme that its page lists by number; the files hold all.
MOST_POINTS = 20
TYPES = {
    ".html": "text/html; charset=utf-8", ".csv": "text/csv; charset=utf-8", ".json": "application/json"
}  # fmt: skip
_MAKING = threading.Lock()


@public
def response(request: HttpRequest, lang: str, notice: str) -> HttpResponse:
    """The consultation report; before it is published, what is known of it so far."""
    row = open_to(request, notice)
    context: dict[str, Any] = {
        "notice": standing_of(row),
        "published": row.state in PUBLISHED,
        "mails": sends() and not row.preview,
    }
    if row.state in PUBLISHED:
        folder = made(row)
        head = json.loads((folder / HEAD).read_text(encoding="utf-8"))
        context |= {
            "d": head,
            "numbers": numbers_of(row.id, _told_of(head)),
            "files": _files(folder, lang),
            "entered": _entered(row, folder),
        }
    else:
        context["counts"] = register.counts(row)
    return render(request, "portal/response.html", context)


@public
def response_file(request: HttpRequest, notice: str, name: str) -> FileResponse:
    """A file of the consultation report, as a download."""
    row = seen(notice)
    path = made(row) / name if row.state in PUBLISHED else None
    if path is None or name not in _names() or not path.is_file():
        raise Http404
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=f"{row.id}-{name}", content_type=TYPES[path.suffix]
    )


def of_opinion(row: Notice, seq: int) -> list[dict[str, Any]]:
    """The answers to an opinion; nothing before the report is published."""
    if row.state not in PUBLISHED:
        return []
    made(row)
    found = OpinionAnswers.objects.filter(notice_id=row.id, seq=seq).values_list("points", flat=True).first()
    return list(found or ())


def theme_of(row: Notice, theme: str) -> dict[str, Any] | None:
    """A theme of the published report, with its answer and first points; None where there is none."""
    if row.state not in PUBLISHED:
        return None
    head = json.loads((made(row) / HEAD).read_text(encoding="utf-8"))
    return next((one for one in head["themes"] if one["theme"] == theme), None)


def made(row: Notice) -> Path:
    """The folder of the report, made where it is not there yet: anew after each further entry."""
    newest = Entry.objects.filter(notice_id=row.id).order_by("-seq").values_list("seq", flat=True).first()
    folder = folder_of(row.id) / f"response-{newest}"
    if folder.is_dir():
        return folder
    with _MAKING, making(row.id):
        if not folder.is_dir():
            _make(row, folder)
    return folder


def _make(row: Notice, folder: Path) -> None:
    from blockplan.report.response import response_files  # noqa: PLC0415 (only the report needs it)
    from blockplan.respond.sorting import Sorting  # noqa: PLC0415

    sorting = Sorting(open_store(row.id))
    document = _document(sorting, row)
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".making-"))
    try:
        made = _published(row) or {
            _in(lang, name): data
            for lang in LANGUAGES
            for name, data in response_files(document, lang).items()
        }
        for name, data in made.items():
            (beside / name).write_bytes(data)
        (beside / HEAD).write_text(json.dumps(_head(document), ensure_ascii=False), encoding="utf-8")
        _keep_answers(sorting, row)
        os.replace(beside, folder)  # noqa: PTH105 (atomic)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    for old in folder.parent.glob("response-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)


def _published(row: Notice) -> dict[str, bytes]:
    """The files of the report as they were published; none once an opinion has another fate since then."""
    store, found = open_store(row.id), dict[str, bytes]()
    event = list(store.events({"published"}))[-1]
    if any(later.opinion is not None or later.kind == "erased" for later in store.after(event.seq, 100_000)):
        return {}
    for number, file in enumerate(event.payload.get("files", ())):
        lang, _, name = str(file["name"]).partition("/")
        content = store.file(event.seq, number)
        if content is None:
            return {}
        found[_in(lang, name)] = content
    return found if set(found) == _names() else {}


def _document(sorting: Sorting, row: Notice) -> dict[str, Any]:
    from blockplan.respond.document import response as document_of  # noqa: PLC0415

    version = version_of(row)
    try:
        return document_of(sorting, places_of(version).plan if version else None)
    except PlanDataError:
        return document_of(sorting)  # the report then says that nothing was compared with the plan


def _opinions(theme: Mapping[str, Any]) -> list[str]:
    """The opinions with a point in a theme, each once."""
    return list(dict.fromkeys(point["opinion"] for point in theme["points"]))


def _told_of(head: Mapping[str, Any]) -> set[str]:
    """The opinions that the page names."""
    points = [*head["single"], *(point for theme in head["themes"] for point in theme["other_answers"])]
    named = {name for theme in head["themes"] for name in theme["points"]}
    return named | {point["opinion"] for point in points}


def _head(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without its register, and with the first points of each theme."""
    themes = [
        {**theme, "n_points": len(_opinions(theme)), "n_other": len(theme["other_answers"]),
         "points": _opinions(theme)[:MOST_POINTS],
         "other_answers": theme["other_answers"][:MOST_POINTS]}
        for theme in document["themes"]
    ]  # fmt: skip
    single = document["single"]
    return {
        **{key: value for key, value in document.items() if key not in {"register", "campaigns"}},
        "themes": themes,
        "single": single[:MOST_POINTS],
        "n_single": len(single),
    }


def _keep_answers(sorting: Sorting, row: Notice) -> None:
    rows = [
        OpinionAnswers(notice_id=row.id, seq=int(name.removeprefix("O-")), points=points)
        for name in sorting.opinions.by_id
        if (points := _points(sorting, name))
    ]
    with transaction.atomic():
        OpinionAnswers.objects.filter(notice_id=row.id).delete()
        OpinionAnswers.objects.bulk_create(rows, batch_size=500)


def _points(sorting: Sorting, name: str) -> list[dict[str, Any]]:
    found = []
    if not sorting.opinions.by_id[name].needs_answer:
        return []
    for segment in sorting.segments.get(name, ()):
        theme, answer = sorting.theme_of(segment.id), sorting.answer_of(segment.id)
        found.append({
            "segment": segment.id, "theme": theme.id if theme else None,
            "title": theme.title if theme else None, "answer": answer.to_dict() if answer else None,
            "own": sorting.own_answer(segment.id) is not None,
        })  # fmt: skip
    return found


def _in(lang: str, name: str) -> str:
    return name if name == DOCUMENT else f"{Path(name).stem}-{lang}{Path(name).suffix}"


def _names() -> frozenset[str]:
    told = ("response.html", "opinions.csv", "answers.csv", "changes.csv", DOCUMENT)
    return frozenset(_in(lang, name) for lang in LANGUAGES for name in told)


def _files(folder: Path, lang: str) -> list[dict[str, Any]]:
    told = ("response.html", "opinions.csv", "answers.csv", "changes.csv", DOCUMENT)
    return [
        {"key": Path(name).stem if name != DOCUMENT else "document", "name": _in(lang, name),
         "bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for name in told
        if (path := folder / _in(lang, name)).is_file()
    ]  # fmt: skip


def _entered(row: Notice, folder: Path) -> list[dict[str, Any]]:
    """The files whose hashes were entered at publication, and whether one of today's is that very one."""
    event = next(iter(list(open_store(row.id).events({"published"}))[-1:]), None)
    report = event.payload.get("report", {}) if event is not None else {}
    here = {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    return [{"name": name, "sha256": digest, "same": digest in here} for name, digest in report.items()]

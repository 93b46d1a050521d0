"""
The page of the release check: what would go out, table by table, and what two persons say of it.

The first chooses what goes out and answers the questions; the public package is then built anew. The second
sees what stands in the built files, and signs their hash together with everything else that was looked at.

The record of a notice for those who look after it: every entry, and the archive with its verdict.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.http import FileResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from blockplan.notice.package import FrozenPlan, package_hash
from blockplan.notice.record import export
from blockplan.notice.verify import verify
from blockplan.portal.lang import current
from blockplan.portal.office import desks, drafts, permissions
from blockplan.portal.office.audit import MOST_NAMED, note
from blockplan.portal.office.draft_pages import period_of
from blockplan.portal.office.edit_conflicts import of_release, seen_of
from blockplan.portal.office.forms import Form, Lines
from blockplan.portal.office.models import Draft
from blockplan.portal.office.notice_pages import attempt
from blockplan.portal.office.paging import paged
from blockplan.portal.office.permissions import actor_of
from blockplan.portal.record.index import named
from blockplan.portal.record.models import Entry, Notice
from blockplan.portal.record.store import open_store
from blockplan.portal.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict

    from blockplan.portal.plans.models import PlanVersion


#: Entries that name themes.
OF_THEMES = frozenset({"theme", "themed", "answered"})


def record(request: HttpRequest, notice: str) -> HttpResponse:
    """Entries in order, and on request the verdict of the verifier over a fresh export."""
    row = get_object_or_404(Notice, pk=notice)
    rows, more = paged(Entry.objects.filter(notice=row), request, key="seq")
    told = zip(rows, _about(notice, rows), strict=True)
    shown = {
        "notice": row, "rows": list(told), "next": more, "checkpoint": open_store(notice).checkpoint(),
    }  # fmt: skip
    if "verify" in request.GET and rows:
        with tempfile.TemporaryDirectory() as folder:
            store = open_store(notice)
            export(store, Path(folder, "record"), store.notary, archive=True)
            shown["verified"] = verify(Path(folder, "record"))
    return render(request, "office/record.html", shown)


def _about(notice: str, rows: list[Entry]) -> Iterator[tuple[list[tuple[str, str]], int]]:
    """Address and name of what each entry is about, as far as they fit, and how many more there are."""
    events = open_store(notice).some([one.seq for one in rows if one.opinion is None])
    themes = desks.titles_of_themes(notice) if any(one.kind in OF_THEMES for one in rows) else {}
    open_ones = desks.look(notice).themes if themes else {}
    for row in rows:
        event = events.get(row.seq)
        names = [row.opinion] if row.opinion else [*desks.named_in(event.payload)] if event else []
        every = sorted(dict.fromkeys(names), key=lambda name: name in themes)
        told = [
            (reverse("office_theme", args=[notice, name]) if name in open_ones else "",
             say("office_desk.theme_named", current(), title=themes[name]))
            if name in themes
            else (reverse("office_opinion", args=[notice, name.partition(".")[0]]),
                  named(notice, name, current()))
            for name in every[:MOST_NAMED]
        ]  # fmt: skip
        yield told, len(every[MOST_NAMED:])


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


#: What of a plan is chosen: layers and columns that stay, and those beside the contract that go.
CHOSEN = ("withheld_layers", "withheld_columns", "added")


class Questions(Form):
    """What the first of the two persons answers besides."""

    secrecy_mark = Lines(max_length=2000)
    public_copy = Lines(max_length=2000)
    privacy_seen = Lines(max_length=2000)


def release(request: HttpRequest, notice: str) -> HttpResponse:
    """The release check: one person answers, another signs what was answered and found."""
    one = get_object_or_404(Draft.objects.select_related("version"), pk=notice)
    actor, fault = actor_of(request), ""
    answering = request.method == "POST" and "sign" not in request.POST
    form = Questions(request.POST if answering else None, initial=_answers(one))
    if request.method == "POST":
        if not answering:
            fault = attempt(lambda: drafts.sign_release(one, actor, request.POST["sign"]))
        elif form.is_valid():
            said = _said(form.cleaned_data, request.POST)
            fault = attempt(lambda: drafts.answer_release(one, said, actor, seen_of(request)))
        if not fault and not form.errors:
            return HttpResponseRedirect(reverse("office_draft", args=[notice]))
        one.refresh_from_db()
    found: list[Any] = []
    looked = ""
    if one.version is not None and not fault:
        fault = attempt(lambda: found.extend(drafts.found_in(one))) or fault
        _, dates_fault = period_of(one)
        looked = "" if dates_fault else drafts.looked_at(one)
    shown = {
        "draft": one, "form": form, "fault": fault, "answered": one.release,
        "looked": looked, "seen": of_release(one)[0],
        "found": [{**finding.to_dict(), "stops": finding.stops} for finding in found],
        "own": one.release.get("staff") == actor.staff.pk, "may_sign": actor.may(*permissions.SECONDS),
        **({} if one.version is None else _goes_out(one.version)),
        "layers": [] if one.version is None else _layers(one.version, request.POST if answering else None),
    }  # fmt: skip
    refused = request.method == "POST"
    return render(request, "office/release.html", shown, status=400 if refused else 200)


def _goes_out(version: PlanVersion) -> dict[str, Any]:
    """What stands in the public package, read from its files."""
    said = version.document["frozen"]
    found: list[FrozenPlan] = []
    fault = attempt(lambda: found.append(FrozenPlan.kept(Path(version.package), said)))
    if fault:
        return {"fault": fault, "looked": ""}
    (manifest,) = (file.content.decode() for file in found[0].files if file.name == "plan.toml")
    return {
        "files": said["files"], "package": package_hash(said["files"]), "manifest": manifest,
        "tables": [one | {"said": _called("layer", one["table"])} for one in version.document["tables"]],
        "shows": said.get("shows"),
    }  # fmt: skip


def _layers(version: PlanVersion, sent: QueryDict | None) -> list[dict[str, Any]]:
    """The layers of the office's plan with their columns, and what is chosen of each."""
    choice = drafts.choice_of(version)
    chosen = {*choice.withheld, *choice.added} if sent is None else {*_names(sent, *CHOSEN)}
    found = []
    for _, group in groupby(drafts.parts_in(version), key=lambda part: part.layer):
        whole, *columns = [
            {"name": part.name, "rows": part.rows, "known": part.known,
             "said": _called("field", part.column) if part.column else _called("layer", part.layer),
             "fixed": part.fixed, "chosen": part.name in chosen,
             "field": _field(part.known, part.column)}
            for part in group
        ]  # fmt: skip
        found.append(whole | {"columns": [column for column in columns if not column["fixed"]]})
    return found


def _called(what: str, code: str) -> str:
    """A layer or a column by the reader's name for it, with what the files call it behind."""
    from blockplan.plan.model.faults import named, with_code  # noqa: PLC0415 (tables of plans are slow to load)

    name = named(what, code, current())
    return code if name == code or current() == "en" else with_code(name, code)


def _field(known: bool, column: str | None) -> str:
    return "added" if not known else "withheld_layers" if column is None else "withheld_columns"


def _names(sent: QueryDict, *fields: str) -> list[str]:
    """Names as boxes send them one by one, or as somebody writes them with commas between."""
    written = (
        part
        for field in fields
        for value in sent.getlist(field)
        for part in value.replace("、", ",").split(",")
    )
    return list(dict.fromkeys(name.strip() for name in written if name.strip()))


def _answers(one: Draft) -> dict[str, Any]:
    said = one.release.get("answers", {})
    return {**said, "privacy_seen": said.get("privacy", "")}


def _said(form: dict[str, Any], sent: QueryDict) -> dict[str, Any]:
    return {
        "secrecy_mark": form["secrecy_mark"], "public_copy": form["public_copy"],
        "privacy": form["privacy_seen"], **{name: _names(sent, name) for name in CHOSEN},
    }  # fmt: skip

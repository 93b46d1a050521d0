"""Opinions as the office sees them: the list, one with its entries, letters that are entered, lists."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from blockplan.errors import BlockplanError, NoticeStateError
from blockplan.notice import submissions as notices
from blockplan.notice.events import CHANNELS, SENDERS
from blockplan.notice.intake.limits import LIMITS
from blockplan.notice.intake.uploads import take_files
from blockplan.notice.numbers import read_typed
from blockplan.notice.standing import check_about
from blockplan.notice.state import TAKES_OPINIONS
from blockplan.notice.submissions import new_of, source_of
from blockplan.portal.office import entries, permissions
from blockplan.portal.office.audit import note
from blockplan.portal.office.forms import Day, Form, Lines, choices, decision
from blockplan.portal.office.inbox import KEYS
from blockplan.portal.office.notice_pages import attempt, opinion_of, told, waiting_of
from blockplan.portal.office.paging import after, paged
from blockplan.portal.office.permissions import actor_of
from blockplan.portal.office.services import ACTS
from blockplan.portal.pages.common import standing_of
from blockplan.portal.record.index import entry_of
from blockplan.portal.record.models import Notice, Opinion
from blockplan.portal.record.store import open_store
from blockplan.portal.security_headers import as_download
from blockplan.portal.submissions.services import Said, new_form, take
from blockplan.portal.words import say
from blockplan.respond import read_opinions
from blockplan.respond.opinions import STANDINGS
from blockplan.respond.tables import shown as plainly
from blockplan.texts import refusal, shortened

if TYPE_CHECKING:
    from django.http import HttpRequest

    from blockplan.notice.events import Event
    from blockplan.notice.ledger import Ledger
    from blockplan.portal.office.permissions import Actor

BY_CLERK = tuple(name for name, clerk in CHANNELS.items() if clerk and name != "import")
SHOWN_FAULTS = 30
LARGEST_LIST = 20_000_000
#: So many opinions stand in the list before the one that is open.
BEFORE = 5


class Letter(Form):
    """An opinion that came otherwise than by the web."""

    channel = forms.ChoiceField()
    received_at = Day()
    received_time = forms.TimeField(required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    sender = forms.ChoiceField()
    title = forms.CharField(max_length=400, required=False)
    text = Lines(max_length=LIMITS.text_characters, required=False)
    objects = forms.CharField(max_length=1000, required=False)
    scan = forms.FileField(required=False)
    person_name = forms.CharField(max_length=200, required=False)
    person_address = forms.CharField(max_length=400, required=False)
    person_contact = forms.CharField(max_length=200, required=False)
    person_standing = forms.CharField(max_length=200, required=False)
    reason_given = Lines(required=False)
    form_key = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["channel"].choices = decision(choices("office_channel", BY_CLERK))
        fields["sender"].choices = decision(choices("office_sender", SENDERS))


class List(Form):
    """A list of opinions, or a mailbox."""

    file = forms.FileField(
        widget=forms.ClearableFileInput({"accept": ".csv,.tsv,.xlsx,.xls,.ods,.mbox,.eml"})
    )


def opinions(request: HttpRequest, notice: str) -> HttpResponse:
    """All opinions, or those of one standing, or those that are held."""
    row = get_object_or_404(Notice, pk=notice)
    sought = request.GET.get("number", "")[:60]
    if sought and (there := _sought(row, sought)):
        return HttpResponseRedirect(reverse("office_opinion", args=[notice, there]))
    shown = _listed(request, row) | {"sought": sought, "missing": bool(sought)}
    return render(request, "office/opinions.html", shown)


def _listed(request: HttpRequest, row: Notice, at: Opinion | None = None) -> dict[str, Any]:
    """The list around an opinion: filters with counts, and a page from a little before the open one."""
    every = Opinion.objects.filter(notice=row)
    # What waits for a look is not published yet, however it stands later.
    fits = {one: Q(standing=one, held__in=[False]) for one in STANDINGS} | {
        "held": Q(held__in=[True]), "late": Q(late=True),
    }  # fmt: skip
    sizes = every.aggregate(**{name: Count("pk", filter=fit) for name, fit in fits.items()})
    wanted = request.GET.get("standing", "")
    wanted = wanted if wanted in fits else ""
    rows = every.filter(fits[wanted]) if wanted else every
    if at is not None and after(request) is None:
        earlier = rows.filter(seq__lt=at.seq).order_by("-seq").values_list("seq", flat=True)
        rows = rows.filter(seq__gte=min(earlier[:BEFORE], default=0))
    found, more = paged(rows, request, key="seq")
    words = open_store(row.id).some([one.shown for one in found if one.shown is not None])
    return {
        "notice": row, "standing": standing_of(row) if row.round else None, "whole": every.count(),
        "next": more, "wanted": wanted,
        "rows": [(one, f"O-{one.seq}", _line(words.get(one.shown or -1))) for one in found],
        "keep": f"standing={wanted}" if wanted else "", "keys": KEYS[:2],
        "standings": [(name, sizes[name]) for name in ("held", "late", *STANDINGS) if sizes[name]],
        "letters": row.state in TAKES_OPINIONS and actor_of(request).may("clerk", "planner"),
    }  # fmt: skip


def _sought(row: Notice, said: str) -> str | None:
    """The opinion that a clerk types as people are told it, or by its entry; None where there is none."""
    asked = read_typed(said)
    entry = asked.entry
    if entry is None and asked.number is not None:
        entry = entry_of(row.id, asked.number)
    known = entry is not None and Opinion.objects.filter(notice=row, seq=entry).exists()
    return f"O-{entry}" if known else None


def opinion(request: HttpRequest, notice: str, opinion: str) -> HttpResponse:
    """One opinion: every entry about it, its person, its files, what may be done; or let it be shown."""
    row = get_object_or_404(Notice, pk=notice)
    one = opinion_of(row, opinion)
    actor = actor_of(request)
    fault = ""
    if request.method == "POST":
        fault = attempt(lambda: _show(notice, opinion, request.POST.get("looked_at", ""), actor))
        if not fault:
            return HttpResponseRedirect(request.path)
    events = list(open_store(notice).events(about=opinion))
    offered = [
        name for name, act in ACTS.items()
        if act.of_opinion and act.offered(row) and actor.may(*act.roles) and _fits(name, one, events[0])
    ]  # fmt: skip
    shown = _listed(request, row, one) | {
             "one": one, "opinion": opinion, "offered": offered, "at": opinion,
             "entries": [entries.told(event, row) for event in events],
             "place_map": entries.place_map(row, events),
             "erasures": entries.erasures_of_opinion(row, opinion),
             "waits": [one for one in waiting_of(notice) if one.opinion == opinion],
             "may_show": one.held and actor.may(*permissions.ENTERS["shown"]),
             "fault": fault}  # fmt: skip
    return render(request, "office/opinion.html", shown, status=400 if fault else 200)


def _fits(name: str, one: Opinion, first: Event) -> bool:
    """Whether an act would do anything to this opinion; what it may not do the record says."""
    if one.standing == "erased":
        return False
    if name == "restore":
        return one.standing in {"redacted", "withheld"}
    try:
        check_about(ACTS[name].kind, first, withdrawn=one.standing == "withdrawn")
    except NoticeStateError:
        return False
    return True


def _show(notice: str, opinion: str, looked_at: str, actor: Actor) -> None:
    """Enter that somebody looked at the words of one entry; refused where others stand in their place now."""
    of = int(looked_at) if looked_at.isascii() and looked_at.isdecimal() and len(looked_at) < 16 else -1

    def work(ledger: Ledger) -> None:
        ledger.append("shown", {"opinion": opinion, "of": of, "by": actor.name})
        note("shown", who=actor.name, notice=notice, about=opinion)

    permissions.work(notice, work, actor)


def opinion_file(request: HttpRequest, notice: str, seq: int, number: int) -> HttpResponse:
    """A file of an entry, as a download."""
    found = open_store(notice).some([seq]).get(seq)
    files = found.payload.get("files", []) if found is not None and found.opinion else []
    content = open_store(notice).file(seq, number) if number < len(files) else None
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type=files[number]["media_type"])
    return as_download(response, files[number]["name"])


def letter(request: HttpRequest, notice: str) -> HttpResponse:
    """Enter a letter, a mail, a call or a talk at the counter, with the day on which it came."""
    row = get_object_or_404(Notice, pk=notice)
    form = Letter(request.POST or None, request.FILES or None, initial={"form_key": new_form()})
    if request.method == "POST" and form.is_valid():
        permissions.require("submitted", actor_of(request))
        found: list[Any] = []
        if fault := attempt(lambda: found.append(take(notice, _said(form.cleaned_data)))):
            form.add_error(None, fault)
        else:
            note("letter", who=actor_of(request).name, notice=notice, about=found[0].opinion)
            return render(request, "office/letter_taken.html", {"notice": row, "receipt": found[0]})
    shown = {"notice": row, "form": form}
    return render(request, "office/letter.html", shown, status=400 if form.errors else 200)


def import_list(request: HttpRequest, notice: str) -> HttpResponse:
    """Look through a list of opinions, and enter all of it that is not there yet, or nothing."""
    row = get_object_or_404(Notice, pk=notice)
    form = List(request.POST or None, request.FILES or None)
    shown: dict[str, Any] = {"notice": row, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            found, digest = _read(form.cleaned_data["file"])
            said = [one for one in found if one.says_something]
            faults = [(one.row, fault) for one in found for fault in one.faults]
            listed = [_from_list(one, digest) for one in said]
            fresh = _fresh(open_store(notice), listed, digest)
            shown |= {"found": len(said), "empty": len(found) - len(said), "faults": faults[:SHOWN_FAULTS],
                      "there": len(said) - len(fresh)}  # fmt: skip
            if "enter" in request.POST:
                shown["entered"] = _enter_list(notice, listed, digest, actor_of(request))
        except BlockplanError as error:
            form.add_error("file", told(error))
    return render(request, "office/import.html", shown, status=400 if form.errors else 200)


def _fresh(record: Any, listed: list[notices.Submission], digest: str) -> list[notices.Submission]:
    """What of a list is not in the record yet: nothing of a file that was entered before."""
    if any(source_of(event) == digest for event in record.events({"submitted"})):
        return []
    return [one for one, new in zip(listed, new_of(record, listed), strict=True) if new]


def _enter_list(notice: str, listed: list[notices.Submission], digest: str, actor: Actor) -> int:
    """Enter all of a list that is not there yet, or nothing; gives back how many."""

    def work(ledger: Ledger) -> int:
        # Asked again inside: somebody else may have entered the same list meanwhile.
        made = notices.enter_many(ledger, _fresh(ledger, listed, digest))
        note("imported", who=actor.name, notice=notice, about=str(len(made)))
        return len(made)

    return permissions.work(notice, work, actor)


def _read(file: Any) -> tuple[list[Any], str]:
    """The opinions of a list, and the SHA-256 of the file."""
    from blockplan.errors import UsageError  # noqa: PLC0415

    if file.size > LARGEST_LIST:
        raise refusal(UsageError, say, "office_refused.list_large", most=f"{LARGEST_LIST:,}")
    content = file.read()
    with tempfile.TemporaryDirectory() as folder:
        # Its own name may be anything; only its ending is needed.
        path = Path(folder, "list" + Path(file.name).suffix.lower()[:8])
        path.write_bytes(content)
        return read_opinions(path), hashlib.sha256(content).hexdigest()


def _from_list(one: Any, digest: str) -> notices.Submission:
    said = one.payload() | {"source": {"sha256": digest, "row": one.row}}
    text, channel, sender = (said.pop(name) for name in ("text", "channel", "from"))
    # What nobody knows the meaning of may be personal, and is kept with the person.
    person = {**one.person, **{name: said.pop(name) for name in ("other", "standing") if name in said}}
    return notices.Submission(
        text=text, channel=channel, sender=sender, more=said, person=person, files=one.attachments
    )


def _said(said: dict[str, Any]) -> Said:
    scan = said["scan"]
    files = [] if scan is None else take_files([(scan.name, scan.read())])
    person = {name: said[f"person_{name}"] for name in notices.ABOUT_PERSON if said[f"person_{name}"]}
    targets = [
        {"layer": layer.strip() or "parcels", "id": name.strip()}
        for layer, _, name in (part.rpartition(":") for part in said["objects"].replace("，", ",").split(","))
        if name.strip()
    ]
    more = {
        "title": said["title"], "received_at": _arrival(said), "targets": targets,
        "reason": said["reason_given"],
    }  # fmt: skip
    opinion = notices.Submission(
        text=said["text"], channel=said["channel"], sender=said["sender"], more=more, person=person,
        files=[one.attachment() for one in files],
    )  # fmt: skip
    return Said(opinion=opinion, form=said["form_key"], proved=True)


def _arrival(said: dict[str, Any]) -> str:
    """The day on which a letter came, and its time there where that is known, as the record has it."""
    day, time = said["received_at"], said["received_time"]
    return f"{day}T{time:%H:%M}" if time else f"{day}"


def _line(event: Event | None) -> str:
    if event is None:
        return ""
    return shortened(plainly(str(event.payload.get("text", ""))), 120)

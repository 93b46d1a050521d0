"""Pages of a draft: its law and dates, its plan, its particulars, and the opening."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from blockplan.errors import BlockplanError
from blockplan.notice.countries import country
from blockplan.notice.particulars import asked_and_missing, particulars_from
from blockplan.portal.config import config_of_environment
from blockplan.portal.lang import current
from blockplan.portal.office import drafts
from blockplan.portal.office.audit import note
from blockplan.portal.office.edit_conflicts import of_plan, of_values, seen_of
from blockplan.portal.office.forms import Day, Form, Sure, choices, decision, word_field
from blockplan.portal.office.models import Draft
from blockplan.portal.office.next_step import next_of
from blockplan.portal.office.notice_pages import attempt, steps_before, told
from blockplan.portal.office.particular_form import form_of
from blockplan.portal.office.permissions import actor_of
from blockplan.portal.words import say
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from blockplan.plan.model.faults import Fault
    from blockplan.portal.plans.models import PlanVersion

PUBLICATION = ("none", "after_close_summary", "after_close_full", "live")
SHOWN_FAULTS = 20


class Begin(Form):
    """A new notice: its id in addresses, and the law."""

    id = forms.CharField(max_length=60)
    rule = forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found: Any = self.fields["rule"]
        found.choices = decision([
            (f"{code} {rule.id}", f"{code} · {pick(rule.title, current())}")
            for code in drafts.COUNTRIES
            for rule in country(code).rules
        ])  # fmt: skip


class Dates(Form):
    """First day, and later last days than the earliest lawful ones; the mode of publication."""

    first = Day()
    last = Day(required=False)
    inspection_last = Day(required=False)
    subdivision = forms.CharField(max_length=10, required=False)
    publication = forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found: Any = self.fields["publication"]
        found.choices = decision(choices("office_publication", PUBLICATION))


class PlanFile(Form):
    """A plan package."""

    package = forms.FileField(widget=forms.ClearableFileInput({"accept": ".zip"}))


def begin(request: HttpRequest) -> HttpResponse:
    """Begin a notice."""
    form = Begin(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code, _, rule = form.cleaned_data["rule"].partition(" ")
        name = form.cleaned_data["id"].strip()
        by = actor_of(request).name
        if fault := attempt(lambda: drafts.begin_draft(name, code, rule, by=by)):
            form.add_error("id", fault)
        else:
            return HttpResponseRedirect(reverse("office_draft", args=[name]))
    return render(request, "office/begin.html", {"form": form}, status=400 if form.errors else 200)


def _faults_of(version: PlanVersion | None) -> tuple[Sequence[Fault], str]:
    """Faults of the plan's data, and why they cannot be told; "" where they can."""
    try:
        return () if version is None else drafts.faults_of(version), ""
    except BlockplanError as error:  # the page still leads to another upload
        return (), told(error)


def _said(faults: Sequence[Fault]) -> list[dict[str, str]]:
    """Faults in the reader's words: how grave, where, what, and what to do."""
    # Tables of plans are slow to load.
    from blockplan.plan.model.faults import rows_said  # noqa: PLC0415
    from blockplan.report.words import Words  # noqa: PLC0415

    words = Words(current())
    return [
        {
            "grade": words(f"grade.{one.grade}"),
            "message": words("list.colon").join([
                " ".join(filter(None, [words.layer(one.layer), rows_said(one.id or "", words.lang)])),
                one.message(words.lang),
            ]),
            "remedy": one.remedy(words.lang),
        }
        for one in faults
    ]  # fmt: skip


def draft(request: HttpRequest, notice: str) -> HttpResponse:
    """What a draft has and lacks."""
    one = get_object_or_404(Draft.objects.select_related("version", "notice"), pk=notice)
    period, fault = period_of(one)
    version = one.version
    faults, unread = _faults_of(version)
    particulars = particulars_from(one.particulars)
    actor = actor_of(request)
    released = bool(one.signed) and not fault and one.signed["of"] == drafts.looked_at(one)
    rule = country(one.country).rule(one.rule)
    shown = {
        "draft": one, "period": period, "fault": fault, "rule": rule, "law": rule.source.model_dump(),
        "version": version, "unread": unread,
        "faults": _said(faults[:SHOWN_FAULTS]), "fault_count": len(faults),
        "missing": asked_and_missing(particulars, country(one.country)), "released": released,
        "ready": released and period is not None, "step": next_of(one.notice, actor).for_(actor),
    }  # fmt: skip
    return render(request, "office/draft.html", shown)


def dates(request: HttpRequest, notice: str) -> HttpResponse:
    """First and last day, and how opinions are published."""
    one = get_object_or_404(Draft, pk=notice)
    names: tuple[str, ...] = ("first", "last", "inspection_last", "subdivision", "publication")
    form = Dates(request.POST or None, initial=_as_kept(one, names))
    if country(one.country).holidays.subdivision is None:
        names = tuple(name for name in names if name != "subdivision")
        del form.fields["subdivision"]
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in names}
        if fault := attempt(lambda: drafts.keep_dates(one, said, actor_of(request), seen_of(request))):
            form.add_error("first", fault)
        else:
            return HttpResponseRedirect(reverse("office_draft", args=[notice]))
        one.refresh_from_db()
    return _form_page(request, one, form, "dates", seen=of_values(drafts.dates_of(one))[0])


def _as_kept(one: Draft, names: tuple[str, ...]) -> dict[str, Any]:
    """What somebody kept of the dates; before that nobody chose how opinions are published."""
    return {name: getattr(one, name) for name in names if name != "publication" or one.first}


def plan(request: HttpRequest, notice: str) -> HttpResponse:
    """Upload a plan package."""
    one = get_object_or_404(Draft.objects.select_related("version"), pk=notice)
    form = PlanFile(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        chunks = form.cleaned_data["package"].chunks()
        if fault := attempt(lambda: drafts.take_plan(one, chunks, config_of_environment(), seen_of(request))):
            form.add_error("package", fault)
        else:
            note("draft_changed", who=actor_of(request).name, notice=notice, about="plan")
            return HttpResponseRedirect(reverse("office_draft", args=[notice]))
        one.refresh_from_db()
    return _form_page(request, one, form, "plan", seen=of_plan(one.version)[0])


def particulars(request: HttpRequest, notice: str) -> HttpResponse:
    """What the notice says of itself."""
    one = get_object_or_404(Draft, pk=notice)
    form = form_of(request.POST if request.method == "POST" else None, particulars_from(one.particulars))
    if form.is_bound and form.is_valid():
        try:
            found = particulars_from(form.document())
        except BlockplanError as error:
            form.add_error(None, told(error))
        else:
            said = found.to_dict()
            if fault := attempt(
                lambda: drafts.keep_particulars(one, said, actor_of(request), seen_of(request))
            ):
                form.add_error(None, fault)
            else:
                return HttpResponseRedirect(reverse("office_draft", args=[notice]))
        one.refresh_from_db()
    missing = asked_and_missing(particulars_from(one.particulars), country(one.country))
    shown = {"draft": one, "form": form, "missing": missing, "seen": of_values(one.particulars)[0]}
    return render(request, "office/particulars.html", shown, status=400 if form.errors else 200)


def opening(request: HttpRequest, notice: str) -> HttpResponse:
    """Open the notice, with the steps that the country has before it."""
    one = get_object_or_404(Draft.objects.select_related("version"), pk=notice)
    form = Sure(request.POST or None)
    for name, title in steps_before(one.country):
        form.fields[f"step_{name}"] = Day(required=False)
        word_field("step_on", form.fields[f"step_{name}"])
        form.fields[f"step_{name}"].label = say("office_field.step_on", current(), title=title)
    form.order_fields([name for name in form.fields if name != "sure"])
    if request.method == "POST" and form.is_valid():
        days = {key.removeprefix("step_"): day for key, day in form.cleaned_data.items() if key != "sure"}
        steps = [(name, day.isoformat()) for name, day in days.items() if day]
        if fault := attempt(lambda: drafts.open_draft(one, actor_of(request), steps=steps)):
            form.add_error(None, fault)
        else:
            return HttpResponseRedirect(reverse("office_notice", args=[notice]))
    return _form_page(request, one, form, "opening", period=period_of(one)[0])


def period_of(one: Draft) -> tuple[Any, str]:
    """The dates of a draft as the law has them, and what it says against them."""
    found: list[Any] = []
    fault = attempt(lambda: found.append(drafts.period_of(one)))
    return (found[0] if found else None), fault


def _form_page(
    request: HttpRequest, one: Draft, form: Form, name: str, seen: str | None = None, **more: Any
) -> HttpResponse:
    shown = {"draft": one, "seen": seen, "form": form, "name": name, "country": country(one.country)} | more
    return render(request, "office/draft_form.html", shown, status=400 if form.errors else 200)

"""Templates of answers: the list, a new one, and one that is changed or taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from blockplan.portal import clock
from blockplan.portal.office import edit_conflicts
from blockplan.portal.office.answer_templates import FIELDS
from blockplan.portal.office.audit import note
from blockplan.portal.office.forms import TemplateForm
from blockplan.portal.office.models import AnswerTemplate
from blockplan.portal.office.notice_pages import attempt
from blockplan.portal.office.permissions import actor_of

if TYPE_CHECKING:
    from django.http import HttpRequest


def templates(request: HttpRequest) -> HttpResponse:
    """Every template of the office, and the form of a new one."""
    return _page(request, None)


def template(request: HttpRequest, template: int) -> HttpResponse:
    """One template, to be changed or taken away."""
    return _page(request, get_object_or_404(AnswerTemplate, pk=template))


def _page(request: HttpRequest, one: AnswerTemplate | None) -> HttpResponse:
    actor, fault = actor_of(request), ""
    stands = (
        {} if one is None else {"title": one.title} | {f"text_{at}": said for at, said in one.text.items()}
    )
    form = TemplateForm(request.POST or None, initial=stands)
    taken_away = one is not None and request.POST.get("do") == "remove"
    if request.method == "POST" and (taken_away or form.is_valid()):

        def work() -> None:
            edit_conflicts.require_seen(edit_conflicts.seen_of(request), *edit_conflicts.of_values(stands))
            note("template", who=actor.name, about=stands.get("title") or form.cleaned_data["title"])
            if one is not None and taken_away:
                one.delete()
                return
            made = one or AnswerTemplate()
            made.title, made.text = form.cleaned_data["title"], form.text()
            made.by, made.at = actor.staff, clock.now()
            made.save()

        fault = attempt(work)
        if not fault:
            return HttpResponseRedirect(reverse("office_templates"))
    shown = {
        "rows": AnswerTemplate.objects.select_related("by").order_by("title"), "one": one, "form": form,
        "fault": fault, "may": actor.may("planner"), "names": FIELDS,
        "seen": edit_conflicts.of_values(stands)[0],
    }  # fmt: skip
    return render(request, "office/templates.html", shown, status=400 if fault or form.errors else 200)

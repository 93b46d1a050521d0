"""
Templates of answers: the list, a new one, and one that is changed or taken away.

They are words of the whole office, so that a planner of some notices alone does not change them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import Resolver404, resolve, reverse

from blockplan.portal import clock
from blockplan.portal.lang import current
from blockplan.portal.office import edit_conflicts
from blockplan.portal.office.answer_templates import FIELDS
from blockplan.portal.office.audit import note
from blockplan.portal.office.forms import FAULTS, TemplateForm
from blockplan.portal.office.models import AnswerTemplate, Grant
from blockplan.portal.office.notice_pages import attempt
from blockplan.portal.office.permissions import NotYoursError, actor_of
from blockplan.portal.words import say

if TYPE_CHECKING:
    from django.http import HttpRequest

#: Pages that lead to the templates -> what the way back is called.
_BACK = {
    "office_desk": "back_to_desk", "office_segments": "back_to_desk",
    "office_segment": "back_to_answer", "office_theme": "back_to_answer",
}  # fmt: skip


def templates(request: HttpRequest) -> HttpResponse:
    """Every template of the office, and the form of a new one."""
    return _page(request, None)


def template(request: HttpRequest, template: int) -> HttpResponse:
    """One template, to be changed or taken away."""
    return _page(request, get_object_or_404(AnswerTemplate, pk=template))


def _page(request: HttpRequest, one: AnswerTemplate | None) -> HttpResponse:
    staff, fault = actor_of(request).staff, ""
    back, called = _back(request)
    kept = f"?{urlencode({'from': back})}" if back else ""
    may = Grant.objects.filter(staff=staff, role="planner", notice=None).exists()
    if request.method == "POST" and not may:
        raise NotYoursError(say("office_desk.whose_templates", current()))
    # No template has the number 0.
    key, removed = one.pk if one else 0, one is not None and request.POST.get("do") == "remove"
    form = TemplateForm(None if removed else request.POST or None, initial=_stands(one))
    if request.method == "POST" and (removed or form.is_valid()):
        try:
            fault = attempt(lambda: _keep(request, key, None if removed else form))
        except IntegrityError:
            form.add_error("title", say(f"{FAULTS}.title_taken", current()))
        if not fault and not form.errors:
            return HttpResponseRedirect(reverse("office_templates") + kept)
        one = AnswerTemplate.objects.filter(pk=key).first()
    shown = {
        "rows": AnswerTemplate.objects.select_related("by").order_by("title"), "one": one, "form": form,
        "fault": fault, "may": may, "back": back, "called": called, "kept": kept,
        "names": FIELDS, "seen": edit_conflicts.of_values(_stands(one))[0],
    }  # fmt: skip
    return render(request, "office/templates.html", shown, status=400 if fault or form.errors else 200)


def _back(request: HttpRequest) -> tuple[str, str]:
    """Where somebody came from and how the way back is called; nothing where no page there leads here."""
    page, _, listed = request.GET.get("from", "").partition("?")
    # In the language that is read now, and never to another host: whatever was given stands below the office.
    path = reverse("office") + page.partition("/office/")[2]
    try:
        called = _BACK.get(str(resolve(path).url_name), "")
    except Resolver404:
        return "", ""
    return (f"{path}?{listed}" if listed else path, called) if called else ("", "")


def _stands(one: AnswerTemplate | None) -> dict[str, str]:
    """What the form shows of a template; nothing of a new one."""
    return {} if one is None else {"title": one.title} | {f"text_{at}": said for at, said in one.text.items()}


@transaction.atomic
def _keep(request: HttpRequest, key: int, form: TemplateForm | None) -> None:
    """Make or change a template by a form, or delete it (no form); IntegrityError if the title is taken."""
    staff = actor_of(request).staff
    one = AnswerTemplate.objects.select_for_update().filter(pk=key).first()
    stands = _stands(one)
    edit_conflicts.require_seen(edit_conflicts.seen_of(request), *edit_conflicts.of_values(stands))
    if form is None:
        note("template_deleted", who=staff.name, about=stands.get("title", ""))
        AnswerTemplate.objects.filter(pk=key).delete()
        return
    made = one or AnswerTemplate()
    made.title, made.text = form.cleaned_data["title"], form.text()
    made.by, made.at = staff, clock.now()
    made.save()
    note("template_changed" if one else "template_made", who=staff.name, about=made.title)

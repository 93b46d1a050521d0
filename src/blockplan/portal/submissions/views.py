"""The form: filled in, looked through by its sender, sent; each step a page that needs no script."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.shortcuts import render

from blockplan.errors import NoticeStateError
from blockplan.notice.state import TAKES_OPINIONS
from blockplan.portal.arrival import arrived
from blockplan.portal.record.store import UnavailableError
from blockplan.portal.submissions import drafts, rate_limits
from blockplan.portal.submissions.form_page import FormPage
from blockplan.portal.submissions.forms import Filled, OpinionForm, step_of, target_of
from blockplan.portal.submissions.guards import notice_of, of_our_pages
from blockplan.portal.submissions.idempotency import KeyUsedError
from blockplan.portal.submissions.promised import PromisedError
from blockplan.portal.submissions.receipt_page import promised_page, receipt_page
from blockplan.portal.submissions.services import Said, again, take
from blockplan.portal.visible_notices import open_to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from blockplan.portal.record.models import Notice


@of_our_pages
def opinion(request: HttpRequest, lang: str, notice: str) -> HttpResponse:
    """The form, aimed at an object where ``?layer=&object=`` names one; and every step after it."""
    row = open_to(request, notice)
    if row.preview and request.method == "POST":
        return stopped(request, row, "preview", 409)
    if row.state not in TAKES_OPINIONS:
        return stopped(request, row, "closed", 200)
    if request.method != "POST":
        aimed = target_of(f"{request.GET.get('layer', '')}:{request.GET.get('object', '')}")
        return FormPage(request, row, Filled(targets=[aimed] if aimed else [])).page()
    step = step_of(request.POST, "check")
    kept = drafts.find(row.id, request.POST.get("draft", ""))
    if step == "send":
        return _send(request, row, kept)
    if step == "edit":
        return FormPage(request, row, Filled.of_draft(kept.data) if kept else Filled(), kept).page()
    return _step(request, row, kept, step)


@of_our_pages
def draft(request: HttpRequest, lang: str, notice: str, token: str) -> HttpResponse:
    """A form that was kept."""
    row = notice_of(notice)
    kept = drafts.find(row.id, token)
    if kept is None:
        response = stopped(request, row, "no_draft", 404)
    else:
        response = FormPage(request, row, Filled.of_draft(kept.data), kept).page()
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def stopped(request: HttpRequest, row: Notice, why: str, status: int) -> HttpResponse:
    """Why it does not go on, and the way back to the notice."""
    return render(request, "portal/opinion_stopped.html", {"why": why, "notice": row}, status=status)


def _step(request: HttpRequest, row: Notice, kept: drafts.KeptDraft | None, step: str) -> HttpResponse:
    """Everything but sending: files are taken in first, so that no step loses them."""
    form = FormPage(request, row, OpinionForm(request.POST).filled, kept)
    form.read_files()
    form.read_place()
    if step == "find":
        form.seek()
        return form.page()
    form.check(mails=form.mails)
    if step != "save" and (form.problems or form.refused or form.unplaced):
        return form.page()
    if form.kept is None and (wait_s := rate_limits.wait("draft", request, row.id)):
        form.problems["text"] = "busy"
        return rate_limits.busy(form.page(), wait_s)
    if step == "save":
        return form.kept_page()
    form.keep()
    return form.preview()


def _send(request: HttpRequest, row: Notice, kept: drafts.KeptDraft | None) -> HttpResponse:
    """Take it in; a form that was sent before gets the receipt it got then."""
    try:
        before = again(row.id, request.POST.get("draft", ""), request.POST.get("seal", ""))
        if before is not None:
            return receipt_page(request, row, before)
        if kept is None:
            return stopped(request, row, "no_draft", 404)
        return _take(request, row, kept)
    except KeyUsedError:
        return stopped(request, row, "sent_otherwise", 409)
    except NoticeStateError:
        return stopped(request, row, "closed", 409)


def _take(request: HttpRequest, row: Notice, kept: drafts.KeptDraft) -> HttpResponse:
    """As it was looked through: it may have been changed in another window meanwhile."""
    form = FormPage(request, row, Filled.of_draft(kept.data), kept)
    if request.POST.get("seal", "") not in {"", form.seal}:
        return form.preview(trouble="changed", status=409)
    solution = None if request.POST.get("website") else request.POST.get("solution")
    said = Said(
        opinion=replace(form.opinion, arrived=arrived(request)), form=kept.token, solution=solution,
        sender=rate_limits.sender_of(request), mail=form.filled.mail_to,
    )  # fmt: skip
    try:
        made = take(row.id, said)
    except rate_limits.BusyError as error:
        return rate_limits.busy(form.preview(trouble="busy"), error.wait_s)
    except PromisedError as error:
        return promised_page(request, row, kept.token, form.seal, error)
    except UnavailableError as error:
        trouble = {False: "unavailable", True: "unsigned", None: "uncertain"}[error.entered]
        return form.preview(trouble=trouble, status=503)
    kept.erase()
    return receipt_page(request, row, made)

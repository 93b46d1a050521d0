"""Hearing of a notice by mail: asked for here, confirmed by a mail, ended by one click in every later one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import render

from blockplan.portal.mail import outbox
from blockplan.portal.mail.outbox import is_mail
from blockplan.portal.record.index import named
from blockplan.portal.record.register import title_of
from blockplan.portal.submissions import rate_limits, subjects
from blockplan.portal.submissions.guards import notice_of, of_our_pages
from blockplan.texts import pick

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from blockplan.portal.mail.models import Subscription
    from blockplan.portal.record.models import Notice


@of_our_pages
def ask(request: HttpRequest, lang: str, notice: str) -> HttpResponse:
    """The form; whatever is known of an address, the answer is the same."""
    row = notice_of(notice)
    if not outbox.sends():
        raise Http404
    about, theme = _about(row, request), _theme(row, request)
    to = request.POST.get("to", "").strip()
    said = {"notice": row, "to": to, "wrong": "", "done": False, "about": about, "theme": theme}
    if request.method != "POST":
        return render(request, "portal/news_ask.html", said)
    if not is_mail(to):
        return render(request, "portal/news_ask.html", {**said, "wrong": "no_mail"})
    wait_s = rate_limits.wait("secret", request, row.id)
    if wait_s:
        return rate_limits.busy(render(request, "portal/news_ask.html", {**said, "wrong": "often"}), wait_s)
    part = {"layer": about["layer"], "object": about["id"]} if about else {}
    if rate_limits.may_mail(to):
        outbox.subscribe(row.id, to, lang, **part | ({"theme": theme["id"]} if theme else {}))
    return render(request, "portal/news_ask.html", {**said, "done": True})


def _about(row: Notice, request: HttpRequest) -> dict[str, Any] | None:
    """The object of the plan that somebody wants to follow, in words; None for all of the notice."""
    asked = request.POST if request.method == "POST" else request.GET
    aimed = subjects.named(row, [{"layer": asked.get("layer", ""), "id": asked.get("object", "")}])[0]
    if not asked.get("layer"):
        return None
    if not aimed["known"]:
        raise Http404
    return subjects.in_words(aimed, request.lang)  # type: ignore[attr-defined]


def _theme(row: Notice, request: HttpRequest) -> dict[str, str] | None:
    """The theme of the published response that somebody wants to follow; None for all of the notice."""
    asked = request.POST if request.method == "POST" else request.GET
    theme = asked.get("theme", "")
    if not theme:
        return None
    title = title_of(row, theme)
    if title is None:
        raise Http404
    return {"id": theme, "words": pick(title, request.lang)}  # type: ignore[attr-defined]


def _followed(found: Subscription, lang: str) -> str:
    """What a subscription is about, but for the notice."""
    if found.theme:
        return pick(title_of(found.notice, found.theme), lang) or found.theme
    return named(found.notice_id, found.opinion, lang) or found.object


@of_our_pages
def subscription(request: HttpRequest, lang: str, token: str) -> HttpResponse:
    """
    What the link in a mail opens: looking changes nothing (mail programs look by themselves), a button does.

    A mail program that ends a subscription by one click sends ``List-Unsubscribe=One-Click`` here (RFC 8058).
    """
    found = outbox.of_token(token)
    if found is None:
        return render(request, "portal/news.html", {"step": "gone"}, status=404)
    step = request.POST.get("do", "stop") if request.method == "POST" else "see"
    if step == "confirm":
        found.confirmed = True
        found.save(update_fields=["confirmed"])
    elif step == "stop":
        found.delete()
    said = {
        "notice": found.notice, "step": step, "confirmed": found.confirmed,
        "opinion": _followed(found, lang),
    }  # fmt: skip
    answer = render(request, "portal/news.html", said)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer

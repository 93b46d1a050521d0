"""Pages of accounts: joining by a link, one's own account, staff and their roles, the list of acts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allauth.account import views as accounts_of_allauth
from allauth.account.views import LoginView
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from blockplan.portal.config import config_of_environment
from blockplan.portal.lang import current
from blockplan.portal.office.audit import note
from blockplan.portal.office.desks import titles_of_themes
from blockplan.portal.office.edit_conflicts import of_rights, require_seen, seen_of
from blockplan.portal.office.forms import FAULTS, Give, Invite, Join, Mail, Name, titled
from blockplan.portal.office.links import (
    LASTS,
    TakenError,
    cut,
    expect,
    find_link,
    join,
    join_address,
    make_account,
    make_link,
)
from blockplan.portal.office.models import Audit, Expected, Grant, Staff
from blockplan.portal.office.notice_pages import attempt
from blockplan.portal.office.openid import ENDS, end_there, lead_to_service
from blockplan.portal.office.paging import paged
from blockplan.portal.office.permissions import actor_of
from blockplan.portal.record.index import named
from blockplan.portal.record.models import Notice
from blockplan.portal.words import BETWEEN, catalogs, say
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse


class SignInView(LoginView):  # type: ignore[misc]
    """Sign in by name and password, or by the office's own identity service."""

    template_name = "account/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the identity service is offered."""
        said: dict[str, Any] = super().get_context_data(**kwargs)
        return said | {"openid": config_of_environment().openid, "desk": reverse("office")}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The form may lead to the identity service, and nowhere else."""
        return lead_to_service(super().render_to_response(context, **kwargs))


def follow_in_language(request: HttpRequest, secret: str) -> HttpResponse:
    """A link without a language, in the one that the browser asks for."""
    response = HttpResponseRedirect(reverse("office_follow", args=[secret]))
    response.headers["Vary"] = "Accept-Language"
    return response


def follow(request: HttpRequest, secret: str) -> HttpResponse:
    """Make the account of a link; a link that is over is a page that is not there."""
    link = find_link(secret)
    if link is None:
        raise Http404
    form = Join(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            join(secret, name=said["name"], login=said["login"], password=said["password1"])
        except TakenError as error:
            form.add_error(error.field, say(f"{FAULTS}.{error.field}_taken", current()))
        else:
            return HttpResponseRedirect(reverse("account_login"))
    return render(request, "office/join.html", {"form": form, "link": link}, status=_status(form))


def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here; who came by the identity service is told that its own session goes on."""
    ends = request.session.get(ENDS)
    response: HttpResponse = accounts_of_allauth.logout(request)
    if request.method != "POST" or ends is None:
        return response
    request.session[ENDS] = ends
    return HttpResponseRedirect(reverse("office_signed_out"))


def signed_out(request: HttpRequest) -> HttpResponse:
    """Where the session at the identity service can be ended too."""
    openid = config_of_environment().openid
    if openid is None or ENDS not in request.session or request.user.is_authenticated:
        return HttpResponseRedirect(f"/{current()}/")
    said = {"openid": openid, "end_there": end_there(request.session[ENDS])}
    return render(request, "office/signed_out.html", said)


def account(request: HttpRequest) -> HttpResponse:
    """The own account: password, second factor, recovery codes, sessions."""
    user: Any = request.user
    types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    staff = Staff.objects.filter(user=user).first()
    said = {
        "staff": staff,
        "grants": [] if staff is None else list(Grant.objects.filter(staff=staff).order_by("role")),
        "has_factor": Authenticator.Type.TOTP in types,
        "has_codes": Authenticator.Type.RECOVERY_CODES in types,
        "sessions": UserSession.objects.filter(user=user).count(),
        "openid": config_of_environment().openid,
        "connected": SocialAccount.objects.filter(user=user).exists(),
    }
    return lead_to_service(render(request, "office/account.html", said))


def password(request: HttpRequest) -> HttpResponse:
    """A new password; who signs in by the identity service alone has none."""
    user: Any = request.user
    if not user.has_usable_password():
        return HttpResponseRedirect(reverse("office_account"))
    response: HttpResponse = accounts_of_allauth.password_change(request)
    return response


def staff_list(request: HttpRequest) -> HttpResponse:
    """Everybody who has an account, and an invitation for one more."""
    naming = "mail" in request.POST
    form = Invite(None if naming else request.POST or None)
    # Two forms with fields of one name: those of the second are called otherwise on the page.
    named = Name(request.POST if naming else None, auto_id="named_%s")
    link = None
    if request.method == "POST" and naming:
        if named.is_valid() and _make_account(named, actor_of(request).name):
            return HttpResponseRedirect(reverse("office_staff"))
    elif request.method == "POST" and form.is_valid():
        link = _invite(form.cleaned_data, actor_of(request).name, request)
        form = Invite()
    rows, newer = paged(Staff.objects.select_related("user").prefetch_related("grant_set"), request)
    shown = {
        "form": form, "named": named, "rows": rows, "next": newer, "link": link,
        "days": LASTS["invitation"].days, "openid": config_of_environment().openid,
    }  # fmt: skip
    return render(request, "office/staff.html", shown, status=max(_status(form), _status(named)))


def member(request: HttpRequest, staff: int) -> HttpResponse:
    """One of the staff: give a role, take one, end sessions, close or open the account."""
    one = get_object_or_404(Staff.objects.select_related("user"), pk=staff)
    form = Give(request.POST if "role" in request.POST else None)
    mail = Mail(request.POST if "mail" in request.POST else None)
    fault = overtaken = ""
    found: list[str] = []
    if request.method == "POST":
        overtaken = attempt(lambda: found.append(
            _name_anew(request, one, mail) if mail.is_bound else _change(request, one, form)
        ))  # fmt: skip
        fault = "".join(found)
        if not fault and not overtaken and not form.errors and not mail.errors:
            return HttpResponseRedirect(reverse("office_member", args=[staff]))
    grants = Grant.objects.filter(staff=one).order_by("role", "notice")
    shown = {
        "one": one, "grants": grants, "form": form, "mail": mail, "fault": fault,
        "overtaken": overtaken, "seen": of_rights(one)[0],
        "sessions": UserSession.objects.filter(user=one.user).count(),
        "openid": config_of_environment().openid,
        "connected": SocialAccount.objects.filter(user=one.user).exists(),
        "expected": Expected.objects.filter(staff=one).first(),
    }  # fmt: skip
    return render(
        request,
        "office/member.html",
        shown,
        status=400 if fault or overtaken else max(map(_status, (form, mail))),
    )


def acts(request: HttpRequest) -> HttpResponse:
    """The list of acts, newest first."""
    rows, older = paged(Audit.objects.all(), request, newest_first=True)
    titles = titled(Notice.objects.filter(id__in={row.notice for row in rows}))
    themes = {one: titles_of_themes(one) for one in {row.notice for row in rows if _THEME.search(row.about)}}
    for row in rows:
        notice = titles.get(row.notice, row.notice)
        row.said = BETWEEN.join(filter(None, (notice, _about(row, themes.get(row.notice, {})), row.address)))
    return render(request, "office/acts.html", {"rows": rows, "next": older})


#: Where code stands in what an act was about, if not everywhere: the rest is a name, a title, a reason.
CODES = {
    **dict.fromkeys(("role_given", "role_taken"), r"(?<=: )\w+$"),
    "workbench": r"^\w+|\brefused(?=: \d+$)",
    **dict.fromkeys(
        (
            "account_closed", "account_opened", "sessions_ended", "identity_expected", "identity_cut",
            "identity_failed", "draft_begun", "template_made", "template_changed", "template_deleted",
        ), r"(?!)",
    ),
}  # fmt: skip


_THEME = re.compile(r"\bT-\d{1,15}\b")


def _about(row: Audit, themes: Mapping[str, str]) -> str:
    """What an act was about; roles, entries and pages in words, opinions by number, themes by title."""

    def word(part: str) -> str:
        if part in themes:
            return say("office_desk.theme_named", current(), title=themes[part])
        return _word(part, row.notice)

    if row.what == "desk":
        did, *names = row.about.split()
        what = _word(did, row.notice)
        # Where the theme itself was named, that it is one is said already.
        said = listed(themes.get(name, name) if did == "theme" else word(name) for name in names)
        return say("office.pair", current(), a=what, b=said[current()]) if names else what
    return re.sub(CODES.get(row.what, r"[^ ,:]+"), lambda found: word(found[0]), row.about)


def _word(part: str, notice: str) -> str:
    if re.fullmatch(r"O-\d{1,15}(\.\d+)?", part):
        return named(notice, part, current())
    if _THEME.fullmatch(part):
        return f"{say('office_did.theme', current())} {part}"
    if re.fullmatch(r"\+\d{1,15}", part):
        return say("office_desk.more_gaps", current(), n=part[1:])
    for words in ("office_role", "office_did", "office_draft"):
        if part in catalogs()[words]:
            return say(f"{words}.{part}", current())
    return part


def _invite(said: dict[str, Any], by: str, request: HttpRequest) -> str:
    secret = make_link("invitation", said["roles"], by=by, notice=said["notice"] or None)
    note("invited", who=by, about=", ".join(said["roles"]), notice=said["notice"], request=request)
    return join_address(secret, said["language"])


def _make_account(form: Name, by: str) -> bool:
    said = form.cleaned_data
    try:
        make_account(said["name"], said["mail"], said["roles"], notice=said["notice"] or None, by=by)
    except TakenError as error:
        form.add_error(error.field, say(f"{FAULTS}.{error.field}_taken", current()))
        return False
    return True


def _name_anew(request: HttpRequest, one: Staff, form: Mail) -> str:
    """Name one of the staff to the identity service; gives back the key of a fault, or nothing."""
    if not form.is_valid():
        return ""
    if SocialAccount.objects.filter(user=one.user).exists():
        return "identity_connected"
    try:
        expect(one, form.cleaned_data["mail"], by=actor_of(request).name)
    except TakenError:
        form.add_error("mail", say(f"{FAULTS}.mail_taken", current()))
    return ""


def _change(request: HttpRequest, one: Staff, form: Give) -> str:
    """What was asked for; gives back the key of a fault, or nothing."""
    by, said = actor_of(request).name, request.POST
    with transaction.atomic():
        # Two who take each other's last rights at once must not both succeed.
        list(Grant.objects.select_for_update().filter(role="admin"))
        one.user.refresh_from_db()
        if {"end", "cut"}.isdisjoint(said):
            require_seen(seen_of(request), *of_rights(one))
        if said.get("take", "").isdecimal():
            _take(one, said["take"], by, request)
        elif "close" in said or "open" in said:
            one.user.is_active = "open" in said
            one.user.save(update_fields=["is_active"])
            what = "account_opened" if one.user.is_active else "account_closed"
            note(what, who=by, about=one.name, request=request)
        elif "cut" in said:
            cut(one, by=by, request=request)
        elif "end" in said:
            note("sessions_ended", who=by, about=one.name, request=request)
        elif form.is_valid():
            given = form.cleaned_data
            Grant.objects.get_or_create(staff=one, role=given["role"], notice_id=given["notice"] or None)
            note("role_given", who=by, about=f"{one.name}: {given['role']}", request=request)
        if not Grant.objects.filter(role="admin", notice=None, staff__user__is_active=True).exists():
            transaction.set_rollback(True)
            return "last_admin"
    if not {"close", "cut", "end"}.isdisjoint(said):
        for session in UserSession.objects.filter(user=one.user):
            session.end()
    return ""


def _take(one: Staff, grant: str, by: str, request: HttpRequest) -> None:
    found = Grant.objects.filter(staff=one, pk=int(grant)).first() if len(grant) < 16 else None
    if found is not None:
        found.delete()
        note("role_taken", who=by, about=f"{one.name}: {found.role}", request=request)


def _status(form: Any) -> int:
    return 400 if form.is_bound and form.errors else 200

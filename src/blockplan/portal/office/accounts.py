"""Pages of accounts: joining by a link, one's own account, staff and their roles, the list of acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

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
from blockplan.portal.office.fields import FAULTS
from blockplan.portal.office.forms import Give, Invite, Join
from blockplan.portal.office.links import LASTS, TakenError, find_link, join, make_link
from blockplan.portal.office.may import actor_of
from blockplan.portal.office.models import Audit, Grant, Staff
from blockplan.portal.office.paging import paged
from blockplan.portal.shield import POLICY
from blockplan.portal.words import say

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class SignInView(LoginView):  # type: ignore[misc]
    """Sign in by name and password, or by the office's own identity service."""

    template_name = "account/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the identity service is offered."""
        said: dict[str, Any] = super().get_context_data(**kwargs)
        return said | {"openid": config_of_environment().openid}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The form may lead to the identity service, and nowhere else."""
        return _towards_identity_service(super().render_to_response(context, **kwargs))


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
    return _towards_identity_service(render(request, "office/account.html", said))


def staff_list(request: HttpRequest) -> HttpResponse:
    """Everybody who has an account, and an invitation for one more."""
    form = Invite(request.POST or None)
    link = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        by = actor_of(request).name
        secret = make_link("invitation", said["roles"], by=by, notice=said["notice"] or None)
        about = ", ".join(said["roles"])
        note("invited", who=by, about=about, notice=said["notice"], request=request)
        link = config_of_environment().address.rstrip("/") + reverse("office_follow", args=[secret])
        form = Invite()
    rows, newer = paged(Staff.objects.select_related("user").prefetch_related("grant_set"), request)
    shown = {"form": form, "rows": rows, "next": newer, "link": link, "days": LASTS["invitation"].days}
    return render(request, "office/staff.html", shown, status=_status(form))


def member(request: HttpRequest, staff: int) -> HttpResponse:
    """One of the staff: give a role, take one, end sessions, close or open the account."""
    one = get_object_or_404(Staff.objects.select_related("user"), pk=staff)
    form = Give(request.POST if "role" in request.POST else None)
    fault = ""
    if request.method == "POST":
        fault = _change(request, one, form)
        if not fault and (form.is_valid() or not form.is_bound):
            return HttpResponseRedirect(reverse("office_member", args=[staff]))
    grants = Grant.objects.filter(staff=one).order_by("role", "notice")
    shown = {
        "one": one, "grants": grants, "form": form, "fault": fault,
        "sessions": UserSession.objects.filter(user=one.user).count(),
    }  # fmt: skip
    return render(request, "office/member.html", shown, status=400 if fault else _status(form))


def acts(request: HttpRequest) -> HttpResponse:
    """The list of acts, newest first."""
    rows, older = paged(Audit.objects.all(), request, newest_first=True)
    return render(request, "office/acts.html", {"rows": rows, "next": older})


def _change(request: HttpRequest, one: Staff, form: Give) -> str:
    """What was asked for; gives back the key of a fault, or nothing."""
    by, said = actor_of(request).name, request.POST
    with transaction.atomic():
        # Two who take each other's last rights at once must not both succeed.
        list(Grant.objects.select_for_update().filter(role="admin"))
        if said.get("take", "").isdecimal():
            grant = Grant.objects.filter(staff=one, pk=int(said["take"])).first()
            if grant is not None:
                grant.delete()
                note("role_taken", who=by, about=f"{one.name}: {grant.role}", request=request)
        elif "close" in said or "open" in said:
            one.user.is_active = "open" in said
            one.user.save(update_fields=["is_active"])
            what = "account_opened" if one.user.is_active else "account_closed"
            note(what, who=by, about=one.name, request=request)
        elif "end" in said:
            for session in UserSession.objects.filter(user=one.user):
                session.end()
            note("sessions_ended", who=by, about=one.name, request=request)
        elif form.is_valid():
            given = form.cleaned_data
            Grant.objects.get_or_create(staff=one, role=given["role"], notice_id=given["notice"] or None)
            note("role_given", who=by, about=f"{one.name}: {given['role']}", request=request)
        if not Grant.objects.filter(role="admin", notice=None, staff__user__is_active=True).exists():
            transaction.set_rollback(True)
            return "last_admin"
    if "close" in said:
        for session in UserSession.objects.filter(user=one.user):
            session.end()
    return ""


def _status(form: Any) -> int:
    return 400 if form.is_bound and form.errors else 200


def _towards_identity_service(response: HttpResponse) -> HttpResponse:
    openid = config_of_environment().openid
    if openid:
        parts = urlsplit(openid["server"])
        to = f"form-action 'self' {parts.scheme}://{parts.netloc}"
        response.headers["Content-Security-Policy"] = POLICY.replace("form-action 'self'", to)
    return response

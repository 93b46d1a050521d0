"""
Who may see and do what: every page of the office is made here, with the roles that may read and act.

Roles hold for all notices or for one. Whoever has no role for a notice cannot tell it from one that is not
there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.cache import never_cache

from blockplan.portal.office.models import ROLES, STRONG, Grant, Staff

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from django.http import HttpRequest, HttpResponseBase
    from django.urls import URLPattern

    View = Callable[..., HttpResponseBase]

#: Roles that have to do with notices.
OF_NOTICES = ("clerk", "planner", "approver", "auditor")
READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Permission:
    """Roles that may read a page, and those that may send something to it."""

    read: frozenset[str]
    act: frozenset[str]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: the person, and the roles that hold here."""

    staff: Staff
    roles: frozenset[str]

    @property
    def name(self) -> str:
        """As it stands in records."""
        return self.staff.name

    def may(self, *roles: str) -> bool:
        """Whether one of the roles is held."""
        return not self.roles.isdisjoint(roles)


def page(
    pattern: str,
    view: View,
    name: str,
    *,
    read: Collection[str] = OF_NOTICES,
    act: Collection[str] = (),
) -> URLPattern:
    """An address of the office and who may use it; who may act may also read."""
    unknown = (set(read) | set(act)) - set(ROLES)
    if unknown:
        raise ValueError(f"There are no roles {', '.join(sorted(unknown))}.")
    return path(
        pattern, _guarded(view, Permission(frozenset(read) | frozenset(act), frozenset(act))), name=name
    )


def signed_in(pattern: str, view: View, name: str) -> URLPattern:
    """An address for everybody who has an account: their own password, factors and sessions."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        return view(request, *args, **kwargs)

    guarded.permission = "signed_in"  # type: ignore[attr-defined]
    return path(pattern, never_cache(guarded), name=name)


def anybody(pattern: str, view: View, name: str) -> URLPattern:
    """An address of the office that is open: to sign in, or to follow a link."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    guarded.permission = "anybody"  # type: ignore[attr-defined]
    return path(pattern, never_cache(guarded), name=name)


def actor_of(request: HttpRequest) -> Actor:
    """Who asks, on a page made by `page`."""
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


def _guarded(view: View, permission: Permission) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        actor = _actor(request, kwargs.get("notice"))
        wanted = permission.read if request.method in READING else permission.act
        if request.method not in READING and not permission.act:
            return HttpResponseNotAllowed(sorted(READING))
        if not actor.may(*wanted):
            raise PermissionDenied
        if not STRONG.isdisjoint(actor.roles) and not _has_factor(request):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        request.actor = actor  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    guarded.permission = permission  # type: ignore[attr-defined]
    return never_cache(guarded)


def _actor(request: HttpRequest, notice: str | None) -> Actor:
    staff = Staff.objects.filter(user__pk=request.user.pk or 0).first()
    if staff is None:
        raise PermissionDenied
    grants = Grant.objects.filter(staff=staff)
    roles = {
        grant.role
        for grant in grants
        if notice is None or grant.notice_id is None or grant.notice_id == notice
    }
    if notice is not None and roles.isdisjoint(OF_NOTICES):
        raise Http404
    return Actor(staff, frozenset(roles))


def may_look(request: HttpRequest, notice: str) -> bool:
    """Whether somebody is signed in who has to do with a notice, as strictly as a page of the office asks."""
    if not request.user.is_authenticated:
        return False
    try:
        actor = _actor(request, notice)
    except (PermissionDenied, Http404):
        return False
    return actor.may(*OF_NOTICES) and (STRONG.isdisjoint(actor.roles) or _has_factor(request))


def _has_factor(request: HttpRequest) -> bool:
    kind = Authenticator.Type.TOTP
    return bool(Authenticator.objects.filter(user_id=request.user.pk, type=kind).exists())


def sees(actor: Actor) -> Callable[[str], bool]:
    """A test whether a notice is one that the actor has to do with; for lists."""
    grants = Grant.objects.filter(staff=actor.staff, role__in=OF_NOTICES)
    mine = {grant.notice_id for grant in grants}
    return lambda notice: None in mine or notice in mine

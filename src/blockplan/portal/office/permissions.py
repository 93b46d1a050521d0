"""
Who may see and do what: every page of the office is made here, with the roles that may read and act.

Roles hold for all notices or for one. Whoever has no role for a notice cannot tell it from one that is not
there.

Who may enter what stands in one table. A page asks it first (`blockplan.portal.office.urls`),
and `work` asks it again at the record for each entry: an uploaded table, a cut that takes an answer over, or
sorting that takes an approval back enters what the page itself says nothing of.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from allauth.mfa.models import Authenticator
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.cache import never_cache

from blockplan.notice.events import KINDS
from blockplan.notice.refusals import kind_word
from blockplan.portal.lang import current
from blockplan.portal.office.models import ROLES, STRONG, Grant, Staff
from blockplan.portal.record.store import open_store
from blockplan.portal.words import say
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from django.http import HttpRequest, HttpResponseBase
    from django.urls import URLPattern

    View = Callable[..., HttpResponseBase]
    from collections.abc import Callable

    from blockplan.notice.ledger import Ledger

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


T = TypeVar("T")
OFFICE = ("clerk", "planner")
PLANNER = ("planner",)
#: Who confirms what somebody else asked for.
SECONDS = ("approver",)
#: Kind of entry -> roles that may enter it, or ask for it where a second person confirms it.
ENTERS: dict[str, tuple[str, ...]] = {
    # The notice and its dates.
    "opened": PLANNER, "extended": PLANNER, "corrected": PLANNER, "displayed": OFFICE, "closed": PLANNER,
    "restarted": PLANNER, "notice_withdrawn": PLANNER, "stepped": PLANNER, "in_force": PLANNER,
    "superseded": PLANNER, "clock_repaired": PLANNER, "recovered": (),
    # Opinions: taken in, read, and what of them is open.
    "submitted": OFFICE, "amended": OFFICE, "transcribed": OFFICE, "shown": OFFICE, "withdrawn": OFFICE,
    "redacted": OFFICE, "withheld": OFFICE, "restored": PLANNER, "erased": PLANNER,
    # Whoever sorts does not answer for the office.
    "segmented": OFFICE, "grouped": OFFICE, "theme": OFFICE, "themed": OFFICE, "folded": OFFICE,
    "answered": PLANNER, "answers_complete": PLANNER, "answers_reopened": PLANNER,
    "approved": ("planner", "approver"), "published": PLANNER,
}  # fmt: skip


class NotYoursError(PermissionDenied):
    """An entry that none of somebody's roles may make; `why` says whose it is, on the page of the refusal."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def require(kind: str, actor: Actor, roles: tuple[str, ...] | None = None) -> None:
    """NotYoursError where none of the actor's roles may enter, or ask for, an entry of this kind."""
    wanted = ENTERS[kind] if roles is None else roles
    if not actor.may(*wanted):
        lang = current()
        whose = say("office_refused.or", lang).join(say(f"office_role.{role}", lang) for role in wanted)
        raise NotYoursError(
            say("office_refused.not_yours", lang, kind=pick(kind_word(kind), lang), whose=whose)
        )


def require_second(kind: str, actor: Actor) -> None:
    """The same for whoever confirms an act of two persons."""
    require(kind, actor, SECONDS if KINDS[kind].two else None)


def work(
    notice: str, act: Callable[[Ledger], T], actor: Actor, allow: Callable[[str, Actor], None] = require
) -> T:
    """Work on a record in the name of somebody: all of its entries are theirs to make, or none is made."""

    def inside(ledger: Ledger) -> T:
        ledger.allow = lambda kind: allow(kind, actor)
        return act(ledger)

    return open_store(notice).transact(inside)

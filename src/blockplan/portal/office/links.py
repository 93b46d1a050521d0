"""
Links that make one account, once: shown to whoever made them, kept as a hash, over after a while.

Who may come in by the identity service: those of the staff whom an administrator named by mail address.

The address counts for the first sign-in alone, and only where the service says that it was verified. From
then on the account belongs to the person whom the service named, and the address is forgotten.
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING, Any

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.db import transaction

from blockplan.errors import UsageError
from blockplan.notice.access_codes import digest_of_secret
from blockplan.portal import clock
from blockplan.portal.config import config_of_environment
from blockplan.portal.office.audit import note
from blockplan.portal.office.models import Expected, Grant, Link, Staff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

LASTS = {"setup": dt.timedelta(hours=24), "invitation": dt.timedelta(days=7)}


def make_link(purpose: str, roles: Sequence[str], *, by: str = "", notice: str | None = None) -> str:
    """Make a link; gives back its secret, which is kept nowhere. A new setup link ends the one before."""
    secret = secrets.token_urlsafe(32)
    now = clock.now()
    with transaction.atomic():
        if purpose == "setup":
            Link.objects.filter(purpose="setup", used_at=None).delete()
        Link.objects.create(
            digest=digest_of_secret(secret), purpose=purpose, roles=list(roles), notice_id=notice, made_by=by,
            made_at=now, expires_at=now + LASTS[purpose],
        )  # fmt: skip
    return secret


def join_address(secret: str, language: str | None) -> str:
    """The address of a link: in a language, or in the one that the browser of whoever follows it asks for."""
    before = f"/{language}" if language else ""
    return f"{config_of_environment().address.rstrip('/')}{before}/office/join/{secret}/"


def find_link(secret: str) -> Link | None:
    """The link of a secret, while it can be used."""
    return Link.objects.filter(
        digest=digest_of_secret(secret), used_at=None, expires_at__gt=clock.now()
    ).first()


def join(secret: str, *, name: str, login: str, password: str) -> Staff:
    """
    Make the account of a link: the account and the end of the link, or neither.

    Raises
    ------
    UsageError
        If the link is over, or the name or the login is taken; `args[1]` names the field.
    """
    users = get_user_model()
    with transaction.atomic():
        found = Link.objects.select_for_update().filter(
            digest=digest_of_secret(secret), used_at=None, expires_at__gt=clock.now()
        )
        link = found.first()
        if link is None:
            raise UsageError("The link is used up, or over. Ask for another one.")
        if Staff.objects.filter(folded=fold(name)).exists():
            raise TakenError("name")
        if users.objects.filter(username__iexact=login).exists():
            raise TakenError("login")
        user = users.objects.create_user(login, password=password)
        staff = Staff.objects.create(user=user, name=name.strip(), folded=fold(name))
        Grant.objects.bulk_create(
            Grant(staff=staff, role=role, notice_id=link.notice_id) for role in link.roles
        )
        link.used_at = clock.now()
        link.save(update_fields=["used_at"])
        note("joined", who=staff.name, about=", ".join(link.roles), notice=link.notice_id or "")
    return staff


class TakenError(UsageError):
    """A name or a login that somebody else has; `field` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(f"This {field} is taken. Choose another one.")
        self.field = field


def fold(name: str) -> str:
    """A name as two persons are told apart by (`blockplan.notice.events.check_payload`)."""
    return name.strip().casefold()


def needs_setup() -> bool:
    """Whether there is nobody yet who could invite others."""
    return not Grant.objects.filter(role="admin", staff__user__is_active=True).exists()


def make_account(name: str, mail: str, roles: Sequence[str], *, notice: str | None, by: str) -> Staff:
    """
    An account without a password, for somebody who signs in by the identity service alone.

    Raises
    ------
    TakenError
        If somebody has the name, or the mail address is named already.
    """
    with transaction.atomic():
        if Staff.objects.filter(folded=fold(name)).exists():
            raise TakenError("name")
        user: Any = get_user_model()(username=f"openid-{secrets.token_hex(8)}")
        user.set_unusable_password()
        user.save()
        staff = Staff.objects.create(user=user, name=name.strip(), folded=fold(name))
        Grant.objects.bulk_create(Grant(staff=staff, role=role, notice_id=notice) for role in roles)
        expect(staff, mail, by=by)
    return staff


def expect(staff: Staff, mail: str, *, by: str) -> None:
    """Name somebody to the identity service; TakenError where the address is named already."""
    with transaction.atomic():
        Expected.objects.filter(staff=staff).delete()
        if Expected.objects.filter(mail=fold(mail)).exists():
            raise TakenError("mail")
        Expected.objects.create(staff=staff, mail=fold(mail))
        note("identity_expected", who=by, about=staff.name)


def first_sign_in(login: Any, request: HttpRequest) -> Any:
    """The user whom a verified mail address names, once; None for everybody else, without a difference."""
    mails = [fold(one.email) for one in login.email_addresses if one.verified]
    with transaction.atomic():
        found = Expected.objects.select_for_update().filter(mail__in=mails).first()
        if found is None:
            note("identity_refused", request=request)
            return None
        staff = found.staff
        found.delete()
        note("identity_connected", who=staff.name, request=request)
        login.connect(request, staff.user)
        return staff.user


def cut(staff: Staff, *, by: str, request: HttpRequest) -> None:
    """End what connects an account with the identity service; its sessions are for the caller to end."""
    with transaction.atomic():
        Expected.objects.filter(staff=staff).delete()
        SocialAccount.objects.filter(user=staff.user).delete()
        note("identity_cut", who=by, about=staff.name, request=request)

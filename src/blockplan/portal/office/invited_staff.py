"""
Who may come in by the identity service: those of the staff whom an administrator named by mail address.

The address counts for the first sign-in alone, and only where the service says that it was verified. From
then on the account belongs to the person whom the service named, and the address is forgotten.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.db import transaction

from blockplan.portal.office.audit import note
from blockplan.portal.office.links import TakenError, fold
from blockplan.portal.office.models import Expected, Grant, Staff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest


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

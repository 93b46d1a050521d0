"""Staff for tests: accounts with roles, signed in as a browser is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import get_user_model
from django.test import Client

from blockplan.portal.office.links import fold
from blockplan.portal.office.models import STRONG, Grant, Staff

if TYPE_CHECKING:
    from typing import Any

PASSWORD = "a sentence that nobody else would take"


def a_member(name: str, *roles: str, notice: str | None = None, factor: bool = True) -> Staff:
    """A member of the staff; with a second factor where a role asks for one."""
    user: Any = get_user_model()(username=name.lower())
    # Argon2 takes its time on purpose; only tests of signing in give a password.
    user.set_unusable_password()
    user.save()
    staff = Staff.objects.create(user=user, name=name, folded=fold(name))
    Grant.objects.bulk_create(Grant(staff=staff, role=role, notice_id=notice) for role in roles)
    if factor and not STRONG.isdisjoint(roles):
        add_factor(user)
    return staff


def add_factor(user: Any) -> str:
    """A second factor; gives back its secret."""
    secret = str(totp.generate_totp_secret())
    totp.TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str, *, steps: int = 0) -> str:
    """What an authenticator shows now."""
    counter = int(time.time()) // 30 + steps
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


def browser_of(staff: Staff | None = None, **more: Any) -> Client:
    """A client; signed in as somebody."""
    client = Client(HTTP_ACCEPT_LANGUAGE="en", **more)
    if staff is not None:
        client.force_login(staff.user)
    return client

"""Links that make one account, once: shown to whoever made them, kept as a hash, over after a while."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction

from blockplan.errors import UsageError
from blockplan.portal import clock
from blockplan.portal.config import config_of_environment
from blockplan.portal.office.audit import note
from blockplan.portal.office.models import Grant, Link, Staff

if TYPE_CHECKING:
    from collections.abc import Sequence

LASTS = {"setup": dt.timedelta(hours=24), "invitation": dt.timedelta(days=7)}


def make_link(purpose: str, roles: Sequence[str], *, by: str = "", notice: str | None = None) -> str:
    """Make a link; gives back its secret, which is kept nowhere. A new setup link ends the one before."""
    secret = secrets.token_urlsafe(32)
    now = clock.now()
    with transaction.atomic():
        if purpose == "setup":
            Link.objects.filter(purpose="setup", used_at=None).delete()
        Link.objects.create(
            digest=_digest(secret), purpose=purpose, roles=list(roles), notice_id=notice, made_by=by,
            made_at=now, expires_at=now + LASTS[purpose],
        )  # fmt: skip
    return secret


def join_address(secret: str, language: str | None) -> str:
    """The address of a link: in a language, or in the one that the browser of whoever follows it asks for."""
    before = f"/{language}" if language else ""
    return f"{config_of_environment().address.rstrip('/')}{before}/office/join/{secret}/"


def find_link(secret: str) -> Link | None:
    """The link of a secret, while it can be used."""
    return Link.objects.filter(digest=_digest(secret), used_at=None, expires_at__gt=clock.now()).first()


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
            digest=_digest(secret), used_at=None, expires_at__gt=clock.now()
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


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()

"""The list of acts of the staff: sign-ins, roles, and what was entered by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.portal import clock
from blockplan.portal.config import config_of_environment
from blockplan.portal.security_headers import address_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

#: So many points, opinions or themes stand in the line of an act; the record has all of them.
MOST_NAMED = 8


def naming(what: str, names: Iterable[str]) -> str:
    """
    What was done and of what, for `note`: at most `MOST_NAMED` names, and how many more there are.

    Examples
    --------
    >>> naming("answered", ["O-2.1"])
    'answered O-2.1'
    >>> naming("themed", [f"O-{number}.1" for number in range(1, 13)])
    'themed O-1.1 O-2.1 O-3.1 O-4.1 O-5.1 O-6.1 O-7.1 O-8.1 +4'
    """
    every = list(dict.fromkeys(names))
    more = [f"+{len(every) - MOST_NAMED}"] if len(every) > MOST_NAMED else []
    return " ".join([what, *every[:MOST_NAMED], *more])


def note(
    what: str, *, who: str = "", about: str = "", notice: str = "", request: HttpRequest | None = None
) -> None:
    """Add a line; in a transaction that is under way it is kept, or not, with the rest."""
    from blockplan.portal.office.models import Audit  # noqa: PLC0415 (also called before tables are loaded)

    address = "" if request is None else address_of(request, config_of_environment().proxies)
    Audit.objects.create(
        at=clock.now(), who=who[:80], what=what, about=about[:200], notice=notice[:60], address=address[:45]
    )


def listen() -> None:
    """Note what allauth tells: sign-ins that went well and that did not, passwords, second factors."""
    from allauth.account import signals as account  # noqa: PLC0415 (tables are not there before)
    from allauth.mfa import signals as mfa  # noqa: PLC0415
    from django.contrib.auth import signals as auth  # noqa: PLC0415

    for name, signal in {
        "signed_in": auth.user_logged_in,
        "signed_out": auth.user_logged_out,
        "password_changed": account.password_changed,
        "factor_added": mfa.authenticator_added,
        "factor_removed": mfa.authenticator_removed,
        "codes_renewed": mfa.authenticator_reset,
        "code_wrong": mfa.authentication_failed,
    }.items():
        signal.connect(_noting(name), weak=False, dispatch_uid=f"office.{name}")
    # The name that was typed is not kept: people type passwords into the wrong field.
    auth.user_login_failed.connect(_noting("sign_in_failed"), weak=False, dispatch_uid="office.failed")


def _noting(what: str) -> Any:
    def receiver(**said: Any) -> None:
        staff = getattr(said.get("user"), "staff", None)
        note(what, who=str(staff or ""), request=said.get("request"))

    return receiver

"""What we ask of allauth: our words, nobody signs up by himself, secrets of second factors encrypted."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base.constants import AuthError
from cryptography.fernet import Fernet
from django import forms
from django.conf import settings
from django.shortcuts import render
from django.urls import reverse

from blockplan.portal.config import config_of_environment
from blockplan.portal.lang import current
from blockplan.portal.office.audit import note
from blockplan.portal.security_headers import address_of
from blockplan.portal.words import catalogs, say

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest


class _Worded:
    def validation_error(self, code: str, *args: Any) -> forms.ValidationError:
        """What is wrong with what was typed, in our words; no part of a sign-in is named."""
        known = code if code in catalogs()["office_fault"] else "invalid"
        return forms.ValidationError(say(f"office_fault.{known}", current()), code=code)


class Accounts(_Worded, DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts of the staff."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: staff come by invitation."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Behind our own proxies, what they say."""
        return address_of(request, config_of_environment().proxies)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The desk."""
        return reverse("office")

    get_password_change_redirect_url = get_login_redirect_url

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Back to the notices that everybody sees."""
        return f"/{current()}/"

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not within a quarter of an hour after signing in: who just did is not asked for it again."""
        request = self.request
        records = get_authentication_records(request, request.user)
        fresh = bool(records) and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        return not fresh and bool(super().is_reauthentication_required(app=app, **kwargs))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Pages say themselves what happened."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Accounts have no mail address."""


class Factors(_Worded, DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors."""

    def get_totp_issuer(self) -> str:
        """The office, as an authenticator shows it."""
        return config_of_environment().office or "Blockplan"

    def encrypt(self, text: str) -> str:
        """Encrypted by the secret of the service: a copy of the database alone gives no codes."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Back."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """The login."""
        return str(user.get_username())


class Identities(_Worded, DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Sign-in by the office's own identity service: for accounts that are connected, or named beforehand."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """Ours, which is stricter."""
        from blockplan.portal.office.openid import Provider  # noqa: PLC0415 (allauth loads this module first)

        return Provider(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Whom an administrator named by mail is connected; strangers all get one answer."""
        from blockplan.portal.office.links import first_sign_in  # noqa: PLC0415

        connecting = sociallogin.state.get("process") == "connect"
        if sociallogin.is_existing:
            if connecting and sociallogin.user != request.user:
                raise ImmediateHttpResponse(
                    render(request, "office/no_account.html", {"taken": True}, status=403)
                )
        elif not connecting and first_sign_in(sociallogin, request) is None:
            raise ImmediateHttpResponse(render(request, "office/no_account.html", status=403))

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """What was not right stands in the list of acts, and in no page."""
        if kwargs.get("exception") is not None:
            note("identity_failed", about=str(kwargs["exception"]), request=request)
        elif kwargs.get("error") == AuthError.CANCELLED:
            return
        raise ImmediateHttpResponse(render(request, "socialaccount/authentication_error.html", status=403))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody comes in by this way for the first time."""
        return False

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        """The own account."""
        return reverse("office_account")


def _cipher() -> Fernet:
    key = hashlib.sha256(b"second factors:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))

"""
Sign-in by the office's own identity service (OpenID Connect), where allauth is less strict than the standard.

The ID token is checked whole (OpenID Connect Core 1.0, section 3.1.3.7): signed by a key of the service, by
the issuer that the settings name, for us, not over, and with the nonce of the session that began. What the
service says elsewhere counts only of the same person (5.3.2). Nothing of its answer is kept but a hash of
who it was.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode, urlsplit

import jwt
import requests
from allauth.decorators import rate_limit
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect import views
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.http import Http404
from django.urls import reverse
from django.utils import translation

from blockplan.portal.config import LOOPBACK, config_of_environment
from blockplan.portal.lang import DJANGO, of_path
from blockplan.portal.security_headers import POLICY

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

#: Signatures by a private key of the service; nothing that a shared secret could have made.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
REQUIRED = ("iss", "sub", "aud", "exp", "iat")
ENDPOINTS = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
WELL_KNOWN = "/.well-known/openid-configuration"
#: Held by the session of somebody who came by the service: where that ends its own session; empty if nowhere.
ENDS = "openid_ends"
#: Seconds by which the clocks of two servers may differ.
LEEWAY_S = 30


class IdentityService(views.OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The identity service as it is spoken to."""

    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the service says of itself; OAuth2Error where it is away, or not the one of the settings."""
        try:
            said: dict[str, Any] = super().openid_config
        except (requests.RequestException, ValueError) as error:
            raise OAuth2Error("The identity service does not answer.") from error
        if missing := [name for name in ENDPOINTS if not isinstance(said.get(name), str)]:
            raise OAuth2Error(f"The identity service does not say its {missing[0]}.")
        named = self.get_provider().app.settings["server_url"].removesuffix(WELL_KNOWN)
        if said["issuer"].rstrip("/") != named.rstrip("/"):
            raise OAuth2Error(f"The identity service calls itself {said['issuer']}, the settings {named}.")
        return said

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Where the service sends people back to: below the address of the settings."""
        return config_of_environment().address.rstrip("/") + reverse(
            "openid_connect_callback", args=["office"]
        )

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> Any:
        """The answer to our code; the nonce that belongs to it is kept for the check."""
        self.nonce = nonce_of(pkce_code_verifier or "")
        return super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Who it is, once everything was checked; OAuth2Error otherwise."""
        claims = self.claims(str(kwargs["response"].get("id_token") or ""), app.client_id)
        request.session[ENDS] = _ends(self.openid_config)
        told = self._fetch_user_info(token.token)
        if told.get("sub") != claims["sub"]:
            raise OAuth2Error("The identity service told of two persons.")
        who = hashlib.sha256(f"{claims['iss']} {claims['sub']}".encode()).hexdigest()
        said = told if told.get("email") else claims
        login = self.get_provider().sociallogin_from_response(
            request,
            {"sub": who, "email": said.get("email"), "email_verified": said.get("email_verified") is True},
        )
        login.account.extra_data = {}
        return login

    def claims(self, id_token: str, client_id: str) -> dict[str, Any]:
        """What an ID token says; OAuth2Error where it is not one for us, now, in this session."""
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token, self._key_of(id_token), algorithms=list(ALGORITHMS), audience=client_id,
                issuer=self.openid_config["issuer"], leeway=LEEWAY_S, options={"require": list(REQUIRED)},
            )  # fmt: skip
        except (jwt.PyJWTError, requests.RequestException, ValueError, TypeError) as error:
            raise OAuth2Error("The ID token is not right.") from error
        for_whom = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if claims.get("azp", client_id if len(for_whom) == 1 else None) != client_id:
            raise OAuth2Error("The ID token was made for somebody else.")
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), self.nonce.encode()):
            raise OAuth2Error("The ID token was made for another session.")
        return claims

    def _key_of(self, id_token: str) -> Any:
        name = jwt.get_unverified_header(id_token).get("kid")
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        fitting = [key for key in keys if name is None or key.key_id == name]
        if len(fitting) != 1:
            raise OAuth2Error("The ID token is signed by no key of the identity service.")
        return fitting[0]


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    """The identity service as allauth knows it."""

    oauth2_adapter_class = IdentityService

    def get_pkce_params(self) -> dict[str, Any]:
        """With the proof key goes a nonce made of it, so that both are bound to this session."""
        made: dict[str, Any] = super().get_pkce_params()
        return made | {"nonce": nonce_of(made["code_verifier"])}

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, Any]:
        """Nothing that an address could add."""
        said: dict[str, Any] = self.get_auth_params()
        return said

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        """Nothing that an address could add."""
        said: list[str] = self.get_scope()
        return said


def nonce_of(code_verifier: str) -> str:
    """The nonce of a session, of the secret that only its record holds."""
    return hashlib.sha256(b"nonce:" + code_verifier.encode()).hexdigest()


@rate_limit(action="login")  # type: ignore[untyped-decorator]
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the identity service."""
    if provider_id != "office" or config_of_environment().openid is None:
        raise Http404
    service = IdentityService(request, provider_id)
    try:
        return lead_to_service(views.OAuth2LoginView.adapter_view(service)(request))
    except OAuth2Error as error:
        return cast(
            "HttpResponse", render_authentication_error(request, service.get_provider(), exception=error)
        )


@rate_limit(action="login")  # type: ignore[untyped-decorator]
def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """From the identity service, in the language of the page that one comes from."""
    if provider_id != "office" or config_of_environment().openid is None:
        raise Http404
    state = statekit.get_states(request).get(request.GET.get("state", ""))
    lang = of_path(str((state or [{}])[0].get("next") or "")) or request.lang  # type: ignore[attr-defined]
    request.lang = lang  # type: ignore[attr-defined]
    with translation.override(DJANGO[lang]):
        view = views.OAuth2CallbackView.adapter_view(IdentityService(request, provider_id))
        response: HttpResponse = view(request)
        return response


def _ends(said: dict[str, Any]) -> str:
    """Where the service ends its session; empty where it does not say, or nowhere that a page may lead to."""
    to = said.get("end_session_endpoint")
    if not isinstance(to, str):
        return ""
    parts = urlsplit(to)
    fit = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return to if fit and parts.hostname else ""


def end_there(ends: str) -> str:
    """
    The address that ends the session at the identity service and leads back to the notices.

    No ID token goes along (``id_token_hint``), because none is kept; so the service asks whether it is meant.

    References
    ----------
    OpenID Connect RP-Initiated Logout 1.0, section 2.
    """
    named = config_of_environment()
    if not ends or named.openid is None:
        return ""
    back = {"client_id": named.openid.client_id, "post_logout_redirect_uri": f"{named.address.rstrip('/')}/"}
    return f"{ends}{'&' if '?' in ends else '?'}{urlencode(back)}"


def lead_to_service(response: HttpResponse) -> HttpResponse:
    """Let a form of the page lead to the identity service as well, where there is one."""
    named = config_of_environment().openid
    if named is None:
        return response
    parts = urlsplit(named.server)
    to = f"form-action 'self' {parts.scheme}://{parts.netloc}"
    response.headers["Content-Security-Policy"] = POLICY.replace("form-action 'self'", to)
    return response

"""
A real identity service for tests: the OpenID Connect provider of allauth in a process of its own.

It signs its tokens with RS256, asks for a password and for consent, and holds to proof keys (PKCE). `bend`
makes the next tokens wrong in one way, for tests of what must be refused.
"""

from __future__ import annotations

import contextlib
import html
import json
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import requests
from benchmarks.portal_service import free_port
from tests.support.browser import UP_S

CLIENT, SECRET, PASSWORD = "blockplan", "a secret of two", "known to the identity service"
#: Login there -> mail address, and whether the service has verified it.
PEOPLE = {
    "li": ("li@example.org", True),
    "wang": ("wang@example.org", True),
    "stranger": ("stranger@example.org", True),
    "unsure": ("li@example.org", False),
}


class IdentityService:
    """The process, where it is, and a browser that signs somebody in there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.server = f"http://localhost:{self.port}"
        folder.mkdir(parents=True, exist_ok=True)
        self.bend("")
        self._log = (folder / "log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.portal.identity_service", str(folder), str(self.port)],
            stdout=self._log, stderr=subprocess.STDOUT,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
        self._wait()

    def settings(self) -> str:
        """What the office writes into ``blockplan.toml``."""
        said = {"name": "Town accounts", "server": self.server, "client_id": CLIENT, "secret": SECRET}
        return "[openid]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in said.items())

    def lead_back_to(self, address: str) -> None:
        """Register the one address to come back to, and the first page of its site for after signing out."""
        after = f"{address.partition('/office/')[0]}/"
        known = json.dumps({"client_metadata": {"post_logout_redirect_uris": [after]}})
        with contextlib.closing(sqlite3.connect(self.folder / "identities.sqlite3")) as rows, rows:
            rows.execute("UPDATE allauth_idp_oidc_client SET redirect_uris = ?, data = ?", [address, known])

    def bend(self, how: str) -> None:
        """From now on tokens are wrong in this way; in none with an empty word."""
        (self.folder / "bend").write_text(how)

    def sign_in(self, address: str, login: str) -> str:
        """As a browser that was sent to `address`: password, consent; gives back where it is sent then."""
        with requests.Session() as session:
            session.trust_env = False
            page = session.get(address)
            assert page.status_code == 200, (address, page.text[-300:])
            page = session.post(page.url, data=_hidden(page.text) | {"login": login, "password": PASSWORD})
            assert "Authorize" in page.text, page.text
            consent = _hidden(page.text) | {"action": "grant", "scopes": ["openid", "profile", "email"]}
            sent = session.post(f"{self.server}/identity/o/authorize", data=consent, allow_redirects=False)
            assert sent.status_code == 302, sent.text
            return str(sent.headers["Location"])

    def stop(self) -> None:
        """End the process."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self._log.close()

    def _wait(self) -> None:
        end = time.monotonic() + UP_S
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.server}/.well-known/openid-configuration", timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"the identity service did not come up: {(self.folder / 'log').read_text()}")


def _hidden(page: str) -> dict[str, Any]:
    fields = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page)
    named = ((re.search(r'name="([^"]*)"', one), re.search(r'value="([^"]*)"', one)) for one in fields)
    return {name[1]: html.unescape(value[1]) if value else "" for name, value in named if name}


def _settings(folder: Path) -> dict[str, Any]:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()).decode()
    database = {
        "ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "identities.sqlite3"),
        "OPTIONS": {"init_command": "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;", "timeout": 30},
    }  # fmt: skip
    apps = ("auth", "contenttypes", "sessions", "account", "allauth_idp_oidc")
    return {
        "SECRET_KEY": "of the identity service", "ALLOWED_HOSTS": ["localhost"], "ROOT_URLCONF": __name__,
        "DATABASES": {"default": database}, "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "SESSION_COOKIE_NAME": "identities", "CSRF_COOKIE_NAME": "identities-csrf", "USE_TZ": True,
        "INSTALLED_APPS": [
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
            "django.contrib.messages", "allauth", "allauth.account", "allauth.idp.oidc",
        ],
        "MIDDLEWARE": [
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        "TEMPLATES": [{
            "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }],
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "ACCOUNT_LOGIN_METHODS": {"username"}, "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"], "IDP_OIDC_PRIVATE_KEY": pem,
        "ACCOUNT_RATE_LIMITS": False,
        "MIGRATION_MODULES": dict.fromkeys(apps), "IDP_OIDC_ADAPTER": f"{__name__}.bending_adapter",
    }  # fmt: skip


def bending_adapter() -> Any:
    """Allauth's adapter, with tokens that are wrong where a test asks for it."""
    from allauth.core.internal import jwkkit
    from allauth.idp.oidc.adapter import DefaultOIDCAdapter

    how = (Path(sys.argv[1]) / "bend").read_text()
    wrong = {
        "nonce": {"nonce": "of another session"}, "audience": {"aud": "somebody-else"},
        "audiences": {"aud": [CLIENT, "somebody-else"]}, "issuer": {"iss": "http://localhost:1"},
        "over": {"exp": int(time.time()) - 60}, "person": {"sub": "somebody else"},
    }  # fmt: skip

    class Bending(DefaultOIDCAdapter):  # type: ignore[misc]
        def populate_id_token(self, id_token: dict[str, Any], *args: Any, **kwargs: Any) -> None:
            id_token.update(wrong.get(how, {}))
            if how == "no nonce":
                del id_token["nonce"]

        def get_signing_key(self) -> Any:
            key = super().get_signing_key()
            if how != "key":
                return key
            # Of the same name, and not the key that the service shows.
            name = jwkkit.load_jwk_from_pem(key.pem)[0]["kid"]
            other = type(key)(pem=_settings(Path(sys.argv[1]))["IDP_OIDC_PRIVATE_KEY"])
            load = jwkkit.load_jwk_from_pem
            jwkkit.load_jwk_from_pem = lambda pem: (load(pem)[0] | {"kid": name}, load(pem)[1])
            return other

    return Bending()


def main(folder: Path, port: int) -> None:
    """Serve until ended."""
    import socketserver
    from wsgiref.simple_server import WSGIServer, make_server

    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.urls import include, path

    settings.configure(**_settings(folder))
    django.setup()
    globals()["urlpatterns"] = [
        path("accounts/", include("allauth.urls")), path("", include("allauth.idp.urls")),
    ]  # fmt: skip
    call_command("migrate", run_syncdb=True, verbosity=0)
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth import get_user_model

    for login, (mail, verified) in PEOPLE.items():
        user = get_user_model().objects.create_user(login, mail, PASSWORD)
        EmailAddress.objects.create(user=user, email=mail, verified=verified, primary=True)
    client = Client(id=CLIENT, name="The office", scopes="openid\nprofile\nemail", type="confidential")
    client.set_secret(SECRET)
    client.save()

    class Threads(socketserver.ThreadingMixIn, WSGIServer):
        daemon_threads = True

    with make_server("localhost", port, get_wsgi_application(), Threads) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

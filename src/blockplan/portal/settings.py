"""Django's settings, made of the office's (`blockplan.portal.config`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import blockplan
from blockplan.errors import UsageError
from blockplan.portal import postgresql, security_headers
from blockplan.portal.config import Config, config_of_environment

CONFIG = config_of_environment()


def database(config: Config) -> dict[str, Any]:
    """The database: SQLite that is durable at each commit, or PostgreSQL by URL."""
    if config.database is None:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(config.data / "portal.sqlite3"),
            # Kept open: whoever closes the last connection brings the whole log of writes into the file.
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
            },
            "TEST": {"NAME": str(config.data / "test.sqlite3")},
        }
    url = urlsplit(config.database)
    if url.scheme not in {"postgresql", "postgres"}:
        raise UsageError(
            f"database begins with {url.scheme!r}; write postgresql://user:password@host:port/name, "
            "or leave it out for SQLite."
        )
    # A socket's folder stands in the place of the host, percent-encoded, as libpq has it.
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(postgresql.OPTIONS),
    }


SECRET_KEY = CONFIG.secret()
DEBUG = False
ALLOWED_HOSTS = CONFIG.hosts
DATABASES = {"default": database(CONFIG)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "blockplan.portal.record",
    "blockplan.portal.plans",
    "blockplan.portal.mail",
    "blockplan.portal.submissions",
    "blockplan.portal.office",
    "blockplan.portal.pages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "blockplan.portal.middleware.arrived",
    "blockplan.portal.middleware.headers",
    "blockplan.portal.api.middleware.guard",
    "django.middleware.security.SecurityMiddleware",
    "blockplan.portal.middleware.small_styles",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "blockplan.portal.middleware.language",
    "blockplan.portal.middleware.readable",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "blockplan.portal.office.middleware.preview",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "blockplan.portal.urls"
WSGI_APPLICATION = "blockplan.portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "blockplan.portal.pages.context_processors.every_page",
            ],
            "builtins": [
                "blockplan.portal.pages.templatetags.words",
            ],
        },
    }
]

LANGUAGE_CODE = "en"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English"), ("ja", "日本語")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.data / "static"
# The second verifier, for the page that checks a receipt in the reader's browser.
STATICFILES_DIRS = [("verifier", Path(blockplan.__file__).with_name("notice") / "verifier")]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ADD_HEADERS_FUNCTION = security_headers.add_static_headers

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# Accounts of the staff: by name and password or the office's own identity service, with a second factor.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "blockplan.portal.office.adapter.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/5m/ip,10/5m/key",
    "reauthenticate": "10/m/user",
}
ACCOUNT_FORMS = {
    "login": "blockplan.portal.office.forms.SignIn",
    "change_password": "blockplan.portal.office.forms.ChangePassword",
    "reauthenticate": "blockplan.portal.office.forms.Reauthenticate",
}
MFA_ADAPTER = "blockplan.portal.office.adapter.Factors"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "blockplan.portal.office.forms.Code",
    "reauthenticate": "blockplan.portal.office.forms.CodeAgain",
    "activate_totp": "blockplan.portal.office.forms.FirstCode",
}
SOCIALACCOUNT_ADAPTER = "blockplan.portal.office.adapter.Identities"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [CONFIG.openid_app()] if CONFIG.openid else []}}
# Shared by all processes, so that limits on sign-in hold for the service.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "office_cache"},
}

# A browser takes cookies with the prefix __Host- from this very host alone, by https (or on this machine).
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
CSRF_FAILURE_VIEW = "blockplan.portal.pages.errors.not_from_our_form"

SECURE_SSL_REDIRECT = CONFIG.https
SECURE_HSTS_SECONDS = 31_536_000 if CONFIG.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = CONFIG.https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIG.proxies else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# X-Frame-Options stands in `security_headers`; this machine has no certificate to redirect to.
SILENCED_SYSTEM_CHECKS = ["security.W002"] + ([] if CONFIG.https else ["security.W004", "security.W008"])

BASE_MAP, BASE_MAP_CREDIT = CONFIG.base_map, CONFIG.base_map_credit

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

EMAIL_HOST, EMAIL_PORT = CONFIG.mail.host, CONFIG.mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = CONFIG.mail.user, CONFIG.mail.password
EMAIL_USE_TLS = CONFIG.mail.tls
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = CONFIG.mail.sender or "blockplan@localhost"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # What strangers ask wrongly is no news, and must not fill the disk.
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "CRITICAL"}},
}

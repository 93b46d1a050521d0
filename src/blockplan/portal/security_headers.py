"""
What every answer carries so that a browser helps us: no script but our files, no frame, no sniffing.

Uploaded files come from a path of their own, as downloads in a sandbox, and never as pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from django.http import HttpRequest, HttpResponse

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
#: Of a page with a map: one policy of Trusted Types, the default one of our script, which lets through the
#: address of the map's own worker and refuses every other string.
MAP_POLICY = POLICY.replace("trusted-types 'none'", "trusted-types default")
#: Of a file that somebody sent: it can do nothing, even where a browser opens it.
DOWNLOAD_POLICY = "default-src 'none'; sandbox"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self), payment=(), usb=()",
}


def add_static_headers(headers: MutableMapping[str, str], _path: str, _url: str) -> None:
    """All of them for files of ours, which whitenoise answers."""
    for name, value in HEADERS.items():
        headers[name] = value


def as_download(response: HttpResponse, name: str) -> HttpResponse:
    """A file that somebody sent, made harmless: a download with a plain name, in a sandbox."""
    quoted = "".join(f"%{byte:02X}" for byte in name.encode("utf-8", "replace"))
    response.headers["Content-Disposition"] = f"attachment; filename=\"file\"; filename*=UTF-8''{quoted}"
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


def address_of(request: HttpRequest, proxies: int) -> str:
    """The address that a request came from; behind `proxies` proxies that are ours, what they say."""
    return address_in(request.META, proxies)


def address_in(environ: Mapping[str, Any], proxies: int) -> str:
    """The same, before Django has seen the request."""
    direct = str(environ.get("REMOTE_ADDR", ""))
    if not proxies:
        return direct
    said = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    # Only the last entries were written by our own proxies; what stands before them anybody may write.
    return said[-proxies] if len(said) >= proxies else direct

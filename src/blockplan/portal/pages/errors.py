"""Pages that say what went wrong and what to do; a fault of ours shows nothing of the inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.cache import patch_vary_headers

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def _page(request: HttpRequest, status: int, key: str, why: str = "") -> HttpResponse:
    response = render(
        request,
        "portal/error.html",
        {"key": f"error.{key}", "title_key": f"error.title.{key}", "status": status, "why": why},
        status=status,
    )
    # Where the address names no language the page has that of its reader, which is not everybody's.
    response.headers["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Accept-Language"])
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _page(request, 400, "bad_request")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _page(request, 403, "forbidden", getattr(exception, "why", ""))


def not_from_our_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was not ours, or cookies are off."""
    return _page(request, 403, "not_from_our_form")


def no_length(request: HttpRequest) -> HttpResponse:
    """411: a body that does not say how long it is."""
    return _page(request, 411, "no_length")


def too_large(request: HttpRequest) -> HttpResponse:
    """413."""
    return _page(request, 413, "too_large")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _page(request, 404, "not_found")


def too_many(request: HttpRequest) -> HttpResponse:
    """429."""
    return _page(request, 429, "too_many")


def being_made(request: HttpRequest) -> HttpResponse:
    """503: a file is being made ready, and enough wait for it already."""
    response = _page(request, 503, "being_made")
    response.headers["Retry-After"] = "5"
    return response


def our_fault(request: HttpRequest) -> HttpResponse:
    """500."""
    return _page(request, 500, "our_fault")

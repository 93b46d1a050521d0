"""Pages that say what went wrong and what to do; a fault of ours shows nothing of the inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def _page(request: HttpRequest, status: int, key: str) -> HttpResponse:
    return render(
        request,
        "portal/error.html",
        {"key": f"error.{key}", "title_key": f"error.title.{key}", "status": status},
        status=status,
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _page(request, 400, "bad_request")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _page(request, 403, "forbidden")


def not_from_our_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was not ours, or cookies are off."""
    return _page(request, 403, "not_from_our_form")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _page(request, 404, "not_found")


def too_many(request: HttpRequest) -> HttpResponse:
    """429."""
    return _page(request, 429, "too_many")


def our_fault(request: HttpRequest) -> HttpResponse:
    """500."""
    return _page(request, 500, "our_fault")

"""Who is responsible, what becomes of what people write, and how accessible the pages are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from blockplan.portal.config import config_of_environment
from blockplan.portal.pages.common import public

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@public
def imprint(request: HttpRequest, lang: str) -> HttpResponse:
    """Who runs the service."""
    return render(request, "portal/imprint.html", {"imprint": config_of_environment().imprint})


@public
def privacy(request: HttpRequest, lang: str) -> HttpResponse:
    """What becomes of names, addresses and words."""
    return render(request, "portal/privacy.html")


@public
def accessibility(request: HttpRequest, lang: str) -> HttpResponse:
    """What was tried with which tools, what is known to be missing, and where to say so."""
    return render(request, "portal/accessibility.html", {"imprint": config_of_environment().imprint})

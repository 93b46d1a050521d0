"""Feeds for readers, robots and search engines: Atom, sitemap.xml, robots.txt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render

from blockplan.portal.config import config_of_environment
from blockplan.portal.pages.common import public, standing_of
from blockplan.portal.pages.notices import history, listed, signed
from blockplan.portal.record.store import open_store
from blockplan.portal.shown import seen
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from django.http import HttpRequest

ATOM = "application/atom+xml; charset=utf-8"
PAGE = 50
MOST_IN_SITEMAP = 5000
#: Characters that XML cannot hold.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@public
def notices_feed(request: HttpRequest, lang: str) -> HttpResponse:
    """The newest notices."""
    rows = [standing_of(row) for row in listed().order_by("-begins", "-id")[:PAGE]]
    updated = max((row["period"]["begins"] for row in rows), default="1970-01-01T00:00:00.000000Z")
    return _atom(request, "portal/notices.atom", {"notices": rows, "updated": updated})


@public
def notice_feed(request: HttpRequest, lang: str, notice: str) -> HttpResponse:
    """What happens to a notice, and the newest signed checkpoint."""
    row = seen(notice)
    store = open_store(row.id)
    events = history(store)[:PAGE]
    newest = max((event["at"] for event in events), default=row.begins)
    context = {"notice": standing_of(row), "events": events, "signed": signed(store), "updated": newest}
    return _atom(request, "portal/notice.atom", context)


def _atom(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, template, context | {"site": config_of_environment().address.rstrip("/")})
    response.content = UNWRITABLE.sub("", response.content.decode()).encode()
    response.headers["Content-Type"] = ATOM
    return response


@public
def sitemap(request: HttpRequest) -> HttpResponse:
    """Addresses of lists and notices in each language; opinions are not in it."""
    names = [""] + [f"notices/{name}/" for name in listed().values_list("id", flat=True)[:MOST_IN_SITEMAP]]
    site = config_of_environment().address.rstrip("/")
    pages = [[(lang, f"{site}/{lang}/{name}") for lang in LANGUAGES] for name in names]
    return render(request, "portal/sitemap.xml", {"pages": pages}, content_type="application/xml")


@public
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may read notices; what people wrote they leave alone."""
    lines = ["User-agent: *", "Disallow: /files/"]
    lines += [f"Disallow: /{lang}/notices/*/opinions/" for lang in LANGUAGES]
    lines += [f"Sitemap: {config_of_environment().address.rstrip('/')}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")

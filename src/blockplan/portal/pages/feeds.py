"""Feeds for readers, robots and search engines: Atom, sitemap.xml, robots.txt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from blockplan.portal.config import config_of_environment
from blockplan.portal.pages import answers, common
from blockplan.portal.pages.common import public, standing_of
from blockplan.portal.pages.notices import history, listed, signed
from blockplan.portal.pages.opinions import shown
from blockplan.portal.plans.models import PlanObject
from blockplan.portal.record import register
from blockplan.portal.record.store import open_store
from blockplan.portal.visible_notices import seen, version_of
from blockplan.texts import LANGUAGES, pick

if TYPE_CHECKING:
    from django.http import HttpRequest

ATOM = "application/atom+xml; charset=utf-8"
PAGE = 50
#: Kinds of entry that may come once a theme is published.
AFTER = frozenset({"published", "in_force", "superseded", "restarted", "notice_withdrawn"})
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


@public
def object_feed(request: HttpRequest, lang: str, notice: str, layer: str, object_id: str) -> HttpResponse:
    """What is said about one object of the plan, and what happens to the notice it stands in."""
    row = seen(notice)
    found = PlanObject.objects.filter(version=version_of(row), layer=layer, object=object_id).first()
    if found is None:
        raise Http404
    about = register.page(row, register.Filters(object=(layer, object_id)), size=PAGE)
    # Before words are open nobody is told which opinions are about what.
    rows = [shown(row, one, lang) for one in about.rows] if register.is_open(row) else []
    events = history(open_store(row.id))[:PAGE]
    context = {
        "notice": standing_of(row),
        "rows": rows,
        "events": events,
        "name": pick(found.title, lang) or object_id,
        "layer": layer,
        "page": common.object_(lang, row.id, layer, object_id),
        "updated": max([one["at"] for one in (*rows, *events)], default=row.begins),
    }
    response = _atom(request, "portal/object.atom", context)
    # What people wrote search engines leave alone, as on the pages of the register.
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@public
def theme_feed(request: HttpRequest, lang: str, notice: str, theme: str) -> HttpResponse:
    """A theme of the published response: its answer, the first of its points, and what happens afterwards."""
    row = seen(notice)
    said = answers.theme_of(row, theme)
    if said is None:
        raise Http404
    after = [one for one in history(open_store(row.id))[:PAGE] if one["kind"] in AFTER]
    context = {
        "notice": standing_of(row),
        "theme": said,
        "events": after,
        "updated": max((one["at"] for one in after), default=row.begins),
        "published_at": next((one["at"] for one in after if one["kind"] == "published"), row.begins),
    }
    return _atom(request, "portal/theme.atom", context)


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

"""The map on a page: which files it is made of, where its data are, and the words that it says."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from blockplan.notice.state import TAKES_OPINIONS
from blockplan.portal import security_headers
from blockplan.portal.pages import addresses, compression, mapdata
from blockplan.portal.words import say

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from blockplan.portal.plans.models import PlanVersion
    from blockplan.portal.record.models import Notice


#: Words that the map says, of ``texts/map.toml``.
WORDS = (
    "title", "keys", "loading", "failed", "planned", "today", "compare", "shown", "divide", "bigger",
    "smaller", "zoom_in", "zoom_out", "whole", "position", "position_note", "no_position", "opinions",
    "opinions_here", "no_opinions", "safe", "legend", "legend_note", "unknown", "north", "mark",
    "point", "line", "area", "draw_point", "draw_line", "draw_area", "undo", "cancel", "write_drawn",
    "drawn_point", "drawn_line", "drawn_area", "crossing", "searching", "offline", "near",
)  # fmt: skip
#: And what it says of a place as the page without it does, of ``texts/here.toml``.
OF_PLACES = ("write", "all_of_parcel", "all_of_object", "link", "beside", "straight")


def of_notice(request: HttpRequest, row: Notice, version: PlanVersion, lang: str) -> dict[str, Any]:
    """What a template needs to put the map of a notice on its page."""
    open_ = row.state in TAKES_OPINIONS and not row.preview
    data = {
        "lang": lang,
        "plan": reverse("map_plan", kwargs={"notice": row.id}) + f"?lang={lang}",
        "tiles": reverse("map_tiles", kwargs={"notice": row.id, "lang": lang, "layer": "LAYER"}),
        "opinions": reverse("map_opinions", kwargs={"notice": row.id}),
        "opinion": reverse("register_opinion", kwargs={"lang": lang, "notice": row.id, "opinion_id": "O-0"}),
        "place": reverse("place", kwargs={"lang": lang, "notice": row.id}),
        "write": addresses.write(lang, row.id) if open_ else None,
        "worker": compression.address("worker.js"),
        "uses": mapdata.uses(version, lang),
        "marks": mapdata.marks(version, lang),
        "words": words(lang),
    }
    return {
        "script": compression.address("map.js"),
        "style": compression.address("map.css"),
        "data": json.dumps(data, ensure_ascii=False),
    }


@cache
def words(lang: str) -> dict[str, str]:
    """Every word of the map in a language."""
    return {key: say(f"map.{key}", lang) for key in WORDS} | {
        key: say(f"here.{key}", lang) for key in OF_PLACES
    }


def shown(response: HttpResponse) -> HttpResponse:
    """A page with the map on it: it may start the map's worker, and nothing else."""
    response.headers["Content-Security-Policy"] = security_headers.MAP_POLICY
    return response

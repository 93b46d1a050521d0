"""Objects of a plan: a list to search, a page for each, and "my parcel" to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from blockplan.errors import UsageError
from blockplan.notice.intake.texts_in import folded
from blockplan.notice.state import TAKES_OPINIONS
from blockplan.portal.pages import common, pictures
from blockplan.portal.pages.common import public, standing_of
from blockplan.portal.pages.notices import facts
from blockplan.portal.pages.plan_sections import EASY, crowd, of_object
from blockplan.portal.plans.models import PlanObject, PlanVersion
from blockplan.portal.plans.prepare import LAYERS, RULES, STATEMENTS
from blockplan.portal.record import register
from blockplan.portal.visible_notices import open_to, version_of
from blockplan.texts import pick

if TYPE_CHECKING:
    from django.http import HttpRequest

    from blockplan.portal.record.models import Notice

PAGE = 20
KINDS = (*LAYERS, STATEMENTS, RULES)
LONGEST_SEARCH = 100


@public
def objects(request: HttpRequest, lang: str, notice: str) -> HttpResponse:
    """The objects of a plan, chosen by kind and by words."""
    row = open_to(request, notice)
    version = _version(row)
    words = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    layer = request.GET.get("kind", "")
    found = search(version, words, layer, _number(request.GET.get("after", "")))
    shown = [
        {"layer": one.layer, "id": one.object, "title": one.title,
         # A name that only the file knows ("rd") says nothing to a reader; a number can be looked up.
         "numbered": one.layer not in {STATEMENTS, RULES} and any(map(str.isdigit, one.object)),
         "href": common.object_(lang, row.id, one.layer, one.object)}
        for one in found[:PAGE]
    ]  # fmt: skip
    context = {
        "notice": standing_of(row),
        "objects": shown,
        "kinds": _kinds(version),
        "kind": layer, "words": words,
        "more": found[PAGE - 1].id if len(found) > PAGE else None,
    }  # fmt: skip
    return render(request, "portal/objects.html", context)


def _kinds(version: PlanVersion) -> list[tuple[str, int]]:
    """Kinds of object that the plan has, and how many of each."""
    row = PlanVersion.objects.filter(id=version.id).values_list("document__objects", flat=True).first()
    numbers = dict(row or {})
    return [(name, numbers[name]) for name in KINDS if numbers.get(name)]


def search(version: PlanVersion, words: str, layer: str, after: int | None) -> list[PlanObject]:
    """A page of objects and one more: those whose words hold all of the reader's, in the plan's order."""
    rows = PlanObject.objects.filter(version=version).defer("wkb", "properties", "words")
    if layer in KINDS:
        rows = rows.filter(layer=layer)
    for word in folded(words).split():
        rows = rows.filter(words__contains=word)
    if after is not None:
        rows = rows.filter(id__gt=after)
    return list(rows.order_by("id")[: PAGE + 1])


@public
def object_page(request: HttpRequest, lang: str, notice: str, layer: str, object_id: str) -> HttpResponse:
    """What the plan says of one object, and where an opinion about it is written."""
    row = open_to(request, notice)
    context = _object(row, layer, object_id, lang, easy=_easy(request, lang))
    about = f"{layer}:{object_id}"
    context |= {
        "about": about,
        "write": common.write(lang, row.id, layer, object_id) if row.state in TAKES_OPINIONS else None,
        "opinions": register.count_about(row, layer, object_id),
        "most": register.MOST_COUNTED,
        "words_open": register.is_open(row),
        "mails": common.mail(lang, row.id, layer=layer, object=object_id),
    }
    return render(request, "portal/object.html", context)


@public
def my_parcel(request: HttpRequest, lang: str, notice: str, object_id: str) -> HttpResponse:
    """A parcel to print, with whom to ask and until when; its PDF is one page."""
    row = open_to(request, notice)
    context = _object(row, "parcels", object_id, lang, easy=_easy(request, lang))
    context |= {
        "facts": facts(row),
        "spoken": EASY if context["easy"] else lang,
        "crowd": crowd(context["parts"]),
    }
    return render(request, "portal/my_parcel.html", context)


def _object(row: Notice, layer: str, id_: str, lang: str, *, easy: bool) -> dict[str, Any]:
    version = _version(row)
    found = PlanObject.objects.filter(version=version, layer=layer, object=id_).first()
    if found is None or layer not in KINDS:
        raise Http404
    try:
        title, sections = of_object(version, layer, id_, lang, easy=easy)
    except UsageError:
        raise Http404 from None
    return {
        "notice": standing_of(row), "version": version, "layer": layer, "object": found,
        "map": pictures.of_object(version, row.id, layer, id_, lang),
        "title": title, "parts": sections, "easy": easy, "name": pick(found.title, lang),
    }  # fmt: skip


def _version(row: Notice) -> PlanVersion:
    version = version_of(row)
    if version is None:
        raise Http404
    return version


def _easy(request: HttpRequest, lang: str) -> bool:
    return lang == "ja" and request.GET.get("easy") == "1"


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None

"""What an opinion is about: objects, clauses and rules of the plan on notice, found and named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from blockplan.portal.plans.models import PlanObject, PlanVersion
from blockplan.portal.plans.words import folded
from blockplan.portal.words import say
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from blockplan.portal.record.models import Notice

MOST_HITS = 12
#: Layers whose objects have words of their own rather than a name.
CLAUSES = "statements"


def version_of(row: Notice) -> PlanVersion | None:
    """The plan that is on notice now."""
    return PlanVersion.objects.filter(notice=row, round=row.round).order_by("-id").first()


def find(row: Notice, sought: str) -> list[dict[str, str]]:
    """Objects whose id, name or words hold what is sought: those called so first, `MOST_HITS` at most."""
    words = folded(sought)
    if not words:
        return []
    objects = _objects(row)
    called = list(objects.filter(object__iexact=sought.strip())[:MOST_HITS])
    holding = objects.filter(words__contains=words).order_by("layer", "object")[:MOST_HITS]
    every = {(one.layer, one.object): one for one in [*called, *holding]}
    return [_said(one) for one in list(every.values())[:MOST_HITS]]


def named(row: Notice, targets: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Targets with their names; ``known`` is False where the plan on notice has no such thing."""
    wanted = Q(pk__in=[])
    for target in targets:
        wanted |= Q(layer=target["layer"], object=target["id"])
    found = {(one.layer, one.object): _said(one) for one in _objects(row).filter(wanted)} if targets else {}
    return [
        found.get((target["layer"], target["id"]))
        or {"layer": target["layer"], "id": target["id"], "title": "", "known": False}
        for target in targets
    ]


def _objects(row: Notice) -> QuerySet[PlanObject]:
    return PlanObject.objects.filter(version=version_of(row)).only("layer", "object", "title", "properties")


def _said(one: PlanObject) -> dict[str, Any]:
    said = {lang: one.properties.get(f"text_{lang}") for lang in ("zh", "en", "ja")}
    text = {lang: words for lang, words in said.items() if words} if one.layer == CLAUSES else one.title
    return {"layer": one.layer, "id": one.object, "title": text, "known": True}


def in_words(target: Mapping[str, Any], lang: str, longest: int = 80) -> dict[str, Any]:
    """A target with ``kind`` and ``words`` (its name, or the beginning of its text), as a page says them."""
    words = pick(target["title"], lang)
    return {
        **target,
        "value": f"{target['layer']}:{target['id']}",
        "kind": said_or(f"opinion.layer.{target['layer']}", target["layer"], lang),
        "words": words if len(words) <= longest else words[: longest - 1] + "…",
    }


def said_or(key: str, otherwise: str, lang: str) -> str:
    """The words of a key; something else where an office has a name of its own that no list knows."""
    try:
        return say(key, lang)
    except (KeyError, TypeError):
        return otherwise

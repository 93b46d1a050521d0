"""Every address of the office, with something real behind each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation
from tests.support.staff import a_member
from tests.support.submitting import send

from blockplan.portal.office.models import AnswerTemplate, Draft, Pending

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.portal.record.store import DatabaseStore


def addresses(patterns: Any = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the service, with what stands before it."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, before + str(one.pattern))
        else:
            yield before + str(one.pattern), one


def of_office() -> list[URLPattern]:
    return [one for path, one in addresses() if "office/" in path]


@pytest.fixture
def world(opened: DatabaseStore) -> dict[str, Any]:
    """One of everything that an address can name."""
    cache.clear()  # sign-ins of other tests count towards what one address may try
    send(opened, "More trees.")
    clerk = a_member("Asker", "clerk")
    pending = Pending.objects.create(
        asked_on=0, notice_id="town", kind="withheld", opinion="O-1", payload={"ground": "x"}, asked_by=clerk,
        asked_at="2026-03-02T00:00:00Z",
    )  # fmt: skip
    thanks = AnswerTemplate.objects.create(
        title="made-up", text={"en": "made-up"}, by=clerk, at="2026-03-02T00:00:00Z"
    )
    Draft.objects.create(notice_id="town", country="CN", rule="cn-art26", publication="live")
    return {
        "notice": "town", "opinion": "O-1", "segment": "O-1.1", "theme": "T-1", "pending": pending.pk,
        "staff": clerk.pk, "seq": 1, "number": 0, "path": "zh/response.html", "secret": "x" * 43,
        "provider_id": "office", "template": thanks.pk,
    }  # fmt: skip


def address(one: URLPattern, world: dict[str, Any]) -> str:
    wanted = {name: world[name] for name in one.pattern.converters}
    with translation.override("en"):
        return reverse(str(one.name), kwargs=wanted)

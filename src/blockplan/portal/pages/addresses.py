"""Addresses that pages lead to, each written in one place."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from blockplan.portal.mail.outbox import sends

#: Name of the form's address, where the app of the form is installed.
FORM = "opinion"


def write(lang: str, notice: str, layer: str = "", id_: str = "") -> str | None:
    """Where an opinion is written, about an object or the plan; None without a form."""
    try:
        address = reverse(FORM, kwargs={"lang": lang, "notice": notice})
    except NoReverseMatch:
        return None
    return f"{address}?{urlencode({'layer': layer, 'object': id_})}" if layer else address


def mail(lang: str, notice: str, **part: str) -> str | None:
    """Where news of an object (`layer`, `object`) is asked for; None where the office sends no mail."""
    if not sends():
        return None
    return f"{reverse('mail', kwargs={'lang': lang, 'notice': notice})}?{urlencode(part)}"


def plan_file(notice: str, seq: int, number: int) -> str:
    """A file of a plan on notice."""
    return reverse("plan_file", kwargs={"notice": notice, "seq": seq, "number": number})


def object_(lang: str, notice: str, layer: str, id_: str) -> str:
    """The page of an object of a plan."""
    return reverse("object", kwargs={"lang": lang, "notice": notice, "layer": layer, "object_id": id_})


def place(lang: str, notice: str, **where: str) -> str:
    """What the plan says of a place: ``about="parcels:7"``, or ``at="446385.27,4399958.22"``."""
    return f"{reverse('place', kwargs={'lang': lang, 'notice': notice})}?{urlencode(where)}"


def opinions(lang: str, notice: str, about: str = "") -> str:
    """The published opinions, or those about an object."""
    address = reverse("opinions", kwargs={"lang": lang, "notice": notice})
    return f"{address}?{urlencode({'about': about})}" if about else address

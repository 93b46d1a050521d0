"""The page of a place, as a reader asks for it, and a place of the reference plan to ask for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.test import Client

#: A housing parcel of the reference plan, and its middle in the plan's coordinates and by GPS.
PARCEL, X, Y = "LS-01-04-005", 446385.27, 4399958.22
PLACE = "/en/notices/town/place/"


def ask(**said: str) -> Any:
    """What the map is told."""
    answer = Client().get(f"{PLACE}?{urlencode({**said, 'as': 'json'})}")
    assert answer.status_code == 200, said
    return answer.json()


def page(**said: str) -> str:
    """The page without a map, with plain spaces before units."""
    answer = Client().get(f"{PLACE}?{urlencode(said)}")
    assert answer.status_code == 200, said
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")

"""The page on which somebody amends an opinion."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client

FOLLOW = "/en/notices/town/follow/"


def post(said: dict[str, str], step: str, **more: Any) -> Any:
    return Client().post(FOLLOW, {**said, "do": step, **more})


def form_of(shown: str) -> dict[str, Any]:
    """What a browser would send of the form as it stands."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", shown):
        said = {name: html.unescape(value) for name, value in re.findall(r'([a-z_]+)="([^"]*)"', tag)}
        if said.get("type") in {"hidden", "text", "search"} and said.get("name"):
            found.setdefault(said["name"], []).append(said.get("value", ""))
        elif said.get("type") == "checkbox" and " checked" in tag:
            found.setdefault(said["name"], []).append(said["value"])
    for name, words in re.findall(
        r'<textarea[^>]*name="([a-z]+)"[^>]*>\n?(.*?)</textarea>', shown, re.DOTALL
    ):
        found[name] = [html.unescape(words)]
    return found

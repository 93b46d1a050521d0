"""Answers as JSON: strict (no NaN), in UTF-8, and the same bytes for the same content."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse

JSON = "application/json"
GEOJSON = "application/geo+json"


def as_json(value: Any, *, status: int = 200, media_type: str = JSON) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(text(value), status=status, content_type=media_type)


def text(value: Any) -> str:
    """A value as JSON in one line."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

"""
What the API answers: JSON, strict (no NaN), in UTF-8, the same bytes for the same content; and errors of one
shape, ``{error, message, remedy}`` and with some a ``code``, whatever went wrong.

``error`` is a word for programs; the two sentences are for people, in the language that they ask for.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from ninja import Schema
from pydantic import Field

from blockplan.portal.lang import wanted
from blockplan.texts import Catalog

if TYPE_CHECKING:
    from django.http import HttpRequest

JSON = "application/json"
GEOJSON = "application/geo+json"


def as_json(value: Any, *, status: int = 200, media_type: str = JSON) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(text(value), status=status, content_type=media_type)


def text(value: Any) -> str:
    """A value as JSON in one line."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


TEXTS = Catalog("blockplan.portal.api", "faults.toml")
#: Word of an error -> its HTTP status. The words to it stand in ``faults.toml``.
STATUS = {
    "unreadable": 400,
    "bad_request": 400,
    "secret_wrong": 403,
    "forbidden": 403,
    "not_found": 404,
    "method": 405,
    "state": 409,
    "key_used": 409,
    "no_length": 411,
    "too_large": 413,
    "media_type": 415,
    "not_valid": 422,
    "too_many": 429,
    "our_fault": 500,
    "unavailable": 503,
    "being_made": 503,
    "unsigned": 503,
    "uncertain": 503,
}


class ErrorOut(Schema):
    """What every answer with a status of 400 or more holds."""

    error: str
    message: str
    remedy: str
    code: str | None = Field(
        None, description="why a file, a text or a place is not taken (``geometry.crossing``); only then"
    )


class Refused(Exception):  # noqa: N818 (it is what happens to the request)
    """The request is refused with one of the words of `STATUS`; `what` says the particulars."""

    def __init__(self, error: str, what: str = "") -> None:
        super().__init__(error, what)
        self.error = error
        self.what = what


def fault(
    request: HttpRequest, error: str, what: str = "", *, code: str | None = None, **headers: str
) -> HttpResponse:
    """The answer to a request that is refused; `code` is the ground of `blockplan.errors.IntakeError`."""
    lang = wanted(request.headers.get("Accept-Language", ""))
    message = TEXTS(f"{error}.message", lang)
    said: dict[str, Any] = {
        "error": error,
        "message": f"{message} ({what})" if what else message,
        "remedy": TEXTS(f"{error}.remedy", lang),
    }
    if code is not None:
        said["code"] = code
    answer = as_json(said, status=STATUS[error])
    for name, value in headers.items():
        answer.headers[name.replace("_", "-")] = value
    return answer


def unavailable(request: HttpRequest) -> HttpResponse:
    """The database or the disk cannot be used; whoever sent something is told that it was not entered."""
    lang = wanted(request.headers.get("Accept-Language", ""))
    what = TEXTS("nothing_entered.message", lang) if request.method == "POST" else ""
    return fault(request, "unavailable", what, Retry_After="5")


def documented(*more: int) -> dict[int, type[ErrorOut]]:
    """The errors that any route may answer, and `more`; for the OpenAPI document."""
    return dict.fromkeys(sorted({400, 404, 405, 422, 503, *more}), ErrorOut)

"""What a request to the workbench may be (its method, and a body of JSON), and how its answer travels."""

from __future__ import annotations

import gzip
import json
from functools import wraps
from typing import TYPE_CHECKING, Any

from blockplan.errors import BlockplanError
from blockplan.portal.workspace.middleware import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse, HttpResponseBase

FORM = "multipart/form-data"
#: Shorter answers travel as they are, bytes.
WORTH_SQUEEZING = 1000


class UnreadableBodyError(BlockplanError):
    """The body of a request is no JSON object; `status` says what is wrong with it."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def body_of(request: HttpRequest) -> dict[str, Any]:
    """
    What the request says; nothing where it has no body.

    Raises
    ------
    UnreadableBodyError
        If it is a form (415), or no JSON object (422).
    """
    if request.content_type == FORM:
        raise UnreadableBodyError("A form came where JSON is asked for.", 415)
    try:
        said = json.loads(request.body or b"null")
    except (ValueError, RecursionError):
        raise UnreadableBodyError("The request is no JSON.", 422) from None
    if said is not None and not isinstance(said, dict):
        raise UnreadableBodyError("The request is JSON, but no object.", 422)
    return said or {}


def squeezed(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """
    An answer of JSON, compressed for whoever takes it so; no secret stands in one.

    What an edit answers is compressed fast: somebody waits for it. What a page loads with is compressed well.
    """
    if not answer.get("Content-Type", "").startswith("application/json") or answer.streaming:
        return answer
    answer.headers["Vary"] = "Accept-Encoding"
    if takes_gzip(request) and not answer.has_header("Content-Encoding"):
        content: bytes = answer.content  # type: ignore[attr-defined]
        if len(content) >= WORTH_SQUEEZING:
            level = 6 if request.method == "GET" else 1
            answer.content = gzip.compress(content, level, mtime=0)  # type: ignore[attr-defined]
            answer.headers["Content-Encoding"] = "gzip"
    return answer


def takes_gzip(request: HttpRequest) -> bool:
    """Whether who asks takes compressed answers."""
    return "gzip" in request.headers.get("Accept-Encoding", "")


def takes(
    view: Callable[..., HttpResponseBase], *methods: str, form: bool = False
) -> Callable[..., HttpResponseBase]:
    """
    A view that answers to some methods, and to HEAD as to GET (the server leaves the body out).

    Where a view reads no body, an unreadable one is refused all the same; `form` is for files.
    """
    allowed = (*methods, "HEAD") if "GET" in methods else methods

    @wraps(view)
    def answered(request: HttpRequest, **parts: str) -> HttpResponseBase:
        if request.method not in allowed:
            answer: HttpResponse = refused(405, "method", f"This address takes {', '.join(allowed)}.")
            answer.headers["Allow"] = ", ".join(allowed)
            return answer
        try:
            if request.method == "POST" and not form:
                body_of(request)
            return squeezed(request, view(request, **parts))
        except UnreadableBodyError as error:
            return refused(error.status, "body", str(error), "Send a JSON object. Nothing was changed.")

    return answered

"""The API as a whole: its routes, and what becomes of errors."""

from __future__ import annotations

import logging
import math
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import RequestDataTooBig
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from blockplan.errors import BlockplanError, IntakeError, NoticeStateError
from blockplan.portal.api import exports, log, notices, opinions, places, submissions, texts
from blockplan.portal.api.answers import Refused, fault, unavailable
from blockplan.portal.api.parse import StrictParser
from blockplan.portal.arrival import is_full
from blockplan.portal.lang import wanted
from blockplan.portal.record.exports import MakingError
from blockplan.portal.record.store import UnavailableError
from blockplan.portal.submissions.idempotency import KeyUsedError
from blockplan.portal.submissions.rate_limits import BusyError
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Callable

    from ninja import Router

MOST_TOLD = 5
LOG = logging.getLogger("blockplan.portal.api")


def _read_strictly(router: Router) -> Router:
    """Refuse names of the query that a route does not know: a filter misspelt must not answer everything."""
    for view in router.path_operations.values():
        for operation in view.operations:
            known = {
                name for model in operation.models if model.__ninja_param_source__ == "query"
                for name in model.__ninja_flatten_map__
            }  # fmt: skip
            operation.view_func = _knowing(operation.view_func, known)
    return router


def _knowing(view: Callable[..., Any], known: set[str]) -> Callable[..., Any]:
    @wraps(view)
    def strict(request: HttpRequest, **values: Any) -> Any:
        unknown = sorted(set(request.GET) - known)
        if unknown:
            raise Refused("not_valid", f"query.{unknown[0][:60]}: unknown")
        return view(request, **values)

    return strict


class Described(NinjaAPI):
    """The API with the schemas of bodies that routes read themselves, which ninja leaves out."""

    def get_openapi_schema(self, **more: Any) -> Any:
        """The OpenAPI document."""
        found = super().get_openapi_schema(**more)
        found["components"]["schemas"] |= submissions.described()
        return found


api = Described(
    title="Blockplan: public notices of plans",
    version="1",
    description="Everything that a notice shows to everybody, and submitting opinions. "
    "Errors have one shape: {error, message, remedy}, and a code where a file, a text or a place is refused. "
    "See docs/api.md.",
    docs_url=None,
    parser=StrictParser(),
    urls_namespace="api",
)
# What `sending` adds stands in the router of `opinions`: reading and submitting share addresses. `said` comes
# first: the id of an object may hold a slash, and takes all that follows it.
for router in (texts.router, notices.router, places.router, opinions.router, exports.router, log.router):
    api.add_router("", _read_strictly(router))


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return fault(request, error.error, error.what)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, _error: Http404) -> HttpResponse:
    return fault(request, "not_found")


@api.exception_handler(ValidationError)
def _not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    told = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors[:MOST_TOLD]]
    return fault(request, "not_valid", "; ".join(told)[:1000])


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja's own: a body that our reader refused."""
    cause = error.__cause__
    if isinstance(cause, Refused):
        return fault(request, cause.error, cause.what)
    if isinstance(cause, UnreadablePostError):
        return _cut_off(request, cause)
    return fault(request, "unreadable" if error.status_code == 400 else "bad_request")


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    return fault(request, "too_large")


@api.exception_handler(UnreadablePostError)
def _cut_off(request: HttpRequest, error: UnreadablePostError) -> HttpResponse:
    if is_full(error):
        return fault(request, "too_many", Retry_After="5")
    return fault(request, "unreadable")


@api.exception_handler(IntakeError)
def _not_taken(request: HttpRequest, error: IntakeError) -> HttpResponse:
    what = pick(error.text, wanted(request.headers.get("Accept-Language", "")))
    return fault(request, "not_valid", what, code=error.code)


@api.exception_handler(MultiPartParserError)
def _broken_parts(request: HttpRequest, _error: MultiPartParserError) -> HttpResponse:
    return fault(request, "unreadable", "multipart")


@api.exception_handler(BusyError)
def _too_many(request: HttpRequest, error: BusyError) -> HttpResponse:
    wait_s = min(math.ceil(error.wait_s), 3600) if math.isfinite(error.wait_s) else 3600
    return fault(request, "too_many", Retry_After=str(wait_s))


@api.exception_handler(KeyUsedError)
def _key_used(request: HttpRequest, _error: KeyUsedError) -> HttpResponse:
    return fault(request, "key_used")


@api.exception_handler(BlockplanError)
def _library(request: HttpRequest, error: BlockplanError) -> HttpResponse:
    if isinstance(error, MakingError):
        return fault(request, "being_made", Retry_After="5")
    if isinstance(error, UnavailableError):
        # What the database said is for the log of the office, not for strangers.
        LOG.error("%s", error)
        if error.entered is False:
            return unavailable(request)
        return fault(request, "uncertain" if error.entered is None else "unsigned", Retry_After="5")
    lang = wanted(request.headers.get("Accept-Language", ""))
    what = pick(error.text, lang) if error.text is not None else str(error)
    return fault(request, "state" if isinstance(error, NoticeStateError) else "not_valid", what)


@api.exception_handler(DatabaseError)
def _no_database(request: HttpRequest, error: DatabaseError) -> HttpResponse:
    LOG.error("%s", error)
    return unavailable(request)

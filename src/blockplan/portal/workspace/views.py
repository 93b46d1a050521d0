"""The pages and answers of the workbench: each asks the desk, and shows what it answers."""

from __future__ import annotations

import json
import mimetypes
from importlib import resources
from typing import TYPE_CHECKING, Any

from django.http import FileResponse, HttpResponse

from blockplan.errors import BlockplanError
from blockplan.live import EditError, parse_edits
from blockplan.portal.api.answers import as_json
from blockplan.portal.workspace import documents
from blockplan.portal.workspace.current_desk import desk
from blockplan.portal.workspace.middleware import refused
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from blockplan.live import Answer, Session

#: Where the built files of the workbench lie.
BUILT = resources.files("blockplan.portal.workspace") / "built"


def page(_request: HttpRequest) -> HttpResponse:
    """The workbench's page."""
    return HttpResponse((BUILT / "index.html").read_bytes(), content_type="text/html; charset=utf-8")


def asset(_request: HttpRequest, name: str) -> HttpResponse | FileResponse:
    """A built file; names are those of the folder and nothing else."""
    for file in (BUILT / "assets").iterdir():
        if file.name == name:
            kind = "text/javascript" if name.endswith("js") else mimetypes.guess_type(name)[0]
            answer = HttpResponse(file.read_bytes(), content_type=kind or "application/octet-stream")
            answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
            return answer
    return refused(404, "not_found", f"There is no file {name}.")


def result(request: HttpRequest) -> HttpResponse:
    """What ``blockplan check --json`` says of the plan as it is now."""
    lang = _lang(request)
    return as_json(desk().ask(lambda session: session.result.to_dict(lang)))


def state(request: HttpRequest) -> HttpResponse:
    """Where the session stands."""
    lang = _lang(request)
    return as_json(desk().ask(lambda _session: documents.state(desk(), lang)))


def layers(request: HttpRequest) -> HttpResponse:
    """The layers to draw, or some of them (``?only=parcels,stops``)."""
    only = tuple(filter(None, request.GET.get("only", "").split(",")))
    return as_json(desk().ask(lambda session: documents.layers(session.plan, only)))


def vocabulary(_request: HttpRequest) -> HttpResponse:
    """Land uses, layers and columns with their names and values."""
    return as_json(documents.vocabulary())


def edits(request: HttpRequest) -> HttpResponse:
    """Make edits, all or none."""
    said = _body(request)
    if not isinstance(said, dict) or "edits" not in said:
        return refused(422, "edits", 'The request has no edits. Send {"edits": [...]}.')
    return _stepped(request, lambda session: session.apply(parse_edits(said["edits"]), _who(said)))


def undo(request: HttpRequest) -> HttpResponse:
    """Take back the last step that stands."""
    return _stepped(request, lambda session: session.undo())


def redo(request: HttpRequest) -> HttpResponse:
    """Make the step again that was undone last."""
    return _stepped(request, lambda session: session.redo())


def scenario(request: HttpRequest) -> HttpResponse:
    """Open a scenario, or go on from here under a new name: ``{"open": NAME}``, ``{"branch": NAME}``."""
    said = _body(request)
    if not isinstance(said, dict) or len(said) != 1 or not isinstance(next(iter(said.values())), str):
        return refused(422, "scenario", 'Send {"open": NAME} or {"branch": NAME}.')
    (act, name), *_ = said.items()
    if act not in {"open", "branch"}:
        return refused(422, "scenario", f"{act!r} is none of open, branch.")
    try:
        desk().open(name) if act == "open" else desk().branch(name)
    except BlockplanError as error:
        return refused(422, "scenario", str(error))
    return state(request)


def verify(_request: HttpRequest) -> HttpResponse:
    """Whether a full check of the saved plan says the same to the last digit; if not, where it differs."""
    unlike = desk().ask(lambda session: session.verify())
    return as_json({"same": not unlike, "differences": unlike[:100]})


def save(request: HttpRequest) -> HttpResponse:
    """Write the scenario's file now."""
    try:
        desk().save()
    except BlockplanError as error:
        return refused(500, "not_saved", str(error), "Every step is in the log of edits; nothing is lost.")
    return state(request)


def _stepped(request: HttpRequest, act: Callable[[Session], Answer]) -> HttpResponse:
    lang = _lang(request)

    def told(session: Session, answer: Answer) -> dict[str, Any]:
        more = {"features": documents.changed(session), "state": documents.state(desk(), lang)}
        return {**answer.to_dict(lang), **more}

    try:
        return as_json(desk().do(act, told))
    except EditError as error:
        return refused(422, "edit", str(error), "The plan is as it was.")


def _body(request: HttpRequest) -> Any:
    try:
        return json.loads(request.body or b"null")
    except (ValueError, RecursionError):
        return None


def _who(said: dict[str, Any]) -> str | None:
    who = said.get("who")
    return who[:200] if isinstance(who, str) else None


def _lang(request: HttpRequest) -> str:
    lang = request.GET.get("lang", "en")
    return lang if lang in LANGUAGES else "en"

"""The pages and answers of the workbench: each asks the desk, and shows what it answers."""

from __future__ import annotations

import gzip
import json
import mimetypes
from dataclasses import fields
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

from blockplan.errors import BlockplanError, ScenarioGoneError, UsageError
from blockplan.live import EditConflictError, parse_edits
from blockplan.live.refusals import TEXTS as REFUSALS
from blockplan.live.refusals import EditError, LockedError
from blockplan.live.taking import belonging
from blockplan.plan.model.plan import BASE
from blockplan.portal import basemap
from blockplan.portal.api.answers import as_json
from blockplan.portal.config import base_map_credit
from blockplan.portal.workspace import current_desk, documents
from blockplan.portal.workspace.current_desk import desk, signed_in
from blockplan.portal.workspace.documents import (
    for_answer,
    pack_titles,
    result_document,
    verdict_documents,
    vocabulary,
)
from blockplan.portal.workspace.dropped_files import TEXTS as FILES
from blockplan.portal.workspace.middleware import TEXTS, body_of, lang_of, refused, refused_in, takes_gzip
from blockplan.portal.workspace.proposing import take
from blockplan.portal.workspace.search_request import SearchRequest
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from blockplan.live import EditResult, Session
    from blockplan.live.snapshot import Snapshot

#: A version's name, or why a scenario is locked, is at most so long.
LONGEST_NAME = 80
#: What a search may be asked for.
WANTED = frozenset(one.name for one in fields(SearchRequest))
#: Where the built files of the workbench lie.
BUILT = resources.files("blockplan.portal.workspace") / "built"


def page(_request: HttpRequest) -> HttpResponse:
    """The workbench's page."""
    return HttpResponse((BUILT / "index.html").read_bytes(), content_type="text/html; charset=utf-8")


def asset(request: HttpRequest, name: str) -> HttpResponse | FileResponse:
    """A built file; names are those of the folder and nothing else."""
    for file in (BUILT / "assets").iterdir():
        if file.name == name:
            kind = "text/javascript" if name.endswith("js") else mimetypes.guess_type(name)[0]
            takes = takes_gzip(request)
            content = _squeezed(name) if takes else file.read_bytes()
            answer = HttpResponse(content, content_type=kind or "application/octet-stream")
            if takes:
                answer.headers["Content-Encoding"] = "gzip"
            answer.headers["Vary"] = "Accept-Encoding"
            answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
            return answer
    return refused_in(request, 404, "not_found", "file", name=name)


@cache
def _squeezed(name: str) -> bytes:
    return gzip.compress((BUILT / "assets" / name).read_bytes(), 9, mtime=0)


def result(request: HttpRequest) -> HttpResponse:
    """What ``blockplan check --json`` says of the plan as it is now, in words too (``?brief=1``: less)."""
    lang, brief = lang_of(request), request.GET.get("brief") == "1"

    def said(session: Session) -> dict[str, Any]:
        return result_document(session.judged if brief else session.result, lang, brief=brief)

    return as_json(desk().ask(said))


def state(request: HttpRequest) -> HttpResponse:
    """Where the session stands."""
    lang = lang_of(request)
    return as_json(desk().ask(lambda _session: documents.state(desk(), lang)))


def layers(request: HttpRequest) -> HttpResponse:
    """
    The layers to draw, or some (``?only=parcels,stops``), or another scenario's (``?scenario=NAME``).

    ``?packed=1`` gives coordinates in half the bytes, as the page asks for them.
    """
    only = tuple(filter(None, request.GET.get("only", "").split(",")))
    name, packed = request.GET.get("scenario"), request.GET.get("packed") == "1"
    try:
        if name is None:
            return as_json(desk().ask(lambda session: documents.layers(session.plan, only, packed=packed)))
        return as_json(
            desk().ask_aside(
                lambda at: documents.layers(documents.shown_as(at, name), only, packed=packed),
                reporting=False,
            )
        )
    except BlockplanError as error:
        return refused(404, "scenario", _said(error, lang_of(request)))


def base_map(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """A tile of the base map; ``?east=..&north=..`` stands at longitude and latitude 0."""
    manifest = desk().session.plan.manifest
    try:
        middle = (float(request.GET["east"]), float(request.GET["north"]))
        if base_map_credit(manifest.crs) is None or z > basemap.DEEPEST or max(x, y) >= 2**z:
            raise ValueError("there is no such tile")
    except (KeyError, ValueError):
        return refused_in(request, 404, "not_found", "address", path=request.path)
    try:
        drawn = basemap.tile(settings.BASE_MAP, manifest.crs, manifest.basemap_crs, middle, (z, x, y))
    except BlockplanError:
        return refused_in(request, 502, "base_map", "base_map")
    return HttpResponse(drawn, "image/png", headers={"Cache-Control": "private, max-age=86400"})


def words(request: HttpRequest) -> HttpResponse:
    """What layers, columns, values, land uses, readings and signs are called (``?in=ja``: in it alone)."""
    asked = request.GET.get("in")
    return as_json(vocabulary((asked,) if asked in LANGUAGES else LANGUAGES))


def edits(request: HttpRequest) -> HttpResponse:
    """Make edits, all or none."""
    said = body_of(request)
    if "edits" not in said:
        return refused_in(request, 422, "edits", "edits")
    since = _since(said)
    return _stepped(request, lambda session: session.apply(parse_edits(said["edits"]), _who(said), since))


def undo(request: HttpRequest) -> HttpResponse:
    """Take back the last step that stands."""
    since = _since(body_of(request))
    return _stepped(request, lambda session: session.undo(_who(None), since))


def redo(request: HttpRequest) -> HttpResponse:
    """Make the step again that was undone last."""
    since = _since(body_of(request))
    return _stepped(request, lambda session: session.redo(_who(None), since))


def news(request: HttpRequest) -> HttpResponse:
    """What others did since a step (``?seq=12``): nothing, or what they changed and how all stands now."""
    asked, lang = request.GET.get("seq", ""), lang_of(request)
    seq = int(asked) if asked.isdecimal() and len(asked) < 10 else 0
    return as_json(desk().ask(lambda _session: documents.news(desk(), seq, lang)))


def answer(request: HttpRequest) -> HttpResponse:
    """What an answer says of the plan as it is now, against another scenario (``?with=NAME``)."""
    name = request.GET.get("with", BASE)
    try:
        return as_json(desk().ask_aside(lambda at: for_answer(at, name), reporting=False))
    except BlockplanError as error:
        return refused(404, "scenario", _said(error, lang_of(request)))


#: What can be done with scenarios, and what each asks for.
ACTS = {"open": "NAME", "branch": "NAME", "version": "NAME", "lock": "WHY", "unlock": ""}


def scenario(request: HttpRequest) -> HttpResponse:
    """
    Open a scenario, or go on from here under a new name: ``{"open": NAME}``, ``{"branch": NAME}``.

    Of the one that is open: ``{"version": NAME}`` names it as it is now, ``{"lock": WHY}`` has edits refused,
    ``{"unlock": ""}`` takes them again. With ``"since": SEQ``, the last step that was seen, each of these is
    refused where others edited meanwhile. A name that another scenario has is ``taken``.
    """
    said = body_of(request)
    since = _since(said)
    said.pop("since", None)
    (act, value), *_ = said.items() if len(said) == 1 else [("", None)]
    if act not in ACTS or not isinstance(value, str) or bool(ACTS[act]) != bool(value.strip()):
        known = ", ".join(json.dumps({act: asked}) for act, asked in ACTS.items())
        return refused_in(request, 422, "scenario", "acts", known=known)
    text, who, lang = value.strip()[:LONGEST_NAME], signed_in() or desk().who, lang_of(request)
    if act != "open" and (elsewhere := _elsewhere(request)):
        return elsewhere
    try:
        if act == "version":
            desk().name_version(text, who, since)
        elif act in {"lock", "unlock"}:
            desk().lock(text or None, who, since)
        else:
            if act == "branch":
                desk().branch(value, who)
            current_desk.turn_to(value)
    except EditConflictError as error:
        return _conflict(error, lang)
    except LockedError as error:
        return refused(423, "locked", _said(error, lang), TEXTS("locked.remedy", lang))
    except BlockplanError as error:
        return refused(422, "taken" if error.code == "scenario_taken" else "scenario", _said(error, lang))
    return state(request)


def packs(request: HttpRequest) -> HttpResponse:
    """
    The packs of rules that there are, ``[{id, title}]``; ``{"packs": [ID, ...]}`` names some of them.

    ``plan.toml``, which named none, names them from then on. At the office a plan's packs are its draft's.
    """
    known = pack_titles(lang := lang_of(request))
    if request.method == "GET":
        return as_json({"packs": [{"id": id_, "title": title} for id_, title in known.items()]})
    chosen = body_of(request).get("packs")
    if signed_in() is not None:
        return refused_in(request, 404, "packs", "packs_office")
    if not (isinstance(chosen, list) and chosen and all(one in known for one in map(str, chosen))):
        return refused_in(request, 422, "packs", "packs", known=", ".join(sorted(known)))
    try:
        desk().judge_by(tuple(dict.fromkeys(map(str, chosen))))
    except BlockplanError as error:
        return refused(422, "packs", _said(error, lang), TEXTS("locked.remedy", lang))
    return state(request)


def branches(request: HttpRequest) -> HttpResponse:
    """Which scenario came from which, since when, how often edited, locked or not, and its versions."""
    lang = lang_of(request)
    return as_json(desk().ask(lambda _session: {"branches": documents.branches(desk(), lang)}))


def earlier(_request: HttpRequest) -> HttpResponse:
    """What was edited as it was when the scenario began."""
    return as_json(desk().ask(documents.earlier))


def back(request: HttpRequest) -> HttpResponse:
    """Go back to a version as one step: ``{"version": NAME}``."""
    said = body_of(request)
    name, since = said.get("version"), _since(said)
    if not isinstance(name, str):
        return refused_in(request, 422, "version", "version")
    return _stepped(request, lambda session: session.back_to(desk().version(name), _who(said), since))


def take_part(request: HttpRequest) -> HttpResponse:
    """
    Take features over from another scenario: ``{"from": NAME, "only": ["layer:id", ...]}``.

    With ``"trial": true`` the answer says what would come of it, and nothing is changed: or why it would be
    ``refused``, as what tears the land is, and what belongs to it (``together``).
    """
    said = body_of(request)
    name, only, trial = said.get("from"), said.get("only"), said.get("trial") is True
    if not (
        isinstance(name, str)
        and isinstance(only, list)
        and only
        and all(isinstance(one, str) for one in only)
    ):
        return refused_in(request, 422, "take", "take")
    try:
        other = desk().ask_aside(lambda at: documents.shown_as(at, name), reporting=False)
    except BlockplanError as error:
        return refused(404, "scenario", _said(error, lang_of(request)))

    def act(session: Session) -> EditResult:
        return session.take_part(other, only, _who(said), _since(said), trial=trial)

    if not trial:
        return _stepped(request, act)
    lang = lang_of(request)

    def told(session: Session) -> dict[str, Any]:
        try:
            found = act(session)
        except EditError as error:
            return {"refused": _said(error, lang), "together": belonging(session.plan, other, only)}
        return {
            **found.to_dict(lang),
            "verdicts": verdict_documents(found.verdicts, lang, session.judged.verdicts),
        }

    return as_json(desk().ask(told))


def _said(error: BlockplanError, lang: str) -> str:
    return (error.text or {}).get(lang, str(error))


def verify(_request: HttpRequest) -> HttpResponse:
    """Whether a full check of the saved plan says the same to the last digit; if not, where it differs."""
    unlike = desk().ask_aside(lambda at: at.verify())
    return as_json({"same": not unlike, "differences": unlike[:100]})


def comparison(request: HttpRequest) -> HttpResponse:
    """The plan as it is now beside other scenarios (``?with=NAME``, ``base`` as drawn, ``*`` for all)."""
    names, lang = request.GET.getlist("with") or [BASE], lang_of(request)
    try:
        return as_json(desk().ask_aside(lambda at: documents.comparison(at, names, lang)))
    except BlockplanError as error:
        return refused(404, "scenario", _said(error, lang_of(request)))


def outcomes(request: HttpRequest) -> HttpResponse:
    """How many verdicts of a scenario (``?of=NAME``) came out how."""
    name, known = request.GET.get("of", BASE), desk().outcomes
    try:
        found = desk().ask_aside(lambda at: documents.outcomes(at, name, known), reporting=False)
        return as_json({"of": name, "outcomes": found})
    except BlockplanError as error:
        return refused(404, "scenario", _said(error, lang_of(request)))


def proposal(request: HttpRequest) -> HttpResponse:
    """
    Where the search beside the editing stands; DELETE forgets it.

    POST begins one: ``{"kind": "site", "service": "kindergarten", "new": 2, "seconds": 30}``; the fields are
    those of `blockplan.portal.workspace.search_request.SearchRequest`, and each may be left out.
    """
    lang = lang_of(request)
    if request.method == "DELETE":
        desk().search.forget()
    elif request.method == "POST":
        said = body_of(request)
        if unknown := sorted(set(said) - WANTED):
            return refused_in(request, 422, "proposal", "unknown", names=", ".join(unknown))
        try:
            desk().propose(SearchRequest(**said))
        except UsageError as error:
            return refused(422, "proposal", _said(error, lang), TEXTS("search.remedy", lang))
    return as_json(desk().search.to_dict(lang))


def cancel_proposal(request: HttpRequest) -> HttpResponse:
    """End the search with the best that it has."""
    search = desk().search
    if not search.cancel():
        return refused_in(request, 404, "proposal", "no_search")
    return as_json(search.to_dict(lang_of(request)))


def take_proposal(request: HttpRequest) -> HttpResponse:
    """Take a proposal over as one step, or the features in ``{"only": ["layer:id", ...]}``."""
    search, only = desk().search, body_of(request).get("only")
    if search.to_dict("en")["state"] == "none":
        return refused_in(request, 404, "proposal", "no_proposal")
    if only is not None and not (
        isinstance(only, list) and only and all(isinstance(one, str) for one in only)
    ):
        return refused_in(request, 422, "only", "only")
    return _stepped(request, lambda session: take(search, session, only))


def files(request: HttpRequest) -> HttpResponse:
    """Open what was dropped on the window: a plan package, or an office's files, which become one."""
    dropped = request.FILES.getlist("file")
    names = request.POST.getlist("name")
    if len(names) != len(dropped):
        return refused_in(request, 422, "files", "names")
    listed = [(name, one.chunks()) for name, one in zip(names, dropped, strict=True)]
    lang = lang_of(request)
    try:
        taken = desk().take_in(listed)
    except BlockplanError as error:
        return refused(422, "files", _said(error, lang), FILES("still_open", lang))
    return as_json({"package": taken.package.name, "findings": taken.findings_in(lang)})


def report(request: HttpRequest) -> HttpResponse:
    """The plan as it is now, to take away: ``?as=html`` (report), ``pdf`` (sheet), ``zip`` (package)."""
    kind, lang = request.GET.get("as", "html"), lang_of(request)
    if kind not in documents.HANDED_OUT:
        return refused_in(request, 404, "as", "as", kind=kind, kinds=", ".join(documents.HANDED_OUT))

    def made(at: Snapshot) -> tuple[str, bytes, str]:
        return f"{at.plan.manifest.id}-{at.scenario}.{kind}", *documents.handed_out(at, kind, lang)

    try:
        name, content, type_ = desk().ask_aside(made)
    except BlockplanError as error:
        return refused(422, "as", _said(error, lang))
    answer = HttpResponse(content, content_type=type_)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


def save(request: HttpRequest) -> HttpResponse:
    """Write the scenario's file now."""
    try:
        desk().save()
    except BlockplanError as error:
        return refused(
            500, "not_saved", _said(error, lang_of(request)), TEXTS("save.remedy", lang_of(request))
        )
    return state(request)


def _stepped(request: HttpRequest, act: Callable[[Session], EditResult]) -> HttpResponse:
    lang = lang_of(request)
    if elsewhere := _elsewhere(request):
        return elsewhere

    def told(session: Session, answer: EditResult) -> dict[str, Any]:
        more = {"features": documents.changed(session), "state": documents.state(desk(), lang)}
        verdicts = verdict_documents(answer.verdicts, lang, session.judged.verdicts)
        return {**answer.to_dict(lang), "verdicts": verdicts, **more}

    try:
        return as_json(desk().do(act, told))
    except EditConflictError as error:
        return _conflict(error, lang)
    except LockedError as error:
        return refused(423, "locked", _said(error, lang), TEXTS("locked.remedy", lang))
    except ScenarioGoneError:  # answered for every address alike
        raise
    except BlockplanError as error:
        return refused(422, "edit", _said(error, lang), TEXTS("locked.remedy", lang))


def _elsewhere(request: HttpRequest) -> HttpResponse | None:
    """The refusal of what is meant for a scenario that is open no more; None where it still is."""
    at, now = request.GET.get("at", ""), desk().session.scenario
    if at in {"", now}:
        return None
    return refused(409, "scenario", REFUSALS("elsewhere", lang_of(request), now=now, at=at))


def _conflict(error: EditConflictError, lang: str) -> HttpResponse:
    clashes = [one.to_dict() for one in error.clashes]
    seq = desk().ask(lambda session: len(session.steps))
    said = {
        "error": "conflict",
        "message": _said(error, lang),
        "remedy": "",
        "conflicts": clashes,
        "seq": seq,
    }
    return as_json(said, status=409)


def _since(said: dict[str, Any]) -> int | None:
    """The last step that whoever asks had seen; None where that is not said."""
    since = said.get("since")
    return since if isinstance(since, int) and not isinstance(since, bool) and since >= 0 else None


def _who(said: dict[str, Any] | None) -> str | None:
    """Who edits: at the office whoever is signed in, on one's own machine who the request says it is."""
    if (name := signed_in()) is not None:
        return name
    who = (said or {}).get("who")
    return who[:200] if isinstance(who, str) and who.isprintable() else None

"""
The workbench at the office: the same pages and answers as on one's own machine, for the plan of a notice.

It works on a copy of what the office gave; the plan on notice, or of the draft, stays as it is, and a
scenario that is or was on notice is locked in the copy too, as it was given: edits of it go on in a branch,
as do those that were made before it went on notice. Each scenario has one log of edits in the data folder,
which every process of the service follows, so that planners on one scenario see each other's steps.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import threading
import time
from collections import OrderedDict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.middleware.csrf import get_token
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.html import escape

from blockplan.errors import BlockplanError
from blockplan.notice.state import State
from blockplan.portal.api.answers import as_json
from blockplan.portal.config import config_of_environment
from blockplan.portal.lang import DJANGO, current
from blockplan.portal.office import drafts
from blockplan.portal.office.audit import note
from blockplan.portal.office.edit_conflicts import of_plan
from blockplan.portal.office.models import Draft
from blockplan.portal.office.permissions import READING, actor_of
from blockplan.portal.plans.models import PlanVersion
from blockplan.portal.record.models import Entry, Notice
from blockplan.portal.words import say
from blockplan.portal.workspace import current_desk
from blockplan.portal.workspace.middleware import HEADERS, lang_of, refused, refused_in

if TYPE_CHECKING:
    from django.http import HttpRequest

    from blockplan.live.lineage import Lock
    from blockplan.portal.workspace.desk import EditingDesk

#: So many searches for a repair run on a machine at once: readers of the public pages come first.
MOST_SEARCHES = 2
#: So many scenarios are kept in the memory of a process, those that were asked for last.
MOST_DESKS = 6
#: Folder of the data folder with the copies that are worked on.
FOLDER = "workbench"
#: A copy of a plan that is gone is kept so long after its last edit, s.
KEPT_S = 24 * 3600
SCENARIO = "draft"
_desks: OrderedDict[tuple[str, str], EditingDesk] = OrderedDict()
_opening: dict[tuple[str, str], threading.Lock] = {}
#: Copies and their scenarios on notice that are known to be as the office gave them.
_as_given: set[tuple[str, str]] = set()
_lock = threading.Lock()


def page(request: HttpRequest, notice: str) -> HttpResponse:
    """The workbench's page, which speaks the reader's language and bears the token of our forms."""
    _version(notice)
    response = _answered(request, notice, "workspace")
    marks = f'<html data-lang="{escape(current())}" '
    who = escape(actor_of(request).name)
    home = escape(reverse("office_notice", args=[notice]))
    token = f'<meta name="csrf" content="{escape(get_token(request))}" data-who="{who}" data-home="{home}">'
    text = response.content.decode().replace("<html ", marks, 1).replace("<head>", f"<head>{token}", 1)
    response.content = text.encode()
    return response


def below(request: HttpRequest, notice: str, path: str) -> HttpResponse:
    """What the page asks for: built files, and the answers of the workbench."""
    if request.method == "POST" and path == "workspace/files":
        return _dropped(request, notice)
    if request.method == "POST" and path == "workspace/proposal":
        return _searching(request, notice, path)
    return _answered(request, notice, path)


def _searching(request: HttpRequest, notice: str, path: str) -> HttpResponse:
    """Begin a search where not too many run; no other process of the service begins one meanwhile."""
    from blockplan.live.journal import alone  # noqa: PLC0415 (pandas and the rest take a second)
    from blockplan.live.logs import LOGS, SEARCH  # noqa: PLC0415
    from blockplan.portal.workspace.proposing import SearchFile  # noqa: PLC0415

    folder = config_of_environment().data / FOLDER
    with alone(folder.with_name(f"{FOLDER}.searches.lock")):
        running = sum(SearchFile(path).running for path in folder.glob(f"*/{LOGS}/*{SEARCH}"))
        if running >= MOST_SEARCHES:
            return refused(409, "busy", say("office.workbench_busy", current(), n=MOST_SEARCHES))
        return _answered(request, notice, path)


def _dropped(request: HttpRequest, notice: str) -> HttpResponse:
    """What was dropped becomes the plan of the draft; a plan on notice stays as it is."""
    from blockplan.portal.workspace.dropped_files import take_in  # noqa: PLC0415 (it loads pandas and the rest)

    draft = Draft.objects.select_related("version").filter(pk=notice).first()
    if draft is None:
        return refused(409, "files", say("office.workbench_frozen", current()))
    files, names = request.FILES.getlist("file"), request.POST.getlist("name")
    if len(files) != len(names):
        return refused_in(request, 422, "files", "names")
    listed = [(name, one.chunks()) for name, one in zip(names, files, strict=True)]
    note("workbench", who=actor_of(request).name, notice=notice, about="files")
    with TemporaryDirectory() as folder:
        try:
            taken = take_in(listed, Path(folder) / "plan", ".zip")
            with taken.package.open("rb") as file:
                chunks = iter(lambda: file.read(2**20), b"")
                drafts.take_plan(draft, chunks, config_of_environment(), of_plan(draft.version)[0])
        except BlockplanError as error:
            note("workbench", who=actor_of(request).name, notice=notice, about="files refused: 422")
            lang = lang_of(request)
            said = (error.text or {}).get(lang, str(error))
            return refused(422, "files", said, say("office.workbench_kept", lang))
    note("draft_changed", who=actor_of(request).name, notice=notice, about="plan")
    return as_json({"package": taken.package.stem, "findings": taken.findings_in(lang_of(request))})


def _answered(request: HttpRequest, notice: str, path: str) -> HttpResponse:
    """What the workbench's own view answers, at the desk of the scenario that the request names."""
    try:
        view = resolve(f"/{path}", urlconf="blockplan.portal.workspace.urls")
    except Resolver404:
        raise Http404 from None
    version, name = _version(notice), actor_of(request).name

    def find(scenario: str) -> EditingDesk:
        return desk_of(version, scenario)

    try:
        one = find(request.GET.get("at") or version.scenario or SCENARIO)
    except BlockplanError as error:
        lang = request.GET.get("lang", "")
        return refused(404, "scenario", (error.text or {}).get(lang, str(error)))
    acting = request.method not in READING
    about = f"{path.removeprefix('workspace/')} {one.session.scenario} {len(one.session.steps) + 1}"
    if acting:  # before it happens: whatever ends this process, no act is unseen
        note("workbench", who=name, notice=notice, about=about)
    try:
        spoken = DJANGO.get(request.GET.get("lang", ""), translation.get_language())
        with current_desk.at(one, name, find), translation.override(spoken):
            response: HttpResponse = view.func(request, *view.args, **view.kwargs)
    except BlockplanError as error:
        response = refused(409, "scenario", str(error))
    if acting and response.status_code != 200:
        note("workbench", who=name, notice=notice, about=f"{about} refused: {response.status_code}")
    for header, value in HEADERS.items():
        response.headers.setdefault(header, value)
    return response


def desk_of(version: PlanVersion, scenario: str, *, begin: str = "") -> EditingDesk:
    """
    The desk of a scenario in this process; those that nobody asked for lately are saved and let go.

    Parameters
    ----------
    begin
        Who begins a scenario that there is not yet, from the plan of the notice; empty where none is begun.

    Raises
    ------
    BlockplanError
        If the plan has no such scenario, or cannot be read or judged.
    """
    place = _copy(version)
    for name in _rounds(version):
        if (place.name, name) not in _as_given:
            _put_back(version, place, name)
    return _desk(version, place, scenario, begin)


def _desk(version: PlanVersion, place: Path, scenario: str, begin: str = "") -> EditingDesk:
    from blockplan.live.logs import require_scenario  # noqa: PLC0415 (pandas and the rest take a second)
    from blockplan.portal.workspace.desk import EditingDesk  # noqa: PLC0415

    gone = []
    key = (place.name, scenario)
    with _lock:
        known = key in _opening
    if not known and not begin:
        require_scenario(place, scenario)
    with _lock:
        opening = _opening.setdefault(key, threading.Lock())
    with opening:  # whoever opens a plan keeps those waiting who want the same, and nobody else
        with _lock:
            if key in _desks and _desks[key].session.lost:
                del _desks[key]
            found = _desks.get(key)
        if found is None:
            found = EditingDesk(place, who="")
            found.open(scenario, new=bool(begin), of=version.scenario, by=begin)
            found.on_notice = partial(on_notice, version, opened={})
        with _lock:
            _desks[key] = found
            _desks.move_to_end(key)
            while len(_desks) > MOST_DESKS:
                gone.append(_desks.popitem(last=False)[1])
    for one in gone:
        one.save_quietly()
    return found


def on_notice(version: PlanVersion, opened: dict[int, tuple[str, ...]]) -> dict[str, Lock]:
    """
    The scenarios of what the office gave that are or were on notice, and why each is locked.

    Reasons are in the language of whoever asks. A draft of what is on notice has the same copy and locks.

    Parameters
    ----------
    opened
        Number of rounds -> when each was opened: asked of the record once, since polls ask for locks.
    """
    from blockplan.live.lineage import Lock  # noqa: PLC0415 (pandas and the rest take a second)

    if not (rounds := _rounds(version)):
        return {}
    row = Notice.objects.only("state", "round").get(pk=version.notice_id)
    if row.round not in opened:
        entries = Entry.objects.filter(notice_id=row.pk, kind="opened").order_by("seq")
        opened[row.round] = tuple(entries.values_list("at", flat=True))
    since = dict(enumerate(opened[row.round], 1))
    found = {}
    for scenario, round_ in rounds.items():
        now = row.state == State.ON_NOTICE and round_ == row.round
        why = say(f"office.workbench_{'on' if now else 'was_on'}_notice", current())
        found[scenario] = Lock(why, since.get(round_, ""), "")
    return found


def _rounds(version: PlanVersion) -> dict[str, int]:
    """The scenarios of what the office gave that are or were on notice, with the last round of each."""
    from blockplan.plan.model.plan import BASE  # noqa: PLC0415 (pandas and the rest take a second)

    given = PlanVersion.objects.filter(notice_id=version.notice_id, source=version.source)
    said = given.order_by("round").values_list("scenario", "round")
    return {scenario or BASE: round_ for scenario, round_ in said if round_ is not None}


def _put_back(version: PlanVersion, place: Path, name: str) -> None:
    """Make a scenario what the office gave, where it was edited before it went on notice."""
    from blockplan.live.journal import steps_of  # noqa: PLC0415 (pandas and the rest take a second)
    from blockplan.live.logs import log_of  # noqa: PLC0415
    from blockplan.plan import read  # noqa: PLC0415
    from blockplan.plan.model.plan import BASE  # noqa: PLC0415

    if name != BASE and steps_of(log_of(place, name)):
        _desk(version, place, name).put_back(read(Path(version.source), name))
    _as_given.add((place.name, name))


def version_of(notice: str) -> PlanVersion | None:
    """The newest plan of the notice that the office gave; None where it gave none."""
    return PlanVersion.objects.filter(notice_id=notice).exclude(source="").order_by("-id").first()


def scenarios(version: PlanVersion) -> list[str]:
    """Scenarios of a plan at the workbench; before anybody opened it there, of what the office gave."""
    from blockplan.plan.files.package import MANIFEST  # noqa: PLC0415 (pandas and the rest take a second)
    from blockplan.plan.model.manifest import read_manifest  # noqa: PLC0415

    place = config_of_environment().data / FOLDER / _name(version)
    said = (place if place.exists() else Path(version.source)) / MANIFEST
    return sorted(read_manifest(said).scenarios) if said.exists() else []


def _version(notice: str) -> PlanVersion:
    found = version_of(notice)
    if found is None:
        raise Http404
    return found


def sweep() -> None:
    """Take away copies of plans that no notice and no draft has any more, a day after their last edit."""
    folder = config_of_environment().data / FOLDER
    if not folder.is_dir():
        return
    versions = PlanVersion.objects.exclude(source="").only("notice_id", "source")
    known = {_name(version) for version in versions}
    before = time.time() - KEPT_S
    for place in folder.iterdir():
        if place.name not in known and max(_changed(one) for one in (place, *place.rglob("*"))) < before:
            shutil.rmtree(place, ignore_errors=True)


def _changed(path: Path) -> float:
    """When a file was last written; one that is gone meanwhile was written just now."""
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()


def _name(version: PlanVersion) -> str:
    # Each upload has a name of its own; a version is made anew where something else is withheld.
    return f"{version.notice_id}-{hashlib.sha256(version.source.encode()).hexdigest()[:16]}"


def _copy(version: PlanVersion) -> Path:
    """The folder that the workbench works on: a copy of what the office gave, made by whoever is first."""
    from blockplan.plan import read, write  # noqa: PLC0415 (pandas and the rest take a second)

    folder = config_of_environment().data / FOLDER
    place = folder / _name(version)
    if not place.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = folder / f".{secrets.token_hex(8)}"
        write(read(Path(version.source)), made)
        try:
            made.rename(place)
        except OSError:
            shutil.rmtree(made, ignore_errors=True)
            if not place.exists():
                raise
    return place

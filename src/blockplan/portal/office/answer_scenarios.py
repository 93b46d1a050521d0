"""
Scenarios that an answer rests on: what one changes and which verdicts turn by it, for the answer's form.

A value that a planner gives an object makes a scenario named like the point, in the copy of the plan that the
workbench works on. Whoever opens it there sees the same; nothing of it is in the record before the answer is.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from blockplan.errors import BlockplanError, UsageError
from blockplan.portal.lang import current
from blockplan.portal.office import desks, report, workbench
from blockplan.portal.office.audit import note
from blockplan.portal.office.models import Audit
from blockplan.portal.words import say
from blockplan.texts import LANGUAGES, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import QueryDict

    from blockplan.live import EditResult, Session
    from blockplan.plan import Plan
    from blockplan.portal.office.permissions import Actor
    from blockplan.portal.plans.models import PlanVersion
    from blockplan.portal.workspace.desk import EditingDesk
    from blockplan.respond.opinions import Received

#: Columns of text that an answer may change; of numbers all may.
TEXTS = frozenset({"land_use", "service", "class"})
#: A number as people type it.
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
#: So many objects are offered that the place of an opinion covers, those it covers most of first.
MOST_OBJECTS = 6


def choices(notice: str, opinion: Received, scenario: str) -> dict[str, Any]:
    """
    What a planner may choose from: ``objects`` (``parcels:P-1``), ``columns`` by layer, ``scenarios``, and
    by whom values were tried in the point's own `scenario` (``tried_by``).

    Without a plan of the office none of them.
    """
    version = workbench.version_of(notice)
    plan = report.plan_on_notice(notice) if version else None
    if version is None or plan is None:
        return {}
    objects = _objects(plan, opinion)
    layers = dict.fromkeys(["parcels", *(layer for layer, _ in objects)])
    return {
        "objects": [f"{layer}:{id_}" for layer, id_ in objects],
        "columns": [(layer, _columns(plan, layer, objects)) for layer in layers if layer in plan.layers],
        "scenarios": workbench.scenarios(version),
        "tried_by": tried_by(notice, scenario),
    }


def _objects(plan: Plan, opinion: Received) -> list[tuple[str, str]]:
    """Objects that an opinion names, and else the parcels that its area covers."""
    parcels = plan.layers.get("parcels")
    named = [(str(aim["layer"]), str(aim["id"])) for aim in opinion.targets if aim["layer"] in plan.layers]
    said = opinion.fate.original.payload.get("geometry") if opinion.fate.original else None
    if named or parcels is None or not said or opinion.fate.erased:
        return named
    from shapely.geometry import shape  # noqa: PLC0415 (with it comes half of the house)

    place = shape(dict(said))
    met = parcels[parcels.geometry.intersects(place)]
    area = met.geometry.intersection(place).area.sort_values(ascending=False)
    return [("parcels", str(name)) for name in area.index[:MOST_OBJECTS]]


def _columns(plan: Plan, layer: str, objects: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Columns of a layer that a value may be given: name, and its words with what the first object has."""
    from blockplan.plan.model.layers import LAYERS  # noqa: PLC0415
    from blockplan.report.words import Words  # noqa: PLC0415

    words, frame = Words(current()), plan.layers[layer]
    kinds = LAYERS[layer].columns if layer in LAYERS else {}
    first = next((id_ for of, id_ in objects if of == layer and id_ in frame.index), None)
    has: Any = {} if first is None else frame.loc[first].dropna()
    return [
        (name, words.field(name) + (f" · {words.value(name, has[name])}" if name in has else ""))
        for name, kind in kinds.items()
        if name in frame and (kind == "number" or name in TEXTS)
    ]


def tried(notice: str, scenario: str, said: QueryDict, actor: Actor) -> dict[str, Any]:
    """
    Give an object a value in the scenario of a point; gives back what `of_scenario` does.

    What was tried there before is undone first, unless `said` asks to ``add`` to it; the log keeps it.

    Raises
    ------
    BlockplanError
        If there is no such object or column, or no plan that could be edited.
    """
    from blockplan.live.edits import SetValue  # noqa: PLC0415 (pandas and the rest take a second)

    layer, _, id_ = said.get("object", "").strip().rpartition(":")
    layer, column, value = layer or "parcels", said.get("column", ""), said.get("value", "").strip()
    if not (id_ and column and value):
        raise refusal(UsageError, say, "office_refused.no_change_said")
    edit = SetValue(layer=layer, id=id_, column=column, value=_value(value, layer, column))
    version = _required(notice)
    note("workbench", who=actor.name, notice=notice, about=f"edits {scenario}")
    desk = workbench.desk_of(version, scenario, begin=actor.name)

    def change(session: Session) -> EditResult:
        anew = not said.get("add") and _begin_again(session, version, actor)
        try:
            return session.apply([edit], who=actor.name)
        except BlockplanError:
            if anew:
                session.undo(who=actor.name)
            raise

    desk.do(change, lambda _session, _answer: None)
    desk.save()
    return _said(desk, version)


def _begin_again(session: Session, version: PlanVersion, actor: Actor) -> bool:
    """Make a scenario what the plan on notice is, as a step of its own; False where it is that already."""
    from blockplan.live.sharing import changes_between  # noqa: PLC0415
    from blockplan.plan.model.plan import BASE  # noqa: PLC0415
    from blockplan.portal.workspace.documents import shown_as  # noqa: PLC0415

    notice = shown_as(session.snapshot(reporting=False), version.scenario or BASE)
    if not any(changes_between(session.plan, notice)):
        return False
    session.take(notice, {"op": "branch", "scenario": version.scenario or BASE}, who=actor.name)
    return True


def tried_by(notice: str, scenario: str) -> list[str]:
    """Who tried a change in the scenario of a point, in the order in which they began."""
    edits = f"edits {scenario}"
    acts = Audit.objects.filter(notice=notice, what="workbench", about__startswith=edits).order_by("pk")
    said = acts.values_list("who", "about")
    return list(dict.fromkeys(who for who, about in said if about == edits or about.startswith(f"{edits} ")))


def of_scenario(notice: str, scenario: str) -> dict[str, Any]:
    """
    What a scenario changes against the plan on notice, as `documents.for_answer` says it.

    Raises
    ------
    BlockplanError
        If there is no such scenario.
    """
    version = _required(notice)
    return _said(workbench.desk_of(version, scenario), version)


def _said(desk: EditingDesk, version: PlanVersion) -> dict[str, Any]:
    from blockplan.plan.model.plan import BASE  # noqa: PLC0415
    from blockplan.portal.workspace.documents import for_answer  # noqa: PLC0415

    found = desk.ask_aside(lambda at: for_answer(at, version.scenario or BASE), reporting=False)
    rows = desks.lines_of("\n".join(found["changes"]))
    return found | {"scenario": desk.session.scenario, "rows": rows}


def filled(said: Mapping[str, Any], found: Mapping[str, Any] | None) -> dict[str, Any]:
    """What was typed into the form of an answer; what a scenario says stands in the place of another's."""
    if found is None:
        return dict(said.items())
    typed = {name: said.get(name, "") for name in ("kind", "links")}
    for lang in LANGUAGES:
        words = said.get(f"reason_{lang}", "").replace(said.get(f"said_{lang}") or "\0", "").strip()
        typed[f"reason_{lang}"] = f"{words}\n\n{found['reason'][lang]}".strip()
    return typed | {"changes": "\n".join(found["changes"])}


def _value(said: str, layer: str, column: str) -> float | str:
    """What was typed for a column: a number where it holds numbers, else the text, as a code of land use."""
    from blockplan.plan.model.layers import LAYERS  # noqa: PLC0415

    plain = unicodedata.normalize("NFKC", said)
    numeric = layer in LAYERS and LAYERS[layer].columns.get(column) == "number"
    return float(plain) if numeric and NUMBER.fullmatch(plain) else said


def _required(notice: str) -> PlanVersion:
    version = workbench.version_of(notice)
    if version is None:
        raise refusal(UsageError, say, "office_refused.no_plan_to_edit")
    return version

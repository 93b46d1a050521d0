"""
What the workbench shows, as JSON: layers to draw, the state of the session, what land uses are called.

Verdicts as the workbench shows them: those of ``check --json``, their figures as everywhere else.

What an answer to an opinion says of a scenario: the values that it changes, and the verdicts that turn.

What the workbench calls things: layers, columns and values, land uses, readings, signs, forces.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockplan.check import available_packs, check
from blockplan.check.instruments import HOUSE
from blockplan.check.packs import load
from blockplan.check.verdict import Force
from blockplan.compare import ComparedColumn, beside
from blockplan.compare.gains import gains_by_place
from blockplan.errors import PlanDataError
from blockplan.exchange.office.codes import LISTS as CODE_LISTS
from blockplan.figures import around
from blockplan.jsontext import some
from blockplan.live.journal import steps_of
from blockplan.live.lineage import ScenarioRecord
from blockplan.live.logs import logs_of
from blockplan.live.rows import frame_of, is_unknown
from blockplan.measure.distance.methods import WAYS
from blockplan.measure.measurement import figure_unit
from blockplan.plan import Plan, landuse, read, write
from blockplan.plan.files.package import MANIFEST, SCENARIOS
from blockplan.plan.files.scenarios import proposed_on
from blockplan.plan.model import faults
from blockplan.plan.model.codes import LISTS
from blockplan.plan.model.layers import LAYERS, VALUES, LayerSpec
from blockplan.plan.model.manifest import read_manifest
from blockplan.plan.model.plan import BASE
from blockplan.portal.config import base_map_credit
from blockplan.portal.coordinate_deltas import shapes_in_steps
from blockplan.portal.workspace.current_desk import signed_in
from blockplan.propose.layout.problem.uses import uses
from blockplan.propose.services import SERVICES
from blockplan.report import tables
from blockplan.report.comparison.wording import ComparisonWords
from blockplan.report.definitions import way, way_in_short
from blockplan.report.needs import empty_columns, things_missing, who_lacks
from blockplan.report.plan_report import page
from blockplan.report.public.verdict_words import values_at
from blockplan.report.qgis.styles import CONTROL_LINES
from blockplan.report.sheets import atlas
from blockplan.report.words import CODED_BY, Words, table_of
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from numpy.typing import NDArray

    from blockplan.check.verdict import CheckResult, Verdict
    from blockplan.compare import Comparison
    from blockplan.live import Session
    from blockplan.live.rows import FeatureChange, Row
    from blockplan.live.snapshot import Snapshot
    from blockplan.portal.workspace.desk import EditingDesk

#: So many places of a verdict are listed with what is measured there.
MOST_PLACES = 200
#: So many of the last steps are told.
MOST_STEPS = 500
#: What the page does not show of a result.
UNSEEN = ("reported", "statements", "differences", "parameters", "overrides")


def result_document(result: CheckResult, lang: str, *, brief: bool = False) -> dict[str, Any]:
    """
    ``check --json``; each verdict with ``said``, its figures in words.

    In `brief` without what the page does not show.
    """
    whole = {**result.to_dict(lang), "verdicts": verdict_documents(result.verdicts, lang)}
    return {name: said for name, said in whole.items() if not (brief and name in UNSEEN)}


def verdict_documents(
    verdicts: Sequence[Verdict], lang: str, among: Sequence[Verdict] | None = None
) -> list[dict[str, Any]]:
    """
    Verdicts as JSON writes them, each with ``said``: ``{measured, required, places[], missing[], needs[]}``.

    ``places`` says what is measured at the first of ``where``; ``needs`` names each thing that is ``missing``
    as ``{said, ids[], more}``, with the first features that lack it apart from its words, so that verdicts
    which wait for the same can be counted as a report counts them: by all verdicts of the plan, which are
    `among` where these are only some.
    """
    words, empty = Words(lang), empty_columns(verdicts if among is None else among)
    return [
        {
            **one.to_dict(lang),
            "said": {
                "measured": tables.measured(one, words),
                "required": tables.required(one, words),
                "places": values_at(one, words, MOST_PLACES),
                "missing": tables.missing_words(one.missing, words, codes=False),
                "needs": _needs(one, words, empty) if one.outcome == "unknown" else [],
            },
        }
        for one in verdicts
    ]


def _needs(verdict: Verdict, words: Words, empty: Container[tuple[str, str]]) -> list[dict[str, Any]]:
    found = []
    for said, missing in things_missing(verdict, words, empty, codes=False).items():
        ids, more = who_lacks(missing)
        more += max(len(ids) - tables.FIRST_MISSING, 0)
        found.append({"said": said, "ids": list(ids[: tables.FIRST_MISSING]), "more": more})
    return found


def comparison_document(found: Comparison, lang: str) -> dict[str, Any]:
    """
    ``compare --json``; the value of each verdict and measure with ``said``, in words.

    ``around`` gives what the words of a row bear before and after the number.
    """
    document, words = found.to_dict(lang), Words(lang)
    worded = ComparisonWords(found, words)
    for measured, told in zip(worded.measures, document["measures"], strict=True):
        told["title"] = worded.measure_title(measured)
        first = next(one for one in measured.measurements if one)
        told["around"] = around(figure_unit(first), first.per, lang)
        for at, by in enumerate(told["by"]):
            by["said"] = worded.measure_cell(measured, at)["value"]
    for row, told in zip(found.verdict_rows(), document["verdicts"], strict=True):
        judged = next(one for one in row.verdicts if one)
        told["around"] = around(figure_unit(judged.measurement, judged.unit), tables.per_of(judged), lang)
        for verdict, by in zip(row.verdicts, told["by"], strict=True):
            by["said"] = tables.measured(verdict, words) if verdict else tables.DASH
    return document


def layers(plan: Plan, only: tuple[str, ...] = (), *, packed: bool = False) -> dict[str, Any]:
    """
    Layers as GeoJSON features in the plan's CRS (m); a column of nothing but unknowns is left out.

    Where they are `packed`, coordinates are whole millimetres from ``origin``, in steps (`in_steps`), and a
    value that is not known is left out, and so is the column of the id.
    """
    names = [name for name in plan.layers if not only or name in only]
    bounds = _bounds(plan)
    said = {"crs": plan.manifest.crs, "bounds": bounds}
    if not packed:
        return {**said, "layers": {name: _features(name, plan.layers[name]) for name in names}}
    origin = np.floor((bounds or [0.0, 0.0])[:2])
    found = {name: _packed(name, plan.layers[name], origin) for name in names}
    return {**said, "layers": found, "origin": origin.tolist()}


def _packed(name: str, frame: pd.DataFrame, origin: NDArray[np.float64]) -> dict[str, Any]:
    """A layer without what is unknown and what the id says already, and with coordinates in steps."""
    own = LAYERS[name].id_column if name in LAYERS else None
    columns = {column: values for column, values in _columns(frame).items() if column != own}
    drawn = isinstance(frame, gpd.GeoDataFrame)
    shapes = shapes_in_steps(frame.geometry.to_numpy(), origin) if drawn else [None] * len(frame)
    return {
        "type": "FeatureCollection",
        "name": name,
        "features": [
            {
                "type": "Feature",
                "id": str(id_),
                "properties": {
                    key: value for key, column in columns.items() if (value := column[row]) is not None
                },
                "geometry": shape,
            }
            for row, (id_, shape) in enumerate(zip(frame.index, shapes, strict=True))
        ],
    }


def shown_as(at: Snapshot, name: str | None) -> Plan:
    """
    The plan under another scenario of its package; as it is now where none is named.

    Raises
    ------
    BlockplanError
        If there is no such scenario.
    """
    if name is None or name == at.scenario:
        return at.plan
    if at.plan.path is None or name == BASE:  # what a plan works out is not shared between threads
        return at.plan.base.retouched({}, keep=("content_hash",))
    return read(at.plan.path, name)


#: Every scenario of the package, in a comparison.
ALL = "*"


def comparison(at: Snapshot, names: Sequence[str], lang: str) -> dict[str, Any]:
    """Other scenarios (``*``: all), then the plan as it is: verdicts, figures, who gains and who loses."""
    if ALL in names:
        names = [name for name in (BASE, *scenarios_of(at.plan, lang)) if name != at.scenario]
    others = [(name, shown_as(at, name)) for name in dict.fromkeys(names)]
    columns = [ComparedColumn(name, plan, check(plan, at.named_packs, at.on)) for name, plan in others]
    found = beside([*columns, ComparedColumn(at.scenario, at.plan, at.result)])
    # Who is nearer to what stands once, by place; home by home nobody reads it.
    said = comparison_document(found, lang)
    for one in said["gains"]:
        del one["homes"]
    places = [one for pair in found.pairs for one in gains_by_place(pair.column, pair.before, pair.after)]
    return {**said, "gains_by_place": [one.to_dict() for one in places]}


def outcomes(at: Snapshot, name: str, known: dict[str, dict[str, int]]) -> dict[str, int]:
    """How many verdicts of a scenario came out how; `known` keeps them by the content of the plan."""
    plan = shown_as(at, name)
    if plan.content_hash not in known:
        # A scenario that is opened first has the plan's own layers, of which each was judged already.
        same = all(plan.layers.get(layer) is frame for layer, frame in at.plan.layers.items())
        result = at.result if same else check(plan, at.named_packs, at.on, reporting=False)
        known[plan.content_hash] = dict(Counter(one.outcome for one in result.verdicts))
    return known[plan.content_hash]


#: What the plan as it is now can be taken away as -> its media type.
HANDED_OUT = {"html": "text/html; charset=utf-8", "pdf": "application/pdf", "zip": "application/zip"}


def handed_out(at: Snapshot, kind: str, lang: str) -> tuple[bytes, str]:
    """The report (html), the sheet (pdf), or the plan package with this scenario (zip)."""
    if kind == "zip":
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "plan.zip"
            write(at.whole(), target)
            return target.read_bytes(), HANDED_OUT[kind]
    if kind == "pdf":
        return atlas(at.plan, at.result, lang, kinds=["landuse"]).pdf, HANDED_OUT[kind]
    return page(at.plan, at.result, lang).encode(), HANDED_OUT[kind]


def scenarios_of(plan: Plan, lang: str) -> dict[str, str]:
    """
    The scenarios of the package as it is on the disk now: others may have branched since it was opened.

    One whose file is gone cannot be opened, and is told among the faults.
    """
    if plan.path is None or not plan.path.is_dir():
        return plan.manifest.scenario_titles_in(lang)
    manifest = plan.manifest
    with contextlib.suppress(PlanDataError):
        manifest = read_manifest(plan.path / MANIFEST)
    files = {one.stem for one in (plan.path / SCENARIOS).glob("*.gpkg")}
    return {name: title for name, title in manifest.scenario_titles_in(lang).items() if name in files}


def _listed(session: Session, known: dict[str, str]) -> dict[str, str]:
    """The plan as drawn, the scenarios of the package, and the one that is open: names and titles."""
    return {BASE: ""} | dict.fromkeys([*known, session.scenario], "") | known


def state(desk: EditingDesk, lang: str) -> dict[str, Any]:
    """Where the session stands: scenario, steps, what can be undone, and what was said meanwhile."""
    session = desk.session
    manifest, known = session.plan.manifest, scenarios_of(session.plan, lang)
    return {
        "plan": manifest.id,
        **some(manifest, None, "title", "synthetic", "level", "crs"),
        "packs": {pack: Words(lang).pick(title) for pack, title in session.judged.pack_titles.items()},
        "choose_packs": not session.judged.packs and signed_in() is None,
        "scenario": session.scenario,
        "scenarios": _listed(session, known),
        "seq": len(session.steps),
        "hash": session.plan.content_hash,
        **some(session, None, "can_undo", "can_redo"),
        "saved": desk.saved,
        **some(desk.record, None, "lock", "versions"),
        "on_notice": session.scenario in desk.on_notice(),
        "notes": list(desk.notes),
        "base_map": base_map_credit(manifest.crs),
        "history": history(session),
        "lang": lang,
    }


def pack_titles(lang: str) -> dict[str, str]:
    """What the packs of rules that can be named are called."""
    words = Words(lang)
    return {pack.id: words.pick(pack.head.title) for pack in load(available_packs(), HOUSE.measures())}


def earlier(session: Session) -> dict[str, Any]:
    """The edited features as they were when the scenario began; null where one was not there."""
    by_layer: dict[str, dict[str, Row]] = {}
    found: list[dict[str, Any]] = []
    for (layer, id_), row in session.earlier().items():
        if row is None:
            found.append({"layer": layer, "id": id_, "feature": None})
        else:
            by_layer.setdefault(layer, {})[id_] = row
    for layer, rows in by_layer.items():
        drawn = _features(layer, frame_of(session.plan.layer(layer), rows))["features"]
        found += [{"layer": layer, "id": one["id"], "feature": one} for one in drawn]
    return {"features": found}


def branches(desk: EditingDesk, lang: str) -> list[dict[str, Any]]:
    """
    The scenarios, the plan as drawn first: which came from which, since when, how often they were edited.

    ``from`` is ``base`` where nothing else is known; ``edits`` counts the steps of the log (null: nobody has
    edited it here).
    """
    plan = desk.session.plan
    known, logs = scenarios_of(plan, lang), logs_of(desk.package)
    kept = desk.records
    on_top = proposed_on(desk.package)
    drawn = kept.get(BASE, ScenarioRecord())
    found: list[dict[str, Any]] = [{"name": BASE, "title": "", **drawn.to_dict(), "edits": None}]
    for name in dict.fromkeys([*known, desk.session.scenario]):
        one = kept.get(name, ScenarioRecord())
        came_from = one.came_from or on_top.get(name) or BASE
        said = one.to_dict() | {"from": came_from if came_from in known else BASE}
        found.append(
            {"name": name, "title": known.get(name, ""), **said, "edits": steps_of(logs / f"{name}.log")}
        )
    return found


def news(desk: EditingDesk, seq: int, lang: str) -> dict[str, Any]:
    """
    What came after step `seq`: where nothing did, its number, and what may change without a step: whether it
    is in the scenario's file, the scenario's lock and its versions, and which scenarios there are.

    Else also who made the steps, every feature that they changed as it is now, the verdicts (in brief), and
    the state.
    """
    session = desk.session
    kept = some(desk.record, None, "lock", "versions")
    head = {"seq": len(session.steps), "scenario": session.scenario, "saved": desk.saved, **kept}
    head["scenarios"] = _listed(session, scenarios_of(session.plan, lang))
    newer = session.steps[seq:]
    if not newer:
        return head
    return {
        **head,
        "who": list(dict.fromkeys(step.who for step in newer)),
        "features": features_of(session, (change for step in newer for change in step.changes)),
        "result": result_document(session.judged, lang, brief=True),
        "state": state(desk, lang),
    }


def history(session: Session) -> list[dict[str, Any]]:
    """The last steps: who did what when."""
    return [
        {
            "seq": step.seq,
            "kind": step.kind,
            "at": step.at,
            "who": step.who,
            "edits": [_short(edit) for edit in step.edits[:5]],
            "more": max(0, len(step.edits) - 5),
            "must": session.must.get(step.seq),
        }
        for step in session.steps[-MOST_STEPS:]
    ]


def changed(session: Session) -> list[dict[str, Any]]:
    """The features that the last step changed."""
    return features_of(session, session.steps[-1].changes)


def features_of(session: Session, changes: Iterable[FeatureChange]) -> list[dict[str, Any]]:
    """The features that changes are of, as they are now; null for one that is gone."""
    keys = dict.fromkeys((change.layer, change.id) for change in changes)
    by_layer: dict[str, list[str]] = {}
    for layer, id_ in keys:
        by_layer.setdefault(layer, []).append(id_)
    found = []
    for layer, ids in by_layer.items():
        # A layer is gone with its only feature.
        frame = session.plan.layers.get(layer, pd.DataFrame())
        there = frame.loc[[id_ for id_ in ids if id_ in frame.index]]
        drawn = {feature["id"]: feature for feature in _features(layer, there)["features"]}
        found += [{"layer": layer, "id": id_, "feature": drawn.get(id_)} for id_ in ids]
    return found


def _bounds(plan: Plan) -> list[float] | None:
    """What the map shows first: the plan's area and parcels; where it has neither, all that is drawn."""
    for names in (("boundary", "parcels"), tuple(LAYERS)):
        frames = [plan.layers[name] for name in names if name in plan.layers]
        shapes = [one.geometry.to_numpy() for one in frames if isinstance(one, gpd.GeoDataFrame) and len(one)]
        found = shapely.total_bounds(np.concatenate(shapes)) if shapes else np.array([np.nan])
        if not np.isnan(found).any():
            return found.tolist()  # type: ignore[no-any-return]
    return None


def _features(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    columns = _columns(frame)
    shapes = frame.geometry.tolist() if isinstance(frame, gpd.GeoDataFrame) else [None] * len(frame)
    return {
        "type": "FeatureCollection",
        "name": name,
        "features": [
            {
                "type": "Feature",
                "id": str(id_),
                "properties": {key: column[row] for key, column in columns.items()},
                "geometry": None
                if shape is None or shape.is_empty
                else shapely.geometry.mapping(shapely.force_2d(shape)),
            }
            for row, (id_, shape) in enumerate(zip(frame.index, shapes, strict=True))
        ],
    }


def _columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """The values of each column that has any, as JSON has them."""
    drawn = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else None
    columns = [column for column in frame.columns if column != drawn and not frame[column].isna().all()]
    return {str(column): [_plain(value) for value in frame[column].tolist()] for column in columns}


def _plain(value: Any) -> Any:
    if is_unknown(value):
        return None
    return value if isinstance(value, bool | int | float | str) else str(value)


def _short(edit: dict[str, Any]) -> dict[str, Any]:
    """An edit without its geometry."""
    return {key: value for key, value in edit.items() if key not in {"geometry", "line"}}


def for_answer(at: Snapshot, name: str) -> dict[str, Any]:
    """
    The plan as it is now against another scenario, as the answering desk of a notice takes it.

    Returns
    -------
    dict
        ``changes``: lines ``layer:id:column:old:new:version``, of values alone (outlines are in the plan);
        ``reason``: by language the verdicts that turn, a line each, and those that fail still.
    """
    other = shown_as(at, name)
    columns = [
        ComparedColumn(name, other, check(other, at.named_packs, at.on, reporting=False)),
        ComparedColumn("now", at.plan, at.result),
    ]
    found = beside(columns)
    return {
        "changes": list(_changes(found, at.plan.content_hash)),
        "reason": {lang: "\n".join(_turned(found, Words(lang))) for lang in LANGUAGES},
    }


def _changes(found: Comparison, version: str) -> list[str]:
    """Rows that came or went have no value that stood before, and are told by their outlines' columns."""
    return [
        ":".join(
            (row.layer, row.id, column, *(json.dumps(one, ensure_ascii=False) for one in (old, new)), version)
        )
        for row in found.changes
        for column, old, new in row.fields
        if column != "geometry"
    ]


def _turned(found: Comparison, words: Words) -> list[str]:
    lines = []
    for row in found.verdict_rows():
        before, after = row.verdicts
        if (
            before is None
            or after is None
            or (before.outcome, before.measured) == (after.outcome, after.measured)
        ):
            continue
        lines.append(
            words(
                "answer.turned",
                title=words.pick(after.title),
                before=_said(before, words),
                after=_said(after, words),
                required=tables.required(after, words),
            )
        )
    return [words.count("answer.verdicts", len(lines)), *lines] if lines else [words("answer.none")]


def _said(verdict: Verdict, words: Words) -> str:
    outcome = words(f"outcome.{verdict.outcome}")
    if verdict.measured is None:
        return outcome
    return words("answer.with_value", outcome=outcome, measured=tables.measured(verdict, words))


def vocabulary(langs: Iterable[str] = LANGUAGES) -> dict[str, Any]:
    """All words, in every language or some, by what they name."""
    known = landuse()
    services = VALUES["facilities", "service"]
    return {
        "land_uses": {
            code: {
                "names": {lang: one.names[lang] for lang in langs},
                "colour": known.colour(code),
                "safe": known.safe_colour(code),
                "level": one.level,
                "parent": one.parent,
            }
            for code, one in known.classes.items()
        },
        "layers": {name: _layer(spec, langs) for name, spec in LAYERS.items()},
        "control_lines": CONTROL_LINES,
        "faults": {kind: {lang: title[lang] for lang in langs} for kind, title in faults.titles().items()},
        "forces": {force: _names(f"force.{force}", force, langs) for force in get_args(Force)},
        "confidences": {grade: _names(f"confidence.{grade}", grade, langs) for grade in "ABC"},
        "flags": {said: _names(f"flag.{said}", said, langs) for said in ("true", "false")},
        "readings": {one.id: {lang: way(one.taken, Words(lang)) for lang in langs} for one in WAYS},
        "readings_in_short": {
            one.id: {lang: way_in_short(one.taken, Words(lang)) for lang in langs} for one in WAYS
        },
        "sited": {id_: {lang: one.name[lang] for lang in langs} for id_, one in SERVICES.items()},
        "laid_out": {id_: {lang: one.name[lang] for lang in langs} for id_, one in uses().items()},
        "marks": {service: _names(f"mark.{service}", "·", langs) for service in sorted(services)},
    }


def _layer(spec: LayerSpec, langs: Iterable[str]) -> dict[str, Any]:
    return {
        "id": spec.id_column,
        "geometry": spec.geometry,
        "names": _names(f"layer.{spec.name}", spec.name, langs),
        "columns": {
            column: {
                "kind": kind,
                "names": _names(f"field.{column}", column, langs),
                "values": {
                    value: _names(f"{table_of(spec.name, column)}.{value}", value, langs)
                    for value in sorted(_values(spec.name, column))
                },
            }
            for column, kind in spec.columns.items()
        },
    }


def _values(layer: str, column: str) -> Iterable[str]:
    """The values that people choose from; of lists of codes those that a plan can be handed in with."""
    if column in CODED_BY:
        return CODE_LISTS if column == "land_use_given_list" else LISTS
    return VALUES.get((layer, column), ())


def _names(key: str, otherwise: str, langs: Iterable[str]) -> dict[str, str]:
    return {lang: Words(lang).or_else(key, otherwise.replace("_", " ")) for lang in langs}

"""
The door for an office's own files: read them, say what is what, make one plan of them.

Nothing is guessed silently: every reading is in ``mapping.toml`` with its reason, what could not be read is a
finding with its place, and what was made (roads, boundary, facilities from texts) says that it was.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import tomli_w

from blockplan.errors import PlanDataError
from blockplan.exchange.layers import spare_drawn_plan, written
from blockplan.exchange.office import assemble, datum
from blockplan.exchange.office.cad_shapefiles import as_drawn
from blockplan.exchange.office.choosing import Choosing
from blockplan.exchange.office.forms import draw_corners
from blockplan.exchange.office.law import JAPANESE, day_in, days_of, judged_by
from blockplan.exchange.office.lost_fields import LostField, lost_fields
from blockplan.exchange.office.mapping import (
    DOUBLE,
    IGNORED,
    OfficeMapping,
    Question,
    read_office_mapping,
)
from blockplan.exchange.office.messages import Message, in_language, joined, refused, worded
from blockplan.exchange.office.plan_models import in_classes
from blockplan.exchange.office.profile import load_profile
from blockplan.exchange.office.readers import read_all, said_of_files
from blockplan.exchange.office.recognise import (
    geometry_kind,
)
from blockplan.exchange.office.residents import compare_with_texts
from blockplan.exchange.office.road_remarks import language_of
from blockplan.exchange.office.source import Findings
from blockplan.exchange.office.streets import centre_lines_apart
from blockplan.exchange.office.values import text_of
from blockplan.exchange.office.written_figures import take_apart, take_ten_thousands, with_points
from blockplan.exchange.summary import ImportSummary, Tally
from blockplan.plan import Plan
from blockplan.plan.model.layers import LAYERS
from blockplan.plan.model.manifest import manifest_from
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from blockplan.exchange.office.features import Chosen
    from blockplan.exchange.office.source import AssembledPlan, SourceLayer, SourceReading

MAPPING = "mapping.toml"


@dataclass(frozen=True, slots=True)
class OfficeImport:
    """
    What came of an office's files.

    Attributes
    ----------
    summary
        Features, areas, faults of the plan that came out.
    mapping
        What was read as what; `mapping_toml` its text, which lies in the plan.
    findings
        Everything that was wrong, doubtful or lost in the files.
    made
        What the door made itself: roads, boundary, healed outlines, translated codes, joined rows.
    losses
        Fields whose values were not taken over: how many, and why.
    """

    summary: ImportSummary
    mapping: OfficeMapping
    mapping_toml: str
    findings: Findings = field(default_factory=Findings)
    made: dict[str, Any] = field(default_factory=dict)
    losses: tuple[LostField, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The import as JSON writes it."""
        document = self.summary.to_dict()
        document["verdicts"] = [one.to_dict() for one in self.findings] + document["verdicts"]
        lost = [one.to_dict() for one in self.losses]
        return document | {"mapping": self.mapping.rows(), "made": self.made, "losses": lost}


def import_office(
    paths: Sequence[str | Path],
    out: str | Path,
    *,
    mapping: str | Path | None = None,
    profiles: Sequence[str | Path] = (),
    ask: Callable[[Question], int] | None = None,
    heal_m: float = 0.0,
) -> OfficeImport:
    """
    Make a plan package of an office's files.

    Parameters
    ----------
    paths
        Files and folders: Shapefiles, GeoPackage, File Geodatabase, GeoJSON, DXF, DWG, workbooks, CSV.
    out
        Folder (or ``.zip``) of the plan package to write; ``mapping.toml`` lies in it.
    mapping
        A ``mapping.toml`` of an earlier import, edited; None recognises everything anew.
    profiles
        YAML files with an office's own names, which go before the house's.
    ask
        Called where two readings are close; gives the number of the option. None takes the likelier one.
    heal_m
        Gaps, double lines, overlaps, slivers and dangles of a drawing up to this size are healed, m, and each
        heal is listed in `made["healed"]`; 0 heals nothing.

    Raises
    ------
    MappingError
        If the mapping or a profile is off, or does not fit the files.
    PlanDataError
        If nothing can be read, no layer holds parcels, or the plan cannot be written.
    """
    profile = load_profile(profiles)
    given = read_office_mapping(Path(mapping)) if mapping is not None else None
    spare_drawn_plan(Path(out))
    with ExitStack() as stack:
        reading = read_all(paths, profile, stack, heal_m)
    as_drawn(reading, profile)
    centre_lines_apart(reading)
    findings = reading.findings
    with_points(reading.layers, findings)
    take_apart(reading.layers, profile, findings)
    draw_corners(reading.layers, profile, findings)
    choosing = Choosing(profile, findings, ask)
    chosen, layers = choosing.choose(reading, given)
    _located(layers, findings)
    dated = _plan_table(chosen, reading, Path(out), findings)
    placed = _place(layers, chosen, reading)
    findings += placed.findings
    if given is None or given.is_short:
        layers = [(layer, choosing.by_place(layer, choice, layers)) for layer, choice in layers]
        chosen.layer = [choice for _, choice in layers]
        take_ten_thousands(layers, _texts(reading, layers), findings)
    chosen.plan["crs"] = "local" if placed.crs is None else datum.name_of(placed.crs)
    built = assemble.assemble(layers, chosen, profile, placed.crs, findings, ask)
    _without_yield(layers, built, findings)
    if "parcels" in built.layers:
        compare_with_texts(built.layers["parcels"], built.manifest, _texts(reading, layers), findings)
    built.made["healed"] = reading.healed + built.made["healed"]
    chosen.code = built.codes
    judged_by(chosen, built, findings)
    _title(chosen, built, reading, paths, findings)
    table = chosen.plan | built.manifest
    # A day that nobody states is no part of the mapping, which would state it the next time.
    chosen.plan = {key: value for key, value in chosen.plan.items() if dated or key != "drawn_on"}
    text = chosen.to_toml(profile)
    names = [Path(path).name for path in paths]
    table["imported"] = {
        "source": names if len(names) > 1 else names[0],
        "mapping": MAPPING,
        **({} if dated else {"drawn_on": table["drawn_on"]}),
        **{key: _in_each(said) for key, said in built.said.items()},
    }
    ordered = {
        name: built.layers[name] for name in LAYERS if name in built.layers and len(built.layers[name])
    }
    plan = Plan(manifest_from(table, f"{MAPPING} [plan]"), ordered)
    summary = in_classes(written(plan, out, _untaken(layers)), reading)
    _put(Path(out), text)
    return OfficeImport(
        summary, chosen, text, findings, built.made, tuple(lost_fields(layers, ordered, profile, findings))
    )


def _in_each(said: str) -> str | dict[str, str]:
    """What was made, in every language; a name as it stands."""
    return {lang: in_language(said, lang) for lang in LANGUAGES} if isinstance(said, Message) else said


def _texts(reading: SourceReading, layers: list[Chosen]) -> list[str]:
    texts = [*reading.remarks, *(text for layer, _ in layers for text in layer.remarks)]
    return texts + [text for layer, choice in layers if choice.role == IGNORED for text in _said_in(layer)]


def _said_in(table: SourceLayer) -> list[str]:
    """What a table that is none of the plan's says: heading and cell, and the cells of each row."""
    if table.drawn:
        return []
    cells = [[text_of(cell) for cell in row] for row in table.frame[table.fields].to_numpy()]
    headed = [f"{name}{cell}" for row in cells for name, cell in zip(table.fields, row, strict=True) if cell]
    return headed + ["".join(row) for row in cells]


def _put(out: Path, text: str) -> None:
    """The mapping beside the plan, in its folder or its zip."""
    if out.suffix.lower() == ".zip":
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo(MAPPING, (1980, 1, 1, 0, 0, 0)), text)
    else:
        (out / MAPPING).write_text(text, encoding="utf-8")


def _located(layers: list[Chosen], findings: Findings) -> None:
    """Rows of a table of facilities that say coordinates are points, like those of a layer."""
    for layer, choice in layers:
        x, y = choice.column("x"), choice.column("y")
        if layer.drawn or choice.role not in {"facility_table", "facilities"} or x is None or y is None:
            continue
        places = np.column_stack(
            [pd.to_numeric(layer.frame[one.field], errors="coerce").to_numpy("float64") for one in (x, y)]
        )
        there = np.isfinite(places).all(axis=1)
        if not there.any():
            continue
        if not there.all():
            message = worded("rows_without_coordinates", n=int((~there).sum()), total=len(there))
            findings.add("office-unjoined", "warning", message, **layer.place)
        rows = layer.frame[there].reset_index(drop=True)
        layer.frame = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(*places[there].T))
        choice.role = "facilities"


def _way_to_parcels(layers: list[SourceLayer]) -> str:
    """What to do where no layer is known for the parcels; of layers of areas, the lines that say which."""
    way = worded("say_which_layer_is_parcels")
    areas = [layer for layer in layers if geometry_kind(layer) == "polygon"]
    if not areas:
        return way
    table = {"file": areas[0].file, "layer": areas[0].name, "role": "parcels"}
    return worded("say_which_layer_is_parcels_or_add_outlines", example=f"[[layer]]\n{tomli_w.dumps(table)}")


def _place(layers: list[Chosen], chosen: OfficeMapping, reading: SourceReading) -> datum.PlacedLayers:
    """Bring the drawn layers into one reference system, the parcels first."""
    drawn = [
        (layer, choice) for layer, choice in layers if layer.drawn and choice.role not in {IGNORED, DOUBLE}
    ]
    drawn.sort(key=lambda pair: pair[1].role != "parcels")
    listed = sum(len(layer.frame) for layer, choice in layers if choice.role == "parcel_table")
    found = {choice.role for _, choice in drawn}
    if "parcels" not in found and (listed or "buildings" not in found):
        names = ", ".join(f"{layer.file}: {layer.name}" for layer, _ in layers[:12])
        rest = [
            worded("parcels_listed_not_drawn", n=listed) if listed else "",
            *said_of_files(reading),
            _way_to_parcels([layer for layer, _ in layers]),
        ]
        raise refused(
            PlanDataError,
            "no_layer_of_parcels",
            layers=names or worded("none"),
            rest=joined(rest, "\n"),
        )
    said = datum.said_in([*reading.remarks, *(text for layer, _ in layers for text in layer.remarks)])
    return datum.place(drawn, chosen.source, said, str(chosen.plan.get("crs") or ""))


def _plan_table(chosen: OfficeMapping, reading: SourceReading, out: Path, findings: Findings) -> bool:
    """What ``plan.toml`` needs beyond layers; what the mapping gives stays. Whether its day is stated."""
    id_ = re.sub(r"[^A-Za-z0-9_.-]+", "-", out.stem).strip("-.")
    chosen.plan.setdefault("id", id_ or "office-plan")
    chosen.plan.setdefault("level", "parcel")
    chosen.plan.setdefault("status", "draft")
    if "drawn_on" in chosen.plan:
        return True
    fields = [value for layer in reading.layers for value in days_of(layer)]
    days = [day for text in [*reading.remarks, *fields] if (day := day_in(text))]
    chosen.plan["drawn_on"] = days[0] if days else dt.datetime.now(dt.UTC).date()
    if not days:
        findings.add("office-day", "note", worded("day_of_plan_unknown", day=chosen.plan["drawn_on"]))
    return bool(days)


#: What holds a whole plan.
DRAWINGS = (".dxf", ".dwg", ".gpkg", ".gdb")


#: The name of a plan at the beginning of a line.
_NAMED = re.compile(
    r"(?P<name>[^\s，,。；;：:、.．《》“”]{2,40}?(?:详细规划|控规|街区规划|地区計画))(?:（[^）]{1,12}）)?(?=\s|$|20\d\d)"
)
#: What speaks of another plan, or of the text itself.
_OF_ANOTHER = re.compile(
    r"依据|根据|按照|上位|已批|现行|原控规|不得|详见|参见|衔接|落实|本图|本次|上位計画|現行|参照|に基づ"
)


def _title(
    chosen: OfficeMapping,
    built: AssembledPlan,
    reading: SourceReading,
    paths: Sequence[str | Path],
    findings: Findings,
) -> None:
    """The name of the planned land, else what a text calls the plan, the one drawing given, or the folder."""
    first = Path(paths[0]).resolve()
    inside = sorted(first.iterdir()) if first.is_dir() else [first]
    # A drawing beside layers is of a part of the plan: its control lines.
    whole = {Path(layer.file).suffix.lower() for layer in reading.layers if layer.drawn} <= set(DRAWINGS)
    drawn = [one.stem for one in inside if one == first or (whole and one.suffix.lower() in DRAWINGS)]
    said = next((name for text in reading.remarks if (name := _plan_named(text))), "")
    named = built.title or said
    title = named or (drawn[0] if len(drawn) == 1 else first.name)
    if not named and "title" not in chosen.plan:
        findings.add("office-title", "note", worded("title_of_plan_unknown", title=title))
    # In the language that it is written in alone: no other one is told it as its own. Ideographs without kana
    # are Japanese where the law of Japan judges the plan.
    written, judged = language_of(title), set(chosen.plan["packs"])
    lang = "ja" if written == "zh" and judged.issuperset(JAPANESE) else written
    chosen.plan.setdefault("title", {lang: title})


def _plan_named(text: str) -> str:
    """What a line calls the plan, if it names no other one."""
    found = _NAMED.match(text.strip())
    return "" if found is None or _OF_ANOTHER.search(found["name"]) else found["name"]


#: Role -> the layer of the plan that it gives, where that is called otherwise.
GIVES = {"road_edges": "control_lines"}


def _without_yield(layers: list[Chosen], built: AssembledPlan, findings: Findings) -> None:
    """Layers whose role is known, but which gave the plan nothing, are told."""
    given = {name for name, frame in built.layers.items() if len(frame)}
    for layer, choice in layers:
        if choice.role == "existing_land":
            parcels = built.layers.get("parcels")
            taken = parcels is not None and "existing_land_use" in parcels
            taken &= any(choice.column(name) for name in ("land_use", "land_use_name"))
        else:
            name = GIVES.get(choice.role, choice.role)
            taken = name in given or name not in LAYERS
        if len(layer.frame) and not taken:
            message = worded("the_layer_gave_nothing", role=choice.role, n=len(layer.frame))
            findings.add("office-layer", "warning", message, **layer.place)


def _untaken(layers: list[Chosen]) -> Tally:
    tally = Tally()
    for layer, choice in layers:
        if choice.role in {IGNORED, DOUBLE}:
            name = layer.name if layer.why else f"{layer.file}: {layer.name}"
            tally.add(name, choice.why, len(layer.frame))
    return tally

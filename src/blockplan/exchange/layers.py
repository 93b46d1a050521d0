"""
Somebody's own layers become a plan package, as a mapping file says.

Nothing is guessed: what has no counterpart is counted with the reason, what
the source does not know stays unknown, and an outline that had to be derived says so in
the plan.

The layers that a file or a folder of files offers to an import, read when they are asked for.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyproj
import shapely
from pyproj.exceptions import CRSError

from blockplan.errors import MappingError, PlanDataError
from blockplan.exchange import clipping
from blockplan.exchange.convert import Converter
from blockplan.exchange.mapping import SOURCE, manifest_table, read_mapping
from blockplan.exchange.summary import ImportSummary, Tally
from blockplan.plan import Plan, write
from blockplan.plan.files import formats
from blockplan.plan.files.archive import open_package
from blockplan.plan.model.crs import checked, plan_crs, to_plan_crs
from blockplan.plan.model.layers import LAYERS
from blockplan.plan.model.manifest import manifest_from, read_manifest
from blockplan.plan.model.plan import DERIVED, derived_land
from blockplan.plan.model.refusals import refused
from blockplan.plan.validity.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from blockplan.exchange.mapping import DerivedOutline, LayerRule, Mapping, SourceRule


class Sources:
    """
    Layers by name.

    A file with several layers offers each under its name; a file of one layer
    (Shapefile, GeoJSON, ...) offers it under the stem of the file's name.

    Parameters
    ----------
    path
        A file, or a folder whose files (not those of its folders) are offered together.
    rule
        CRS and encoding that the files do not declare themselves.

    Raises
    ------
    PlanDataError
        If there is nothing to read, or two files offer the same name.
    """

    def __init__(self, path: Path, rule: SourceRule) -> None:
        self.path = path
        self.rule = rule
        self._places: dict[str, tuple[Path, str]] = {}
        self._frames: dict[str, pd.DataFrame] = {}
        for file in self._files():
            layers = list(formats.list_layers(file))
            for layer in layers:
                self._offer(layer if file.suffix.lower() == ".gpkg" else file.stem, file, layer)

    def _files(self) -> list[Path]:
        if not self.path.is_dir():
            return [self.path]
        found = sorted(file for file in self.path.iterdir() if file.suffix.lower() in formats.FORMATS)
        if not found:
            raise PlanDataError(
                f"{self.path} holds no file that can be read ({', '.join(formats.FORMATS)}).\n"
                "Name the file or the folder that holds your layers."
            )
        return found

    def _offer(self, name: str, file: Path, layer: str) -> None:
        if name in self._places:
            raise PlanDataError(
                f"Both {self._places[name][0].name} and {file.name} in {self.path} hold a layer {name!r}.\n"
                "Keep one of them in the folder, or rename one."
            )
        self._places[name] = (file, layer)

    @property
    def names(self) -> list[str]:
        """Names of the layers, in the order of files and layers."""
        return list(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def read(self, name: str) -> pd.DataFrame:
        """A layer, in the CRS that it declares (or that the mapping gives it), read once."""
        if name not in self._frames:
            file, layer = self._places[name]
            frame = formats.read_layer(file, layer, self.rule.encoding)
            if isinstance(frame, gpd.GeoDataFrame) and self.rule.crs is not None:
                frame = frame.set_crs(_declared(self.rule.crs), allow_override=True)
            self._frames[name] = frame
        return self._frames[name]


def _declared(text: str) -> object:
    try:
        return pyproj.CRS.from_user_input(text)
    except CRSError:
        raise PlanDataError(
            f"source.crs = {text[:80]!r} names no known coordinate reference system.\n"
            'Write a code such as "EPSG:4490".'
        ) from None


#: Layer of the plan -> what each of its sources gave, with the rule that took it.
Parts = dict[str, "list[tuple[LayerRule, pd.DataFrame]]"]

_FORMS = {"bbox": "bounding box", "convex_hull": "convex hull"}


def import_layers(mapping: str | Path, source: str | Path, out: str | Path) -> ImportSummary:
    """
    Turn layers of `source` into a plan package at `out`.

    Parameters
    ----------
    mapping
        Mapping file (TOML), see ``docs/import-layers.md``.
    source
        File that holds the layers, or a folder (or zip) of such files.
    out
        Folder (or ``.zip``) of the plan package to write.

    Raises
    ------
    MappingError
        If the mapping is off or does not fit the source; the message lists everything that is.
    PlanDataError
        If the source cannot be read or the plan cannot be written.
    """
    rules = read_mapping(mapping)
    spare_drawn_plan(Path(out))
    tally = Tally()
    with _opened(Path(source)) as place:
        offered = Sources(place, rules.source)
        parts, crs = _read_and_convert(rules, offered, Path(mapping), tally)
        _count_unread(rules, offered, tally)
    frames = {name: _joined([part for _, part in many]) for name, many in parts.items()}
    derived = _derive_outlines(rules, frames, crs)
    _treat_outside(parts, frames, tally)

    table = manifest_table(rules, Path(source).stem, crs.to_string() if crs is not None else "local")
    table["imported"] = {
        **table.get("imported", {}),
        "source": Path(source).name,
        "mapping": Path(mapping).name,
        **derived,
    }
    ordered = {name: frames[name] for name in (*LAYERS, *frames) if name in frames}
    plan = Plan(manifest_from(table, f"{mapping} [plan]"), ordered)
    return written(plan, out, tally)


def written(plan: Plan, out: str | Path, tally: Tally, made: dict[str, str] | None = None) -> ImportSummary:
    """Write an imported plan, and say what came in, what did not, and how it stands."""
    write(plan, out)
    return ImportSummary(
        {name: len(frame) for name, frame in plan.layers.items()},
        {name: area for name, frame in plan.layers.items() if (area := _polygon_area(frame)) is not None},
        tally.entries(),
        validate(plan),
        derived_land(plan),
        made or {},
    )


def _opened(source: Path) -> AbstractContextManager[Path]:
    """The source itself, or the folder that a zip of it unpacks to for the time being."""
    is_zip = source.suffix.lower() == ".zip" and source.is_file()
    return open_package(source) if is_zip else nullcontext(source)


def spare_drawn_plan(out: Path) -> None:
    """Refuse to write over a plan that is no import: an earlier import may be made again, a drawing not."""
    manifest = out / "plan.toml"
    if not manifest.is_file():
        return
    there = read_manifest(manifest)
    if "imported" not in (there.model_extra or {}) or there.scenarios:
        raise refused("drawn", path=out, id=there.id)


def _read_and_convert(
    rules: Mapping, offered: Sources, mapping: Path, tally: Tally
) -> tuple[Parts, pyproj.CRS | None]:
    converter = Converter(rules, tally)
    found: Parts = {}
    for name, key, rule in _each(rules):
        if rule.source_layer is None:
            continue
        if rule.source_layer not in offered:
            if not rule.optional and rule.derived is None:
                converter.faults.append(
                    f"{key}.source_layer: {offered.path} has no layer {rule.source_layer!r}"
                )
            continue
        frame = converter.layer(name, key, rule, offered.read(rule.source_layer))
        if frame is not None:
            found.setdefault(name, []).append((rule, frame))
    if converter.faults:
        listed = "\n".join(f"  {fault}" for fault in converter.faults)
        raise MappingError(
            f"{mapping} does not fit {offered.path} in {len(converter.faults)} places:\n{listed}\n"
            f"The source has the layers: {', '.join(offered.names)}. Correct the mapping; "
            "`optional = true` lets a layer be absent."
        )
    converter.count_untaken()
    crs = _crs(rules, found, offered.path)
    for name, parts in found.items():
        found[name] = [
            (rule, to_plan_crs(part, crs, name) if isinstance(part, gpd.GeoDataFrame) else part)
            for rule, part in parts
        ]
    return found, crs


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    some = [part for part in parts if len(part)] or parts[:1]
    return some[0] if len(some) == 1 else pd.concat(some, ignore_index=True)


def _each(rules: Mapping) -> Iterator[tuple[str, str, LayerRule]]:
    for name, parts in rules.layers.items():
        for number, rule in enumerate(parts):
            yield name, f"layers.{name}" + (f".{number}" if len(parts) > 1 else ""), rule


def _crs(rules: Mapping, found: Parts, path: Path) -> pyproj.CRS | None:
    wanted = str(rules.plan["crs"])
    if wanted != SOURCE:
        return plan_crs(wanted)
    for name, parts in found.items():
        for _, part in parts:
            if isinstance(part, gpd.GeoDataFrame) and part.crs is not None:
                return checked(part.crs, f"Layer {name} of {path} (plan.crs = {SOURCE!r})")
    raise PlanDataError(
        f"No layer of {path} declares a coordinate reference system; plan.crs = {SOURCE!r} relies on one.\n"
        'Write it into the mapping: [source] crs = "EPSG:..." for the files, [plan] crs for the plan.'
    )


def _derive_outlines(
    rules: Mapping, frames: dict[str, pd.DataFrame], crs: pyproj.CRS | None
) -> dict[str, dict[str, str]]:
    """Draw boundary and extent where the mapping wants them derived; says of each how it came about."""
    said: dict[str, str] = {}
    for name in ("boundary", "extent"):
        for rule in rules.layers.get(name, ()):
            if rule.derived is None or len(frames.get(name, ())):
                continue
            outline, words = _outline(rule.derived, frames, name)
            frames[name] = gpd.GeoDataFrame({"name": [words]}, geometry=[outline], crs=crs)
            said[name] = words
    return {"derived": said} if said else {}


def _outline(how: DerivedOutline, frames: dict[str, pd.DataFrame], name: str) -> tuple[shapely.Geometry, str]:
    drawn = [one for one in how.of if isinstance(frames.get(one), gpd.GeoDataFrame) and len(frames[one])]
    geometries = [frames[one].geometry.to_numpy() for one in drawn]
    everything = shapely.GeometryCollection([one for part in geometries for one in part if one is not None])
    outline = shapely.box(*everything.bounds) if how.derive == "bbox" else everything.convex_hull
    if not drawn or everything.is_empty:
        raise PlanDataError(
            f"The {name} cannot be derived: none of {', '.join(how.of)} holds a feature.\n"
            "Correct layers." + name + ".derived.of in the mapping."
        )
    if how.buffer_m:
        outline = outline.buffer(how.buffer_m, join_style="mitre")
    wider = f", {how.buffer_m:g} m wider" if how.buffer_m else ""
    return outline, f"{_FORMS[how.derive]} of {', '.join(drawn)}{wider} {DERIVED}"


def _treat_outside(parts: Parts, frames: dict[str, pd.DataFrame], tally: Tally) -> None:
    """Leave out or cut what lies outside the extent, each source of a layer as its own rule says."""
    extent = frames.get("extent", frames.get("boundary"))
    area: shapely.Geometry | None = None
    for name, many in parts.items():
        if all(rule.outside == "keep" or not isinstance(part, gpd.GeoDataFrame) for rule, part in many):
            continue
        if extent is None or not len(extent):
            raise MappingError(
                f"layers.{name}.outside: the plan has neither extent nor boundary to compare with."
            )
        area = area or shapely.union_all(extent.geometry.to_numpy())
        frames[name] = _joined([_treated(name, rule, part, area, tally) for rule, part in many])


def _treated(
    name: str, rule: LayerRule, part: pd.DataFrame, area: shapely.Geometry, tally: Tally
) -> pd.DataFrame:
    if rule.outside == "keep" or not isinstance(part, gpd.GeoDataFrame):
        return part
    source = str(rule.source_layer)
    inside: pd.DataFrame = (
        clipping.drop(part, area, source, tally)
        if rule.outside == "drop"
        else clipping.cut(part, area, name, source, tally)
    )
    return inside


def _count_unread(rules: Mapping, offered: Sources, tally: Tally) -> None:
    for name in offered.names:
        if name not in rules.source_layers():
            tally.add(name, "no layer of the mapping reads it", len(offered.read(name)))


def _polygon_area(frame: pd.DataFrame) -> float | None:
    if not isinstance(frame, gpd.GeoDataFrame):
        return None
    areas = frame.geometry[frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"])].area
    return round(float(areas.sum()), 2) if len(areas) else None

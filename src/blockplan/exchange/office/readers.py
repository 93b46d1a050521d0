"""
Which kind of file is read by what, and which files of a folder there are.

To read one more kind, add a function `(path, label, known) -> SourceReading` to `READERS`; the door does the
rest.

Boundary-point text files (勘测定界界址点坐标): blocks of parcels with their points, north first.

Lines ``n,area,number,name,面,,,,@`` begin a parcel; lines ``J1,ring,north,east`` are its points. The head
(`[属性描述]`) says the datum, the width of the zones and the zone.

The files that a caller hands in: one by one, in folders, in zips, in zips in zips.

What is unpacked is bounded in all, so that no zip of zips fills the disk; links are not followed.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from blockplan.errors import BlockplanError, PlanDataError
from blockplan.exchange import workbooks
from blockplan.exchange.office.kml import read_kml
from blockplan.exchange.office.messages import Message, first_line, joined, of_error, refused, worded
from blockplan.exchange.office.plan_models import read_gml
from blockplan.exchange.office.sheets import read_csv, read_workbook
from blockplan.exchange.office.sizes import check_size
from blockplan.exchange.office.source import Findings, SourceLayer, SourceReading
from blockplan.exchange.office.vectors import read_vectors
from blockplan.plan.files import encodings, formats
from blockplan.plan.files.archive import ZipLimits, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import ExitStack

    from blockplan.exchange.office.grid import Known
    from blockplan.exchange.office.profile import Profile


def read_boundary_points(path: Path, label: str, _known: Any = None) -> SourceReading:
    """The parcels of the file; a text file without any gives its lines as remarks."""
    reading = SourceReading()
    data = path.read_bytes()
    text = encodings.decoded(data, encodings.detect(data.splitlines()[:5000])) or data.decode(
        "gb18030", "replace"
    )
    rows: list[tuple[dict[str, Any], dict[str, list[tuple[float, float]]]]] = []
    head: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = [part.strip() for part in line.strip().split(",")]
        if line.rstrip().endswith("@") and len(parts) >= 4:
            rows.append(({"面积": parts[1], "地块编号": parts[2], "地块名称": parts[3]}, {}))
        elif rows and len(parts) >= 4 and parts[0][:1].upper() == "J":
            try:
                rows[-1][1].setdefault(parts[1], []).append((float(parts[3]), float(parts[2])))
            except ValueError:
                message = worded("no_boundary_point", n=number, line=line[:60])
                reading.findings.add("office-value", "warning", message, file=label)
        elif line.strip() and not rows:
            head.append(line.strip())
    reading.remarks += head[:200]
    shapes = [_polygon(rings) for _, rings in rows]
    kept = [(row, shape) for (row, _), shape in zip(rows, shapes, strict=True) if shape is not None]
    if kept:
        frame = gpd.GeoDataFrame([row for row, _ in kept], geometry=[shape for _, shape in kept])
        reading.layers.append(SourceLayer(label, path.stem, frame, units={"面积": "ha"}, remarks=head))
    return reading


def _polygon(rings: dict[str, list[tuple[float, float]]]) -> Any:
    closed = [shapely.Polygon(points) for points in rings.values() if len(points) >= 3]
    if not closed:
        return None
    closed.sort(key=lambda one: -one.area)
    outer, *others = closed
    holes = [one.exterior for one in others if outer.contains(one.representative_point())]
    apart = [one for one in others if not outer.contains(one.representative_point())]
    whole = shapely.Polygon(outer.exterior, holes)
    return shapely.MultiPolygon([whole, *apart]) if apart else whole


def _vectors(path: Path, label: str, _known: Known) -> SourceReading:
    return read_vectors(path, label)


def _plan_layer(path: Path, label: str, _known: Known) -> SourceReading:
    return SourceReading([SourceLayer(label, path.stem, formats.read_layer(path))])


#: Ending -> reader.
READERS: dict[str, Callable[[Path, str, Known], SourceReading]] = {
    ".shp": _vectors,
    ".dbf": _vectors,
    ".gpkg": _vectors,
    ".gdb": _vectors,
    ".geojson": _vectors,
    ".json": _vectors,
    ".kml": read_kml,
    ".gml": read_gml,
    ".tab": _vectors,
    ".mif": _vectors,
    ".fgb": _plan_layer,
    ".parquet": _plan_layer,
    **dict.fromkeys(workbooks.ENDINGS, read_workbook),
    ".csv": read_csv,
    ".tsv": read_csv,
    ".txt": read_boundary_points,
}
#: Endings of drawings, which are healed within the tolerance that the user gives.
DRAWINGS = (".dxf", ".dwg")
#: So many files are named in a refusal.
MOST_SAID = 5
#: Endings that planners meet and that need another form -> what to do.
OTHER_FORMS = {
    ".numbers": worded("export_it_as_xlsx"),
    ".et": worded("save_it_as_xlsx_in_wps"),
    ".mdb": worded("export_to_geodatabase_or_geopackage"),
    ".dgn": worded("save_it_as_dxf"),
    **dict.fromkeys((".wp", ".wl", ".wt", ".wat"), worded("export_it_from_mapgis_as_shapefile")),
    **dict.fromkeys((".udb", ".udbx"), worded("export_its_layers_from_supermap_as")),
    ".jww": worded("save_it_as_dxf"),
    ".sfc": worded("save_it_as_dxf"),
    ".doc": worded("text_is_no_layer"),
    ".docx": worded("text_is_no_layer"),
    ".pdf": worded("sheet_is_no_layer"),
    ".rar": worded("unpack_it_or_pack_it_as"),
    ".7z": worded("unpack_it_or_pack_it_as"),
}


def said_of_files(reading: SourceReading) -> list[Message]:
    """The first things that were wrong with whole files, a line each."""
    told = dict.fromkeys(first_line(one.message) for one in reading.findings if one.rule == "office-file")
    more = [worded("and_more", n=len(told) - MOST_SAID)] if len(told) > MOST_SAID else []
    return [*list(told)[:MOST_SAID], *more]


def read_all(
    paths: Sequence[str | Path], known: Profile, stack: ExitStack, heal_m: float = 0.0
) -> SourceReading:
    """
    The layers of files and folders (with the folders in them; a zip is unpacked while `stack` is open).

    A file of a folder that cannot be read is a finding; one that was named itself is an error. Defects of
    drawings up to `heal_m` are healed.

    Raises
    ------
    PlanDataError
        If a path is not there, a file that was named cannot be read, or there is nothing to read.
    """

    def drawing(path: Path, label: str, _known: Known) -> SourceReading:
        # It brings in ezdxf, which a folder of Shapefiles can do without.
        from blockplan.exchange.office.drawings import read_drawing  # noqa: PLC0415

        return read_drawing(path, label, known, heal_m)

    readers = READERS | dict.fromkeys(DRAWINGS, drawing)
    found = SourceReading()
    files = GivenFiles(stack, found.findings)
    seen = 0
    for given in map(Path, paths):
        if not given.exists():
            raise refused(PlanDataError, "there_is_no_file_or_folder", given=given)
        for file, label in files.of(given):
            ending = file.suffix.lower()
            found.remarks.append(file.stem)
            if ending not in readers:
                _unread(found, label, ending)
                continue
            seen += 1
            try:
                check_size(file, label)
                reading = readers[ending](file, label, known)
            except BlockplanError as error:
                if file == given:
                    raise
                found.findings.add("office-file", "error", of_error(error), file=label)
                continue
            found.layers += reading.layers
            found.findings += reading.findings
            found.remarks += reading.remarks
            found.healed += reading.healed
            for name, (n, area) in reading.classes.items():
                before = found.classes.get(name, (0, 0.0))
                found.classes[name] = before[0] + n, before[1] + area
    if not seen:
        raise refused(
            PlanDataError,
            "no_file_can_be_read",
            names=", ".join(map(str, paths)),
            kinds=", ".join(readers),
            rest=joined([*said_of_files(found), worded("name_the_folder_that_holds_the")], "\n"),
        )
    return found


def _unread(found: SourceReading, label: str, ending: str) -> None:
    remedy = OTHER_FORMS.get(ending)
    if remedy:
        found.findings.add(
            "office-file", "warning", worded("file_not_read", file=label, remedy=remedy), file=label
        )
    else:
        found.findings.add("office-file", "note", worded("file_of_unknown_kind", file=label), file=label)


#: Endings that belong to another file, or say nothing.
COMPANIONS = frozenset(
    [
        ".dbf", ".shx", ".prj", ".cpg", ".cst", ".sbn", ".sbx", ".qix", ".qpj", ".xml", ".qml", ".qmd",
        ".lyr", ".lyrx", ".sld", ".dat", ".map", ".id", ".ind", ".mid", ".lock", ".tmp", ".bak", ".gpkg-wal",
        ".gpkg-shm", ".gpkg-journal", ".ini", ".db", ".log", ".ctb", ".dwl", ".dwl2",
    ]
)  # fmt: skip
#: Endings of zips: plain ones, of Google Earth, and the layer, map and project packages of ArcGIS.
ZIPS = frozenset({".zip", ".kmz", ".lpk", ".lpkx", ".mpk", ".mpkx", ".ppkx"})
#: How a 7-Zip archive begins, which packages of ArcGIS may be as well.
_SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
#: Zips lie in zips to this depth at most.
DEEPEST_ZIP = 3


@dataclass(slots=True)
class GivenFiles:
    """
    The files below what was named, with the names that findings use; a File Geodatabase is one file.

    Attributes
    ----------
    stack
        Holds what was unpacked while it is open.
    findings
        Takes a zip in a folder that cannot be unpacked; one that was named itself is an error.
    left_bytes
        So much may still be unpacked.
    labels
        Names that were given: a file in a zip whose name is taken has the zip's before its own.
    """

    stack: ExitStack
    findings: Findings
    left_bytes: int = ZipLimits().total_bytes
    labels: set[str] = field(default_factory=set)

    def of(self, given: Path) -> Iterator[tuple[Path, str]]:
        """
        Path and label of each file.

        Raises
        ------
        PlanDataError
            If `given` is a zip that cannot be unpacked without danger.
        """
        if given.suffix.lower() in ZIPS and given.is_file():
            files = self._named(self._unpacked(given), given.name, 1)
        elif given.is_dir() and given.suffix.lower() != ".gdb":
            files = self._inside(given, given, 0)
        else:
            files = iter([(given, given.name)])
        for file, label in files:
            yield file, label
            self.labels.add(label)

    def _unpacked(self, path: Path) -> Path:
        with path.open("rb") as file:
            if file.read(len(_SEVEN_ZIP)) == _SEVEN_ZIP:
                raise refused(PlanDataError, "packed_by_7_zip", path=path)
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="blockplan-")))
        unpack(path, folder, ZipLimits(total_bytes=self.left_bytes))
        self.left_bytes -= sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
        return folder

    def _inside(self, folder: Path, top: Path, depth: int) -> Iterator[tuple[Path, str]]:
        for path in sorted(folder.iterdir(), key=lambda one: one.name):
            label = path.relative_to(top).as_posix()
            if said := _alone(path, label):
                self.findings.add("office-file", "warning", said, file=label)
            if path.name.startswith((".", "~$", "__MACOSX")) or path.is_symlink():
                continue
            if path.is_dir() and path.suffix.lower() != ".gdb":
                yield from self._inside(path, top, depth)
            elif not path.is_dir() and not path.is_file():  # to open a pipe is to wait for whoever writes
                self.findings.add(
                    "office-file", "warning", worded("no_ordinary_file", file=label), file=label
                )
            elif path.suffix.lower() in ZIPS and path.is_file():
                yield from self._in_zip(path, path.relative_to(top).as_posix(), depth + 1)
            elif path.is_dir() or path.suffix.lower() not in COMPANIONS or _is_table(path):
                yield path, path.relative_to(top).as_posix()

    def _in_zip(self, path: Path, label: str, depth: int) -> Iterator[tuple[Path, str]]:
        try:
            if depth > DEEPEST_ZIP:
                raise refused(PlanDataError, "zips_in_zips", n=DEEPEST_ZIP)
            folder = self._unpacked(path)
        except PlanDataError as error:
            message = worded("file_not_unpacked", file=label, rest=of_error(error, str(path)))
            self.findings.add("office-file", "error", message, file=label)
            return
        yield from self._named(folder, label, depth)

    def _named(self, folder: Path, label: str, depth: int) -> Iterator[tuple[Path, str]]:
        """The files of a zip that was unpacked; a KMZ is the KML in it."""
        for path, inner in self._inside(folder, folder, depth):
            if not label.lower().endswith(".kmz"):
                yield path, f"{label}/{inner}" if inner in self.labels else inner
            elif path.suffix.lower() == ".kml":
                yield path, label


def _alone(path: Path, label: str) -> Message | None:
    """What is wrong with a file that is only a part of one."""
    if path.name.startswith("~$"):
        whole = path.with_name(path.name[2:])
        if whole.exists():
            return worded("workbook_open_elsewhere", file=label, name=whole.name)
        return worded("lock_of_workbook", file=label, name=whole.name)
    if path.suffix.lower() == ".dbf" and _stands_with(path, ".shx") and not _stands_with(path, ".shp"):
        return worded("shapefile_without_shp", file=label)
    return None


def _is_table(path: Path) -> bool:
    """Whether a file is a table of dBASE and not that of a layer, which or whose index lies beside it."""
    if path.suffix.lower() != ".dbf" or path.name.lower().endswith(".vat.dbf"):  # the classes of a raster
        return False
    return not any(_stands_with(path, one) for one in (".shp", ".shx", ".tab"))


def _stands_with(path: Path, ending: str) -> bool:
    return any(path.with_suffix(one).exists() for one in (ending, ending.upper(), ending.title()))

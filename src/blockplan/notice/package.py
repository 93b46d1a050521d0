"""
The public package of a plan: built anew of named layers and columns, and holding nothing else.

What an office has drawn is never put on notice as it lies on its disk: files of drawing programs keep deleted
rows, foreign tables and notes. A package for the public is *written*: one `plan.toml` of the keys that the
contract knows, one fresh `plan.gpkg` with the layers and columns that go out, in one scenario, and no other
file. Layers and columns of the contract go out unless they are withheld, but for those that may name persons;
these and all others stay unless they are added.
"""

from __future__ import annotations

import hashlib
import io
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan.errors import NoticeStateError, UsageError
from blockplan.notice.events import Attachment
from blockplan.notice.proof import canonical
from blockplan.notice.refusals import refused
from blockplan.texts import LANGUAGES, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd

    from blockplan.plan import Plan

#: The files of a public package, and what they are.
MEDIA_TYPES = {"plan.gpkg": "application/geopackage+sqlite3", "plan.toml": "application/toml"}
#: A plan on notice is a package of layers, not a picture archive.
LARGEST_PLAN_BYTES = 500_000_000
#: Columns of the contract that are the office's own: they may name persons, and stay unless they are added.
OF_THE_OFFICE = frozenset({"owner", "remarks"})
#: Tables that every GeoPackage has, by the beginnings of their names.
_OF_FORMAT = ("gpkg_", "rtree_", "sqlite_")
#: The day on all files of a kept package: the same content gives the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class PackagePart:
    """
    A layer of a plan, or a column of it, as one chooses whether it goes out.

    Attributes
    ----------
    layer, column
        `column` is None for the layer itself.
    known
        Whether the contract of layers knows it as something for everybody; all else stays unless it is added.
    fixed
        Whether it goes wherever its layer goes (geometry, ids), or must go (the land of the plan).
    """

    layer: str
    column: str | None
    rows: int
    known: bool
    fixed: bool

    @property
    def name(self) -> str:
        """``parcels`` or ``parcels.height_m``."""
        return self.layer if self.column is None else f"{self.layer}.{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageChoice:
    """
    What of a plan goes out: less, or more, than the contract of layers knows.

    Attributes
    ----------
    withheld
        Names of `PackagePart` that the contract knows and that stay in the office.
    added
        Names of `PackagePart` that it does not know and that go out all the same.
    """

    withheld: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    def check(self, parts: Collection[PackagePart]) -> None:
        """UsageError where a name is none of the plan, or cannot be chosen so; it says which."""
        by_name = {part.name: part for part in parts}
        unknown = [name for name in (*self.withheld, *self.added) if name not in by_name]
        if unknown:
            layers = listed(part.layer for part in parts if part.column is None)
            raise refused(UsageError, "package_no_part", names=listed(unknown), layers=layers)
        fixed = [name for name in self.withheld if by_name[name].fixed]
        if fixed:
            raise refused(UsageError, "package_fixed", names=listed(fixed))

    def goes(self, part: PackagePart) -> bool:
        """Whether a part goes out, as far as itself is concerned."""
        return part.name not in self.withheld if part.known else part.name in self.added

    def within(self, parts: Collection[PackagePart]) -> PackageChoice:
        """The same choice as far as another plan has these parts."""
        names = {part.name: part for part in parts}
        return PackageChoice(
            withheld=tuple(name for name in self.withheld if name in names and not names[name].fixed),
            added=tuple(name for name in self.added if name in names),
        )


@dataclass(frozen=True, slots=True)
class FrozenPlan:
    """
    A plan as it goes on notice.

    Attributes
    ----------
    said
        What names it in the record: id, title, content hash, scenario that it shows, files.
    files
        The files of the public package.
    drawn, parts
        Content hash and `PackagePart`s of the plan that the office has; for the office alone.
    """

    said: dict[str, Any]
    files: list[Attachment] = field(repr=False)
    _plan: Plan | None = field(default=None, repr=False, compare=False)
    drawn: str = field(default="", compare=False)
    parts: tuple[PackagePart, ...] = field(default=(), repr=False, compare=False)

    @property
    def plan(self) -> Plan:
        """The plan as the public reads it out of these files; of a package that was built just now."""
        if self._plan is None:
            raise AssertionError("only the files of this package are at hand")
        return self._plan

    @classmethod
    def read(
        cls, path: str | Path, scenario: str | None = None, choice: PackageChoice | None = None
    ) -> FrozenPlan:
        """
        Read a plan and build its public package.

        Raises
        ------
        PlanDataError, UsageError
            If it cannot be read, is too large, or the choice names what is not there.
        """
        from blockplan.plan import read  # noqa: PLC0415 (who runs a notice need not load plans)

        return cls.of(read(path, scenario), choice)

    @classmethod
    def of(cls, plan: Plan, choice: PackageChoice | None = None) -> FrozenPlan:
        """Build the public package of a plan in the scenario that it shows; errors as for `read`."""
        from blockplan.plan import read, write  # noqa: PLC0415
        from blockplan.plan.model.plan import BASE  # noqa: PLC0415

        choice = choice or PackageChoice()
        parts = tuple(parts_of(plan))
        choice.check(parts)
        with tempfile.TemporaryDirectory(prefix="blockplan-") as place:
            folder = Path(place, "plan")
            write(_public(plan, parts, choice), folder)
            names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*"))
            if names != sorted(MEDIA_TYPES):
                raise AssertionError(f"a public package holds {names}")
            if sum((folder / name).stat().st_size for name in names) > LARGEST_PLAN_BYTES:
                raise refused(UsageError, "package_large", most=f"{LARGEST_PLAN_BYTES:,}")
            files = [Attachment(name, MEDIA_TYPES[name], (folder / name).read_bytes()) for name in names]
            public = read(folder)
        said = {
            "id": public.manifest.id,
            "title": dict(public.manifest.title),
            "content_hash": public.content_hash,
            "files": [_said(file) for file in files],
        }
        shows = {} if plan.scenario == BASE else {"shows": plan.scenario}
        return cls(said | shows, files, public, plan.content_hash, parts)

    @classmethod
    def kept(cls, package: Path, said: Mapping[str, Any]) -> FrozenPlan:
        """
        The files of a package that `keep` wrote, the very ones that `said` names.

        Raises
        ------
        NoticeStateError
            If they are others, or cannot be read.
        """
        try:
            with zipfile.ZipFile(package) as archive:
                files = [
                    Attachment(name, MEDIA_TYPES[name], archive.read(name)) for name in sorted(MEDIA_TYPES)
                ]
                named = sorted(archive.namelist())
        except (OSError, KeyError, zipfile.BadZipFile):
            raise refused(NoticeStateError, "package_other") from None
        if [_said(file) for file in files] != said["files"] or named != sorted(MEDIA_TYPES):
            raise refused(NoticeStateError, "package_other")
        return cls(dict(said), files)

    def keep(self) -> bytes:
        """The package as one zip."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in self.files:
                info = zipfile.ZipInfo(file.name, _EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, file.content)
        return packed.getvalue()


def package_hash(files: Sequence[Mapping[str, Any]]) -> str:
    """
    What two persons sign: SHA-256 in hex over the canonical JSON of a package's files.

    Parameters
    ----------
    files
        ``path``, ``bytes`` and ``sha256`` of each, as an entry ``opened`` names them.
    """
    named = [{key: file[key] for key in ("path", "bytes", "sha256")} for file in files]
    return hashlib.sha256(canonical.dumps(sorted(named, key=lambda one: str(one["path"])))).hexdigest()


def parts_of(plan: Plan) -> list[PackagePart]:
    """The layers of a plan and the columns in which they say something, in the order of the contract."""
    from blockplan.plan.model.layers import LAYERS  # noqa: PLC0415

    found: list[PackagePart] = []
    for layer in sorted(plan.layers, key=lambda name: (name not in LAYERS, [*LAYERS, name].index(name))):
        spec, frame = LAYERS.get(layer), plan.layers[layer]
        ids = {"geometry", spec.id_column if spec else None}
        found.append(PackagePart(layer, None, len(frame), spec is not None, bool(spec and spec.required)))
        for column in map(str, frame.columns):
            rows = int(frame[column].notna().sum())
            known = column in ids or (spec is not None and is_known(column, spec.columns))
            if rows or column in ids:
                found.append(PackagePart(layer, column, rows, known, column in ids))
    return found


def is_known(column: str, known: Collection[str]) -> bool:
    """
    Whether a contract knows a column as something for everybody, or it is the text of one in a language.

    Examples
    --------
    >>> is_known("line_zh", ["line"]), is_known("owner", ["owner"]), is_known("note", ["line"])
    (True, False, False)
    """
    text, _, lang = column.rpartition("_")
    name = text if column not in known and lang in LANGUAGES else column
    return name in known and name not in OF_THE_OFFICE


def tables_of(files: Sequence[Attachment]) -> list[dict[str, Any]]:
    """
    What really stands in a package: every table of its GeoPackage, as a stranger would list it.

    Returns
    -------
    list
        ``table``, ``rows`` and ``columns`` of each; tables that every GeoPackage has are left out.
    """
    content = next(file.content for file in files if file.name.endswith(".gpkg"))
    with tempfile.NamedTemporaryFile(suffix=".gpkg") as file:
        file.write(content)
        file.flush()
        with closing(sqlite3.connect(f"file:{file.name}?mode=ro", uri=True)) as database:
            named = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            own = [name for (name,) in named if not name.startswith(_OF_FORMAT)]
            return [_table(database, name) for name in own]


def _table(database: sqlite3.Connection, name: str) -> dict[str, Any]:
    quoted = '"' + name.replace('"', '""') + '"'
    (rows,) = database.execute(f"SELECT count(*) FROM {quoted}").fetchone()  # noqa: S608 (quoted)
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({quoted})")]
    return {"table": name, "rows": rows, "columns": columns}


def _public(plan: Plan, parts: Sequence[PackagePart], choice: PackageChoice) -> Plan:
    """The plan with nothing but what goes out, as drawn: no other scenario, no key that nobody knows."""
    from blockplan.plan import Plan as Made  # noqa: PLC0415

    layers = [part.layer for part in parts if part.column is None and choice.goes(part)]
    columns = {
        layer: [
            part.column
            for part in parts
            if part.layer == layer and part.column is not None and (part.fixed or choice.goes(part))
        ]
        for layer in layers
    }
    # A table of which no column was chosen says nothing.
    frames = {layer: _flat(plan.layers[layer][columns[layer]]) for layer in layers if columns[layer]}
    return Made(_bare(plan.manifest.model_copy(update={"scenarios": {}, "scenario_titles": None})), frames)


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Geometry without heights: what a plan says of heights stands in its columns."""
    if "geometry" not in frame or not hasattr(frame["geometry"], "geom_type"):
        return frame
    import shapely  # noqa: PLC0415

    return frame.assign(geometry=shapely.force_2d(frame["geometry"].to_numpy()))


def _bare(table: Any) -> Any:
    """A table of a manifest without the keys that the contract does not know."""
    known = {name: getattr(table, name) for name in type(table).model_fields}
    return type(table).model_validate(
        {key: _bare(value) if hasattr(value, "model_fields_set") else value for key, value in known.items()}
    )


def _said(file: Attachment) -> dict[str, Any]:
    return {
        "path": file.name, "bytes": len(file.content), "sha256": hashlib.sha256(file.content).hexdigest()
    }  # fmt: skip

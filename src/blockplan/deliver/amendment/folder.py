"""
An amendment as a folder: layers, what it says, and a signature over both.

How QGIS shows an amendment: parcels before and after by use, pieces of land by what changes on them.

Kinds of filing, grounds and gains in the language of the reader.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import shapely

from blockplan.deliver.amendment.amend import AFTER, BEFORE, CHANGE
from blockplan.deliver.amendment.gains import CREATED
from blockplan.deliver.package import digest
from blockplan.deliver.refusals import refused
from blockplan.errors import BlockplanError, PlanDataError
from blockplan.figures import fixed
from blockplan.notice.proof import canonical
from blockplan.notice.proof.notes import verifier
from blockplan.plan import read as read_plan
from blockplan.plan.files.archive import writing_folder
from blockplan.plan.files.formats import write_layers
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, UNKNOWN_COLOUR, landuse
from blockplan.report.qgis import put_inside
from blockplan.report.qgis.symbols import FILL, Category, Label, Style, Symbol
from blockplan.report.words import Words
from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES, Catalog, pick

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from blockplan.deliver.amendment.amend import PlanAmendment
    from blockplan.deliver.amendment.gains import QuantityChange
    from blockplan.deliver.amendment.kinds import FilingGround
    from blockplan.deliver.amendment.merging import Conflict
    from blockplan.notice.proof.notes import Signer, Verifier
    from blockplan.plan.model.codes import LandUseList

FORMAT = "blockplan-amendment-1"
LAYERS, DOCUMENT, MANIFEST, SEAL, KEY = (
    "amendment.gpkg", "amendment.json", "manifest.json", "manifest.note", "key.txt",
)  # fmt: skip
#: The plan that two amendments make, beside them; the document names its content.
MERGED = "merged"

#: Layer of the parcels beside what is amended.
AROUND = "around"
#: Share of the longer side that the project shows around what is amended.
ROUND = 0.15


def write(
    found: PlanAmendment,
    document: dict[str, Any],
    folder: Path,
    signer: Signer | None = None,
    lang: str = DEFAULT_LANGUAGE,
) -> list[str]:
    """
    Write an amendment into a new folder; it is there whole or not at all.

    Parameters
    ----------
    document
        What ``amendment.json`` says: the amendment, with what was merged and judged.
    signer
        The key of the notice's record; without it the folder is not signed, and says so by having no seal.
    lang
        Language in which QGIS shows the layers; styles in the other languages lie beside.

    Raises
    ------
    PlanDataError
        If the folder holds a plan, or something with a manifest that is no amendment.
    """
    _spare(folder)
    # A seal of another amendment, written there before, is none of this one.
    with writing_folder(folder, owned=(SEAL, KEY)) as place:
        bounds = _bounds(found)
        around = {AROUND: _around(found, bounds)}
        write_layers(found.layers | around, place / LAYERS, crs=found.new.crs)
        _style(found, place / LAYERS, lang, bounds)
        text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False, default=str)
        (place / DOCUMENT).write_text(text + "\n", "utf-8")
        files = {name: digest(place / name) for name in (LAYERS, DOCUMENT)}
        manifest = {
            "format": FORMAT, "kind": found.kind, "files": files,
            "base": found.base.content_hash, "new": found.new.content_hash,
        }  # fmt: skip
        (place / MANIFEST).write_bytes(canonical.dumps(manifest))
        if signer is not None:
            (place / KEY).write_text(f"{signer.verifier}\n", "utf-8")
            (place / SEAL).write_text(signer.sign(_sealed(signer.name, place / MANIFEST)), "utf-8")
        return sorted(one.name for one in place.iterdir())


def _style(found: PlanAmendment, package: Path, lang: str, bounds: tuple[float, ...]) -> None:
    """Put styles and a QGIS project into the package of an amendment's layers."""
    styled = {one: styles(found.layers, one) for one in dict.fromkeys((lang, *LANGUAGES))}
    with closing(sqlite3.connect(package)) as store, store:
        title = found.new.manifest.title.get(lang) or found.new.manifest.id
        put_inside(store, styled, lang, file=LAYERS, title=title, crs=found.new.crs, bounds=bounds)


def _bounds(found: PlanAmendment) -> tuple[float, float, float, float]:
    """What the project shows: all that is amended, and some land around it."""
    corners = [frame.total_bounds for frame in found.layers.values() if len(frame)]
    if not corners:
        return 0.0, 0.0, 1.0, 1.0
    west, south, east, north = zip(*corners, strict=True)
    free = ROUND * max(max(east) - min(west), max(north) - min(south))
    return min(west) - free, min(south) - free, max(east) + free, max(north) + free


def _around(found: PlanAmendment, bounds: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """The parcels beside what is amended, which stay as they are."""
    frame = found.new.layer("parcels")
    amended = {*found.layers[BEFORE]["parcel_id"], *found.layers[AFTER]["parcel_id"]}
    near = shapely.intersects(frame.geometry.to_numpy(), shapely.box(*bounds))
    rows = frame[near & ~frame.index.isin(amended)]
    columns = ["parcel_id", "land_use"]
    return rows.reset_index(drop=True).assign(parcel_id=list(rows.index))[[*columns, rows.geometry.name]]


def _spare(folder: Path) -> None:
    """Refuse to write into a plan, or over the manifest of anything but an amendment."""
    manifest = folder / MANIFEST
    try:
        amended = not manifest.exists() or json.loads(manifest.read_bytes()).get("format") == FORMAT
    except (OSError, ValueError, AttributeError):
        amended = False
    if (folder / "plan.toml").exists() or not amended:
        raise refused("out_taken", PlanDataError, path=folder)


def _sealed(name: str, manifest: Path) -> str:
    """The text that is signed: what it is, and the digest of the manifest."""
    return f"{name}/amendment\n{digest(manifest)}\n"


@dataclass(frozen=True, slots=True)
class SealedAmendment:
    """
    What was found of the seal of an amendment.

    Attributes
    ----------
    key
        The public key that it was held against, a line.
    manifest
        What was signed; empty where the seal does not hold.
    faults
        What is not as it was signed, each in zh, en and ja.
    unsigned
        Other files that lie in the folder and are under no seal.
    """

    folder: Path
    key: str
    manifest: dict[str, Any]
    faults: tuple[dict[str, str], ...]
    unsigned: tuple[str, ...]

    def to_dict(self, lang: str) -> dict[str, Any]:
        """The document of ``notice verify --json``."""
        return {
            "amendment": str(self.folder), "holds": not self.faults, "key": self.key or None,
            **{name: self.manifest.get(name) for name in ("kind", "base", "new")},
            "faults": [pick(one, lang) for one in self.faults], "unsigned": list(self.unsigned),
        }  # fmt: skip


def is_amendment(folder: Path) -> bool:
    """Whether a folder is an amendment's, be it damaged."""
    return any((folder / name).is_file() for name in (LAYERS, DOCUMENT))


def verify(folder: Path, key: Verifier | None = None) -> SealedAmendment:
    """
    Hold an amendment against its seal: files, document, the merged plan beside them.

    Parameters
    ----------
    key
        The public key of the record, from elsewhere; None for the one in the folder, which proves that the
        folder is whole, not whose it is.
    """
    faults: list[dict[str, str]] = []
    manifest: dict[str, Any] = {}
    try:
        own = _text(folder / KEY) if (folder / KEY).is_file() else ""
        if key is None and own:
            key = verifier(own.removesuffix("\n"))
        if not (folder / SEAL).is_file():
            faults.append(_fault("unsigned", name=SEAL))
        elif own != f"{key}\n":
            faults.append(_fault("other_key" if own else "gone", name=KEY))
        if key is not None and (folder / SEAL).is_file():
            manifest = _signed(folder, key)
    except FileNotFoundError:
        faults.append(_fault("gone", name=MANIFEST))
    except ValueError as error:
        faults.append(_fault("seal", why=error))
    changed, merged = _changed(folder, manifest)
    known = {LAYERS, DOCUMENT, MANIFEST, SEAL, KEY}
    if merged:
        known |= {f"{MERGED}/plan.toml", f"{MERGED}/plan.gpkg"}
    others = (one.relative_to(folder).as_posix() for one in sorted(folder.rglob("*")) if one.is_file())
    unsigned = tuple(name for name in others if name not in known)
    said = "" if key is None else str(key)
    return SealedAmendment(folder, said, manifest, (*faults, *changed), unsigned)


def _signed(folder: Path, key: Verifier) -> dict[str, Any]:
    """The manifest that a key sealed; ValueError where it is another."""
    text = key.text(_text(folder / SEAL))
    if text != _sealed(key.name, folder / MANIFEST):
        raise ValueError(f"the signature is not over this {MANIFEST}")
    return dict(canonical.loads((folder / MANIFEST).read_bytes()))


#: Files that SQLite reads with a GeoPackage, where they hold anything.
READ_WITH = ("-wal", "-journal")


def _changed(folder: Path, manifest: dict[str, Any]) -> tuple[list[dict[str, str]], bool]:
    """What is not as the manifest has it, and whether the document names the content of a merged plan."""
    faults = []
    for name, wanted in manifest.get("files", {}).items():
        if not (folder / name).is_file():
            faults.append(_fault("gone", name=name))
        elif digest(folder / name) != wanted:
            faults.append(_fault("altered", name=name))
        faults += [
            _fault("altered", name=f"{name}{end}")
            for end in READ_WITH
            if (place := folder / f"{name}{end}").is_file() and place.stat().st_size
        ]
    if faults or not manifest:
        return faults, False
    merge = json.loads((folder / DOCUMENT).read_bytes()).get("merge")
    wanted = merge and merge["content_hash"]
    if not wanted:
        return [], False
    if not (folder / MERGED).is_dir():
        return [_fault("gone", name=MERGED)], True
    try:
        same = read_plan(folder / MERGED).content_hash == wanted
    except BlockplanError:
        same = False
    return [] if same else [_fault("altered", name=MERGED)], True


def _text(path: Path) -> str:
    # Not `read_text`, to which every kind of line end is the same; what is no text is another text.
    return path.read_bytes().decode("utf-8", "replace")


def _fault(code: str, **values: Any) -> dict[str, str]:
    return {lang: TEXTS(f"fault.{code}", lang, **values) for lang in LANGUAGES}


#: What changes on a piece of land -> colour of its outline, the gravest first; what lies first holds.
CHANGES = {
    "added": "#00695c", "removed": "#6a1b9a", "use": "#c62828", "denser": "#e65100", "looser": "#1565c0",
    "other": "#4a4a46",
}  # fmt: skip
#: Bounds that let more be built where they rise, and the one where they fall.
RISING, FALLING = ("far", "height_m", "coverage_ratio", "floor_area_m2"), ("green_ratio",)
SHARES = ("coverage_ratio", "green_ratio")
BOUNDS = ("far", "height_m", *SHARES)
#: Numbers are written down to this scale (1:n).
SCALE = 6_000


def styles(layers: dict[str, gpd.GeoDataFrame], lang: str) -> dict[str, tuple[str, Style]]:
    """Layer of an amendment -> what it is called and its style, the uppermost first."""
    made = {
        CHANGE: _change(lang),
        # The pieces of land above bear the numbers.
        AFTER: replace(_use(layers[AFTER], lang), label=None),
        BEFORE: replace(_use(layers[BEFORE], lang), shown=False),
        AROUND: Style(
            [Category("", TEXTS(f"layer.{AROUND}", lang), Symbol(FILL, "#f4f4f1", "#a9a9a4", 0.12))],
            label=Label("\"parcel_id\" || '\\n' || coalesce(\"land_use\", '')", 6, SCALE, priority=1),
        ),
    }
    return {layer: (TEXTS(f"layer.{layer}", lang), style) for layer, style in made.items()}


def _change(lang: str) -> Style:
    categories = [
        Category(key, TEXTS(f"change.{key}", lang), Symbol(FILL, "", colour, 0.9))
        for key, colour in CHANGES.items()
    ]
    return Style(categories, what_changes(), Label(_said(lang), 7, SCALE))


def what_changes() -> str:
    """The expression that gives a piece of land its category."""

    def beyond(column: str, sign: str) -> str:
        # A bound that goes, or one that comes, is beyond every number.
        old, new = f'"{column}_old"', f'"{column}_new"'
        none = "1e12" if column in RISING else "-1"
        return f"coalesce({new}, {none}) {sign} coalesce({old}, {none})"

    more = [beyond(one, ">") for one in RISING] + [beyond(one, "<") for one in FALLING]
    less = [beyond(one, "<") for one in RISING] + [beyond(one, ">") for one in FALLING]
    return (
        "CASE WHEN \"parcel_id_old\" IS NULL THEN 'added' WHEN \"parcel_id_new\" IS NULL THEN 'removed' "
        "WHEN coalesce(\"land_use_old\", '') <> coalesce(\"land_use_new\", '') THEN 'use' "
        f"WHEN {' OR '.join(more)} THEN 'denser' WHEN {' OR '.join(less)} THEN 'looser' ELSE 'other' END"
    )


def _said(lang: str) -> str:
    """Number and use of a piece of land, then the bounds that change; an arrow stands between old and new."""

    def both(column: str) -> tuple[str, str]:
        share = column in SHARES
        value = "to_string(round(\"{}_{}\" * 100, 2)) || '%'" if share else 'to_string("{}_{}")'
        old, new = (f"coalesce({value.format(column, when)}, '—')" for when in ("old", "new"))
        return f"{old} <> {new}", f"CASE WHEN {old} = {new} THEN {new} ELSE {old} || ' → ' || {new} END"

    (_, number), (_, use) = both("parcel_id"), both("land_use")
    bounds = [
        f"CASE WHEN {differs} THEN '\\n{TEXTS(f'bound.{column}', lang)} ' || ({said}) ELSE '' END"
        for column, (differs, said) in ((one, both(one)) for one in BOUNDS)
    ]
    return " || ".join([f"({number}) || '\\n' || ({use})", *bounds])


def _use(frame: gpd.GeoDataFrame, lang: str) -> Style:
    words = Words(lang)
    codes = sorted({str(one) for one in frame["land_use"].dropna()})
    categories = [
        Category(
            code,
            f"{code} {of.label(code, lang) if of.known(code) else words('map.unknown_code')}",
            Symbol(FILL, of.colour(code), "#6b6b66", 0.12),
        )
        for code in codes
        for of in (_list_of(code),)
    ]
    rest = Category("", words("map.no_land_use"), Symbol(FILL, UNKNOWN_COLOUR, "#6b6b66", 0.12))
    said = "\"parcel_id\" || '\\n' || coalesce(\"land_use\", '')"
    return Style([*categories, rest], "land_use", Label(said, 6, SCALE, priority=1))


def _list_of(code: str) -> LandUseList:
    """The list that a code is of; the layers of an amendment do not name it."""
    return next(filter(lambda one: one.known(code), map(landuse, LISTS)), landuse(DEFAULT_LIST))


TEXTS = Catalog("blockplan.deliver.amendment", "texts.toml")


def kind_said(kind: int | None, lang: str) -> str:
    """A kind of filing with its number and name."""
    return (
        TEXTS("same", lang)
        if kind is None
        else TEXTS("kind", lang, n=kind, name=TEXTS(f"kinds.{kind}", lang))
    )


def ground_said(one: FilingGround, lang: str) -> str:
    """A ground: why, which feature, from what to what."""
    key = f"lapsed.{one.why}" if one.now is None and f"lapsed.{one.why}" in TEXTS else f"ground.{one.why}"
    why = TEXTS(key, lang) if key in TEXTS else one.why
    said = [
        _use_said(side, lang) if one.why == "land_use" else _value(side, lang, share=one.why in SHARES)
        for side in (one.was, one.now)
    ]
    change = "" if one.was is None and one.now is None else f" {' → '.join(said)}"
    words = Words(lang)
    if one.columns:
        why = words("list.note", said=why, note=words.join([_column(column, lang) for column in one.columns]))
    return f"{_layer(one.layer, lang)} {one.id}{words('list.colon')}{why}{change}"


def gain_said(one: QuantityChange, lang: str) -> tuple[str, str]:
    """What is gained or lost, and of which service of facilities ("" where it is of none)."""
    what, _, service = one.what.partition(":")
    return TEXTS(f"gain.{what}", lang), Words(lang).or_else(f"service.{service}", service) if service else ""


def account_said(account: str, lang: str) -> str:
    """An account of the ledger: a feature's id, or what the amendment creates as a whole."""
    return TEXTS("created", lang) if account == CREATED else account


def conflict_said(one: Conflict, lang: str) -> str:
    """A conflict of two amendments: which value of which feature, what it was, and what each makes of it."""
    sides = {
        side: _value(getattr(one, side), lang, share=one.column in SHARES)
        for side in ("base", "ours", "theirs")
    }
    said = {"layer": _layer(one.layer, lang), "id": one.id, "column": _column(one.column, lang)}
    return TEXTS("conflict", lang, **said, **sides)


def _column(column: str, lang: str) -> str:
    return TEXTS(f"column.{column}", lang) if f"column.{column}" in TEXTS else column


def _layer(layer: str, lang: str) -> str:
    return Words(lang).or_else(f"layer.{layer}", layer)


def _use_said(code: Any, lang: str) -> str:
    of = _list_of(str(code))
    return of.label(code, lang) if code and of.known(code) else _value(code, lang)


def _value(value: Any, lang: str, *, share: bool = False) -> str:
    if value is None:
        return "—"
    if isinstance(value, dict):  # a shape
        return f"{fixed(value['area_m2'] or value['length_m'], 0)} {'m²' if value['area_m2'] else 'm'}"
    if isinstance(value, float):
        return f"{value * 100:.6g}%" if share else f"{value:.12g}"
    return TEXTS(f"side.{value}", lang) if f"side.{value}" in TEXTS else str(value)

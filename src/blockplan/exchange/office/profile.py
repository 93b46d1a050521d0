"""
Profiles: under which names an office writes layers and fields, as data.

The house's `profiles/common.yaml` is always read; an office's own file of the same shape goes before it,
so that its names win.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan.errors import MappingError
from blockplan.exchange.office.messages import refused
from blockplan.exchange.office.titles import plain
from blockplan.yamlfile import read_map

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

QUANTITIES = frozenset(
    {
        "id", "text", "code", "codes", "area", "signed_area", "far", "share", "height", "elevation", "length",
        "count", "facilities", "status", "coordinate", "road_class", "service", "mode", "line_kind", "rigid",
        "setback_kind", "access_kind",
    }
)  # fmt: skip
#: Role of a table -> role whose fields it has.
TABLE_FIELDS = {
    "parcel_table": "parcels",
    "facility_table": "facilities",
    "street_table": "streets",
    "block_table": "blocks",
}


@dataclass(frozen=True, slots=True)
class FieldNames:
    """
    A column: how its values read, what a bare number bounds (upper, lower or ""), its plain names, and what
    codes of its own mean.
    """

    column: str
    quantity: str
    bare: str
    names: tuple[str, ...]
    meanings: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class LayerNames:
    """
    A role: the geometry that its layers have, their plain names, parts of names,
    and what names rule out.
    """

    role: str
    geometry: str
    names: tuple[str, ...]
    contains: tuple[str, ...] = ()
    rules_out: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Profile:
    """Names of layers, tables and fields."""

    layers: dict[str, LayerNames]
    tables: dict[str, LayerNames]
    fields: dict[str, dict[str, FieldNames]]
    sources: tuple[str, ...] = field(default=())

    def of_role(self, role: str) -> dict[str, FieldNames]:
        """Columns that a layer or table of a role may give."""
        return self.fields.get(TABLE_FIELDS.get(role, role), {})

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(
            name for columns in self.fields.values() for one in columns.values() for name in one.names
        )

    @cached_property
    def _parcel_names(self) -> frozenset[str]:
        return frozenset(self.fields["parcels"]["parcel_id"].names) - {plain("编号"), plain("地块")}

    def knows(self, name: str) -> bool:
        """Whether a plain name is one of a field."""
        return name in self._known

    def names_parcels(self, name: str) -> bool:
        """Whether a plain name is one of the parcel's number."""
        return name in self._parcel_names


#: The house's own profiles, in the order in which their names count.
HOUSE = ("common", "pinyin", "english", "japanese", "korean", "german", "french", "spanish")


def load_profile(own: Sequence[str | Path] = ()) -> Profile:
    """
    The house's profile with those of an office before it.

    Raises
    ------
    MappingError
        If a file cannot be read, or says what a profile cannot.
    """
    if not own:
        return _house()
    return _profile([(str(path), _read(Path(path))) for path in own])


@cache
def _house() -> Profile:
    return _profile([])


def _profile(own: list[tuple[str, dict[str, Any]]]) -> Profile:
    folder = Path(__file__).with_name("profiles")
    tables = [*own, *((name, _read(folder / f"{name}.yaml")) for name in HOUSE)]
    layers: dict[str, LayerNames] = {}
    grids: dict[str, LayerNames] = {}
    fields: dict[str, dict[str, FieldNames]] = {}
    for where, table in tables:
        for kind, found in (("layers", layers), ("tables", grids)):
            for role, entry in (table.get(kind) or {}).items():
                found[role] = _layer(role, entry, found.get(role), where)
        for role, columns in (table.get("fields") or {}).items():
            for column, entry in columns.items():
                there = fields.setdefault(role, {})
                there[column] = _field(column, entry, there.get(column), f"{where}: fields.{role}.{column}")
    # A plan that was written by us bears the names of its columns.
    fields = {
        role: {column: _by_its_own_name(one) for column, one in columns.items()}
        for role, columns in fields.items()
    }
    return Profile(layers, grids, fields, tuple(where for where, _ in tables))


def _by_its_own_name(one: FieldNames) -> FieldNames:
    own = plain(one.column)
    return one if own in one.names else replace(one, names=(*one.names, own))


def _read(path: Path) -> dict[str, Any]:
    table = read_map(path, MappingError)
    if set(table) - {"id", "title", "source", "layers", "tables", "fields"}:
        raise refused(MappingError, "profile_keys", path=path)
    return table


def _layer(role: str, entry: Any, there: LayerNames | None, where: str) -> LayerNames:
    if not isinstance(entry, dict):
        raise refused(MappingError, "role_must_be_table", place=where, role=role)

    def words(key: str) -> tuple[str, ...]:
        return tuple(plain(str(one)) for one in entry.get(key, ()))

    if there is None:
        return LayerNames(
            role, entry.get("geometry", "none"), words("names"), words("contains"), words("not"),
            tuple(entry.get("needs", ())),
        )  # fmt: skip
    return LayerNames(
        role,
        there.geometry if there.geometry != "none" else entry.get("geometry", "none"),
        (*there.names, *words("names")),
        (*there.contains, *words("contains")),
        (*there.rules_out, *words("not")),
        there.needs or tuple(entry.get("needs", ())),
    )


def _field(column: str, entry: Any, there: FieldNames | None, where: str) -> FieldNames:
    if isinstance(entry, list):
        entry = {"names": entry}
    names = tuple(plain(str(name)) for name in entry.get("names", ()))
    quantity = entry.get("quantity", there.quantity if there else "")
    meanings = {str(code): str(meant) for code, meant in (entry.get("meanings") or {}).items()}
    if there is not None:
        return FieldNames(
            column,
            there.quantity or quantity,
            there.bare or entry.get("bare", ""),
            (*there.names, *names),
            meanings | dict(there.meanings),
        )
    if quantity and quantity not in QUANTITIES:
        raise refused(
            MappingError,
            "no_such_quantity",
            place=where,
            name=quantity,
            names=", ".join(sorted(QUANTITIES)),
        )
    return FieldNames(column, quantity, entry.get("bare", ""), names, meanings)

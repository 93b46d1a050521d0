"""
The mapping file of ``blockplan import layers``: whose layer becomes which layer of a plan, and how.

``docs/import-layers.md`` describes the keys. All faults of a file are told at once,
each with the key it stands under.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    field_validator,
    model_validator,
)

from blockplan.errors import MappingError
from blockplan.exchange.evaluate import Expression, parse
from blockplan.plan.model import tomlfile
from blockplan.plan.model.layers import LAYERS

LARGEST_MAPPING_BYTES = 1_000_000
SOURCE = "source"

Others = Literal["unknown", "keep", "drop"]

#: A constant or a translated value.
Value = str | bool | int | float


def _value(given: Any) -> Any:
    if not isinstance(given, str | bool | int | float):
        msg = "must be a text, a number, true or false"
        raise ValueError(msg)
    return given


def _codes(given: Any) -> Any:
    plain = isinstance(given, dict) and all(
        isinstance(one, str | bool | int | float) for one in given.values()
    )
    if not isinstance(given, str) and not plain:
        msg = "must be a table of texts, numbers, true or false, or the name of a table [codes.NAME]"
        raise ValueError(msg)
    return given


PlainValue = Annotated[Value, PlainValidator(_value)]
Codes = Annotated[dict[str, Value] | str, PlainValidator(_codes)]


def _parsed(text: str) -> str:
    try:
        parse(text)
    except MappingError as error:
        raise ValueError(str(error)) from None
    return text


ExpressionText = Annotated[str, AfterValidator(_parsed)]


class _MappingModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ColumnRule(_MappingModel):
    """
    Where the values of one column come from: a source column, a constant or an expression.

    ``codes`` translates values (given as text); ``others`` says what happens to a value that it
    does not list: ``unknown`` (null, and reported), ``keep`` (as it is), or ``drop``
    (the feature is left out, and reported). ``unknown`` lists values that are known to say nothing: null,
    reported, and the feature stays whatever ``others`` says.
    """

    column: str | None = None
    constant: PlainValue | None = None
    expression: ExpressionText | None = None
    codes: Codes | None = None
    others: Others = "unknown"
    unknown: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_source(self) -> ColumnRule:
        given = [name for name in ("column", "constant", "expression") if getattr(self, name) is not None]
        if len(given) != 1:
            msg = f"needs exactly one of column, constant, expression; it has {', '.join(given) or 'none'}"
            raise ValueError(msg)
        if self.codes is None and (self.unknown or "others" in self.model_fields_set):
            msg = "`others` and `unknown` say what happens beside `codes`, which are missing"
            raise ValueError(msg)
        if self.codes is not None and self.constant is not None:
            msg = "a constant has nothing to translate; leave `codes` out"
            raise ValueError(msg)
        return self

    @property
    def parsed(self) -> Expression | None:
        """The expression, read."""
        return parse(self.expression) if self.expression is not None else None


class DerivedOutline(_MappingModel):
    """
    An outline made from what is drawn, where the source has none.

    ``bbox`` or ``convex_hull`` of the plan's layers ``of``, wider by ``buffer_m``.
    """

    derive: Literal["bbox", "convex_hull"]
    of: tuple[str, ...] = Field(min_length=1)
    buffer_m: float = Field(0.0, ge=0)

    @model_validator(mode="after")
    def _known_layers(self) -> DerivedOutline:
        unknown = [name for name in self.of if name not in LAYERS or LAYERS[name].geometry == "none"]
        if unknown:
            msg = f"`of` names {', '.join(unknown)}, which no plan has as a drawn layer"
            raise ValueError(msg)
        return self


class LayerRule(_MappingModel):
    """
    How one source layer becomes (a part of) one layer of the plan.

    Attributes
    ----------
    source_layer
        Layer of the source file, or stem of a file in the source folder.
    optional
        Whether a source without the layer will do.
    where
        Expression; rows for which it is not true are left out, and reported.
    geometry
        ``keep``, or ``point``: a point on the surface of each shape.
    outside
        What happens to what lies outside the plan's extent: ``keep``, ``drop`` (left out if nothing of it
        lies inside, and reported) or ``cut`` (the same, and what crosses is cut at the extent).
    keep
        Whether the other columns of the source stay.
    alias
        Name for expressions -> name of the source column, where that is no plain word.
    columns
        Column of the plan -> where its values come from.
    """

    source_layer: str | None = None
    optional: bool = False
    where: ExpressionText | None = None
    geometry: Literal["keep", "point"] = "keep"
    outside: Literal["keep", "drop", "cut"] = "keep"
    keep: bool = True
    alias: dict[str, str] = Field(default_factory=dict)
    columns: dict[str, ColumnRule] = Field(default_factory=dict)
    derived: DerivedOutline | None = None

    @field_validator("columns", mode="before")
    @classmethod
    def _names_as_tables(cls, columns: Any) -> Any:
        """Allow the bare name of a source column where nothing else is to be said."""
        if not isinstance(columns, dict):
            return columns
        return {name: {"column": rule} if isinstance(rule, str) else rule for name, rule in columns.items()}

    @model_validator(mode="after")
    def _has_source(self) -> LayerRule:
        if self.source_layer is None and self.derived is None:
            msg = "needs a source_layer (or, for boundary and extent, derived)"
            raise ValueError(msg)
        return self


class SourceRule(_MappingModel):
    """What the source files do not say themselves: their CRS, the encoding of their texts."""

    crs: str | None = None
    encoding: str | None = None


class Mapping(_MappingModel):
    """A mapping file that has been read and found sound."""

    plan: dict[str, Any]
    source: SourceRule = Field(default_factory=SourceRule)
    codes: dict[str, dict[str, PlainValue]] = Field(default_factory=dict)
    layers: dict[str, tuple[LayerRule, ...]] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _as_lists(cls, table: Any) -> Any:
        """Allow one table where a layer has a single source, and a list of tables where it has several."""
        if isinstance(table, dict) and isinstance(table.get("layers"), dict):
            layers = {
                name: [rule] if isinstance(rule, dict) else rule for name, rule in table["layers"].items()
            }
            return {**table, "layers": layers}
        return table

    @model_validator(mode="after")
    def _sound(self) -> Mapping:
        faults = [f"plan.{key}: is missing" for key in ("id", "crs", "drawn_on") if key not in self.plan]
        for name, rules in self.layers.items():
            likely = [] if name in LAYERS else get_close_matches(name, LAYERS, 1, 0.75)
            faults += [f"layers.{name}: a plan has no such layer; {one!r} is meant?" for one in likely]
            for number, rule in enumerate(rules):
                where = f"layers.{name}" + (f".{number}" if len(rules) > 1 else "")
                faults += [f"{where}.{fault}" for fault in self._faults_of(name, rule)]
        if faults:
            raise ValueError("\n".join(faults))
        return self

    def _faults_of(self, name: str, rule: LayerRule) -> list[str]:
        spec = LAYERS.get(name)
        faults = []
        if rule.derived is not None and name not in {"boundary", "extent"}:
            faults.append("derived: only boundary and extent may be derived from what is drawn")
        if spec is not None and spec.id_column and spec.id_column not in rule.columns and rule.source_layer:
            faults.append(f"columns.{spec.id_column}: is missing; every feature needs an id")
        for column in rule.columns:
            codes = rule.columns[column].codes
            if isinstance(codes, str) and codes not in self.codes:
                faults.append(f"columns.{column}.codes: there is no table [codes.{codes}]")
        return faults

    def translation(self, rule: ColumnRule) -> dict[str, Value] | None:
        """The code table of a column rule; None where it has none."""
        if isinstance(rule.codes, str):
            return self.codes[rule.codes]
        return rule.codes

    def source_layers(self) -> set[str]:
        """Names of all source layers that the mapping reads."""
        return {rule.source_layer for rules in self.layers.values() for rule in rules if rule.source_layer}


def read_mapping(path: str | Path) -> Mapping:
    """
    Read and check a mapping file.

    Raises
    ------
    MappingError
        If the file is missing, no TOML, or has keys that cannot be used; the message lists all of them.
    """
    path = Path(path)
    table = _read_toml(path)
    try:
        return Mapping.model_validate(table)
    except ValidationError as error:
        lines = _lines(error, table)
        raise MappingError(
            f"{path}: {len(lines)} of its keys cannot be used.\n"
            + "\n".join(f"  {line}" for line in lines)
            + "\nCorrect them; docs/import-layers.md describes the keys."
        ) from None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        if path.is_file() and path.stat().st_size > LARGEST_MAPPING_BYTES:
            raise MappingError(f"{path} is larger than {LARGEST_MAPPING_BYTES:,} bytes, so it is no mapping.")
        return tomlfile.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise MappingError(f"There is no mapping file {path}.\nCheck the name.") from None
    except (OSError, ValueError) as error:
        if isinstance(error, tomllib.TOMLDecodeError):
            raise MappingError(f"{path} is not valid TOML: {error}.\nCorrect the line named.") from None
        if isinstance(error, UnicodeDecodeError):
            raise MappingError(f"{path} is not UTF-8 text (byte {error.start}).\nSave it as UTF-8.") from None
        raise MappingError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    except RecursionError:
        raise MappingError(f"{path} nests tables or lists too deeply to be a mapping.") from None


def _lines(error: ValidationError, table: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    for fault in error.errors(include_url=False, include_context=False):
        message = str(fault["msg"]).removeprefix("Value error, ")
        key = _key(fault["loc"], table)
        if not key:
            lines += message.splitlines()
        elif fault["type"] == "extra_forbidden":
            lines.append(f"{key}: is no key of a mapping")
        elif fault["type"] in {"value_error", "missing"}:
            lines.append(f"{key}: {'is missing' if fault['type'] == 'missing' else message}")
        else:
            lines.append(f"{key}: {message[:1].lower()}{message[1:]}, not {tomlfile.short(fault['input'])}")
    return list(dict.fromkeys(lines))


def _key(places: tuple[str | int, ...], table: dict[str, Any]) -> str:
    """The key as the file has it: a layer that is one table has no number."""
    parts = list(places)
    layers = table.get("layers")
    if len(parts) > 2 and parts[0] == "layers" and isinstance(layers, dict):
        name = parts[1]
        if isinstance(layers.get(name), dict):
            del parts[2]
    return ".".join(map(str, parts))


def manifest_table(mapping: Mapping, stem: str, crs: str) -> dict[str, Any]:
    """
    The keys of ``plan.toml``: those of ``[plan]``, with ``{source}`` filled in and the CRS settled.

    ``id = "source"`` names the plan after the source file.
    """
    table = cast("dict[str, Any]", _filled(dict(mapping.plan), stem))
    if table["id"] == SOURCE:
        table["id"] = "".join(
            sign if sign.isascii() and (sign.isalnum() or sign in "_.-") else "-" for sign in stem
        )
        table["id"] = table["id"].lstrip("_.-") or "plan"
    table["crs"] = crs
    if isinstance(table["drawn_on"], dt.datetime):
        table["drawn_on"] = table["drawn_on"].date()
    return table


def _filled(value: Any, stem: str) -> Any:
    if isinstance(value, str):
        return value.replace("{source}", stem)
    if isinstance(value, dict):
        return {key: _filled(item, stem) for key, item in value.items()}
    return value

"""
Delivery profiles: what a city's database must look like, as data.

A profile names layers, fields, types, lengths, domains, numbering, the area rule, files and the filing form.
Every entry says whether it is read from a public text (``public``) or is ours (``assumption``). The four
that come along stand in ``profiles/``; an office writes its own of the same shape.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from blockplan.deliver.refusals import refused
from blockplan.errors import MappingError, RulePackError
from blockplan.measure.inputs.columns import belongs
from blockplan.plan.model.codes import landuse
from blockplan.plan.model.layers import LAYERS
from blockplan.yamlfile import read_documents

if TYPE_CHECKING:
    from blockplan.yamlfile import YamlDocument

Basis = Literal["public", "assumption"]
FieldType = Literal["text", "double", "float", "integer", "date"]
Scale = Literal["percent", "ha", "km2", "wan_m2", "ratio"]
#: What one unit of the plan is in the profile's unit: 35 % is 0.35, 1 ha is 10,000 m2.
SCALES: dict[str, float] = {"ratio": 1.0, "percent": 100.0, "ha": 1e-4, "km2": 1e-6, "wan_m2": 1e-4}
#: Bindings that need no column: what they give is worked out.
MADE = frozenset({"area", "length", "bsm", "use_name", "label", "facilities", "utilities"})
#: What a unit or block may sum up of its parcels.
SUMMED = frozenset({"area", "residents", "floor_area_m2"})
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FieldSpec(_Strict):
    """
    One field: its name, type, length, what it may hold, and what of the plan it carries.

    ``source`` is a column of the plan's layer, ``upper:far`` or ``lower:far``, ``plan:KEY`` (of plan.toml),
    ``form:KEY`` (of the filing form), ``const:VALUE``, ``part:N:facilities`` (a text that is split),
    ``sum:area:07,08`` (over the parcels in an area; see `totals`), or one of `MADE`; by plan layer where
    several lie in one layer. Without it the field stays empty. ``words`` says which word of the office
    stands for which of the plan. ``phrase`` is what a value stands in where the field is one for notes
    (``分期：{}``): a note that does not fit it is no such value. ``unbounded`` stands for a bound that
    the plan leaves open beside the other one (no lower FAR is 0); ``none`` is written where a plan that has
    facilities has none of the kind on a parcel; ``unbuilt`` where it says nothing of land that is not built
    on. ``example`` is a value of the ``pattern``, named to whoever has to fix one.
    """

    name: str
    title: str = ""
    type: FieldType = "text"
    length: int | None = Field(default=None, gt=0)
    decimals: int | None = Field(default=None, ge=0, le=10)
    mandatory: bool = False
    source: str | dict[str, str] = Field(default="", alias="from")
    scale: Scale = "ratio"
    words: dict[str, str | list[str]] = Field(default_factory=dict)
    phrase: str = ""
    domain: str = ""
    pattern: str = ""
    example: str = ""
    range: tuple[float, float] | None = None
    code: bool = False
    label_of: str = ""
    unbounded: float | None = None
    unbuilt: float | None = None
    none: str = ""
    basis: Basis | None = None

    @property
    def sources(self) -> list[str]:
        """All that the field carries, of whatever layer of the plan."""
        return [
            one for one in ([self.source] if isinstance(self.source, str) else self.source.values()) if one
        ]

    def binding(self, layer: str) -> str:
        """What the field carries of a layer of the plan; "" for nothing."""
        return self.source if isinstance(self.source, str) else self.source.get(layer, "")

    @model_validator(mode="after")
    def _agree(self) -> FieldSpec:
        if self.type == "text" and self.length is None:
            msg = f"field {self.name}: a text needs a length"
            raise ValueError(msg)
        if self.phrase and self.phrase.count("{}") != 1:
            msg = f"field {self.name}: the phrase {self.phrase!r} needs one {{}} for the value"
            raise ValueError(msg)
        if self.pattern:
            try:
                re.compile(self.pattern)
            except re.error as error:
                msg = f"field {self.name}: the pattern {self.pattern!r} cannot be read ({error})"
                raise ValueError(msg) from None
            if self.example and re.fullmatch(self.pattern, self.example) is None:
                msg = f"field {self.name}: the example {self.example!r} does not fit {self.pattern!r}"
                raise ValueError(msg)
        if self.range and self.range[0] > self.range[1]:
            msg = f"field {self.name}: the range begins above its end"
            raise ValueError(msg)
        return self


class RowFilter(_Strict):
    """
    Which rows of the plan a layer holds.

    ``where`` restricts a column to some values; ``fixed`` is written into fields of every row, and tells the
    rows of one plan layer from those of another when the package is read.
    """

    layer: str
    where: dict[str, list[str]] = Field(default_factory=dict)
    fixed: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> RowFilter:
        if self.layer not in LAYERS:
            msg = f"a plan has no layer {self.layer!r}"
            raise ValueError(msg)
        strange = [column for column in self.where if column not in LAYERS[self.layer].columns]
        if strange:
            msg = f"the layer {self.layer} has no column {strange[0]!r}"
            raise ValueError(msg)
        return self


class DeliveredLayer(_Strict):
    """One layer of the database."""

    name: str
    title: str
    geometry: Literal["polygon", "line", "point"]
    rows: list[RowFilter] = Field(default_factory=list)
    required: bool = False
    reads: bool = True
    tiles: bool = False
    ysdm: str = ""
    fields: list[FieldSpec]
    basis: Basis = "public"

    def field(self, name: str) -> FieldSpec | None:
        """The field of a name, or None."""
        return next((one for one in self.fields if one.name == name), None)

    def carrying(self, layer: str, binding: str) -> FieldSpec | None:
        """The field that carries something of a layer of the plan, or None."""
        return next((one for one in self.fields if one.binding(layer) == binding), None)

    @model_validator(mode="after")
    def _agree(self) -> DeliveredLayer:
        names = [one.name for one in self.fields]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            msg = f"layer {self.name}: the field {twice} stands there twice"
            raise ValueError(msg)
        for rows in self.rows:
            for one in self.fields:
                self._check(one, rows.layer)
        fixed = [name for rows in self.rows for name in rows.fixed if name not in names]
        if fixed:
            msg = f"layer {self.name}: rows fix the field {fixed[0]}, which there is not"
            raise ValueError(msg)
        return self

    def _check(self, one: FieldSpec, layer: str) -> None:
        kind, _, rest = one.binding(layer).partition(":")
        column = rest.rpartition(":")[2] if kind == "part" else rest
        known = {*LAYERS[layer].columns}
        bad = (
            (kind in {"upper", "lower", "part"} and column not in known | {"facilities"})
            or (not rest and kind and kind not in MADE and kind not in known)
            or (kind == "sum" and rest.partition(":")[0] not in SUMMED)
            or (rest and kind not in {"upper", "lower", "part", "plan", "form", "const", "sum"})
        )
        if bad:
            msg = (
                f"layer {self.name}, field {one.name}: {one.binding(layer)!r} is nothing of the layer {layer}"
            )
            raise ValueError(msg)
        if one.label_of and self.field(one.label_of) is None:
            msg = f"layer {self.name}, field {one.name}: it names {one.label_of}, which there is not"
            raise ValueError(msg)


class Reference(_Strict):
    """Reference system: EPSG codes allowed, order of axes, precision of coordinates (m), height datum."""

    crs: list[int]
    axis: Literal["east_north"] = "east_north"
    precision_m: float = Field(gt=0)
    tolerance_m: float = Field(gt=0)
    vertical: str


class AreaRule(_Strict):
    """How areas are worked out, and to how many decimals of which unit they are written."""

    rule: Literal["planar", "ellipsoidal"]
    unit: Literal["m2", "ha"]
    decimals: int = Field(ge=0, le=6)


class BoundColumns(_Strict):
    """How bounds are written: one number or an upper and a lower one, and what stands for no upper bound."""

    style: Literal["single", "upper_lower"]
    no_upper: float | None = None


class Numbering(_Strict):
    """Which fields number what: BSM (unique, with a length), YSDM (fixed), parcels (no gaps a prefix)."""

    bsm: str = ""
    bsm_length: int = 18
    ysdm: str = ""
    parcel_layer: str
    parcel: str
    gaps: bool = True
    land_code: str = ""


class CheckedSum(_Strict):
    """
    Parts that add up to a whole: the parts that lie in each feature of the whole.

    ``slack`` is what rounding may cost a part, in the unit of the field.
    """

    parts: str
    parts_field: str
    parts_where: dict[str, str] = Field(default_factory=dict)
    whole: str
    whole_field: str
    whole_where: dict[str, str] = Field(default_factory=dict)
    slack: float = Field(ge=0)


class Geometry(_Strict):
    """Thresholds of the geometric rules."""

    sliver_m2: float = Field(default=1.0, gt=0)
    sliver_width_m: float = Field(default=0.5, gt=0)
    acute_degrees: float = Field(default=10.0, gt=0, lt=90)


class FileNaming(_Strict):
    """Names of files and folders; ``{district}`` and ``{name}`` come from the filing form."""

    geodatabase: str
    dataset: str = ""
    tables: str
    form: str
    form_document: str
    report: str
    report_table: str
    digests: str
    sheets: str


class FormField(_Strict):
    """One line of the filing form."""

    key: str
    title: str
    source: str = Field(default="", alias="from")
    mandatory: bool = False
    choices: list[str] = Field(default_factory=list)
    basis: Basis = "public"


class FilingKind(_Strict):
    """A kind of filing: its number, name, index, and the packages of each of its stages."""

    kind: int
    name: str
    index: int
    stages: dict[str, list[str]]


class Filing(_Strict):
    """The filing form and the kinds of filing, with the reviews that follow."""

    form: list[FormField]
    kinds: list[FilingKind]
    reviews: list[str] = Field(default_factory=list)


class ProfileSource(_Strict):
    """Where the facts of a profile come from."""

    basis: Basis
    said: str


class DeliveryProfile(_Strict):
    """A whole profile; see ``docs/delivery.md``."""

    id: str
    title: dict[str, str]
    sources: list[ProfileSource]
    land_use_list: str = "cn2023"
    unbuilt: tuple[str, ...] = ()
    reference: Reference
    area: AreaRule
    pairs: BoundColumns
    numbering: Numbering
    geometry: Geometry = Geometry()
    sums: list[CheckedSum] = Field(default_factory=list)
    files: FileNaming
    domains: dict[str, dict[str, str]] = Field(default_factory=dict)
    layers: list[DeliveredLayer]
    upper: dict[str, str] = Field(default_factory=dict)
    filing: Filing

    def layer(self, name: str) -> DeliveredLayer | None:
        """The layer of a name, or None."""
        return next((one for one in self.layers if one.name == name), None)

    @property
    def parcels(self) -> DeliveredLayer:
        """The layer of parcels."""
        return next(one for one in self.layers if one.name == self.numbering.parcel_layer)

    def built_on(self, code: Any, of: str | None) -> bool:
        """Whether land of a class of a list may be built on: all that is none of the classes ``unbuilt``."""
        return belongs(code, of, self.unbuilt) is not True

    def of(self, layer: str) -> list[DeliveredLayer]:
        """The layers that hold rows of a layer of the plan and are read back."""
        return [one for one in self.layers if one.reads and any(rows.layer == layer for rows in one.rows)]

    @model_validator(mode="after")
    def _agree(self) -> DeliveryProfile:
        strange = next((code for code in self.unbuilt if not landuse().known(code)), None)
        if strange:
            msg = f"unbuilt: there is no land use {strange!r}"
            raise ValueError(msg)
        names = [one.name for one in self.layers]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            msg = f"the layer {twice} stands there twice"
            raise ValueError(msg)
        parcels = self.layer(self.numbering.parcel_layer)
        if parcels is None or parcels.field(self.numbering.parcel) is None:
            msg = f"numbering: there is no field {self.numbering.parcel_layer}.{self.numbering.parcel}"
            raise ValueError(msg)
        for sum_ in self.sums:
            for name, own in ((sum_.parts, sum_.parts_field), (sum_.whole, sum_.whole_field)):
                of = self.layer(name)
                if of is None or of.field(own) is None:
                    msg = f"sums: there is no field {name}.{own}"
                    raise ValueError(msg)
        for layer in self.layers:
            for one in layer.fields:
                if one.domain and one.domain not in self.domains:
                    msg = f"layer {layer.name}, field {one.name}: there is no domain {one.domain!r}"
                    raise ValueError(msg)
        return self


def available() -> list[str]:
    """Ids of the profiles that come along."""
    folder = resources.files("blockplan.deliver").joinpath("profiles")
    return sorted(one.name.removesuffix(".yaml") for one in folder.iterdir() if one.name.endswith(".yaml"))


@cache
def load_delivery_profile(name: str) -> DeliveryProfile:
    """
    A profile by its id, or by the path of a YAML file.

    Raises
    ------
    MappingError
        If there is none of that name, or the file says what a profile cannot; every fault is listed with the
        line where it stands.
    """
    if _NAME.fullmatch(name) and name in available():
        with resources.as_file(resources.files("blockplan.deliver").joinpath(f"profiles/{name}.yaml")) as own:
            return read_delivery_profile(own)
    if not Path(name).is_file():
        raise refused(MappingError, "no_profile", name=name, known=", ".join(available()))
    return read_delivery_profile(Path(name))


def read_delivery_profile(path: Path) -> DeliveryProfile:
    """
    A profile from a file.

    Raises
    ------
    MappingError
        If it is no YAML, has unknown or doubled keys, or contradicts itself.
    """
    try:
        documents = read_documents(path)
    except RulePackError as error:
        raise refused(
            MappingError, "profile_unread", said=str(error).replace("rule file", "profile")
        ) from None
    if len(documents) != 1:
        raise refused(MappingError, "profile_documents", path=path, count=len(documents))
    document = documents[0]
    try:
        return DeliveryProfile.model_validate(document.value)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        lines = [f"  {_place(fault['loc'], document)}: {_said(fault)}" for fault in faults[:20]]
        raise refused(
            MappingError, "profile_faults", path=path, count=len(faults), lines="\n".join(lines)
        ) from None


def _place(location: tuple[Any, ...], document: YamlDocument) -> str:
    """Where a fault stands, entries by their name: ``line 12, layers.XG_GHDK.fields.DKBH.length``."""
    words, node = [], document.value
    for part in location:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            node = None
        name = node.get("name") or node.get("key") if isinstance(part, int) and isinstance(node, dict) else ""
        words.append(str(name or part))
    return f"line {document.line(location)}, {'.'.join(words) or '(file)'}"


def _said(fault: Any) -> str:
    return str(fault["msg"]).removeprefix("Value error, ")

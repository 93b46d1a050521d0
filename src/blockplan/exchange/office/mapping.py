"""
The mapping of an office's files: what each layer is, what each field gives, how sure that is.

Written as ``mapping.toml`` beside the plan, to be read, corrected and given back with ``--mapping``.
"""

from __future__ import annotations

import textwrap
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tomli_w
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from blockplan.errors import MappingError
from blockplan.exchange.office.messages import Message, refused
from blockplan.exchange.office.profile import TABLE_FIELDS
from blockplan.plan.model import tomlfile

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.exchange.office.profile import Profile

#: Role of a layer that nothing of the plan is made of.
IGNORED = "ignored"
#: Role of a second layer that draws the same parcels again.
DOUBLE = "double"
#: Why a layer or a field is what a mapping says.
GIVEN = "given"
HEAD = """\
# Which layer of the office's files is what in the plan, and which field gives which column.
# Written by `blockplan import office`; correct it and give it back as the mapping of the next import
#
# [[layer]] role is one of
#   {roles};
#   "ignored" leaves a layer out.
# [[layer.field]] column "" leaves a field out; unit is that of numbers which say none of their own
#   (m2, ha, mu, "1e4 m2", %, 1, m). why says how it was found, confidence how sure that is (0 to 1);
#   close names other readings that were nearly as good.
"""


class _OfficeMappingModel(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


def _as_said(value: Any, checked: ValidatorFunctionWrapHandler) -> Any:
    text = checked(value)
    return value if isinstance(value, Message) else text


#: A message stays one, which can be said in other languages than the file's.
Said = Annotated[str, WrapValidator(_as_said)]


class FieldChoice(_OfficeMappingModel):
    """Which column a field gives, in which unit its bare numbers are, and why."""

    field: str
    column: str = ""
    unit: str = ""
    sample: str = ""
    confidence: float = Field(default=1.0, ge=0, le=1)
    why: Said = GIVEN
    close: list[str] = Field(default_factory=list)


class LayerChoice(_OfficeMappingModel):
    """What a layer or table is, in which reference system, and what its fields give."""

    file: str
    layer: str
    role: str
    crs: str = ""
    confidence: float = Field(default=1.0, ge=0, le=1)
    why: Said = GIVEN
    close: list[str] = Field(default_factory=list)
    field: list[FieldChoice] = Field(default_factory=list)

    def column(self, name: str) -> FieldChoice | None:
        """The field that gives a column, or None."""
        return next((one for one in self.field if one.column == name), None)


class CodeChoice(_OfficeMappingModel):
    """What a land-use code of the office becomes, what is lost, and how many parcels have it."""

    code: str
    name: str = ""
    list: str = ""
    to: str = ""
    lost: Said = ""
    parcels: int = 0


class Choices(_OfficeMappingModel):
    """
    What the door decides beyond names.

    Attributes
    ----------
    roads
        ``remainder``: planned land along centre lines that no parcel covers becomes road parcels;
        ``none``: it stays a gap.
    boundary
        ``given`` by a layer, or ``derived`` from parcels and roads.
    prefer
        Which counts where a layer and a table say different things of a parcel.
    double_numbers
        ``parts``: features with one number and the same values are parts of one parcel; ``number``: each
        gets a number of its own.
    code_list
        List of the office's codes; "" finds it.
    texts
        Whether facilities are read from the parcels' texts.
    floor_area
        ``far``: the floor area of a parcel that says none is FAR times site area; ``none``: it stays unknown.
    gaps_up_to_m2
        Leftover pieces beside a road up to this area join it.
    """

    roads: Literal["remainder", "none"] = "remainder"
    boundary: Literal["", "given", "derived"] = ""
    prefer: Literal["layer", "table"] = "layer"
    double_numbers: Literal["parts", "number"] = "parts"
    code_list: Literal["", "cn2023", "cn2020", "gb50137", "town2007", "gbj137"] = ""
    texts: bool = True
    floor_area: Literal["far", "none"] = "far"
    gaps_up_to_m2: float = Field(default=200.0, ge=0)


class Shift(_OfficeMappingModel):
    """
    A plane transformation from an office's own grid: x' = dx + scale (x cos r - y sin r), y' likewise; r in
    seconds.
    """

    to: str
    dx: float = 0.0
    dy: float = 0.0
    rotation_s: float = 0.0
    scale: float = 1.0


class SourceChoice(_OfficeMappingModel):
    """Reference system of files that declare none (or a wrong one), their datum, and a transformation."""

    crs: str = ""
    datum: Literal["", "gcj02", "bd09", "wgs84", "cgcs2000"] = ""
    swapped: bool | None = None
    shift: Shift | None = None


class OfficeMapping(_OfficeMappingModel):
    """All of ``mapping.toml``."""

    plan: dict[str, Any] = Field(default_factory=dict)
    source: SourceChoice = SourceChoice()
    choices: Choices = Choices()
    layer: list[LayerChoice] = Field(default_factory=list)
    code: list[CodeChoice] = Field(default_factory=list)

    @property
    def is_short(self) -> bool:
        """Whether it maps no field, and leaves to the door what it does not say."""
        return not any(choice.field for choice in self.layer)

    def of(self, *roles: str) -> list[LayerChoice]:
        """Layers of some roles, in their order."""
        return [one for one in self.layer if one.role in roles]

    def rows(self) -> list[dict[str, Any]]:
        """The mapping as `import office --json` lists it: one entry a field, one a layer without fields."""
        found = []
        for layer in self.layer:
            about = {"file": layer.file, "layer": layer.layer, "role": layer.role}
            if not layer.field:
                found.append(about | _row("", "", "", layer.confidence, layer.why))
            found += [
                about
                | _row(one.field, one.column, one.unit, one.confidence, one.why)
                | {"sample": one.sample}
                for one in layer.field
            ]
        return found

    def to_toml(self, profile: Profile) -> str:
        """The text of ``mapping.toml``."""
        roles = textwrap.fill(", ".join([*profile.layers, *TABLE_FIELDS]), 100, subsequent_indent="#   ")
        table = self.model_dump(mode="python", exclude_none=True)
        parts = [HEAD.format(roles=roles)]
        for key in ("plan", "source", "choices"):
            if table[key]:
                parts.append(tomli_w.dumps({key: table[key]}))
        for layer in table["layer"]:
            parts.append("[[layer]]\n" + tomli_w.dumps(_lean(layer)))
            parts += ["[[layer.field]]\n" + tomli_w.dumps(_lean(one)) for one in layer["field"]]
        if table["code"]:
            parts.append(
                "# Land-use codes: what each becomes (`to`, a code of 2023; correct it here), and what is "
                "lost.\n"
            )
            parts += ["[[code]]\n" + tomli_w.dumps(one) for one in table["code"]]
        return "\n".join(parts)


def _row(name: str, column: str, unit: str, confidence: float, why: str) -> dict[str, Any]:
    return {"field": name, "column": column, "unit": unit, "confidence": confidence, "why": why}


def _lean(table: dict[str, Any]) -> dict[str, Any]:
    """A layer or a field without the keys that say nothing; a field's column is always said."""
    return {
        key: value
        for key, value in table.items()
        if key != "field" or isinstance(value, str)
        if value not in ("", []) or key == "column"
    }


def read_office_mapping(path: Path) -> OfficeMapping:
    """
    A ``mapping.toml`` that came back.

    Raises
    ------
    MappingError
        If it cannot be read, is no TOML, or says what a mapping cannot; each key at fault is named.
    """
    try:
        table = tomlfile.loads(path.read_bytes().decode("utf-8-sig"))
        return OfficeMapping.model_validate(table)
    except OSError as error:
        raise refused(
            MappingError, "cannot_be_read_name_a_mapping", path=path, why=error.strerror or error
        ) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise refused(MappingError, "is_no_toml_in_utf_8", path=path, error=error) from None
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        lines = "\n".join(f"  {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in faults[:20])
        raise refused(MappingError, "mapping_is_off", path=path, n=len(faults), lines=lines) from None


@dataclass(slots=True)
class Question:
    """
    Two readings that are close: what is asked, what may be answered, and which is
    taken for the time being.
    """

    about: str
    options: list[str]
    taken: int = 0

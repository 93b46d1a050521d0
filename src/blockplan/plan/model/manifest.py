"""
``plan.toml``: what a plan is called, where it stands, and how its open points are read.

Unknown keys are kept and written back. Every fault of the file is reported at
once, with the key it stands under.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from typing import TYPE_CHECKING, Any, Literal

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from blockplan.errors import PlanDataError
from blockplan.plan.model import tomlfile
from blockplan.plan.model.refusals import TEXTS, refused
from blockplan.texts import listed

if TYPE_CHECKING:
    from pathlib import Path

#: plan.toml is a page of text; anything near this size is not one.
LARGEST_MANIFEST_BYTES = 1_000_000

Level = Literal["block", "parcel"]
Status = Literal[
    "draft", "on_notice", "closed", "answered", "approved", "published", "in_force", "superseded",
    "withdrawn", "restarted",
]  # fmt: skip
ResidentsSourceName = Literal["given", "parcels", "dwellings", "floor_area", "buildings"]


class _ManifestModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)


class ResidentsSource(_ManifestModel):
    """
    Where the number of residents comes from, and the range it is uncertain within.

    ``total`` is read where ``source`` is ``given``, and spread over the buildings where it is ``buildings``;
    ``by`` is what of a building is read then (None: residents). ``low`` and ``high`` are factors of the
    central number. The ratios have no default: without them residents from dwellings or floor area are
    unknown.
    """

    source: ResidentsSourceName = "parcels"
    by: Literal["residents", "dwellings", "floor_area"] | None = None
    total: float | None = Field(default=None, ge=0)
    household_size: float | None = Field(default=None, gt=0)
    floor_area_per_person_m2: float | None = Field(default=None, gt=0)
    low: float = Field(default=1.0, gt=0, le=1)
    high: float = Field(default=1.0, ge=1)


class NoticePeriod(_ManifestModel):
    """First and last day of the public notice, both counted."""

    start: dt.date
    end: dt.date

    @model_validator(mode="after")
    def _in_order(self) -> NoticePeriod:
        if self.end < self.start:
            msg = f"the notice ends on {self.end}, before it starts on {self.start}"
            raise ValueError(msg)
        return self


class Manifest(_ManifestModel):
    """The keys of ``plan.toml``; see ``docs/plan-package.md`` for a complete example."""

    id: str = Field(min_length=1, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    level: Level = "block"
    status: Status = "draft"
    drawn_on: dt.date
    horizon: int | None = Field(default=None, ge=1900, le=2300)
    crs: str = Field(min_length=1)
    basemap_crs: Literal["cgcs2000", "wgs84", "gcj02", "none"] = "none"
    authority: str | dict[str, str] = ""
    attribution: str | dict[str, str] = ""
    synthetic: bool = False
    packs: tuple[str, ...] = ()
    title: dict[str, str] = Field(default_factory=dict)
    residents: ResidentsSource = ResidentsSource()
    notice: NoticePeriod | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    scenarios: dict[str, str] = Field(default_factory=dict)
    scenario_titles: dict[str, dict[str, str]] | None = None

    @property
    def day_is_assumed(self) -> bool:
        """Whether nobody states `drawn_on`: it is the day that ``[imported] drawn_on`` keeps."""
        imported = (self.model_extra or {}).get("imported")
        return isinstance(imported, dict) and str(imported.get("drawn_on")) == str(self.drawn_on)

    def scenario_titles_in(self, lang: str) -> dict[str, str]:
        """What each scenario is, in `lang` where the plan says it so."""
        said = self.scenario_titles or {}
        return {name: said.get(name, {}).get(lang) or title for name, title in self.scenarios.items()}

    def to_toml(self) -> str:
        """The manifest as the text of a ``plan.toml``."""
        return tomli_w.dumps(_without_none(self.model_dump(mode="python")))


def read_manifest(path: Path) -> Manifest:
    """
    Read and check a ``plan.toml``.

    Raises
    ------
    PlanDataError
        If the file is missing, too large, no TOML, or says what a plan cannot be;
        the message lists every key at fault.
    """
    try:
        if path.stat().st_size > LARGEST_MANIFEST_BYTES:
            raise refused("manifest_large", path=path, most=f"{LARGEST_MANIFEST_BYTES:,}")
        table = tomlfile.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise refused("no_manifest", path=path.parent) from None
    except OSError as error:
        raise PlanDataError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise refused("manifest_no_text", path=path, start=error.start) from error
    except tomllib.TOMLDecodeError as error:
        raise refused("manifest_no_toml", path=path, error=error, line=_line_of(error)) from error
    except RecursionError:
        raise refused("manifest_deep", path=path) from None
    return manifest_from(table, path)


def manifest_from(table: dict[str, Any], where: Path | str) -> Manifest:
    """Check a table of manifest keys; PlanDataError lists every key at fault, `where` names the file."""
    try:
        return Manifest.model_validate(table)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        lines = [f"  {'.'.join(map(str, fault['loc'])) or '(file)'}: {_said(fault)}" for fault in faults]
        names = listed(".".join(map(str, fault["loc"])) or "-" for fault in faults)
        raise refused(
            "manifest_keys", path=where, count=len(lines), lines="\n".join(lines), names=names
        ) from None


def _line_of(error: tomllib.TOMLDecodeError) -> dict[str, str] | str:
    """Where a file is no TOML, as the sentences in zh and ja say it."""
    found = re.search(r"line (\d+)", str(error))
    return "" if found is None else TEXTS.text("manifest_line", line=found[1])


def _said(fault: Any) -> str:
    message = str(fault["msg"]).removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    return (
        message
        if fault["type"] in {"missing", "value_error"}
        else f"{message}, not {tomlfile.short(fault['input'])}"
    )


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None and item != {}}
    if isinstance(value, tuple | list):
        return [_without_none(item) for item in value]
    return value

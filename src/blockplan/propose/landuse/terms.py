"""
Terms of a land-use proposal: weights, groups, suitability, quotas, coverage. All of it is visible data.

The house's own terms stand in ``terms.toml``. A file of terms replaces the keys that it has,
table by table; lists are replaced whole.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from blockplan.errors import UsageError
from blockplan.texts import toml_table

if TYPE_CHECKING:
    from pathlib import Path

#: Criteria of suitability that are no distance.
PLAIN = ("size", "always")
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Force = Literal["must", "should", "target", "comparator"]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Weights(_Table):
    """What one unit is worth, in ha of fully suitable land; the keys name part and unit."""

    suitability_per_ha: NotNegative
    structure_per_ha: NotNegative
    neighbours_per_km: NotNegative
    clash_per_km: NotNegative
    standing_alone_per_ha: NotNegative
    change_per_ha: NotNegative


class TermDistances(_Table):
    """Distances that the terms speak of, m."""

    facing_m: Annotated[float, Field(gt=0)]
    gate_m: Annotated[float, Field(gt=0)]
    core_m: NotNegative
    belt_m: NotNegative


class Criterion(_Table):
    """From 1 at a distance of `full_m` to 0 at `none_m`, m; in a straight line between."""

    full_m: NotNegative
    none_m: NotNegative

    @model_validator(mode="after")
    def _differ(self) -> Criterion:
        if self.full_m == self.none_m:
            msg = f"full_m and none_m are both {self.full_m:g}: let them differ"
            raise ValueError(msg)
        return self


class Disturbance(_Table):
    """Groups that disturb each other, and how much in parts of ``weights.clash_per_km``."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    one: tuple[str, ...]
    other: tuple[str, ...]
    weight: NotNegative = 1.0


class Quota(_Table):
    """Limits of the land of a group or a code: in ha, as a share of all parcels, as a part of today's."""

    min_ha: NotNegative | None = None
    max_ha: NotNegative | None = None
    min_share: Share | None = None
    max_share: Share | None = None
    min_of_today: NotNegative | None = None
    max_of_today: NotNegative | None = None


class Coverage(_Table):
    """A group or code that needs another within `within_m` along streets or a straight line."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    needs: tuple[str, ...]
    gives: tuple[str, ...]
    within_m: Annotated[float, Field(gt=0)]
    along: Literal["network", "line"] = "network"
    share: Share | Literal["today"] = 1.0


class Structure(_Table):
    """What zones, cores and belt ask."""

    zones_bind: bool
    bound: tuple[str, ...]
    dominant_of_today: Share
    belt: tuple[str, ...]


class Stays(_Table):
    """Whether parcels keep their use for the buildings drawn on them; else these go with it."""

    buildings: bool


class RulesAsked(_Table):
    """Rules of which forces become demands."""

    forces: tuple[Force, ...]


class IndustryAsked(_Table):
    """The industry that has to keep the largest floor area; "" asks nothing."""

    first: Literal["", "health", "manufacturing", "digital", "services"]


class Terms(_Table):
    """Everything that shapes a proposal; see ``terms.toml`` for the house's own."""

    weights: Weights
    distances: TermDistances
    groups: dict[str, tuple[str, ...]]
    together: dict[str, NotNegative]
    giving_up: dict[str, NotNegative] = {}
    clashes: tuple[Disturbance, ...] = ()
    criteria: dict[str, Criterion]
    suitability: dict[str, dict[str, NotNegative]]
    size_ha: dict[str, tuple[NotNegative, NotNegative]] = {}
    quotas: dict[str, Quota] = {}
    coverage: tuple[Coverage, ...] = ()
    structure: Structure
    stays: Stays
    rules: RulesAsked
    industry: IndustryAsked
    permit: dict[str, tuple[str, ...]] = {}

    @model_validator(mode="after")
    def _names_are_known(self) -> Terms:
        groups = set(self.groups)
        for where, named in (
            ("together", set(self.together)),
            ("giving_up", set(self.giving_up)),
            ("clashes", {name for clash in self.clashes for name in (*clash.one, *clash.other)}),
        ):
            if named - groups:
                msg = f"{where} names {', '.join(sorted(named - groups))}, which is no group"
                raise ValueError(msg)
        known = {*self.criteria, *PLAIN}
        for code, weights in self.suitability.items():
            if set(weights) - known:
                strange = ", ".join(sorted(set(weights) - known))
                msg = f"suitability of {code} names {strange}; criteria are {', '.join(sorted(known))}"
                raise ValueError(msg)
        return self

    def codes(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Codes of some groups and codes."""
        return tuple(code for name in names for code in self.groups.get(name, (name,)))


def default_text() -> str:
    """The house's own terms, as the text of their file."""
    return resources.files("blockplan.propose.landuse").joinpath("terms.toml").read_text(encoding="utf-8")


def terms_of(changed: dict[str, Any] | None = None, source: str = "the terms") -> Terms:
    """
    The house's terms with some keys replaced.

    Raises
    ------
    UsageError
        If a key is unknown or a value is none of its kind; the message lists all of them.
    """
    try:
        return Terms.model_validate(
            _merged(toml_table("blockplan.propose.landuse", "terms.toml"), changed or {})
        )
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, one['loc'])) or 'terms'}: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
        ]
        raise UsageError(
            f"{source} cannot be taken:\n"
            + "\n".join(lines)
            + "\n`blockplan propose landuse --show-terms` prints the house's own, as an example."
        ) from error


def read_terms(path: Path) -> Terms:
    """
    Terms from a TOML file; what it leaves out is the house's own.

    Raises
    ------
    UsageError
        If the file cannot be read, is no TOML, or `terms_of` refuses it.
    """
    try:
        changed = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} is no TOML: {error}. Correct that line.") from error
    return terms_of(changed, str(path))


#: Tables whose entries are replaced one by one; those of other tables go in whole.
OPEN = (
    "weights", "distances", "criteria", "groups", "together", "giving_up", "suitability", "size_ha", "quotas",
    "structure",
)  # fmt: skip


def _merged(default: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    whole = dict(default)
    for key, value in changed.items():
        both = key in OPEN and isinstance(value, dict)
        whole[key] = {**default.get(key, {}), **value} if both else value
    return whole

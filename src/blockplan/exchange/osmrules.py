"""
How OpenStreetMap is read: rules as data, checked when they are loaded.

``walkability.toml`` says which ways are streets and who may use them,
``osm.toml`` what else becomes which layer. A rule matches a feature if all
its `tags` match and none of its `unless`; in a list of rules the first that matches decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from blockplan.errors import MappingError
from blockplan.plan.model import tomlfile

#: Matches any value of a key but "no".
ANY = "*"
Tags = Mapping[str, str]
Wanted = dict[str, frozenset[str]]
T = TypeVar("T", bound="OsmRule")


class _OsmModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OsmRule(_OsmModel):
    """When a rule matches, and the words under which what it refuses is counted."""

    tags: Wanted = Field(default_factory=dict)
    unless: Wanted = Field(default_factory=dict)
    why: str = ""

    def matches(self, tags: Tags) -> bool:
        """Whether the rule speaks of a feature with these tags."""
        # Plain loops: a city asks this ten million times.
        for key, values in self.tags.items():
            if not fits(tags, key, values):
                return False
        for key, values in self.unless.items():  # noqa: SIM110
            if fits(tags, key, values):
                return False
        return True


class Walk(OsmRule):
    """Whether one walks there."""

    walk: bool


class Drive(OsmRule):
    """Whether one drives there."""

    drive: bool


class Oneway(OsmRule):
    """Whether vehicles go one way (None: not known), and whether against the order of the way."""

    oneway: bool | None = None
    against: bool = False


class Barrier(OsmRule):
    """That nobody crosses the street on its level, and why (a word for ``streets.barrier``)."""

    barrier: str


class Level(OsmRule):
    """The level of a way that has no ``layer``."""

    level: int


class Passes(OsmRule):
    """Whether walkers get past a node."""

    passes: bool


class StopRule(OsmRule):
    """Which modes stop there; whether it is an entrance of a station, and no stop itself."""

    modes: str
    entrance: bool = False


class FacilityRule(OsmRule):
    """Which service is offered; None where the map does not say."""

    service: str | None = None


class Walkability(_OsmModel):
    """The rules of ``walkability.toml``."""

    select: tuple[Wanted, ...]
    leave_out: frozenset[str] = frozenset()
    keep: tuple[str, ...] = ()
    class_: dict[str, Literal["expressway", "arterial", "secondary", "local", "path"]] = Field(alias="class")
    walk: tuple[Walk, ...]
    drive: tuple[Drive, ...]
    oneway: tuple[Oneway, ...]
    barrier: tuple[Barrier, ...] = ()
    level: tuple[Level, ...]
    nodes: tuple[Passes, ...]

    def is_street(self, tags: Tags) -> bool:
        """Whether a way with these tags is a street at all."""
        return any(all(fits(tags, key, values) for key, values in one.items()) for one in self.select)


class CountedKeys(_OsmModel):
    """Keys of which values that no rule takes are counted."""

    areas: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


class GreenEntrances(_OsmModel):
    """Which nodes on the edge of a green let people in."""

    edge_m: float = Field(ge=0)
    tags: tuple[Wanted, ...]
    unless: Wanted = Field(default_factory=dict)

    def lets_in(self, tags: Tags) -> bool:
        """Whether one gets in at a node with these tags."""
        wanted = any(all(fits(tags, key, values) for key, values in one.items()) for one in self.tags)
        return wanted and not any(fits(tags, key, values) for key, values in self.unless.items())


class Numbers(_OsmModel):
    """Keys that hold numbers of a facility."""

    beds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


class Features(_OsmModel):
    """The rules of ``osm.toml``."""

    keep: tuple[str, ...] = ()
    buildings: tuple[OsmRule, ...]
    greens: tuple[OsmRule, ...]
    woodland: tuple[OsmRule, ...]
    water: tuple[OsmRule, ...]
    water_lines: tuple[OsmRule, ...]
    rail: tuple[OsmRule, ...]
    trees: tuple[OsmRule, ...]
    stops: tuple[StopRule, ...]
    facilities: tuple[FacilityRule, ...]
    numbers: Numbers
    counted: CountedKeys
    green_entrances: GreenEntrances


def fits(tags: Tags, key: str, values: frozenset[str]) -> bool:
    """Whether the value of a key is one of those wanted; an absent key never is."""
    value = tags.get(key)
    return value is not None and (value in values or (ANY in values and value != "no"))


def first(rules: Sequence[T], tags: Tags) -> T | None:
    """The first rule that speaks of a feature; None where none does."""
    for rule in rules:
        if rule.matches(tags):
            return rule
    return None


def keys_of(rules: Sequence[OsmRule]) -> frozenset[str]:
    """Keys of which a feature must have one for any of the rules to match; none if a rule asks for no key."""
    if not all(rule.tags for rule in rules):
        return frozenset()
    return frozenset(key for rule in rules for key in rule.tags)


def walkability(path: str | Path | None = None) -> Walkability:
    """
    Rules of walking and driving: those of a file, or the house's own.

    Raises
    ------
    MappingError
        If the file cannot be read or is off; the message names every key at fault.
    """
    return _load(path, "walkability.toml", Walkability)


def features(path: str | Path | None = None) -> Features:
    """Rules of everything but streets, see `walkability`."""
    return _load(path, "osm.toml", Features)


M = TypeVar("M", bound=_OsmModel)


def _load(path: str | Path | None, own: str, model: type[M]) -> M:
    try:
        text = (files("blockplan.exchange") / own if path is None else Path(path)).read_text(encoding="utf-8")
        table: dict[str, Any] = tomlfile.loads(text)
        return model.model_validate(table)
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise MappingError(f"{path} cannot be read: {said}.\nName a TOML file of rules.") from None
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        lines = "\n".join(f"  {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
        raise MappingError(
            f"{path or own}: {len(faults)} of its keys cannot be used.\n{lines}\n"
            f"Correct them; docs/import-osm.md describes the file."
        ) from None
    except ValueError as error:
        raise MappingError(f"{path} is no TOML: {error}. Correct the line named.") from None

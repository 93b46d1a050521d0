"""
What a repair may do: give parcels a permitted use, put facilities on them, enlarge facilities, cap a figure.

Every move says what it changes, how much land it takes, and up to which amount (beds, m2 of floor) it can
be used. Committed and locked features have no moves, nor have parcels that hold a facility, a building or a
programme: whatever stands there is not thrown out unasked.

Costs and limits are those of ``repair.toml``, or the user's own tables.
What moves cost is told as changes, as land or in units of cost, and how well a move suits among equals.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from blockplan.errors import UsageError
from blockplan.measure.inputs.columns import areas_m2, ids, permitted_uses, points, shapes, values
from blockplan.measure.inputs.homes import homes
from blockplan.measure.parameters import GreenParameters
from blockplan.plan.model import tomlfile
from blockplan.plan.model.codes import DEFAULT_LIST
from blockplan.propose.changes import Change, new_feature, value_of
from blockplan.propose.conversion import after, converted, row_of, standing_on
from blockplan.texts import toml_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from blockplan.plan import Plan
    from blockplan.propose.locks import Locks

Kind = Literal["convert", "host", "enlarge", "stop", "cap"]
#: Columns of facilities that may be asked for.
SIZES = ("beds", "places", "floor_area_m2", "site_area_m2")
#: Amounts are whole, but not because of the last binary digits.
DUST = 1e-6


@dataclass(frozen=True, slots=True)
class RepairMove:
    """
    One thing that may be done.

    Attributes
    ----------
    kind
        ``convert`` a parcel, ``host`` a new facility on a converted parcel, ``enlarge`` a facility, put a
        ``stop``, ``cap`` a figure of a parcel.
    layer, id
        The feature that is touched or made.
    was, now
        Use before and after; the service of a facility stands in `service`.
    changes
        What is changed, without the amount.
    area_m2
        Land that gets another use.
    column, least, most
        What an amount is of, and from how much up to how much of it; "" and 0 where there is none.
    per_floor, inside_m2
        Floor area that one unit takes, and what a facility has of it to spare inside.
    had
        Sizes of a facility that is enlarged, by column.
    """

    kind: Kind
    layer: str
    id: str
    changes: tuple[Change, ...]
    was: str = ""
    now: str = ""
    service: str = ""
    level: str = ""
    area_m2: float = 0.0
    column: str = ""
    least: float = 0.0
    most: float = 0.0
    per_floor: float = 1.0
    inside_m2: float = 0.0
    had: tuple[tuple[str, float], ...] = ()
    place: Any = None
    parcel: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells moves apart."""
        return self.kind, self.id, self.now, f"{self.service}:{self.column}"

    def with_amount(self, amount: float) -> tuple[Change, ...]:
        """All changes, a facility of so much included."""
        if not self.column:
            return self.changes
        if self.kind == "host":
            sizes = {self.column: float(amount)}
            if self.column in {"beds", "places"}:
                sizes["floor_area_m2"] = float(math.ceil(amount * self.per_floor))
            name = f"{self.id}-{self.service}"
            point = {"geometry": self.place.wkt, "status": "planned", "parcel_id": self.id}
            return self.changes + new_feature("facilities", name, {"service": self.service, **sizes, **point})
        more = {"floor_area_m2": float(max(0, math.ceil(amount * self.per_floor - self.inside_m2 - DUST)))}
        more[self.column] = float(amount)
        return tuple(
            Change("facilities", self.id, column, old, old + more[column])
            for column, old in self.had
            if more[column]
        )


@dataclass(frozen=True, slots=True)
class Assumed:
    """The figures of ``repair.toml``, with the user's own in their place."""

    costs: Mapping[str, Mapping[str, float]]
    hosts: Mapping[str, list[str]]
    floor_per_unit: Mapping[str, float]
    limits: Mapping[str, float]

    def land_cost(self, was: str, now: str) -> float:
        """Units of cost of giving 1 m2 of land another use."""
        return _by_code(self.costs["take_per_m2"], was) + _by_code(self.costs["make_per_m2"], now)


def defaults() -> dict[str, Any]:
    """The tables of ``repair.toml``."""
    return toml_table("blockplan.propose.repair", "repair.toml")


def _by_code(table: Mapping[str, float], code: str) -> float:
    for length in range(len(code), 1, -1):
        if code[:length] in table:
            return float(table[code[:length]])
    return float(table["other"])


@dataclass(slots=True)
class Yard:
    """What moves are made from: plan, locks, what is assumed; parcels that may be given another use."""

    plan: Plan
    locks: Locks
    assumed: Assumed
    free: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tally: dict[str, int] = field(default_factory=dict)
    nobody_knows: int = 0

    def __post_init__(self) -> None:
        held = standing_on(self.plan)
        self.tally = dict.fromkeys(("nothing_permitted", "not_drawn", "built_on", "locked", "free"), 0)
        permitted = values(self.plan, "parcels", "permitted").tolist()
        drawn = shapes(self.plan, "parcels")
        uses = values(self.plan, "parcels", "land_use").tolist()
        of = values(self.plan, "parcels", "land_use_list").tolist()
        tried = self._tried(uses, of)
        names = ids(self.plan, "parcels").tolist()
        for name, codes, use, list_, shape in zip(names, permitted, uses, of, drawn, strict=True):
            may = permitted_uses(codes, list_, tried.get(list_ or DEFAULT_LIST, ()))
            allowed = tuple(one for one in may if one != use)
            kept = (
                ("nothing_permitted", not allowed),
                ("not_drawn", shape is None),
                ("locked", self.locks.hold("parcels", name)),
                ("built_on", name in held),
            )
            reason = next((reason for reason, true in kept if true), "free")
            self.tally[reason] += 1
            if reason == "free":
                self.free[name] = allowed

    def _tried(self, uses: list[str | None], of: list[str | None]) -> dict[str, tuple[str, ...]]:
        """Uses by list that a class is tried for: those that are drawn, that services ask for, and green."""
        asked = [*chain.from_iterable(self.assumed.hosts.values()), *GreenParameters.green_codes]
        found = {DEFAULT_LIST: dict.fromkeys(asked)}
        for use, list_ in zip(uses, of, strict=True):
            if use:
                found.setdefault(list_ or DEFAULT_LIST, {})[use] = None
        return {list_: tuple(sorted(some)) for list_, some in found.items()}

    def conversions(self, codes: Iterable[str] | None = None) -> Iterator[RepairMove]:
        """Moves that give a free parcel a permitted use (one of `codes`, where they are named)."""
        wanted = None if codes is None else set(codes)
        for parcel, permitted in self.free.items():
            for code in permitted:
                if wanted is None or code in wanted:
                    move = self.conversion(parcel, code)
                    if move is not None:
                        yield move

    def conversion(self, parcel: str, code: str) -> RepairMove | None:
        """The move that gives a parcel a use; None where nobody can say how many people would live there."""
        changes = self.plan.cached(f"repair:{parcel}:{code}", lambda: converted(self.plan, parcel, code))
        if code.startswith(("0701", "0703")) and not _peopled(self.plan, parcel, code):
            self.nobody_knows += 1
            return None
        row = row_of(self.plan, parcel)
        was = values(self.plan, "parcels", "land_use")[row] or ""
        area = float(areas_m2(self.plan, "parcels")[row])
        place = points(self.plan, "parcels", np.array([row]))[0]
        return RepairMove(
            "convert", "parcels", parcel, changes, was, code, area_m2=area, place=place, parcel=parcel
        )

    def hosts(self, service: str, column: str, *, usual: bool = False) -> Iterator[RepairMove]:
        """
        Moves that put a new facility of a service on a free parcel whose permitted uses can hold it.

        `usual` asks for one that is no smaller than the smallest of the plan.
        """
        per = self.floor_per(service, column)
        if "facilities" in self.locks.layers:
            return
        least = self._smallest(service, column) if usual else 1.0
        for move in self.conversions(self.uses_for(service)):
            floor = after(self.plan, move.id, move.now)["floor_area_m2"]
            most = math.floor(
                move.area_m2 if column == "site_area_m2" else 0 if floor is None else floor / per
            )
            if most >= 1:
                yield replace(
                    move, kind="host", service=service, column=column, least=min(least, float(most)),
                    most=float(most), per_floor=per,
                )  # fmt: skip

    def _smallest(self, service: str, column: str) -> float:
        """The smallest facility of a service that the plan has; 1 where it has none."""
        found = values(self.plan, "facilities", column)[values(self.plan, "facilities", "service") == service]
        known = found[found > 0]
        return float(math.ceil(known.min())) if len(known) else 1.0

    def size_of(self, service: str) -> str:
        """The column that says how large facilities of a service are; floor area where the plan has none."""
        chosen = values(self.plan, "facilities", "service") == service
        for column in ("beds", "places", "floor_area_m2"):
            if (values(self.plan, "facilities", column)[chosen] > 0).any():
                return column
        return "floor_area_m2"

    def uses_for(self, service: str) -> tuple[str, ...]:
        """Land uses that hold a service: those that do so in the plan, and those that are assumed."""
        hosts = values(self.plan, "facilities", "parcel_id")[
            values(self.plan, "facilities", "service") == service
        ]
        known = set(ids(self.plan, "parcels").tolist())
        found = [
            values(self.plan, "parcels", "land_use")[row_of(self.plan, one)]
            for one in hosts.tolist()
            if one in known
        ]
        return tuple(dict.fromkeys([*(one for one in found if one), *self.assumed.hosts.get(service, ())]))

    def floor_per(self, service: str, column: str) -> float:
        """Floor area that one unit takes: the middle over the facilities of a service, else assumed."""
        if column not in {"beds", "places"}:
            return 1.0
        chosen = values(self.plan, "facilities", "service") == service
        floor = values(self.plan, "facilities", "floor_area_m2")[chosen]
        units = values(self.plan, "facilities", column)[chosen]
        known = ~np.isnan(floor) & (units > 0)
        if known.any():
            return float(np.median(floor[known] / units[known]))
        return float(self.assumed.floor_per_unit[column])

    def enlargements(self, service: str, column: str) -> Iterator[RepairMove]:
        """Moves that enlarge a facility within the floor area that it or its parcel has to spare."""
        if column == "site_area_m2":
            return
        per = self.floor_per(service, column)
        services = values(self.plan, "facilities", "service")
        for at in np.flatnonzero(services == service).tolist():
            name = str(ids(self.plan, "facilities")[at])
            now = value_of(self.plan, "facilities", name, column)
            if now is None or self.locks.hold("facilities", name):
                continue
            floor = value_of(self.plan, "facilities", name, "floor_area_m2")
            if floor is None:
                inside, most = 0.0, math.floor(self.assumed.limits["grow_share"] * now)
            else:
                inside = 0.0 if column == "floor_area_m2" else max(0.0, floor - now * per)
                most = math.floor((inside + self._spare(at, floor)) / per + DUST)
            if most < 1:
                continue
            level = values(self.plan, "facilities", "level")[at] or ""
            had = {column: float(now)} | ({} if floor is None else {"floor_area_m2": float(floor)})
            place = points(self.plan, "facilities", np.array([at]))[0]
            yield RepairMove(
                "enlarge", "facilities", name, (), service=service, level=level, column=column, least=1.0,
                most=float(most), per_floor=per, inside_m2=inside, had=tuple(had.items()), place=place,
            )  # fmt: skip

    def _spare(self, at: int, floor: float) -> float:
        """Floor area (m2) by which a facility may grow: a share of its own, within what its parcel leaves."""
        share = self.assumed.limits["grow_share"]
        parcel = values(self.plan, "facilities", "parcel_id")[at]
        if parcel not in set(ids(self.plan, "parcels").tolist()):
            return share * floor
        row = row_of(self.plan, parcel)
        whole = float(values(self.plan, "parcels", "floor_area_m2")[row])
        far = float(values(self.plan, "parcels", "far")[row])
        allowed = far * float(areas_m2(self.plan, "parcels")[row])
        allowed = whole if math.isnan(allowed) else allowed if math.isnan(whole) else min(allowed, whole)
        if math.isnan(allowed):
            return share * floor
        beside = values(self.plan, "facilities", "parcel_id") == parcel
        taken = float(np.nansum(values(self.plan, "facilities", "floor_area_m2")[beside]))
        return float(max(0.0, min(share * floor, allowed - taken)))


def _peopled(plan: Plan, parcel: str, code: str) -> bool:
    """Whether the plan says how many people would live on a parcel under a housing use."""
    column = {"dwellings": "dwellings", "floor_area": "floor_area_m2"}.get(
        plan.manifest.residents.source, "residents"
    )
    return after(plan, parcel, code)[column] is not None


def read_tables(path: Path) -> dict[str, Any]:
    """
    Tables from a TOML file; only what differs from ``repair.toml`` need stand there.

    Raises
    ------
    UsageError
        If the file cannot be read, or has a table or a value that nothing reads; every such one is named.
    """
    try:
        found = tomlfile.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read as TOML: {error}.") from error
    faults = list(_faults(found, defaults(), ""))
    if faults:
        raise UsageError(
            f"{path}: {len(faults)} of its entries cannot be used:\n  " + "\n  ".join(faults[:10]) + "\n"
            "docs/propose-repair.md lists the tables."
        )
    return found


def _faults(found: dict[str, Any], known: dict[str, Any], where: str) -> list[str]:
    faults = []
    for name, value in found.items():
        at = f"{where}{name}"
        # Codes and services may be any; names of tables and of limits may not.
        like = known.get(name, next(iter(known.values())) if where in OPEN else None)
        if like is None:
            faults.append(f"{at}: there is no such entry (known: {', '.join(known)})")
        elif isinstance(like, dict):
            faults += (
                _faults(value, like, f"{at}.") if isinstance(value, dict) else [f"{at}: a table is wanted"]
            )
        elif isinstance(like, list):
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                faults.append(f"{at}: a list of land-use codes is wanted")
        elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            faults.append(f"{at}: a number that is not negative is wanted, not {value!r}")
    return faults


#: Tables whose entries are codes or services, which may be any.
OPEN = ("costs.take_per_m2.", "costs.make_per_m2.", "hosts.")


Key = tuple[str, str, str, str]
Costs = tuple[dict[Key, float], dict[Key, float]]


def cost_of(objective: str, assumed: Assumed, moves: Mapping[Key, RepairMove]) -> Costs:
    """Cost of each move, and of each unit of its amount, under an objective."""
    if objective == "count":
        return dict.fromkeys(moves, 1.0), {}
    if objective == "area":
        return {key: move.area_m2 for key, move in moves.items()}, {}
    return (
        {key: _once(assumed, move) for key, move in moves.items()},
        {key: _each(assumed, move) for key, move in moves.items()},
    )


def _once(assumed: Assumed, move: RepairMove) -> float:
    each = {"stop": "stop", "cap": "height"}.get(move.kind)
    if each is not None:
        return float(assumed.costs["each"][each])
    return assumed.land_cost(move.was, move.now) * move.area_m2 if move.area_m2 else 0.0


def _each(assumed: Assumed, move: RepairMove) -> float:
    return float(assumed.costs["per_unit"][move.column]) if move.column else 0.0


def suiting(plan: Plan, assumed: Assumed, moves: Mapping[Key, RepairMove]) -> Costs:
    """
    How badly each move suits where the objective cannot tell them apart: its cost, and how far homes are.

    Land far from homes costs up to ``far_per_m2`` more a m2 than land in the middle of them.
    """
    near = _nearness(plan, assumed.limits["near_m"], moves)
    once, each = cost_of("cost", assumed, moves)
    for key, move in moves.items():
        once[key] += assumed.limits["far_per_m2"] * max(move.area_m2, 1.0) * (1.0 - near[key])
    return once, each


def _nearness(plan: Plan, near_m: float, moves: Mapping[Key, RepairMove]) -> dict[Key, float]:
    """Residents around each move, those nearer counting more, over the most that any has: 0..1."""
    people = homes(plan)
    placed = [key for key, move in moves.items() if move.place is not None]
    found = dict.fromkeys(moves, 0.0)
    if not placed or not len(people):
        return found
    spots = np.array([moves[key].place for key in placed], dtype=object)
    away = shapely.distance(spots[:, None], people.point[None, :])
    around = (np.clip(1.0 - away / near_m, 0.0, 1.0) * people.weight).sum(axis=1)
    most = float(around.max()) or 1.0
    return found | {key: float(one) / most for key, one in zip(placed, around, strict=True)}


def cost_parts(
    objective: str, assumed: Assumed, moves: Mapping[Key, RepairMove], chosen: Mapping[Key, float]
) -> dict[str, float]:
    """What the objective is made of, by kind of move, in its own unit."""
    once, each = cost_of(objective, assumed, moves)
    found: dict[str, float] = {}
    for key, amount in sorted(chosen.items()):
        kind = moves[key].kind
        found[kind] = found.get(kind, 0.0) + once[key] + each.get(key, 0.0) * amount
    return found

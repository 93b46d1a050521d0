"""Edits that a test invents at random: sensible ones and impossible ones, of every kind of the language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from blockplan.live import EditError, parse_edits

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from blockplan.live import Session
    from blockplan.live.edits import Edit
    from blockplan.plan import Plan

USES = ("0701", "0802", "1401", "16", "080403", "0902", "1207", None, "no such use")
POINTS = ("facilities", "stops", "green_entrances", "trees")


def a_random_edit(plan: Plan, random: Random) -> Edit:
    """One edit on a plan as it is now; some cannot be made."""
    make = random.choice(_MAKERS)
    return parse_edits([make(plan, random)])[0]


def _parcel(plan: Plan, random: Random) -> str:
    return str(random.choice(list(plan.layer("parcels").index)))


def _set(plan: Plan, random: Random) -> dict[str, Any]:
    column, values = random.choice(
        [
            ("land_use", USES),
            ("residents", (0, 12, 250.0, None)),
            ("floor_area_m2", (0, 4000, None)),
            ("far", (0.5, 2.2, None)),
            ("height_m", (24, None)),
            ("committed", (True, False, None)),
            ("green_ratio", (0.35, None)),
        ]
    )
    id_ = _parcel(plan, random)
    return {"op": "set", "layer": "parcels", "id": id_, "column": column, "value": random.choice(values)}


def _set_supply(plan: Plan, random: Random) -> dict[str, Any]:
    frame = plan.layer("facilities")
    id_ = str(random.choice(list(frame.index))) if len(frame) else "none"
    column, value = random.choice([("beds", 90), ("floor_area_m2", None), ("service", "library")])
    return {"op": "set", "layer": "facilities", "id": id_, "column": column, "value": value}


def _vertex(plan: Plan, random: Random) -> tuple[float, float]:
    shape = plan.layer("parcels").geometry.loc[_parcel(plan, random)]
    return random.choice([tuple(one) for one in shapely.get_coordinates(shape).tolist()])


def _beside(place: tuple[float, float], random: Random, far: float) -> list[float]:
    return [place[0] + random.uniform(-far, far), place[1] + random.uniform(-far, far)]


def _move_vertex(plan: Plan, random: Random) -> dict[str, Any]:
    at = _vertex(plan, random)
    return {"op": "move_vertex", "at": list(at), "to": _beside(at, random, random.choice([0.01, 5.0, 150.0]))}


def _remove_vertex(plan: Plan, random: Random) -> dict[str, Any]:
    return {"op": "remove_vertex", "at": list(_vertex(plan, random))}


def _split(plan: Plan, random: Random) -> dict[str, Any]:
    id_ = _parcel(plan, random)
    west, south, east, north = plan.layer("parcels").geometry.loc[id_].bounds
    x, y = random.uniform(west, east), random.uniform(south, north)
    lean = random.uniform(-20, 20)
    across = [[x - lean, south - 1], [x, y], [x + lean, north + 1]]
    return {"op": "split", "id": id_, "line": across if random.random() < 0.9 else across[:2]}


def _neighbours(plan: Plan, random: Random) -> list[str]:
    frame = plan.layer("parcels")
    id_ = _parcel(plan, random)
    beside = frame.index[frame.geometry.touches(frame.geometry.loc[id_])].tolist()
    return [id_, str(random.choice(beside or [id_]))]


def _merge(plan: Plan, random: Random) -> dict[str, Any]:
    return {"op": "merge", "ids": _neighbours(plan, random)}


def _boundary(plan: Plan, random: Random) -> dict[str, Any]:
    ids = _neighbours(plan, random)
    west, south, east, north = plan.layer("parcels").geometry.loc[ids].union_all().bounds
    share = random.uniform(0.2, 0.8)
    if east - west > north - south:
        x = west + share * (east - west)
        line = [[x, south - 2], [x, north + 2]]
    else:
        y = south + share * (north - south)
        line = [[west - 2, y], [east + 2, y]]
    return {"op": "boundary", "ids": ids, "line": line}


def _move(plan: Plan, random: Random) -> dict[str, Any]:
    layer = random.choice(POINTS)
    frame = plan.layer(layer)
    id_ = str(random.choice(list(frame.index))) if len(frame) else "none"
    return {"op": "move", "layer": layer, "id": id_, "to": _beside(_vertex(plan, random), random, 40.0)}


def _add(plan: Plan, random: Random) -> dict[str, Any]:
    place = _beside(_vertex(plan, random), random, 40.0)
    layer, row = random.choice(
        [
            ("facilities", {"facility_id": f"F-{random.randrange(10**6)}", "service": "culture"}),
            ("stops", {"stop_id": f"S-{random.randrange(10**6)}", "modes": "bus"}),
            ("stops", {"modes": "bus"}),
        ]
    )
    return {"op": "add", "layer": layer, "row": row, "geometry": {"type": "Point", "coordinates": place}}


def _remove(plan: Plan, random: Random) -> dict[str, Any]:
    layer = random.choice([*POINTS, "streets", "parcels"])
    frame = plan.layer(layer)
    return {"op": "remove", "layer": layer, "id": str(random.choice(list(frame.index) or ["none"]))}


def _move_street(plan: Plan, random: Random) -> dict[str, Any]:
    frame = plan.layer("streets")
    if not len(frame):
        return _set(plan, random)
    at = random.choice(shapely.get_coordinates(random.choice(list(frame.geometry))).tolist())
    return {"op": "move_vertex", "layer": "streets", "at": at, "to": _beside(tuple(at), random, 30.0)}


_MAKERS: list[Callable[[Plan, Random], dict[str, Any]]] = [
    _set,
    _set,
    _set_supply,
    _move_vertex,
    _move_vertex,
    _remove_vertex,
    _split,
    _merge,
    _boundary,
    _move,
    _add,
    _remove,
    _move_street,
]


def walk(session: Session, random: Random, steps: int) -> int:
    """Random steps, undo and redo among them; how many edits were refused."""
    refused = 0
    for _ in range(steps):
        before = session.plan
        chance = random.random()
        try:
            if chance < 0.12:
                session.undo()
            elif chance < 0.18:
                session.redo()
            else:
                session.apply([a_random_edit(session.plan, random)])
        except EditError:
            refused += 1
            assert session.plan is before
    return refused

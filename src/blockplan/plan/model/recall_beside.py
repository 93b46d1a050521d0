"""
What hangs on shapes and on those beside them, so that only what lies beside a change is worked out again.

These functions do for a shape and its neighbours what `blockplan.plan.model.recall` does for single rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.plan.model.recall import (
    CALLS_KEPT,
    FEW,
    MANY,
    NEAR,
    Arrays,
    Call,
    Recall,
    StandingRows,
    by_row,
    current,
    likest,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

#: What is so much farther off (m) is as near for all that rounding tells.
SLACK_M = 1e-6


def by_nearest(
    name: str,
    make: Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]],
    points: NDArray[Any],
    to: NDArray[Any],
) -> NDArray[np.float64]:
    """
    The same for the distance of points from the nearest of some shapes.

    Of shapes that come, go or move, only the points are asked about that they are as near to as the nearest.
    """
    recall = current()
    if recall is None or len(points) < FEW:
        return make(points, to)
    calls = recall.calls(name, ())
    near = _near_both(recall, calls, points, to, (MANY, NEAR))
    if near is None:
        found = make(points, to)
    else:
        call, here, there = near
        found = here.of(call.found[0])
        asked = _as_near(found, here, (call.found[-1], to), there, points)
        if len(asked):
            found[asked] = make(points[asked], to)
    found.flags.writeable = False
    calls.append(Call((points,), (found, to)))
    del calls[:-CALLS_KEPT]
    return found


def _as_near(
    metres: NDArray[np.float64], here: StandingRows, to: Arrays, there: StandingRows, points: NDArray[Any]
) -> NDArray[np.intp]:
    """Rows of points that are new, or as near to the box of a shape that came or went as to the nearest."""
    before, now = to
    gone = np.ones(len(before), dtype=bool)
    gone[there.kept[there.kept >= 0]] = False
    boxes = shapely.bounds(np.concatenate([before[gone], now[there.fresh]]))
    near = np.isnan(metres)
    near[here.fresh] = True
    if len(boxes):
        x, y = by_row("spots", _spots, points).T
        for west, south, east, north in boxes.tolist():
            apart = np.hypot(
                np.maximum(np.maximum(west - x, x - east), 0), np.maximum(np.maximum(south - y, y - north), 0)
            )
            near |= apart <= metres + SLACK_M
    return np.flatnonzero(near)


def _spots(points: NDArray[Any]) -> NDArray[np.float64]:
    """Coordinates of points, NaN where there is none."""
    return np.stack([shapely.get_x(points), shapely.get_y(points)], axis=1)


def by_neighbours(
    name: str, make: Callable[[NDArray[Any]], NDArray[Any]], shapes: NDArray[Any]
) -> NDArray[Any]:
    """
    The same for a function whose value for a shape hangs on it and on the shapes whose boxes touch its own.

    It must not hang on the order of the shapes.
    """
    recall = current()
    if recall is None or len(shapes) < FEW:
        return make(shapes)
    calls = recall.calls(name, ())
    best, stand = likest(recall, calls, (shapes,))
    kept = None if stand is None else stand.kept
    boxes = by_row("bounds", shapely.bounds, shapes)
    asked = None if best is None or kept is None else _beside_changed(best.columns[0], shapes, boxes, kept)
    if best is None or kept is None or asked is None:
        found = make(shapes)
    else:
        found = best.found[0][np.maximum(kept, 0)]
        if len(asked):
            with_them = _touching(boxes, boxes[asked])
            found[asked] = make(shapes[with_them])[np.isin(with_them, asked)]
    found.flags.writeable = False
    calls.append(Call((shapes,), (found,)))
    del calls[:-CALLS_KEPT]
    return found


def by_others(
    name: str,
    make: Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]],
    shapes: NDArray[Any],
    others: NDArray[Any],
) -> NDArray[Any]:
    """
    The same for a value that hangs on a shape and on those of others, in order, whose boxes touch its own.

    `make` takes some of the shapes, and all of the others.
    """
    recall = current()
    if recall is None or len(shapes) < FEW:
        return make(shapes, others)
    calls = recall.calls(name, ())
    known = [call for call in calls if len(call.found[1])]
    stand = [recall.standing(call.found[1:], (others,)) for call in known]
    best = max(range(len(known)), key=lambda one: len(others) - len(stand[one].fresh), default=None)
    asked = None if best is None else _beside_others(recall, known[best], shapes, others, stand[best].kept)
    if best is None or asked is None:
        found = make(shapes, others)
    else:
        calls.remove(known[best])
        found = recall.standing(known[best].columns, (shapes,)).of(known[best].found[0])
        if len(asked):
            found[asked] = make(shapes[asked], others)
    found.flags.writeable = False
    calls.append(Call((shapes,), (found, others)))
    del calls[:-CALLS_KEPT]
    return found


def _beside_others(
    recall: Recall, call: Call, shapes: NDArray[Any], others: NDArray[Any], still: NDArray[np.intp]
) -> NDArray[np.intp] | None:
    """Rows of shapes that changed, or beside which another came or went; None where these are many."""
    there, gone = still >= 0, np.ones(len(call.found[1]), dtype=bool)
    if not (np.diff(still[there]) > 0).all():
        return None
    gone[still[there]] = False
    changed = shapely.bounds(np.concatenate([call.found[1][gone], others[~there]]))
    if len(changed) > MANY or not np.isfinite(changed).all():
        return None
    beside = _touching(by_row("bounds", shapely.bounds, shapes), changed)
    return np.union1d(recall.standing(call.columns, (shapes,)).fresh, beside)


def pairs_within(shapes: NDArray[Any], metres: float | None) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """
    Rows of all pairs of shapes that lie within a distance of each other, both ways round, in no order.

    Where the distance is None, their boxes touch.

    A pair that was found among shapes that stand is not looked for again.
    """
    recall = current()
    if recall is None or len(shapes) < FEW:
        return _pairs(shapes, shapes, metres)
    calls = recall.calls("pairs", (metres,))
    best, stand = likest(recall, calls, (shapes,))
    if best is None or stand is None or not stand.is_one_to_one:
        one, other = _pairs(shapes, shapes, metres)
    else:
        now, fresh, stands = _renumbered(stand, best.columns[0]), stand.fresh, np.flatnonzero(stand.kept >= 0)
        one, other = now[best.found[0]], now[best.found[1]]
        there = (one >= 0) & (other >= 0)
        of, to = _pairs(shapes[fresh], shapes, metres)
        back, by = _pairs(shapes[stands], shapes[fresh], metres)
        one = np.concatenate([one[there], fresh[of], stands[back]])
        other = np.concatenate([other[there], to, fresh[by]])
    calls.append(Call((shapes,), (one, other)))
    del calls[:-CALLS_KEPT]
    return one, other


def pairs_between(
    name: str, spots: NDArray[Any], shapes: NDArray[Any], metres: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """
    Rows of all pairs of a spot and a shape that lie within a distance of each other, in order of the spots.

    A pair of a spot and a shape that both stand is not looked for again.
    """
    recall = current()
    if recall is None or len(spots) < FEW:
        other, one = _beside(spots, shapes, metres)
        return one, other
    calls = recall.calls(name, (metres,))
    for call in reversed(calls):
        if recall.equal((*call.columns, call.found[-1]), (spots, shapes)):
            return call.found[0], call.found[1]
    near = _near_both(recall, calls, spots, shapes, (MANY, MANY))
    if near is None or not all(stand.is_one_to_one for stand in near[1:]):
        other, one = _beside(spots, shapes, metres)
    else:
        call, here, there = near
        spot, shape = _renumbered(here, call.columns[0])[call.found[0]], _renumbered(there, call.found[-1])
        shape = shape[call.found[1]]
        still = (spot >= 0) & (shape >= 0)
        to, of = _beside(spots[here.fresh], shapes, metres)
        around = _round(shapes[there.fresh], metres)
        about = _touching(by_row("bounds", shapely.bounds, spots), around)
        about = about[here.kept[about] >= 0]
        by, at = _beside(spots[about], shapes[there.fresh], metres)
        one = np.concatenate([spot[still], here.fresh[of], about[at]])
        other = np.concatenate([shape[still], to, there.fresh[by]])
        one, other = np.divmod(np.sort(one * len(shapes) + other, kind="stable"), max(len(shapes), 1))
    for rows in (one, other):
        rows.flags.writeable = False
    calls.append(Call((spots,), (one, other, shapes)))
    del calls[:-CALLS_KEPT]
    return one, other


def _round(shapes: NDArray[Any], metres: float) -> NDArray[np.float64]:
    """The boxes of all that lies within a distance of each shape."""
    return np.asarray(shapely.bounds(shapes) + np.array([-1, -1, 1, 1]) * metres)


def _near_both(
    recall: Recall, calls: list[Call], some: NDArray[Any], others: NDArray[Any], most: tuple[int, int]
) -> tuple[Call, StandingRows, StandingRows] | None:
    """The last call in whose rows, and in whose others, few differ and most stand; it is let go of."""
    for call in reversed(calls):
        before = call.found[-1]
        if abs(len(call.columns[0]) - len(some)) > most[0] or abs(len(before) - len(others)) > most[1]:
            continue
        here, there = recall.standing(call.columns, (some,)), recall.standing((before,), (others,))
        few = len(here.fresh) <= min(most[0], len(some) // 2)
        few &= len(there.fresh) <= min(most[1], len(others) // 2)
        if few:
            calls.remove(call)
            return call, here, there
    return None


def _renumbered(stand: StandingRows, before: NDArray[Any]) -> NDArray[np.intp]:
    """Where each row that was is now; -1 where it is gone."""
    now = np.full(len(before), -1, dtype=np.intp)
    stay = np.flatnonzero(stand.kept >= 0)
    now[stand.kept[stay]] = stay
    return now


def _beside(spots: NDArray[Any], shapes: NDArray[Any], metres: float) -> Arrays:
    """Such pairs, the shape first: a shape of many corners is prepared once, and not asked for each spot."""
    if not len(spots) or not len(shapes):
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    shape, spot = shapely.STRtree(spots).query(shapes, predicate="dwithin", distance=metres)
    order = np.lexsort((shape, spot))
    return shape[order], spot[order]


def _pairs(
    some: NDArray[Any], to: NDArray[Any], metres: float | None
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    tree = shapely.STRtree(to)
    one, other = (
        tree.query(some) if metres is None else tree.query(some, predicate="dwithin", distance=metres)
    )
    return one, other


def _beside_changed(
    before: NDArray[Any], shapes: NDArray[Any], boxes: NDArray[np.float64], kept: NDArray[np.intp]
) -> NDArray[np.intp] | None:
    """Rows of shapes that changed, or whose box touches that of one that did; None where these are many."""
    gone = np.ones(len(before), dtype=bool)
    gone[kept[kept >= 0]] = False
    changed = np.concatenate([shapely.bounds(before[gone]), boxes[kept < 0]])
    if len(changed) > MANY or not np.isfinite(changed).all():
        return None
    return _touching(boxes, changed)


def _touching(boxes: NDArray[np.float64], some: NDArray[np.float64]) -> NDArray[np.intp]:
    """Rows of boxes that touch one of some others."""
    touch = np.zeros(len(boxes), dtype=bool)
    for west, south, east, north in some.tolist():
        here = (boxes[:, 0] <= east) & (boxes[:, 2] >= west)
        touch |= here & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
    return np.flatnonzero(touch)

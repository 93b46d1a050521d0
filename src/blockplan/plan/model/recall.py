"""
What was worked out of arrays a moment ago, so that only the rows that differ are worked out again.

Whether an outline is valid, how far a home is from the nearest park, where a point joins a street: such a
function looks at one row at a time, and gives the same for the same row. While a session judges a plan
(`recalling`), the arrays that such functions were given last are kept with what came of them. The next time
the rows that are the same objects, or the same numbers to the last bit, keep what was found; the others are
asked about again. Nothing is estimated and nothing is told from a clock: without a session, or with other
arrays, the function is simply called.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

T = TypeVar("T")
#: So many calls of one name beside the same things are kept, the last ones.
CALLS_KEPT = 24
#: Below so many rows a function is as soon called as compared.
FEW = 16
#: More rows than this that seem to differ are looked for elsewhere before they are asked about again.
MANY = 256
#: A call with so few rows that differ is as good as any.
NEAR = 8
#: What was not asked for goes after so many judgings that asked for its like.
TURNS_KEPT = 8
#: Longer arrays than this (bytes) are told apart by a digest of theirs.
LONG = 512

Arrays = tuple["NDArray[Any]", ...]


@dataclass(slots=True, eq=False)
class Call:
    """What a function was given row by row, and what it gave."""

    columns: Arrays
    found: Arrays


class StandingRows(NamedTuple):
    """Which row of some columns each row of others is (-1: none), and which are none of them."""

    kept: NDArray[np.intp]
    fresh: NDArray[np.intp]
    #: Whether there are as many rows as before, and each that stands is the one at its own place.
    in_place: bool

    def of(self, before: NDArray[Any]) -> NDArray[Any]:
        """What was found for the rows before, as the rows are now; for a fresh one anything."""
        return before.copy() if self.in_place else before[np.maximum(self.kept, 0)]

    @property
    def is_one_to_one(self) -> bool:
        """Whether no two rows are the same one."""
        stay = self.kept[self.kept >= 0]
        return bool((np.diff(stay) > 0).all()) or len(np.unique(stay)) == len(stay)


@dataclass(slots=True, eq=False)
class _Remembered:
    """Something kept under a key of identities, what has to live as long, and when it was last asked for."""

    held: Any
    value: Any
    turn: int = 0


@dataclass(slots=True)
class _Named:
    """What is kept under one name, in how many judgings it was asked for, and the last of these."""

    kept: dict[tuple[Any, ...], _Remembered] = field(default_factory=dict)
    turn: int = 0
    judging: int = 0


@dataclass
class Recall:
    """
    What the functions of one session were given last; `recalling` puts it to use.

    A judging that asks nothing of a name (a value was set, and no outline looked at) lets all of it be.
    """

    named: dict[str, _Named] = field(default_factory=dict)
    judging: int = 0
    _compared: dict[tuple[Any, ...], tuple[Arrays, Arrays, Any]] = field(default_factory=dict)
    _marks: dict[int, tuple[NDArray[Any], bytes]] = field(default_factory=dict)
    _marks_before: dict[int, tuple[NDArray[Any], bytes]] = field(default_factory=dict)

    def digest(self, array: NDArray[Any]) -> bytes:
        """What tells a long array from others, worked out once as long as each judging asks for it."""
        place = id(array)
        known = self._marks.get(place) or self._marks_before.get(place) or (array, _digest(array))
        self._marks[place] = known
        return known[1]

    def equal(self, before: Arrays, now: Arrays) -> bool:
        """Whether all rows of some columns are the same."""
        return bool(self._told(_equal, before, now))

    def standing(self, before: Arrays, now: Arrays) -> StandingRows:
        """Which row of some columns each row of others is."""
        found: StandingRows = self._told(_standing, before, now)
        return found

    def _told(self, how: Callable[[Arrays, Arrays], Any], before: Arrays, now: Arrays) -> Any:
        """Homes are the same for many questions: the same arrays are told apart once a judging."""
        key = (how, *map(id, before), *map(id, now))
        known = self._compared.get(key)
        if known is None:
            known = self._compared[key] = before, now, how(before, now)
        return known[2]

    def thing(self, key: tuple[Any, ...], held: Any, make: Callable[[], T]) -> T:
        """What `make` gives, kept for as long as it is asked for now and then."""
        named = self.named.setdefault(key[0], _Named())
        if named.judging != self.judging:
            named.judging, named.turn = self.judging, named.turn + 1
        kept = named.kept.get(key)
        if kept is None:
            kept = named.kept[key] = _Remembered(held, make())
        kept.turn = named.turn
        found: T = kept.value
        return found

    def calls(self, name: str, fixed: tuple[Any, ...]) -> list[Call]:
        """The last calls of a function beside the same things."""
        return self.thing((name, "by row", *map(_mark, fixed)), fixed, list)

    def forget(self) -> None:
        """Let go of what was not asked for of late."""
        self._compared.clear()
        self._marks_before, self._marks = self._marks, {}
        for named in self.named.values():
            if named.judging == self.judging:
                late = named.turn - TURNS_KEPT
                for key in [key for key, kept in named.kept.items() if kept.turn < late]:
                    del named.kept[key]


_recall: ContextVar[Recall | None] = ContextVar("recall", default=None)


@contextmanager
def recalling(recall: Recall) -> Iterator[None]:
    """While this lasts the functions of this module keep what they find, and find it again."""
    recall.judging += 1
    token = _recall.set(recall)
    try:
        yield
    finally:
        _recall.reset(token)
        recall.forget()


def current() -> Recall | None:
    """What the session that judges recalls; None outside one."""
    return _recall.get()


def is_recalling() -> bool:
    """Whether a session judges, and so will ask again."""
    return _recall.get() is not None


def by_row(
    name: str,
    make: Callable[..., Any],
    *columns: NDArray[Any],
    fixed: tuple[Any, ...] = (),
    few: int = FEW,
) -> Any:
    """
    What a function of single rows gives for columns of equal length.

    Parameters
    ----------
    make
        Takes the columns, or the same rows of all of them; gives an array, or several, with a value a row
        that hangs on that row and on `fixed` alone.
    fixed
        What else it hangs on: arrays, numbers, objects that never change.
    few
        Below so many rows it is simply called.

    Examples
    --------
    >>> by_row("twice", lambda numbers: numbers * 2, np.array([1.0, 2.0])).tolist()
    [2.0, 4.0]
    """
    recall = _recall.get()
    if recall is None or len(columns[0]) < few:
        return make(*columns)
    calls = recall.calls(name, fixed)
    for call in reversed(calls):
        if recall.equal(call.columns, columns):
            return call.found[0] if len(call.found) == 1 else call.found
    best, stand = likest(recall, calls, columns)
    if best is None or stand is None:
        made = make(*columns)
        found: Arrays = made if isinstance(made, tuple) else (made,)
        single = not isinstance(made, tuple)
    else:
        rows, single = stand.fresh, len(best.found) == 1
        found = tuple(map(stand.of, best.found))
        if len(rows):
            made = make(*(column[rows] for column in columns))
            for whole, some in zip(found, (made,) if single else made, strict=True):
                whole[rows] = some
    for one in found:
        one.flags.writeable = False
    calls.append(Call(columns, found))
    del calls[:-CALLS_KEPT]
    return found[0] if single else found


def by_rows_of(
    name: str, make: Callable[[NDArray[Any]], Arrays], column: NDArray[Any], fixed: tuple[Any, ...] = ()
) -> Arrays:
    """
    The same for a function that gives any number of rows for each row of its column.

    The last of the arrays that `make` gives says for which row of the column each row is, in their order.
    """
    recall = _recall.get()
    if recall is None or len(column) < FEW:
        return make(column)
    calls = recall.calls(name, fixed)
    for call in reversed(calls):
        if recall.equal(call.columns, (column,)):
            return call.found
    best, stand = likest(recall, calls, (column,))
    if best is None or stand is None:
        found = make(column)
    else:
        rows = stand.fresh
        found = _put_in(best.found, stand.kept, make(column[rows]) if len(rows) else None, rows)
    for one in found:
        one.flags.writeable = False
    calls.append(Call((column,), found))
    del calls[:-CALLS_KEPT]
    return found


def by_run(
    name: str,
    make: Callable[..., Sequence[Any]],
    heads: NDArray[Any],
    sizes: NDArray[np.intp],
    *columns: NDArray[Any],
) -> list[Any]:
    """
    The same for a function of runs of rows: each run has a head, and takes the next so many rows.

    `make` takes heads, sizes and rows of some of the runs, and gives an object for each of these.
    """
    recall = _recall.get()
    if recall is None or len(columns[0]) < FEW:
        return list(make(heads, sizes, *columns))
    calls = recall.calls(name, ())
    best, stand = likest(recall, calls, columns)
    found, fresh = np.empty(len(heads), dtype=object), np.ones(len(heads), dtype=bool)
    if best is not None and stand is not None:
        made, before, were = best.found
        run = _runs_standing(stand.kept, sizes, were)
        stays = (run >= 0) & (addresses(before[run]) == addresses(heads))
        found[stays], fresh = made[run[stays]], ~stays
    rows = np.repeat(fresh, sizes)
    for at, one in zip(
        np.flatnonzero(fresh).tolist(),
        make(heads[fresh], sizes[fresh], *(column[rows] for column in columns)),
        strict=True,
    ):
        found[at] = one
    calls.append(Call(columns, (found, heads, sizes)))
    del calls[:-CALLS_KEPT]
    return list(found)


def _runs_standing(
    kept: NDArray[np.intp], sizes: NDArray[np.intp], were: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Which run before each run is, all of whose rows stand in order; -1 for none, or without rows."""
    run_at = np.full(were.sum() + 1, -1, dtype=np.intp)
    held = np.flatnonzero(were)
    run_at[(np.cumsum(were) - were)[held]] = held
    first, last = np.cumsum(sizes) - sizes, np.cumsum(sizes) - 1
    broken = np.append(0, np.cumsum(np.diff(kept) != 1))
    here = np.flatnonzero(sizes)
    found = np.full(len(sizes), -1, dtype=np.intp)
    run = run_at[kept[first[here]]]  # what is not kept is -1, where no run begins
    whole = (run >= 0) & (were[run] == sizes[here]) & (broken[first[here]] == broken[last[here]])
    found[here[whole]] = run[whole]
    return found


def parts_of(shapes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """The parts of some shapes one by one, and which shape each is of."""
    parts, of = by_rows_of("parts", _parts_of, shapes)
    return parts, of


def _parts_of(shapes: NDArray[Any]) -> Arrays:
    parts, of = shapely.get_parts(shapes, return_index=True)
    return np.asarray(parts, dtype=object), of


def _put_in(found: Arrays, kept: NDArray[np.intp], fresh: Arrays | None, rows: Any) -> Arrays:
    """Rows of what was found for rows that stand, under their new numbers, and those found afresh."""
    stands = np.flatnonzero(kept >= 0)
    if fresh is not None and (kept[stands] == stands).all():
        still = np.zeros(found[-1].max(initial=len(kept)) + 1, dtype=bool)
        still[stands] = True
        stay = still[found[-1]]
        rest = [one[stay] for one in found]
        among = np.searchsorted(rest[-1], rows[fresh[-1]])
        news = (*fresh[:-1], rows[fresh[-1]])
        return tuple(np.insert(one, among, new, axis=0) for one, new in zip(rest, news, strict=True))
    of_each = np.bincount(found[-1], minlength=kept.max(initial=-1) + 1)
    counts, high = of_each[kept[stands]], np.cumsum(of_each)[kept[stands]]
    at = np.repeat(high - np.cumsum(counts), counts) + np.arange(counts.sum())
    parts = [(*(one[at] for one in found[:-1]), np.repeat(stands, counts))]
    if fresh is not None:
        parts.append((*fresh[:-1], rows[fresh[-1]]))
    whole = tuple(np.concatenate(pieces) for pieces in zip(*parts, strict=True))
    order = np.argsort(whole[-1], kind="stable")
    return tuple(one[order] for one in whole)


def once(name: str, make: Callable[[], T], *given: Any) -> T:
    """
    What `make` gives, made once for what it was given: shapes by identity, numbers and texts by value.

    It must hang on nothing else, and nobody may change what it gives.
    """
    recall = _recall.get()
    if recall is None:
        return make()
    return recall.thing((name, *map(_mark, given)), given, make)


def once_for(name: str, make: Callable[[], T], *given: Any) -> T:
    """The same, all that was given told apart by identity alone: long rows of texts."""
    recall = _recall.get()
    return make() if recall is None else recall.thing((name, *map(id, given)), given, make)


def largest(name: str, number: float, *given: Any) -> float:
    """The largest of all numbers that a session asked for beside the same things; without one, this."""
    recall = _recall.get()
    if recall is None:
        return number
    asked = recall.thing((name, *map(_mark, given)), given, lambda: [number])
    asked[0] = max(asked[0], number)
    return float(asked[0])


def tree_of(shapes: NDArray[Any]) -> shapely.STRtree:
    """The tree of some shapes: of those of a layer that stands it is not grown anew for a few others."""
    return once("tree", lambda: shapely.STRtree(shapes), shapes)


def _mark(given: Any) -> Any:
    """What tells one thing from another: address or bits."""
    if isinstance(given, np.ndarray):
        recall = _recall.get() if given.nbytes > LONG else None
        return given.shape, given.dtype.str, _digest(given) if recall is None else recall.digest(given)
    if given is None or isinstance(given, str | int | float | bool | bytes):
        return given
    if isinstance(given, tuple | list):
        return tuple(map(_mark, given))
    if is_dataclass(given) and type(given).__eq__ is not object.__eq__:
        return (type(given), *(_mark(getattr(given, each.name)) for each in fields(given)))
    return id(given)


def _digest(array: NDArray[Any]) -> bytes:
    """The bits of an array, of objects their addresses; of a long one a digest of them."""
    bits = (addresses(array) if array.dtype == object else array).tobytes()
    return bits if len(bits) <= LONG else hashlib.blake2b(bits, digest_size=16).digest()


def likest(recall: Recall, calls: list[Call], columns: Arrays) -> tuple[Call | None, StandingRows | None]:
    """
    The kept call with most of the same rows, and which of its rows each row is.

    It is let go of where these are its rows after an edit; where many differ, it was of others and stays.
    """
    best: tuple[Call | None, StandingRows | None] = (None, None)
    fewest = len(columns[0]) // 2
    for call in reversed(calls):
        if abs(len(call.columns[0]) - len(columns[0])) > fewest:
            continue
        stand = recall.standing(call.columns, columns)
        new = len(stand.fresh)
        if new < fewest or (new == 0 and best[0] is None):
            best, fewest = (call, stand), new
        if new <= NEAR:
            break
    if best[0] is not None and max(fewest, abs(len(best[0].columns[0]) - len(columns[0]))) <= MANY:
        calls.remove(best[0])
    return best


def _equal(before: Arrays, now: Arrays) -> bool:
    """Whether all rows of some columns are the same."""
    pairs = [(one, other) for one, other in zip(before, now, strict=True) if one is not other]
    return all(one.shape == other.shape and bool(_same_rows(one, other).all()) for one, other in pairs)


def _standing(before: Arrays, now: Arrays) -> StandingRows:
    kept = _kept(before, now)
    fresh = np.flatnonzero(kept < 0)
    stand = np.count_nonzero(kept == np.arange(len(kept)))
    return StandingRows(kept, fresh, len(before[0]) == len(kept) == stand + len(fresh))


def _kept(before: Arrays, now: Arrays) -> NDArray[np.intp]:
    """Which row of the columns before each row of those now is; -1 for one that was not there."""
    old, new = len(before[0]), len(now[0])
    short = min(old, new)
    kept = np.full(new, -1, dtype=np.intp)
    from_start = _alike(before, now, slice(None, short), slice(None, short))
    if old == new and np.count_nonzero(~from_start) <= MANY:
        kept[from_start] = np.flatnonzero(from_start)
        return kept
    from_end = _alike(before, now, slice(old - short, None), slice(new - short, None))
    ahead = short if from_start.all() else int(np.argmin(from_start))
    behind = short if from_end.all() else int(np.argmin(from_end[::-1]))
    behind = min(behind, short - ahead)
    few = 8 * max(np.count_nonzero(from_start), np.count_nonzero(from_end)) < new
    if new - ahead - behind <= NEAR or before[0].dtype != object or few:
        kept[:ahead] = np.arange(ahead)
        kept[new - behind :] = np.arange(old - behind, old)
        return kept
    # Rows came, went or moved in several places: each is looked for by its objects.
    where = _where(before)
    order = np.argsort(where)
    at = order[np.minimum(np.searchsorted(where, _where(now), sorter=order), old - 1)]
    found = _alike(before, now, at, slice(None))
    kept[found] = at[found]
    return kept


def _where(columns: Arrays) -> NDArray[np.uintp]:
    """A number for each row, the same where its objects are; others may have it too."""
    found = addresses(columns[0]).copy()
    for column in columns[1:]:
        if column.dtype == object:
            found = found * np.uintp(1_000_003) ^ addresses(column)
    return found


def _alike(before: Arrays, now: Arrays, here: Any, there: slice) -> NDArray[np.bool_]:
    each = [_same_rows(one[here], other[there]) for one, other in zip(before, now, strict=True)]
    return np.asarray(np.logical_and.reduce(each))


def _same_rows(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.bool_]:
    """Rows that are the same objects, or the same numbers to the last bit."""
    if one.dtype != other.dtype or one.shape[1:] != other.shape[1:]:
        return np.zeros(len(one), dtype=bool)
    if one.dtype == object:
        return np.asarray(addresses(one) == addresses(other))
    if one.dtype.kind == "f":
        one, other = (np.ascontiguousarray(each).view(f"i{each.dtype.itemsize}") for each in (one, other))
    alike = one == other
    return np.asarray(alike if alike.ndim == 1 else alike.all(axis=1))


def addresses(array: NDArray[Any]) -> NDArray[np.uintp]:
    """Where each object of an array lies in memory: equal for the same object, while both arrays live."""
    if not array.size:
        return np.empty(array.shape, dtype=np.uintp)
    return np.frombuffer(np.ascontiguousarray(array), dtype=np.uintp).reshape(array.shape)

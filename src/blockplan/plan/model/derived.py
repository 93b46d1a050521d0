"""
What is worked out of a plan once: what it rests on, how it is worked out again, and whether that differs.

It stands after an edit that touched nothing it rests on. It stands too where what it was worked out from
comes out the same: a parcel that turns from housing into offices leaves the land of schools as it was.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from itertools import chain, compress, starmap
from operator import attrgetter, eq, is_, is_not
from types import BuiltinFunctionType, CellType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.plan.model.recall import addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence, Set

    from numpy.typing import NDArray

#: What was read of a plan: (layer, column), with ``geometry``, ``ids`` (which rows there are), or EVERYTHING.
Read = tuple[str, str]
EVERYTHING = "*"
_THE_PLAN = object()
#: Rows of so many texts are compared as texts, all of one kind.
LONG = 16
#: What a function may hold and still hang on nothing but the plan: the key of what is derived names the rest.
_PLAIN = (str, int, float, bool, bytes, dt.date, type(None), type, BuiltinFunctionType, ModuleType)


@dataclass(frozen=True, slots=True)
class Touched:
    """What an edit touched: columns, with EVERYTHING of their layers, and layers of which everything was."""

    reads: frozenset[Read] = frozenset()
    whole: frozenset[str] = frozenset()

    @classmethod
    def of(cls, reads: Iterable[Read]) -> Touched:
        """The same; what read all of a layer read what was touched of it."""
        known = frozenset(reads)
        whole = frozenset(layer for layer, column in known if column == EVERYTHING)
        return cls(known | {(layer, EVERYTHING) for layer, _ in known}, whole)

    def spares(self, reads: Set[Read]) -> bool:
        """Whether nothing of some reads was touched."""
        return self.reads.isdisjoint(reads) and not (
            self.whole and any(layer in self.whole for layer, _ in reads)
        )


#: What is worked out of a plan goes by: words, and where in memory what was given besides lies.
Key = str | tuple[str | int, ...]


@dataclass(slots=True)
class Asking:
    """What is asked of a plan while something is worked out: its own reads, and keys of what was derived."""

    own: set[Read] = field(default_factory=set)
    uses: dict[Key, None] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Recipe:
    """
    A function that works something out of a plan, without the plan.

    With the plan that it was written for, every plan of a session would live as long as the last one.
    `reads` is what it is said to read, as in `Plan.cached`.
    """

    function: Any
    held: tuple[Any, ...]
    reads: Any

    @classmethod
    def of(
        cls, make: Callable[[], Any], plan: object, reads: Any = None, given: tuple[object, ...] = ()
    ) -> Recipe | None:
        """The recipe of a function; None where it holds more than the plan, things given and plain values."""
        if isinstance(make, type):
            return cls(make, (), reads)
        if not isinstance(make, FunctionType) or make.__defaults__:
            return None
        held, known = [cell.cell_contents for cell in make.__closure__ or ()], set(map(id, given))
        for at, one in enumerate(held):
            if one is plan:
                held[at] = _THE_PLAN
            elif not _is_plain(one, known):
                return None
        return cls((make.__code__, make.__globals__), tuple(held), reads)

    def on(self, plan: object) -> Callable[[], Any]:
        """The function for a plan."""
        if isinstance(self.function, type):
            return self.function
        held = tuple(CellType(plan if one is _THE_PLAN else one) for one in self.held)
        code, names = self.function
        return FunctionType(code, names, closure=held)

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        """Another process gets what was worked out, and not how: None."""
        return type(None), ()


@dataclass(slots=True, eq=False)
class Derived:
    """
    Something worked out of a plan.

    Attributes
    ----------
    own, uses
        What it read itself, and the keys of what else it asked for, in this order; what rests on nothing
        at all, not even on what was given, is not known to stand.
    recipe
        Works it out of any plan; None where that takes what only its caller had.
    given
        What its key tells by where it lies, which therefore has to live as long.
    reads
        All that it rests on, `uses` included; None until somebody asks (`Plan.reads_of`).
    """

    value: Any
    own: Set[Read]
    uses: tuple[Key, ...]
    recipe: Recipe | None
    given: tuple[object, ...] = ()
    reads: Set[Read] | None = None


def _is_plain(value: object, given: set[int]) -> bool:
    """Whether a value hangs on no plan: a plain one, or one of those given (by where they lie)."""
    if isinstance(value, _PLAIN) or id(value) in given:
        return True
    held: Iterable[object]
    if isinstance(value, dict):
        held = value.values()
    elif isinstance(value, tuple | list):
        held = value
    elif isinstance(value, FunctionType):
        held = (*(cell.cell_contents for cell in value.__closure__ or ()), *(value.__defaults__ or ()))
    else:
        return False
    return all(_is_plain(one, given) for one in held)


def same(one: Any, other: Any) -> bool:
    """
    Whether two values are the same to the last bit, shapes as objects; False where nobody can tell.

    Examples
    --------
    >>> same((1.0, "a"), (1.0, "a")), same(1, 1.0), same(0.0, -0.0), same(np.ones(2), np.ones(2))
    (True, False, False, True)
    """
    if one is other:
        return True
    return type(one) is type(other) and bool(_alike(one.__class__)(one, other))


@cache
def _alike(kind: type) -> Callable[[Any, Any], Any]:
    """How two values of a kind that are not one object are told apart."""
    for kinds, alike in _ALIKE:
        if issubclass(kind, kinds):
            return alike
    if hasattr(kind, "is_same"):  # knows of itself
        itself: Callable[[Any, Any], Any] = kind.is_same
        return itself
    if is_dataclass(kind):
        held = attrgetter("__class__", *(each.name for each in fields(kind)))
        return lambda one, other: all(map(same, held(one), held(other)))
    return is_


def _same_arrays(one: NDArray[Any], other: NDArray[Any]) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype != object:
        return _same_bytes(one, other)
    alike = (addresses(one) == addresses(other)).ravel()
    these, those = one.ravel()[~alike].tolist(), other.ravel()[~alike].tolist()
    return _same_each(these, those) if these and type(these[0]) is str else all(map(same, these, those))


def _same_bytes(one: NDArray[Any], other: NDArray[Any]) -> bool:
    whole = _WHOLE.get(one.dtype.itemsize)
    if one.size < LONG or whole is None or not (one.flags.c_contiguous and other.flags.c_contiguous):
        return one.tobytes() == other.tobytes()
    return bool((one.view(whole) == other.view(whole)).all())  # without a copy of either


def _same_each(one: Any, other: Any) -> bool:
    if len(one) != len(other):
        return False
    if len(one) >= LONG and _are_texts(one):  # ids; what is the same text is a text
        return type(one) is type(other) and bool(one == other)
    # Of long rows most are the same objects, often all: they are passed over without a call.
    rest = [*compress(zip(one, other, strict=True), map(is_not, one, other))]
    return _same_many(*zip(*rest, strict=True)) if len(rest) >= LONG else all(starmap(same, rest))


def _same_many(these: tuple[Any, ...], those: tuple[Any, ...]) -> bool:
    """Whether many values are the same; those of one kind are told together."""
    kinds = {*map(type, these)}
    if len(kinds) > 1 or kinds != {*map(type, those)}:
        return all(map(same, these, those))
    (kind,) = kinds
    if kind is float:
        return np.array(these).tobytes() == np.array(those).tobytes()
    if issubclass(kind, dict):
        held, others = ([tuple(one.values()) for one in some] for some in (these, those))
        return _same_rows([*map(tuple, these)], [*map(tuple, those)]) and _same_rows(held, others)
    return _same_rows(these, those) if issubclass(kind, tuple | list) else all(map(same, these, those))


def _same_rows(these: Sequence[Any], those: Sequence[Any]) -> bool:
    """Whether rows are the same: by columns where all are as long, such as parts, else one after another."""
    lengths = [*map(len, these)]
    if lengths != [*map(len, those)]:
        return False
    if len({*lengths}) == 1:
        return all(map(_same_each, zip(*these, strict=True), zip(*those, strict=True)))
    return _same_each([*chain(*these)], [*chain(*those)])


#: Size of a value in bytes -> the whole number of that size, by which values are the same if their bytes are.
_WHOLE = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}


def _are_texts(some: Any) -> bool:
    """Whether all of a row are texts."""
    if some.__class__ not in (tuple, list) or some[0].__class__ is not str:
        return False
    try:
        "".join(some)
    except TypeError:
        return False
    return True


def _same_floats(one: float, other: float) -> bool:
    return one == other and (one != 0 or math.copysign(1, one) == math.copysign(1, other))


_ALIKE: tuple[tuple[Any, Callable[[Any, Any], Any]], ...] = (
    (np.ndarray, _same_arrays),
    ((tuple, list), _same_each),
    (dict, lambda one, other: _same_each(one, other) and _same_each(one.values(), other.values())),
    (float, _same_floats),
    (frozenset, lambda one, other: one == other and all(type(each) is str for each in one)),
    ((str, int, bytes, dt.date), eq),
    (shapely.Geometry, shapely.equals_identical),
)

"""
What is missing, as a fact: which column of which layer, of which features, or why nothing can be measured.

Measures name facts; words are made where somebody reads them. The line that JSON writes is the English one of
``missing.toml``, or ``facilities.beds of F-12`` for a column (docs/contracts.md).
"""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from blockplan.texts import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TEXTS = Catalog("blockplan.measure", "missing.toml")
#: The layer of what ``plan.toml`` does not say; the column is its key.
MANIFEST = "plan.toml"
#: So many features are named one by one where something is missing; the rest are counted.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Missing:
    """
    One thing that is not known, or one reason why there is nothing to measure.

    Attributes
    ----------
    layer, column
        Where it is missing; a layer without a column is absent as a whole.
    ids, more
        The features that lack it, and how many more do; none where it is missing in all of them.
    why, values
        Key of ``missing.toml`` and what fills its words, where it is not simply an empty column.
    nothing
        Whether nothing is unknown: nobody lives in the plan, no parcel is of the class.
    """

    layer: str = ""
    column: str = ""
    ids: tuple[str, ...] = ()
    more: int = 0
    why: str = ""
    values: tuple[tuple[str, str], ...] = ()
    nothing: bool = False

    def lines(self) -> tuple[str, ...]:
        """The lines that JSON writes: one for each feature that is named, and one for the rest."""
        meant = (*self.ids, *((f"{self.more} more",) if self.more else ()))
        if self.why:
            return tuple(self.said("en", meant))
        if not self.column:
            return (f"{self.layer}: layer absent",)
        if self.layer == MANIFEST:
            return (f"{MANIFEST}: {self.column}",)
        what = f"{self.layer}.{self.column}"
        return tuple(f"{what} of {one}" for one in meant) or (what,)

    def said(self, lang: str, meant: Sequence[str]) -> list[str]:
        """The words of `why`: of each feature that is meant, or of all (``..._all``, where it has such)."""
        given = dict(self.values)
        if meant:
            return [TEXTS(self.why, lang, id=one, **given) for one in meant]
        whole = f"{self.why}_all"
        return [TEXTS(whole if whole in TEXTS else self.why, lang, **given)]


def reason(why: str, **values: str) -> Missing:
    """What has to be known besides the plan's features, in the words of `why`."""
    return Missing(why=why, values=tuple(values.items()))


def nothing(why: str, **values: str) -> Missing:
    """Why there is nothing to measure, in the words of `why`: a rule about it does not apply."""
    return replace(reason(why, **values), nothing=True)


def unknown(what: Missing, features: Iterable[object], of: int | None = None) -> tuple[Missing, ...]:
    """
    What is missing in some features.

    Where it is missing in all `of` of them (more than one), only the column is named; where it
    is missing in many, the first are named and the rest counted.

    Examples
    --------
    >>> lines(unknown(Missing("facilities", "beds"), ["F-12"]))
    ('facilities.beds of F-12',)
    >>> lines(unknown(Missing("facilities", "beds"), ["F-12", "F-13"], of=2))
    ('facilities.beds',)
    """
    named = features if isinstance(features, Sized) else list(features)
    if not len(named):
        return ()
    if len(named) == of and of > 1:
        return (what,)
    first = tuple(map(str, islice(named, NAMED)))
    return (replace(what, ids=first, more=max(len(named) - NAMED, 0)),)


def lines(missing: Iterable[Missing]) -> tuple[str, ...]:
    """The lines that JSON writes of all that is missing, each once."""
    return tuple(dict.fromkeys(line for one in missing for line in one.lines()))


def only_nothing(missing: Sequence[Missing]) -> bool:
    """Whether what is missing is only that there is nothing to measure."""
    return bool(missing) and all(one.nothing for one in missing)

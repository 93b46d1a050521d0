"""
Land-use code lists: what a code means, what it belongs to, and how it is drawn.

``cn2023`` is the national classification in force since 2023-11-22 (default);
``gb50137`` is the older urban list, mapped to it where the mapping is one to
one. A code that no list knows is kept and reported, never dropped.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

from blockplan.errors import UsageError
from blockplan.texts import pick

LISTS = ("cn2023", "gb50137")
DEFAULT_LIST = "cn2023"
UNKNOWN_COLOUR = "#d9d9d9"


@dataclass(frozen=True, slots=True)
class LandUse:
    """
    One class of a list.

    `parent` is the code one level up ("" at the top), `names` the name by
    language, `colour` the fill that Chinese planning drawings use for it
    (inherited from the parent where the list gives none), `safe` one that
    every kind of colour vision tells from the others, `maps_to` the
    code of ``cn2023`` that means the same ("" where there is none).
    """

    code: str
    level: int
    parent: str
    names: dict[str, str]
    colour: str
    maps_to: str
    safe: str = ""


class LandUseList:
    """A land-use code list, read from ``landuse_NAME.csv`` beside this module."""

    def __init__(self, name: str, classes: dict[str, LandUse]) -> None:
        self.name = name
        self.classes = classes

    def known(self, code: str | None) -> bool:
        """Whether the list has the code."""
        return code in self.classes

    def parent(self, code: str) -> str:
        """The code one level up; "" at the top and for an unknown code."""
        found = self.classes.get(code)
        return found.parent if found else ""

    def label(self, code: str, lang: str = "en") -> str:
        """Name of the class in a language; the code itself where the list does not know it."""
        found = self.classes.get(code)
        return pick(found.names, lang) if found else code

    def within(self, code: str | None, ancestor: str) -> bool:
        """
        Whether a code is `ancestor` or lies below it.

        Examples
        --------
        >>> landuse("cn2023").within("080403", "0804"), landuse("cn2023").within("0805", "0804")
        (True, False)
        """
        while code:
            if code == ancestor:
                return True
            code = self.parent(code)
        return False

    def top(self, code: str) -> str:
        """The first-level class that a code belongs to; the code itself where it is unknown."""
        while self.parent(code):
            code = self.parent(code)
        return code

    def colour(self, code: str | None) -> str:
        """Fill of the class on a drawing, as ``#rrggbb``; grey where it is unknown."""
        while code:
            found = self.classes.get(code)
            if found and found.colour:
                return found.colour
            code = self.parent(code)
        return UNKNOWN_COLOUR

    def safe_colour(self, code: str | None) -> str:
        """
        Fill that every kind of colour vision tells from those of other uses; that of the class above it
        or of ``cn2023`` where the list gives none, and the drawing's own `colour` where nobody does.

        Examples
        --------
        >>> landuse("cn2023").safe_colour("070102"), landuse("gb50137").safe_colour("R21")
        ('#faec9f', '#faec9f')
        """
        above = code
        while above:
            found = self.classes.get(above)
            if found and found.safe:
                return found.safe
            above = self.parent(above)
        national = self.nationals(code)[0] if code in self.classes and self.nationals(code) else None
        if self.name != DEFAULT_LIST and national is not None:
            return landuse().safe_colour(national)
        return self.colour(code)

    def to_national(self, code: str) -> str | None:
        """The ``cn2023`` code that means the same, or None where there is no one-to-one mapping."""
        found = self.classes.get(code)
        return (found.maps_to or None) if found else None

    def nationals(self, code: str) -> tuple[str, ...]:
        """
        The ``cn2023`` classes that a code may stand for: one where it means the same, else all that it holds.

        A class without a mapping of its own is what the classes below it are, else a part of what the
        nearest class above it is. A code that no list knows is itself; empty where nothing is known.

        Examples
        --------
        >>> older = landuse("gb50137")
        >>> older.nationals("G1"), older.nationals("R2"), older.nationals("B32")
        (('1401',), ('070102', '0702'), ('09',))
        """
        if self.name == DEFAULT_LIST or code not in self.classes:
            return (code,)
        own = self.to_national(code)
        if own is not None:
            return (own,)
        below = [entry.code for entry in self.classes.values() if entry.parent == code]
        if below:
            return tuple(dict.fromkeys(national for one in below for national in self.nationals(one)))
        above = self.parent(code)
        while above and self.to_national(above) is None:
            above = self.parent(above)
        return (self.classes[above].maps_to,) if above else ()

    @cached_property
    def codes_by_name(self) -> dict[str, frozenset[str]]:
        """Name in any language (without spaces, lower case) -> the codes that bear it."""
        found: dict[str, set[str]] = {}
        for entry in self.classes.values():
            for name in entry.names.values():
                found.setdefault(plain(name), set()).add(entry.code)
        return {name: frozenset(codes) for name, codes in found.items()}


def name_beside(list_name: str | None, code: str | None, name: str | None) -> str | None:
    """
    The class's name to stand beside a code that a parcel is given.

    The name that stands there stays where it fits the code too, or where the list does not know the code;
    else it is the code's own, in the language of the name before.

    Examples
    --------
    >>> name_beside("cn2023", "0902", "公园绿地"), name_beside("cn2023", "0902", "Park")
    ('商务金融用地', 'Business and finance')
    >>> name_beside("cn2023", "070102", "城镇住宅用地"), name_beside("cn2023", "0902", None)
    ('城镇住宅用地', None)
    """
    known = landuse(list_name if list_name in LISTS else DEFAULT_LIST)
    if name is None or code is None or not known.known(code):
        return name
    meant = known.codes_by_name.get(plain(name), frozenset())
    if any(known.within(code, each) for each in meant):
        return name
    spoken = (
        lang
        for each in sorted(meant)
        for lang, said in known.classes[each].names.items()
        if plain(said) == plain(name)
    )
    return known.label(code, next(spoken, "en" if name.isascii() else "zh"))


def listed_codes(text: str | None) -> list[str]:
    """
    The codes of a column that lists some, between commas of any language.

    Examples
    --------
    >>> listed_codes("0701, 0902，1401、16"), listed_codes(None)
    (['0701', '0902', '1401', '16'], [])
    """
    return [one.strip() for one in re.split("[,，、]", text or "") if one.strip()]


def plain(name: str) -> str:
    """A class name as it is compared: without spaces, in lower case."""
    return "".join(name.split()).lower()


@cache
def landuse(name: str = DEFAULT_LIST) -> LandUseList:
    """
    A land-use list by name.

    Raises
    ------
    UsageError
        If there is no such list; the message names those there are.
    """
    if name not in LISTS:
        raise UsageError(f"There is no land-use list {name!r}. Known lists: {', '.join(LISTS)}.")
    text = resources.files("blockplan.plan.model").joinpath(f"landuse_{name}.csv").read_text(encoding="utf-8")
    classes = {
        row["code"]: LandUse(
            row["code"],
            int(row["level"]),
            row["parent"],
            {lang: row[f"name_{lang}"] for lang in ("zh", "en", "ja") if row[f"name_{lang}"]},
            row["colour"],
            row["maps_to"],
            row.get("safe", ""),
        )
        for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    }
    return LandUseList(name, classes)

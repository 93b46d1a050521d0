"""
Land-use codes of five lists, and what each becomes in the list in force.

GB 50137-2011 (with its town and country classes H and E), the town planning standard GB 50188-2007,
GBJ 137-90, and the land and sea use classification of 2020 and of 2023. Each list is a table beside this
module: code, name, code of 2023, and what the old class holds that the new one does not.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from itertools import repeat
from typing import TYPE_CHECKING

from blockplan.exchange.office.messages import joined, worded
from blockplan.exchange.office.titles import plain, says_before, simplified
from blockplan.exchange.office.values import is_blank, text_of
from blockplan.plan.model.codes import landuse
from blockplan.plan.model.codes import plain as as_compared

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NATIONAL = "cn2023"
#: List -> what it is called, and words by which an office names it.
LISTS: dict[str, tuple[str, str]] = {
    "cn2023": (worded("list_cn2023"), r"用地用海|国土空间|2023|2020"),
    "cn2020": (worded("list_cn2020"), r"2020|试行"),
    "gb50137": ("GB 50137-2011", r"2011|50137|城市用地分类"),
    "town2007": (worded("list_town2007"), r"2007|50188|镇规划"),
    "gbj137": ("GBJ 137-90", r"1990|137-?90|^90"),
}
_CODE = re.compile(
    r"(?<![A-Za-z])(?:[A-Z]{1,3}|[A-Z][a-z]{1,2})\d{1,3}[a-z]?(?![a-z])|(?<![A-Za-z])[A-Z](?![A-Za-z\d]|/[A-Z]{2})|(?<!\d)\d{2}(?:\d{2}){0,2}(?!\d)"
)
_LATIN = re.compile(r"[A-Za-z]{3}")
_SHORT_ZONE = re.compile(r"[住商工][一二三四五]")
#: Signs that part the uses of one parcel.
_PARTS = re.compile(r"[/+&,;、|]|和|及|与|兼")
#: Words in a use's name that say more than its code -> code of 2023.
_BY_WORD = (
    (r"幼儿园|幼托|托幼", "080404"),
    (r"公交(?:首末|场)?站|公交枢纽", "120802"),
    (r"停车场|停车库", "120803"),
    (r"养老|老年|敬老", "080701"),
)


@dataclass(frozen=True, slots=True)
class OldClass:
    """A class of a list: its name, the code of 2023 that it becomes ("" for none), and what is lost."""

    code: str
    name: str
    to: str
    lost: str


@dataclass(slots=True)
class Translation:
    """What one code of the office becomes: code of 2023 (None for none), what is lost, and uses beside it."""

    given: str
    list_name: str
    to: str | None
    lost: str = ""
    beside: tuple[str, ...] = ()
    parcels: list[str] = field(default_factory=list)
    #: Whether the code and the name beside it say different classes.
    doubtful: bool = False


@cache
def old_list(name: str) -> dict[str, OldClass]:
    """The classes of a list by code."""
    if name == NATIONAL:
        national = landuse(NATIONAL)
        return {code: OldClass(code, national.label(code, "zh"), code, "") for code in national.classes}
    rows = csv.DictReader(line for line in _table(name).splitlines() if not line.startswith("#"))
    found = {
        row["code"]: OldClass(
            row["code"], row["name_zh"], row["cn2023"], worded(row["lost"]) if row["lost"] else ""
        )
        for row in rows
    }
    if name == "cn2020":
        # What the trial list has in common with the one in force stands only there.
        return {code: one for code, one in old_list(NATIONAL).items() if code not in _NEW_IN_2023} | found
    return found


#: Codes that the trial list of 2020 did not have (or had for something else, which its table then says).
_NEW_IN_2023 = frozenset(
    {"0205", "060201", "060202", "060203", "2004", "2005", "2203", "2204", "2205", "2206"}
)


def code_in(text: str) -> str:
    """
    The code in a text such as ``R2 二类居住用地`` or ``二类居住用地（R2）``; "" where it holds none.

    Examples
    --------
    >>> code_in("R2 二类居住用地"), code_in("二类居住用地（Ｒ２）"), code_in("0701"), code_in("居住用地")
    ('R2', 'R2', '0701', '')
    """
    return next(iter(codes_in(text)), "")


def codes_in(text: str) -> list[str]:
    """
    The codes of a parcel with several uses, the first one first.

    Examples
    --------
    >>> codes_in("R2/B1"), codes_in("B1B2"), codes_in("070102+0901（7:3）"), codes_in("A33")
    (['R2', 'B1'], ['B1', 'B2'], ['070102', '0901'], ['A33'])
    """
    return list(_codes_in(text_of(text)))


@lru_cache(maxsize=8192)
def _codes_in(text: str) -> tuple[str, ...]:
    # A share in brackets (7:3) is no code, nor is a letter behind one (`R(A)`).
    plain_text = re.sub(r"\d+\s*:\s*\d+|\d+(?:\.\d+)?\s*%|(?<=[A-Z])\([A-Z]\)\d*", "", text).replace(" ", "")
    if plain_text == plain_text.lower():
        plain_text = plain_text.upper()
    return tuple(dict.fromkeys(_CODE.findall(plain_text)))


def scores(values: Iterable[str], names: Sequence[str] | None = None) -> dict[str, float]:
    """
    List -> share of the codes that it knows, with a credit where the name beside the code is the list's own.

    Examples
    --------
    >>> found = scores(["R2", "C2", "T1", "D1"])
    >>> max(found, key=found.get)
    'gbj137'
    """
    # Thousands of parcels bear a few codes.
    counts = Counter(zip(values, names or repeat(""), strict=False))
    pairs = [(codes, plain(name), n) for (value, name), n in counts.items() if (codes := codes_in(value))]
    total = sum(n for _, _, n in pairs)
    if not pairs:
        return {}
    found: dict[str, float] = {}
    for list_name in LISTS:
        classes = old_list(list_name)
        known = sum(n * _known(codes[0], list_name) for codes, _, n in pairs)
        named = sum(
            n
            for codes, name, n in pairs
            if codes[0] in classes and name and _bare(classes[codes[0]].name) in name
        )
        found[list_name] = known / total + 0.5 * named / total
    return found


#: What layers of a drawing that are named after uses begin with.
_OF_USES = re.compile(r"^(?:YD|用地|地块|LAND)[-_ ]*", re.IGNORECASE)


def use_named(layer: str) -> str:
    """
    The land use that a layer is named after (``YD-R2``, ``R2二类居住用地``), as its code; "" for none.

    Examples
    --------
    >>> use_named("YD-R2"), use_named("R2二类居住用地"), use_named("地块"), use_named("0")
    ('R2', 'R2', '', '')
    """
    name = _OF_USES.sub("", layer.strip())
    code = code_in(name)
    known = code and name.startswith(code) and re.fullmatch(r"[A-Z]\d{0,3}|\d{4,6}", code)
    if not known or max(scores([code]).values(), default=0.0) < 1:
        return ""
    return code if name == code or re.match(r"[-_ ]?[\u4e00-\u9fff]+用?地?$", name[len(code) :]) else ""


def class_named(layer: str) -> str:
    """
    The class of land that a layer is called after in words (``YD-商业用地``, ``公园绿地``); "" for none.

    Examples
    --------
    >>> class_named("YD-商业用地"), class_named("公园绿地"), class_named("YD-小学"), class_named("商业")
    ('商业用地', '公园绿地', '小学', '')
    >>> class_named("用地红线"), class_named("现状商业用地"), class_named("规划用地"), class_named("YD-R2")
    ('', '', '', '')
    """
    name = re.sub(r"[\d_\-]+$", "", _OF_USES.sub("", layer.strip()))
    said = name if re.search(r".(?:用地|绿地)$", name) else ""
    if re.match(r"YD[-_ ]", layer.strip(), re.IGNORECASE):
        said = name
    if not re.search(r"[\u4e00-\u9fff]", said) or says_before(said) or code_in(said):
        return ""
    return said if translate("", NATIONAL, said).to else ""


def _known(code: str, list_name: str) -> float:
    if code in old_list(list_name):
        return 1.0
    return 0.6 if _shortened(code, list_name) else 0.0


def _bare(name: str) -> str:
    return plain(name).replace("其它", "其他").removesuffix("用地")


def _shortened(code: str, list_name: str) -> str:
    """The longest known code that a local one begins with (A334 is A33 in a city's own subdivision)."""
    least = 2 if code[:1].isdigit() else 1
    letters = len(re.match(r"[A-Za-z]*", code)[0])  # type: ignore[index]
    for end in range(len(code) - 1, max(least, letters) - 1, -1):
        if code[:end] in old_list(list_name):
            return code[:end]
    return ""


def translate(given: str, list_name: str, name: str = "") -> Translation:
    """
    What a code (or, without one, a name) becomes in the list in force.

    Examples
    --------
    >>> translate("R2", "gb50137").to, translate("B1/B2", "gb50137").beside, translate("H9", "gb50137").to
    ('070102', ('0902',), '1507')
    >>> translate("", "gb50137", "幼儿园用地").to, translate("R22", "gb50137", "幼儿园用地").to
    ('080404', '080404')
    >>> [translate("", "cn2023", one).to for one in ("Transport land", "Urban and village roads", "防護緑地")]
    ['12', '1207', '1402']
    """
    # Letters in a name of other words are no code of these lists (`Employment (B2/B8)`).
    in_name = [] if not given and _LATIN.search(name) else codes_in(name)
    codes = codes_in(given) or [code for code in in_name if _known(code, list_name)]
    if not codes:
        return _by_name(given, name or given, list_name)
    parts = [part for part in _PARTS.split(name) if part]
    names = parts if len(parts) == len(codes) else [name, *[""] * (len(codes) - 1)]
    first, *others = (_one(code, list_name, said) for code, said in zip(codes, names, strict=True))
    beside = tuple(dict.fromkeys(one.to for one in others if one.to and one.to != first.to))
    lost = first.lost
    if beside:
        lost = joined((lost, worded("mixed_use_main_code", code=codes[0])))
    return Translation(given, list_name, first.to, lost, beside, doubtful=first.doubtful)


def _one(code: str, list_name: str, name: str) -> Translation:
    classes = old_list(list_name)
    known = code if code in classes else _shortened(code, list_name) or _shortened(code.upper(), list_name)
    if not known:
        return Translation(code, list_name, None, worded("the_list_has_no_code", list=list_name, code=code))
    found = classes[known]
    lost = found.lost
    if known != code:
        lost = joined((worded("code_is_local_part_of", code=code, code2=known, name=found.name), lost))
    for words, to in _BY_WORD:
        # A word of the name decides only where it says more than the code.
        if (
            name
            and re.search(words, name)
            and found.to[:2] in {"07", "08", "12", ""}
            and not (found.to and landuse().within(found.to, to))
        ):
            return Translation(code, list_name, to, worded("use_by_name_not_by_code", name=name, code=code))
    return _contradicted(code, list_name, found, name) or Translation(code, list_name, found.to or None, lost)


def _contradicted(code: str, list_name: str, found: OldClass, name: str) -> Translation | None:
    """The class of a list that a name says, where it is no part of that of the code."""
    said = _exactly(name, list_name) if name and found.to else None
    foreign = said is None and found.to and _is_foreign(name)
    if foreign:
        # Letters of offices that write no simplified signs are their own.
        said = _by_name("", name, list_name)
    if said is None or not said.to or _bare(found.name) == _bare(name):
        return None
    if foreign and not _LATIN.search(name) and landuse().within(found.to, said.to):
        return Translation(code, list_name, said.to, worded("name_read_not_code", name=name, code=code))
    if landuse().within(said.to, found.to) or landuse().within(found.to, said.to):
        return None
    lost = worded("code_contradicts_name_beside", code=code, name=found.name, list=list_name, other=name)
    return Translation(code, list_name, said.to, lost, doubtful=True)


def _is_foreign(name: str) -> bool:
    """Whether a name is in Latin words, in traditional signs, or short as zones of Taiwan are (`住三`)."""
    return (
        _LATIN.search(name) is not None or simplified(name) != name or _SHORT_ZONE.fullmatch(name) is not None
    )


def _by_name(given: str, name: str, list_name: str) -> Translation:
    """A class by its name alone: of the list in force first, then of the office's list."""
    if is_blank(name):
        return Translation(given, list_name, None, "")
    exact = _exactly(name, list_name)
    if exact is not None:
        exact.given = given or name
        return exact
    for words, to, also in _names():
        # A row that begins at the beginning knows the code itself (`G/IC`), one with a comma a whole phrase.
        own = given != name and words.pattern.startswith("^") and words.search(given)
        if own or ("," in words.pattern and words.search(name)):
            return Translation(given or name, NATIONAL, to, worded("read_from", title=given or name), also)
    parts = [part for part in _PARTS.split(name) if part]
    if len(parts) > 1:
        read = [_by_name("", part, list_name) for part in parts]
        first = next((one for one in read if one.to), None)
        if first is not None:
            beside = tuple(dict.fromkeys(one.to for one in read if one.to and one.to != first.to))
            return Translation(
                given or name, first.list_name, first.to, worded("mixed_use_read_from_its_name"), beside
            )
    for words, to, also in _names():
        if words.search(name) or words.search(simplified(name)):
            return Translation(given or name, NATIONAL, to, worded("read_from_word_in_name", name=name), also)
    return Translation(given or name, list_name, None, worded("no_list_has_a_class", name=name))


def _exactly(name: str, list_name: str) -> Translation | None:
    """A class whose name in a list is just this."""
    bare = _bare(re.sub(r"[(（].*?[)）]", "", name))
    for which in (NATIONAL, list_name, "gb50137", "gbj137", "town2007"):
        hits = [one for one in old_list(which).values() if _bare(one.name) == bare]
        # The finest class of a name says the most; a class that stands on two levels means the same.
        if hits:
            longest = max(len(one.code) for one in hits)
            finest = [one for one in hits if len(one.code) == longest]
            to = _in_common([one.to for one in finest])
            which_one = "" if to == finest[0].to else worded("which_of_several_classes_of_name")
            lost = joined((worded("read_from_its_name"), which_one or finest[0].lost))
            return Translation(name, which, to or None, lost)
    # In English and Japanese the list in force alone has names; tags of maps (`orchard`) are none of them.
    tag = name.isascii() and name.islower()
    spoken = frozenset() if tag else landuse().codes_by_name.get(as_compared(name), frozenset())
    if not spoken:
        return None
    longest = max(map(len, spoken))
    to = _in_common([one for one in spoken if len(one) == longest])
    return Translation(name, NATIONAL, to or None, worded("read_from_its_name"))


def _in_common(classes: list[str]) -> str:
    """The finest class that holds all of some."""
    heads = [{one[:end] for one in classes} for end in (6, 4, 2)]
    return next((one for many in heads if len(many) == 1 for one in many if one in landuse().classes), "")


@cache
def _names() -> list[tuple[re.Pattern[str], str, tuple[str, ...]]]:
    """Words in names of uses -> class of 2023 and uses beside it."""
    rows = csv.DictReader(line for line in _table("names").splitlines() if not line.startswith("#"))
    return [
        (re.compile(row["words"]), row["cn2023"], (row["beside"],) if row["beside"] else ()) for row in rows
    ]


def _table(name: str) -> str:
    return resources.files("blockplan.exchange.office").joinpath(f"codes/{name}.csv").read_text("utf-8")

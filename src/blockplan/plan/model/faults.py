"""
A fault of the data: what is wrong, where, and what to do about it.

Kinds of fault, their grades and their words in three languages stand in
``faults.toml``; a `Fault` holds the kind and the values that fill the words.
A kind may have cases with words (and a grade) of their own: ``pq-far`` that
is a percentage reads otherwise than ``pq-far`` that contradicts the floor area.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from blockplan.figures import with_unit
from blockplan.jsontext import JsonRecord
from blockplan.texts import DEFAULT_LANGUAGE, Catalog, pick, toml_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Grade = Literal["error", "warning", "note"]
GRADES: tuple[Grade, ...] = ("error", "warning", "note")

CATALOG = Catalog("blockplan.plan.model", "faults.toml")
#: Names of what a plan is made of.
NAMES = Catalog("blockplan.plan.model", "names.toml")
#: With the space that follows an id of letters, but no word.
_ROW = re.compile(r"\(row (\d+)\)(?: (?=[^\x00-\x7f]))?")
#: Value of a sentence -> what it names, in ``names.toml``.
_NAMED = {
    "service": "service",
    "kind": "control_line",
    "layer": "layer",
    "parent": "layer",
    "objects": "layer",
    "column": "field",
    "read_as": "read_as",
}
#: What English calls as the files do.
_AS_IN_FILES = frozenset({"layer", "parent", "objects", "column", "read_as"})
#: What a reader looks for in the files to fix it.
_IN_FILES = frozenset({"layer", "parent", "objects", "column"})


@dataclass(frozen=True, slots=True)
class Fault(JsonRecord):
    """
    One fault of a plan's data.

    Attributes
    ----------
    rule
        Kind of fault, a key of ``faults.toml``: ``pq-cover``, ``pq-inside``, ...
    grade
        ``error``: the data contradict themselves or cannot be judged; ``warning``: likely
        wrong; ``note``: worth a look.
    layer, id
        Where: the layer, and the feature's id where it has one.
    x, y
        Place in the plan's CRS, metres; None where the fault has no place.
    measured, unit
        How large the fault is, e.g. 125.0 m2 of gap; None where it is a matter of yes or no.
    features
        Every (layer, id) whose data the fault puts in doubt, `id` included.
    aspect
        What of those features is in doubt: ``geometry`` or the name of a column.
    case
        Which of the kind's words say it; empty where the kind has no cases.
    """

    rule: str
    grade: Grade
    layer: str
    id: str | None = None
    x: float | None = None
    y: float | None = None
    measured: float | None = None
    unit: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    features: Sequence[tuple[str, str]] = ()
    aspect: str = "geometry"
    case: str = ""
    #: Where the words of its kind stand.
    catalog: ClassVar[Catalog] = CATALOG
    KEYS: ClassVar = (
        "rule", "grade", "layer", "id", "x", "y", "measured", "unit", "message", "remedy", "aspect",
        "features",
    )  # fmt: skip

    def message(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """What is wrong, in one sentence."""
        said = self.catalog(f"{_key(self.rule, self.case)}.message", lang, **self._words(lang))
        return rows_said(said, lang)

    def remedy(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """What to do about it, in one sentence."""
        said = self.catalog(f"{_key(self.rule, self.case)}.remedy", lang, **self._words(lang, files=True))
        return rows_said(said, lang)

    def _words(self, lang: str, *, files: bool = False) -> dict[str, Any]:
        """What fills a sentence; `files` gives columns and layers with what they are called in the files."""
        words: dict[str, Any] = {
            "layer": self.layer,
            "id": self.id,
            "measured": self.measured,
            "unit": with_unit("", self.unit or "", lang).strip(),
            **{key: pick(one, lang) if isinstance(one, dict) else one for key, one in self.values.items()},
        }
        for key in _NAMED.keys() & words.keys():
            if lang != DEFAULT_LANGUAGE or key not in _AS_IN_FILES:
                name = named(_NAMED[key], words[key], lang)
                both = files and key in _IN_FILES and name != words[key]
                words[key] = with_code(name, words[key]) if both else name
        return words | {"field": _Fields(lang, files=files)}


def titles() -> dict[str, dict[str, str]]:
    """Kind of fault -> what such faults are called together, in each language."""
    return {kind: one["title"] for kind, one in toml_table(CATALOG.package, CATALOG.name).items()}


def named(what: str, name: Any, lang: str = DEFAULT_LANGUAGE) -> Any:
    """
    What a reader calls a layer, column (``field``), service or kind of control line; else its own name.

    Examples
    --------
    >>> named("service", "nursing_home", "zh"), named("layer", "parcels", "ja"), named("service", "spa")
    ('养老机构', '区画', 'spa')
    """
    key = f"{what}.{name}"
    if key not in NAMES:
        return name
    return NAMES(key, lang).lower() if lang == DEFAULT_LANGUAGE else NAMES(key, lang)


def rows_said(text: str, lang: str) -> str:
    """
    A text in which features without an id, ``(row 3)``, are named in its language.

    Examples
    --------
    >>> rows_said("绿地 (row 3) 没有", "zh"), rows_said("(row 3)", "en")
    ('绿地 第 3 行没有', '(row 3)')
    """
    return text if lang == DEFAULT_LANGUAGE else _ROW.sub(lambda row: NAMES("row", lang, n=row[1]), text)


def with_code(name: str, code: str) -> str:
    """A name with what the files call it; a unit in brackets stays in the same ones."""
    return f"{name[:-1]}，{code}）" if name.endswith("）") else f"{name}（{code}）"


class _Fields(dict[str, str]):
    """Columns by their names in the files: ``{field[beds]}`` of a sentence."""

    def __init__(self, lang: str, *, files: bool) -> None:
        super().__init__()
        self.lang, self.files = lang, files

    def __missing__(self, column: str) -> str:
        name = NAMES(f"field.{column}", self.lang)
        return with_code(name, column) if self.files and self.lang != DEFAULT_LANGUAGE else name


def fault(rule: str, layer: str, id: str | None = None, **rest: Any) -> Fault:  # noqa: A002 (the contract's word)
    """
    A fault of a kind listed in ``faults.toml``, with the grade that the list gives its case or itself.

    `rest` are the other attributes of `Fault`. Without `features`, the fault
    puts the feature `id` itself in doubt.
    """
    rest.setdefault("features", ((layer, id),) if id is not None else ())
    kind = {**CATALOG.text(rule), **CATALOG.text(_key(rule, rest.get("case", "")))}
    grade = cast("Grade", kind["grade"])
    return Fault(rule, grade, layer, id, **rest)


def _key(rule: str, case: str) -> str:
    return f"{rule}.{case}" if case else rule

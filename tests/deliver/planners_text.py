"""
Texts as planners write them, with the truth about each figure: what the plan says, or a slip of some kind.

Every figure comes from the plan's layers here, without the code that binds figures. What stands between them as a
bare number says nothing of the plan: the present state, other places, earlier editions, standards, telephone
numbers. A figure that no table of the plan holds and that a reader must work out (a sum over some parcels, so
many m2 a head) is `derived`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import docx
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Private letters around a figure: right, wrong, right and derived, wrong and derived; end.
OPEN, END = {("right", False): "\ue000", ("wrong", False): "\ue001", ("right", True): "\ue002",
             ("wrong", True): "\ue003"}, "\ue00f"  # fmt: skip
MARKED = re.compile("([\ue000-\ue003])([^\ue00f]*)\ue00f")
NUMERALS = "零一二三四五六七八九十"


@dataclass(frozen=True)
class Figure:
    """A figure of the plan at its place in the text: offset, words, whether it is wrong, whether derived."""

    place: str
    start: int
    words: str
    wrong: bool
    derived: bool


@dataclass
class Planner:
    """Writes a text; one figure in `one_in` goes wrong."""

    seed: int = 1
    one_in: float = 8
    document: Any = field(default_factory=docx.Document)
    figures: list[Figure] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        self.paragraphs = self.tables = 0

    def n(self, value: float, decimals: int = 0, style: str = "", *, derived: bool = False) -> str:
        """A figure: ``,`` thousands, ``c`` a Chinese numeral, ``u`` rounded up, ``d`` down ("近", "余")."""
        step = 10.0**-decimals
        if style in {"u", "d"}:
            value = (np.ceil if style == "u" else np.floor)(round(value / step, 6)) * step
        right = self._said(value, decimals, style)
        said, state = right, "right"
        if self.random.random() * self.one_in < 1:
            said = self._said(self._slip(value, step, style), decimals, style)
            state = "right" if said == right else "wrong"
        return f"{OPEN[state, derived]}{said}{END}"

    def d(self, value: float, decimals: int = 0, style: str = "") -> str:
        """A figure that a reader must work out."""
        return self.n(value, decimals, style, derived=True)

    @staticmethod
    def _said(value: float, decimals: int, style: str) -> str:
        if style == "c":
            return NUMERALS[round(value)]
        return f"{round(value, decimals):{',' if style == ',' else ''}.{max(decimals, 0)}f}"

    def _slip(self, value: float, step: float, style: str) -> float:
        """Another value: a point put wrongly, two digits swapped, an old value, a unit beside."""
        kind = self.random.integers(4)
        if style == "c":
            return value + (1 if value < 2 or kind % 2 else -1)
        if kind == 0:
            return value * 10
        if kind == 1:
            return max(value + (1 if self.random.random() < 0.5 else -1) * max(3 * step, value * 0.1), step)
        if kind == 2:
            return value * 0.85 + 2 * step
        return value + max(2 * step, value * float(self.random.uniform(0.06, 0.3)))

    def head(self, text: str, level: int = 1) -> None:
        """A heading."""
        self.paragraphs += 1
        self.document.add_heading(self._keep(f"paragraph {self.paragraphs}", text), level)

    def p(self, *texts: str) -> None:
        """A paragraph."""
        self.paragraphs += 1
        text = self._keep(f"paragraph {self.paragraphs}", "".join(texts))
        paragraph, cut = self.document.add_paragraph(), int(self.random.integers(0, len(text)))
        paragraph.add_run(text[:cut])
        paragraph.add_run(text[cut:])

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table with one line of headings."""
        self.tables += 1
        all_rows = [list(heads), *map(list, rows)]
        table = self.document.add_table(rows=len(all_rows), cols=len(heads))
        for at, row in enumerate(all_rows):
            for column, (cell, text) in enumerate(zip(table.rows[at].cells, row, strict=True)):
                cell.text = self._keep(f"table {self.tables}, row {at + 1}, column {column + 1}", text)

    def _keep(self, place: str, text: str) -> str:
        plain, at = "", 0
        for found in MARKED.finditer(text):
            plain += text[at : found.start()]
            state = next(key for key, letter in OPEN.items() if letter == found[1])
            self.figures.append(Figure(place, len(plain), found[2], state[0] == "wrong", state[1]))
            plain, at = plain + found[2], found.end()
        self.texts[place] = plain + text[at:]
        return self.texts[place]


@dataclass
class Score:
    """What a check of a text found: figures, seeded errors, alarms."""

    figures: int = 0
    wrong: int = 0
    found: int = 0
    derived_wrong: int = 0
    derived_found: int = 0
    right: int = 0
    kept: int = 0
    alarms: int = 0
    false: list[tuple[str, str, str]] = field(default_factory=list)
    unfound: list[tuple[str, str, str]] = field(default_factory=list)
    unbound: list[tuple[str, str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"errors {self.found}/{self.wrong} (derived {self.derived_found}/{self.derived_wrong}), "
            f"false {len(self.false)}/{self.alarms} alarms, {len(self.false)}/{self.figures} figures, "
            f"right bound {self.kept}/{self.right}"
        )


def score(planner: Planner, statements: Iterable[Any]) -> Score:
    """Hold the statements of `check_text` against what the planner wrote."""
    made = Score()
    numbers: dict[str, list[tuple[int, int, Any]]] = {}
    at: dict[str, int] = {}
    for one in statements:
        if one.kind != "number":
            continue
        text = planner.texts.get(one.place, "")
        start = text.find(one.said, at.get(one.place, 0))
        start = text.find(one.said) if start < 0 else start
        at[one.place] = start + len(one.said)
        numbers.setdefault(one.place, []).append((start, start + len(one.said), one))
    used: set[int] = set()
    for figure in planner.figures:
        end = figure.start + len(figure.words)
        here = [one for one in numbers.get(figure.place, []) if one[0] < end and figure.start < one[1]]
        missed = [one for *_, one in here if one.state == "missed"]
        kept = any(one.state == "kept" for *_, one in here)
        text = planner.texts[figure.place]
        said = (figure.place, figure.words, text[max(0, figure.start - 60) : end + 25])
        made.figures += 1
        if figure.wrong:
            made.derived_wrong += figure.derived
            made.derived_found += figure.derived and bool(missed)
            made.wrong += not figure.derived
            made.found += not figure.derived and bool(missed)
            if not missed:
                why = here[0][2] if here else None
                made.unfound.append((*said, f"{why.state} {why.bound_to} {why.why}" if why else "not read"))
            used |= {id(one) for one in missed}
        else:
            made.right += not figure.derived
            made.kept += kept and not figure.derived
            if not kept and not missed and not figure.derived:
                why = here[0][2] if here else None
                made.unbound.append((*said, f"{why.state} {why.why}" if why else "not read"))
    for place, ones in numbers.items():
        for start, end, one in ones:
            if one.state == "missed":
                made.alarms += 1
                if id(one) not in used:
                    text = planner.texts[place]
                    made.false.append(
                        (place, one.said, text[max(0, start - 60) : end + 25], f"{one.right} {one.bound_to}")
                    )
    return made

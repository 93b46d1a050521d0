"""
Texts of a plan with errors at known places: what an office's volume says, in three languages.

Every value is taken from the plan's layers by geopandas alone. A number, a name or an end of a range that
goes wrong is remembered with its place; so is each that is right. What is said of other things (surveys,
standards, costs, other towns) is of no plan: whatever is reported there is a false alarm.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import docx
import pandas as pd
from docx.shared import Mm

from blockplan.plan.model.codes import landuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blockplan.plan import Plan

WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
#: Around what is told: a private letter, which piece it is, another one, the words, the end.
MARK = re.compile("\ue000([0-9]+)\ue001([^\ue002]*)\ue002")
_FIELD = re.compile(r"\{([a-z_]+)(?::([a-z0-9.]+))?\}")


class LackingError(Exception):
    """The plan does not say what a sentence would say."""


@dataclass
class Piece:
    """A number, a name or an end of a range as it stands in the text; ``right`` is what it should be."""

    kind: str
    said: str
    right: str
    place: str = ""
    start: int = -1
    #: Where what it should be stands in the text without errors.
    at: int = -1

    @property
    def wrong(self) -> bool:
        """Whether an error was seeded."""
        return self.said != self.right


@dataclass
class SeededText:
    """A text, the same one without errors, its pieces, and the plain text of each place."""

    document: Any = field(default_factory=docx.Document)
    without_errors: Any = field(default_factory=docx.Document)
    pieces: list[Piece] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


@dataclass
class Found:
    """What a check says of a text's pieces, and of what is none."""

    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: Of those seeded in what is bound where it is right.
    told_of_bound: Counter[tuple[str, str]] = field(default_factory=Counter)
    right: Counter[tuple[str, str]] = field(default_factory=Counter)
    statements: int = 0
    listed: list[tuple[str, str, str, str]] = field(default_factory=list)
    false: list[tuple[str, str, str, str]] = field(default_factory=list)
    doubts: list[tuple[str, str, str, str]] = field(default_factory=list)
    unbound: list[tuple[str, str, str, str]] = field(default_factory=list)
    let_go: list[tuple[str, str, str, str]] = field(default_factory=list)

    def share_of_bound(self, *states: str, kind: str = "") -> float:
        """Of the errors seeded in what is bound where it is right the share that is in some states."""
        return _share(self.told_of_bound, states, kind)

    def share(self, *states: str, kind: str = "") -> float:
        """The share of seeded errors that are in some states."""
        return _share(self.told, states, kind)

    @property
    def bound(self) -> float:
        """The share of right figures, names and ranges that are bound."""
        kept = sum(n for (_, state), n in self.right.items() if state in {"kept", "represented"})
        return kept / max(self.right.total(), 1)


def _share(told: Counter[tuple[str, str]], states: Sequence[str], kind: str) -> float:
    mine = {key: count for key, count in told.items() if kind in {"", key[0]}}
    return sum(n for (_, state), n in mine.items() if state in states) / max(sum(mine.values()), 1)


#: States of a statement; where several meet a piece the first of them counts.
ORDER = ("missed", "doubtful", "kept", "represented", "not_evidenced", "context")
BOUND = frozenset({"kept", "represented"})


def _by_place(statements: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for one in statements:
        found.setdefault(one.place, []).append(one)
    return found


def _meeting(ledger: dict[str, list[Any]], place: str, start: int, size: int) -> list[Any]:
    """What a ledger says of some words, the worst first."""
    here = [one for one in ledger.get(place, []) if one.start < start + size and start < one.end]
    return sorted(here, key=lambda one: ORDER.index(one.state))


def score(text: SeededText, statements: Iterable[Any], without_errors: Iterable[Any] = ()) -> Found:
    """Hold the ledger of a text, and that of the same text without errors, against what was written."""
    found, used = Found(), set()
    at, clean = _by_place(statements), _by_place(without_errors)
    found.statements = sum(one.state != "context" for ones in at.values() for one in ones)
    for piece in text.pieces:
        here = _meeting(at, piece.place, piece.start, len(piece.said))
        state = here[0].state if here else "unread"
        plain = text.texts[piece.place]
        said = (
            piece.kind, f"{piece.said} for {piece.right}", f"{piece.place}: {plain[max(0, piece.start - 50) : piece.start + 30]}",
            f"{state} {here[0].bound_to} {here[0].right} {here[0].why.get('en', '')}" if here else state,
        )  # fmt: skip
        if piece.wrong:
            asked = state == "doubtful" and piece.kind == "name"
            state = "missed" if asked else state
            found.told[piece.kind, state] += 1
            used |= {id(one) for one in here if one.state == "missed"}
            if state != "missed":
                found.listed.append(said)
            right = _meeting(clean, piece.place, piece.at, len(piece.right))
            if right and right[0].state in BOUND:
                found.told_of_bound[piece.kind, state] += 1
                if state != "missed":
                    found.let_go.append((*said[:3], f"{said[3]}; right: {right[0].bound_to}"))
        else:
            found.right[piece.kind, state] += 1
            if state not in {*BOUND, "missed"}:
                (found.doubts if state == "doubtful" else found.unbound).append(said)
    alarms = [one for ones in at.values() for one in ones if one.state == "missed"]
    for one in (one for one in alarms if id(one) not in used):
        around = text.texts[one.place][max(0, one.start - 60) : one.end + 30]
        told = f"{one.right} {one.bound_to} {one.why.get('en', '')}"
        found.false.append((one.place, one.said, around, told))
    return found


class Truth:
    """What a plan says, from its layers alone."""

    def __init__(self, plan: Plan, lang: str) -> None:
        self.lang = lang
        parcels = plan.layer("parcels")
        self.parcels = parcels.assign(m2=parcels.geometry.area, id=parcels.index.astype(str))
        self.whole = float(self.parcels["m2"].sum())
        self.people = parcels["residents"].sum()
        name = f"name_{lang}"
        self.blocks = self._named(plan.layer("blocks"), name, WORDS[lang]["block_of"])
        self.facilities = plan.layer("facilities")
        self.facilities = self.facilities[self.facilities[name].notna()] if name in self.facilities else []
        self.streets: dict[str, Any] = {}
        frame = plan.layer("streets")
        for street, rows in frame.groupby(name) if name in frame else ():
            widths = set(rows["red_line_width_m"].dropna())
            if len(widths) == 1:
                self.streets[street] = widths.pop()
        self.uses: dict[str, str] = {}
        for code in sorted(parcels["land_use"].dropna().unique()):
            if landuse("cn2023").known(code):
                label = landuse("cn2023").label(code, lang).removeprefix(f"{code} ")
                self.uses[code] = label
        self.services = Counter(plan.layer("facilities")["service"].dropna())
        self.counts = {layer: len(plan.layer(layer)) for layer in ("parcels", "blocks", "subblocks")}
        names = [*self.streets, *(self.facilities[name] if len(self.facilities) else ())]
        self.names = {*names, *self.parcels["id"]}

    @staticmethod
    def _named(frame: Any, name: str, number: str) -> dict[str, str]:
        return {
            str(id_): (row.get(name) or number.format(id_))
            for id_, row in zip(frame.index, frame.to_dict("records"), strict=True)
        }


class _Writer:
    """Fills sentences with what a plan says; one piece in `one_in` goes wrong."""

    def __init__(self, plan: Plan, lang: str, seed: int, one_in: float) -> None:
        self.random, self.one_in, self.lang = Random(seed), one_in, lang
        self.truth, self.text = Truth(plan, lang), SeededText()
        self.words = WORDS[lang]
        self.paragraphs = self.tables = 0
        #: Whether a name of the sentence is wrong: its figures are of no thing of the plan.
        self.of_another = False

    # pieces

    def number(
        self, value: float, decimals: int = 0, *, kind: str = "number", thousands: bool = False
    ) -> str:
        """A figure; a wrong one differs by more than its last digit."""
        if pd.isna(value):
            raise LackingError
        comma = "," if thousands else ""
        right = said = f"{value:{comma}.{decimals}f}"
        if float(right.replace(",", "")) == 0:
            raise LackingError
        if not self.of_another and self.random.random() * self.one_in < 1:
            said = f"{self._slip(value, 10.0**-decimals):{comma}.{decimals}f}"
        return self._mark(kind, said, right)

    def _slip(self, value: float, step: float) -> float:
        kind = self.random.randrange(5)
        if kind == 0:
            return value * 10
        if kind == 1:
            return value + step * self.random.choice([2, 3, 5])
        if kind == 2 and value > 4 * step:
            return value - step * self.random.choice([2, 3])
        if kind == 3:
            return value * 0.85 + 2 * step
        return value + max(2 * step, value * self.random.uniform(0.06, 0.3))

    def name(self, right: str, wrong: str) -> str:
        """A name, or a wrong one in its place."""
        slips = not self.of_another and wrong != right and self.random.random() * self.one_in < 1
        said = self._mark("name", wrong if slips else right, right)
        self.of_another |= slips
        return said

    def _mark(self, kind: str, said: str, right: str) -> str:
        if self.of_another and kind != "name":
            return said  # of a thing that the plan does not have: neither right nor wrong
        self.text.pieces.append(Piece(kind, said, right))
        return f"\ue000{len(self.text.pieces) - 1}\ue001{said}\ue002"

    # what is written

    def head(self, text: str, level: int) -> None:
        """A heading."""
        self.paragraphs += 1
        for document, said in self._keep(f"paragraph {self.paragraphs}", text):
            document.add_heading(said, level)

    def paragraph(self, *sentences: str, style: str | None = None) -> None:
        """A paragraph."""
        self.paragraphs += 1
        joint = " " if self.lang == "en" else ""
        for document, said in self._keep(f"paragraph {self.paragraphs}", joint.join(sentences)):
            document.add_paragraph(said, style)

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table with a line of headings."""
        self.tables += 1
        made = {
            id(one): one.add_table(rows=len(rows) + 1, cols=len(heads), style="Table Grid")
            for one in (self.text.document, self.text.without_errors)
        }
        lines = {key: [line.cells for line in one.rows] for key, one in made.items()}
        for at, row in enumerate([heads, *rows], 1):
            for column, text in enumerate(row, 1):
                for document, said in self._keep(f"table {self.tables}, row {at}, column {column}", text):
                    lines[id(document)][at - 1][column - 1].text = said

    def _keep(self, place: str, text: str) -> list[tuple[Any, str]]:
        """What to write into the document, and into the one without errors."""
        plain, right, at = "", "", 0
        for found in MARK.finditer(text):
            between = text[at : found.start()]
            piece = self.text.pieces[int(found[1])]
            piece.place, piece.start, piece.at = place, len(plain + between), len(right + between)
            plain, right, at = plain + between + found[2], right + between + piece.right, found.end()
        self.text.texts[place] = plain + text[at:]
        return [
            (self.text.document, self.text.texts[place]),
            (self.text.without_errors, right + text[at:]),
        ]

    # sentences

    def say(self, kind: str, values: dict[str, Any]) -> str:
        """A sentence of a kind, filled; what the plan lacks leaves the sentence out."""
        for template in self.random.sample(self.words[kind], len(self.words[kind])):
            before, self.of_another = len(self.text.pieces), False
            try:
                return _FIELD.sub(lambda found: self._filled(found, values), template)
            except LackingError:
                del self.text.pieces[before:]
            finally:
                self.of_another = False
        return ""

    def _filled(self, found: re.Match[str], values: dict[str, Any]) -> str:
        value, form = values.get(found[1]), found[2]
        if value is None or (not isinstance(value, tuple | str) and pd.isna(value)):
            raise LackingError
        if isinstance(value, tuple):
            return self.name(*value)
        if isinstance(value, str):
            return value
        form = form or "0"
        scale, decimals = {"ha": (1e-4, 2), "haa": (1e-4, 1), "mu": (15e-4, 1), "wan": (1e-4, 2), "wann": (1e-4, 1),
                           "km": (1e-6, 2), "pc": (100, 0), "pcc": (100, 1), "m": (1e-6, 2)}.get(form, (1, None))  # fmt: skip
        if decimals is None:
            decimals = int(form.removesuffix("t").removesuffix("r"))
        kind = "range" if found[1].startswith(("low", "high")) else "number"
        return self.number(value * scale, decimals, thousands=form.endswith("t"), kind=kind)

    def id(self, id_: str) -> tuple[str, str]:
        """A parcel's number, and one that no parcel has."""
        for _ in range(30):
            last = re.search(r"[0-9]+$", id_)
            digits = str(self.random.randrange(10 ** len(last[0]))).zfill(len(last[0])) if last else "9"
            wrong = id_[: last.start()] + digits if last else id_ + "9"
            if wrong not in self.truth.names:
                return id_, wrong
        return id_, id_

    def called(self, name: str) -> tuple[str, str]:
        """A name, and a slip of it: a letter that sounds or looks alike, or a wholly other one."""
        stems, other = self.words["stems"], self.random.random() < 0.3
        if self.lang == "en":
            head, _, rest = name.partition(" ")
            at = max(range(len(head)), key=lambda one: (head[one] in "aeiou", one))
            wrong = (
                f"{self.random.choice(stems)} {rest}"
                if other and rest
                else f"{head[:at]}{'o' if head[at] != 'o' else 'a'}{head[at + 1 :]} {rest}".strip()
            )
        else:
            wrong = (
                f"{self.random.choice(stems)}{name[2:]}"
                if other and len(name) > 3
                else f"{name[0]}{self.random.choice('津杏岚棠穗')}{name[2:]}"
            )
        return name, wrong if wrong not in self.truth.names else name

    def parcel(self, row: Any) -> dict[str, Any]:
        """What may be said of a parcel."""
        use = self.truth.uses.get(row["land_use"], "")
        return {"id": self.id(row["id"]), "use": use, "area": row["m2"], "far": row["far"], "height": row["height_m"],
                "coverage": row["coverage_ratio"], "green": row["green_ratio"], "floor": row["floor_area_m2"],
                "people": row["residents"], "homes": row["dwellings"], "jobs": row["jobs"], "parking": row["parking_spaces"]}  # fmt: skip

    def write(self, size: float) -> SeededText:
        """The volume; `size` 1 has 23 pages of the reference plan."""
        t, w, rng = self.truth, self.words, self.random
        noise = iter(rng.sample(w["noise"] * 40, len(w["noise"]) * 40))
        heads = iter(w["heads"])
        whole = {"area": t.whole, "people": t.people or None, "homes": _sum(t.parcels["dwellings"]),
                 "floor": _sum(t.parcels["floor_area_m2"]), "n": float(t.counts["parcels"]), "blocks": float(t.counts["blocks"]) or None}  # fmt: skip
        self.head(next(heads), 1)
        for kind in w["noise"][: int(8 * size)]:
            self.paragraph(kind)
        self.head(next(heads), 1)
        for _ in range(int(10 * size) + 1):
            self._say_all("whole", [whole], noise)
        self.head(next(heads), 1)
        self._land(size, noise)
        self.head(next(heads), 1)
        self._blocks(size, noise)
        self.head(next(heads), 1)
        built = t.parcels[t.parcels["far"].notna()]
        built = built if len(built) else t.parcels
        many = int(110 * size) + 4 if len(built) else 0
        # Of a small plan a long text says more of each parcel.
        chosen = built.sample(many, replace=many > len(built), random_state=rng.randrange(10**6))
        for row in chosen.to_dict("records"):
            self._say_all("parcel", [self.parcel(row)], noise)
        self._ranges(size, noise)
        self._parcel_table(built, size)
        self.head(next(heads), 1)
        self._facilities(size, noise)
        self.head(next(heads), 1)
        self._streets(size, noise)
        return self.text

    def _say_all(self, kind: str, values: Sequence[dict[str, Any]], noise: Any) -> None:
        said = [one for one in (self.say(kind, each) for each in values) if one]
        if self.random.random() < 0.25:
            said.insert(self.random.randrange(len(said) + 1), next(noise))
        if said:
            self.paragraph(*said, style="List Bullet" if self.random.random() < 0.2 else None)

    def _land(self, size: float, noise: Any) -> None:
        t, rows = self.truth, []
        for code, label in t.uses.items():
            own = t.parcels[t.parcels["land_use"] == code]
            # A class that has classes below it is all of them.
            below = t.parcels[t.parcels["land_use"].fillna("").str.startswith(code)]
            area = below["m2"].sum()
            values = {
                "use": label,
                "area": area,
                "share": area / t.whole,
                "n": float(len(below)) if len(own) == len(below) else None,
            }
            rows.append((code, label, area))
            if self.random.random() < max(size, 0.3):
                self._say_all("use", [values], noise)
        cells = [
            [code, label, self.number(area / 1e4, 2), self.number(100 * area / t.whole, 2)]
            for code, label, area in rows
            if area > 5e3
        ]
        last = ["", self.words["total"], self.number(t.whole / 1e4, 2), "100.00"]
        self.table(self.words["heads_land"], [*cells, last])

    def _blocks(self, size: float, noise: Any) -> None:
        t, cells = self.truth, []
        for id_, name in t.blocks.items():
            own = t.parcels[t.parcels["block_id"] == id_]
            if not len(own):
                continue
            values = {
                "block": name,
                "n": float(len(own)),
                "people": _sum(own["residents"]),
                "floor": _whole(own),
                "homes": _sum(own["dwellings"]),
            }
            for _ in range(1 + int(2 * size)):
                self._say_all("block", [values], noise)
            cells.append(
                [
                    name,
                    self.number(len(own)),
                    *(
                        self.number(_sum(own[key]) or 0) if _sum(own[key]) else "—"
                        for key in ("residents", "dwellings")
                    ),
                ]
            )
        if cells:
            sums = [
                self.number(_sum(t.parcels[key])) if _sum(t.parcels[key]) else "—"
                for key in ("residents", "dwellings")
            ]
            self.table(
                self.words["heads_block"],
                [
                    *cells,
                    [
                        self.words["total"],
                        self.number(len(t.parcels[t.parcels["block_id"].isin(t.blocks)])),
                        *sums,
                    ],
                ],
            )

    def _ranges(self, size: float, noise: Any) -> None:
        t = self.truth
        groups = [
            ("use", label, t.parcels[t.parcels["land_use"].fillna("").str.startswith(code)])
            for code, label in t.uses.items()
        ]
        groups += [("block", name, t.parcels[t.parcels["block_id"] == id_]) for id_, name in t.blocks.items()]
        for _, name, own in groups:
            for column, _, scale in (
                ("far", 2, 1),
                ("height_m", 0, 1),
                ("coverage_ratio", 0, 100),
                ("green_ratio", 0, 100),
            ):
                known = own[column].dropna() * scale
                if len(known) > 1 and known.min() < known.max() and self.random.random() < max(size, 0.4):
                    values = {"of": name, "low": known.min(), "high": known.max()}
                    self._say_all(f"range_{column}", [values], noise)
        ids = sorted(t.parcels["id"])
        for _ in range(int(14 * size) + 2):
            at = self.random.randrange(len(ids) - 6)
            first, last = ids[at], ids[at + self.random.randrange(2, 6)]
            self._say_all("range_id", [{"first": self.id(first), "last": self.id(last)}], noise)

    def _parcel_table(self, built: pd.DataFrame, size: float) -> None:
        cells = []
        for row in built.head(int(90 * size) + 4).to_dict("records"):

            def cell(value: Any, decimals: int = 0) -> str:
                try:
                    return self.number(value, decimals)
                except LackingError:
                    return "—"

            self.of_another = False
            cells.append([self.name(*self.id(row["id"])), row["land_use"] or "", cell(row["m2"] / 1e4, 2), cell(row["far"], 2),
                          cell(row["height_m"]), cell(100 * row["coverage_ratio"]), cell(100 * row["green_ratio"])])  # fmt: skip
        self.of_another = False
        self.table(self.words["heads_parcel"], cells)

    def _facilities(self, size: float, noise: Any) -> None:
        t, cells = self.truth, []
        kinds = self.words["kinds"]
        for service, count in t.services.items():
            if service in kinds:
                self._say_all("service", [{"kind": kinds[service], "n": float(count)}], noise)
        if not len(t.facilities):
            return
        ids = list(t.parcels["id"])
        for row in t.facilities.to_dict("records")[: int(60 * size) + 6]:
            name, id_ = row[f"name_{self.lang}"], row["parcel_id"]
            where = (id_, self.random.choice(ids)) if isinstance(id_, str) else None
            capacity = row["beds"] if not pd.isna(row["beds"]) else None
            values = {
                "name": self.called(name),
                "where": where,
                "floor": row["floor_area_m2"],
                "site": row["site_area_m2"],
                "beds": capacity,
                "places": row["places"],
            }
            self._say_all("facility", [values], noise)
            if where and not pd.isna(row["floor_area_m2"]):
                cells.append(
                    [self.name(*self.called(name)), self.name(*where), self.number(row["floor_area_m2"])]
                )
                self.of_another = False
        self.table(self.words["heads_facility"], cells)

    def _streets(self, size: float, noise: Any) -> None:
        t, cells = self.truth, []
        for name, width in list(t.streets.items())[: int(50 * size) + 6]:
            self._say_all("street", [{"name": self.called(name), "width": width}], noise)
            cells.append([self.name(*self.called(name)), self.number(width)])
            self.of_another = False
        if cells:
            self.table(self.words["heads_street"], cells)


def _sum(column: pd.Series) -> float | None:
    """A sum; None where nothing is known."""
    return float(column.sum()) if column.notna().any() else None


def _whole(own: pd.DataFrame) -> float | None:
    """Floor area of parcels that all say theirs; None where one with a ratio does not."""
    silent = own["floor_area_m2"].isna() & own["land_use"].isin(
        own.loc[own["floor_area_m2"].notna(), "land_use"]
    )
    return None if silent.any() else _sum(own["floor_area_m2"])


def seeded_text(plan: Plan, lang: str, seed: int = 1, one_in: float = 10, size: float = 1.0) -> SeededText:
    """A volume of a plan in a language, with one piece in `one_in` wrong; 23 pages of the reference plan at `size` 1."""
    text = _Writer(plan, lang, seed, one_in).write(size)
    for section in (*text.document.sections, *text.without_errors.sections):
        section.page_width, section.page_height = Mm(210), Mm(297)  # A4
    return text

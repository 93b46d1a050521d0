"""
What stands beside a map: figures, legend, what binds and what guides, verdicts, title block.

What a part of the plan comes to: sums of what its parcels state, for a panel and for a block's table.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from blockplan.check.parcelwise import of_some
from blockplan.figures import is_known
from blockplan.plan import BASE
from blockplan.report.fonts import missing, printable
from blockplan.report.office import TABLES
from blockplan.report.office.columns import form_in, shared_hectares, shown
from blockplan.report.office.streets import streets_along
from blockplan.report.office.zeros import havers
from blockplan.report.public.qr import qr_svg
from blockplan.report.reference_system import crs_said
from blockplan.report.sheets import extents
from blockplan.report.sheets.overlaymap import OVERLAYS
from blockplan.report.sheets.printed_tables import ems, in_lines, least, printed, unbroken
from blockplan.report.sheets.scene import said
from blockplan.units import M2_PER_HA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from blockplan.check.verdict import Verdict
    from blockplan.report.sheets.extents import Extent
    from blockplan.report.sheets.facts import Facts
    from blockplan.report.sheets.scene import LegendLine
    from blockplan.report.tables import VerdictRow
    from blockplan.report.view import View

    Panel = dict[str, Any]
    from blockplan.report.office.columns import Form

#: A sheet never has room for more verdicts than these, nor a sentence for more names.
MOST_VERDICTS, MOST_NAMES = 30, 8
LOOKS = {"fail": 0, "whole": 1, "unknown": 2, "pass": 3}
#: Parts of a plan that a verdict may be of, and that have a sheet, with their layers.
SHEETED = {"block": "blocks", "subblock": "subblocks", "parcel": "parcels"}
#: Layers of which it is known what lies on a control sheet; buildings and all else are not among them.
LOCATED = {"facilities", *SHEETED.values()}
#: How the names of measures begin that are of the whole plan alone: its areas, axis, cores, belt, its notice.
OF_THE_WHOLE = ("area_", "areas_", "axis_", "belt_", "core", "zone_area_", "notice_")
#: What a block of 12 digits of the hash shows on a title block.
DIGITS = 12


class PanelFiles:
    """Pictures of the sheets in a folder; what is drawn alike is one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._codes: dict[str, str] = {}
        #: File -> the characters of its picture that the fonts lack.
        self.lost: dict[str, set[str]] = {}

    def code(self, text: str, said_: str) -> str:
        """Write a QR code; its file's name."""
        if text not in self._codes:
            self._codes[text] = self.put(qr_svg(text, said_))
        return self._codes[text]

    def put(self, markup: str) -> str:
        """Write a picture; its file's name."""
        lost = missing(set(markup))
        markup = printable(markup)
        name = f"{hashlib.sha256(markup.encode()).hexdigest()[:20]}.svg"
        path = self.folder / name
        if not path.exists():
            path.write_text(markup, encoding="utf-8")
        if lost:
            self.lost.setdefault(name, set()).update(lost)
        return name

    def lost_of(self, data: Any) -> set[str]:
        """The characters of a sheet's data, and of the pictures that it names, that the fonts lack."""
        said_ = json.dumps(data, ensure_ascii=False)
        pictures = (lost for name, lost in self.lost.items() if name in said_)
        return missing(set(said_)).union(*pictures)


def legend(
    lang: str,
    files: PanelFiles,
    entries: Iterable[LegendLine],
    notes: Sequence[str] = (),
    title: str = "legend.title",
) -> Panel:
    """
    The signs that the sheet shows: classes with hectares and percent, then lines, then signs.

    Amounts with units of their own have no heading.
    """
    ordered = sorted(entries, key=lambda entry: entry.order)
    rows = [
        {"file": files.put(entry.file()), "said": entry.said, "amount": list(entry.amounts)}
        for entry in ordered
    ]
    most = max((len(entry.amounts) for entry in ordered), default=0)
    bare = all(amount[-1:].isdecimal() for entry in ordered for amount in entry.amounts)
    heads = [said(lang, f"legend.{key}") if bare else "" for key in ("ha", "percent")[:most]]
    return {
        "kind": "legend",
        "title": said(lang, title),
        "heads": heads,
        "rows": rows,
        "notes": list(notes),
    }


def figures(title: str, rows: Iterable[tuple[str, str]], *, optional: bool = False) -> Panel:
    """Names and values."""
    return {"kind": "kv", "title": title, "rows": [list(row) for row in rows], "optional": optional}


def figures_of(facts: Facts, extent: Extent, adjoining: Sequence[str] = ()) -> Panel:
    """The figures of a part of the plan: sums of what its parcels state; land is what lies on the sheet."""
    words = facts.view.words
    kind = "piece" if extent.is_free else extent.kind
    rows = [(said(words.lang, f"facts.{kind}"), " ".join(filter(None, (extent.id, extent.name))))]
    if extent.above and extent.kind == "subblock":
        rows.append((said(words.lang, "facts.block"), extent.above))
    rows += [
        (said(words.lang, f"facts.{key}"), written(facts, key, value))
        for key, value in (
            sums(facts, extent.rows, extents.shares(facts, extent))
            | printed_land(facts).get((extent.kind, extent.id), {})
        ).items()
        if value or key != "parks"
    ]
    if adjoining:
        rows.append((said(words.lang, "facts.adjoining"), words.join(adjoining)))
    notes = {"notes": [said(words.lang, "facts.of_piece")]} if extent.whole else {}
    return figures(said(words.lang, "facts.title"), rows) | notes


def rules(facts: Facts, extent: Extent, shown: dict[str, bool]) -> list[Panel]:
    """
    What binds on a sheet, and what guides; each sentence rests on a layer or a column.

    Parameters
    ----------
    shown
        Whether the sheet has ``setback``, ``access``, ``closed``, ``red_line``, ``junction``, and each
        kind of control line.
    """
    words, lang = facts.view.words, facts.view.words.lang
    frame = facts.plan.layer("parcels").iloc[list(extent.rows)]
    rows = [facts.rows[str(facts.names[row])] for row in extent.rows]
    binding, guidance = [said(lang, "rules.use")], []
    columns = (
        ("far", "far_kind", "far_max"), ("height", "height_kind", "height_max_m"),
        ("coverage", "coverage_kind", "coverage_max"), ("green", "green_kind", "green_min"),
    )  # fmt: skip
    for key, kind, cell in columns:
        guides = int((frame[kind].astype("object") == "guide").sum())
        if sum(row[cell] is not None for row in rows) > guides:
            low = (
                said(lang, "rules.far_low")
                if key == "far" and any(row["far_min"] is not None for row in rows)
                else ""
            )
            binding.append(said(lang, f"rules.{key}", low=low))
        if guides:
            guidance.append(said(lang, f"rules.{key}_guide", n=guides))
    kinds = [said(lang, f"legend.{key}") for key in ("red_line", "junction") if shown.get(key)]
    kinds += [
        said(lang, f"legend.{kind}_line")
        for kind in ("green", "blue", "yellow", "purple", "orange")
        if shown.get(kind)
    ]
    kinds += [words(f"control_line.{kind}") for kind in OVERLAYS if shown.get(kind)]
    if kinds:
        first, *others = kinds  # one sentence: its words begin small in English
        kinds = [first, *(one[:1].lower() + one[1:] for one in others)]
        binding.append(said(lang, "rules.lines", kinds=words.join(kinds)))
    _places(facts, extent, binding, guidance)
    for key, to in (("setback", binding), ("closed", binding), ("access", guidance)):
        if shown.get(key):
            to.append(said(lang, f"rules.{key}"))
    guidance += [
        said(lang, f"rules.{key}")
        for key in ("permitted", "compatible_uses")
        if any(row[key] for row in rows)
    ]
    if any(facts.uses[row][1].startswith("16") for row in extent.rows):
        guidance.append(said(lang, "rules.reserve"))
    boxes = [{"title": said(lang, "rules.binding"), "items": binding, "look": "binding"}]
    if guidance:
        boxes.append({"title": said(lang, "rules.guidance"), "items": guidance, "look": "guidance"})
    return [{"kind": "boxes", "boxes": boxes}]


def _places(facts: Facts, extent: Extent, binding: list[str], guidance: list[str]) -> None:
    """Facilities whose position binds, and those that may move."""
    lang, words = facts.view.words.lang, facts.view.words
    placed = [one for row in extent.rows for one in facts.facilities.get(str(facts.names[row]), ())]
    for key, fixed, to in (("fixed", True, binding), ("open", False, guidance)):
        found = Counter(one.name for one in placed if one.fixed == fixed)
        names = [said(lang, "rules.several", name=name, n=n) if n > 1 else name for name, n in found.items()]
        if names:
            # The count of all in Chinese, of those that are not named elsewhere.
            of = found.total() if lang == "zh" else sum([*found.values()][MOST_NAMES:])
            more = said(lang, "rules.more", n=of) if len(names) > MOST_NAMES else ""
            to.append(said(lang, f"rules.{key}", names=words.join(names[:MOST_NAMES]) + more))


def verdicts(
    facts: Facts,
    files: PanelFiles,
    extent: Extent | None = None,
    subject: Sequence[str] = (),
    parts: Sequence[Extent] = (),
) -> Panel:
    """
    The verdicts as the report says them, what fails first; on a control sheet with how much lies on it.

    Of a rule that judges each parcel a control sheet has the verdict on its own; what is measured of the
    whole plan is said there to be of it.

    Parameters
    ----------
    parts
        Subblocks: a block's sheet has the verdicts on its own too.
    subject
        What the names of the measures hold that a map speaks of (after a blank: begin with): their verdicts
        alone.
    """
    view, words, lang = facts.view, facts.view.words, facts.view.words.lang
    own = {("subblocks", one.id) for one in parts if extent is not None and one.above == extent.id}
    here = _named(facts, extent) | own if extent is not None else None
    judged = [(at, *one) for at, one in enumerate(facts.verdicts) if _concerns(one[0], here)]
    total = len(judged)
    judged = [one for one in judged if _speaks_of(one[1], subject, whole=here is None)]
    rows: list[dict[str, Any]] = []
    for at, verdict, row in judged if here is None else _on_sheet(facts, judged, here):
        state, look = row.said, str(verdict.outcome)
        if here is not None and verdict.outcome == "fail":
            count = len(facts.failing_places[at] & here)
            if count:
                state = said(lang, "verdicts.here", n=count)
            elif verdict.scope_kind not in SHEETED:
                state, look = said(lang, "verdicts.whole"), "whole"
        rows.append({"look": look, "cells": [state, row.title, row.measured, row.required]})
    # What fails on this sheet stands before what fails elsewhere.
    rows = sorted(rows, key=lambda row: LOOKS.get(row["look"], len(LOOKS)))[:MOST_VERDICTS]
    digest = view.result.content_hash or view.plan.content_hash
    heads = list(words.heads("outcome", "title", "measured", "required"))
    return {
        "kind": "verdicts",
        "title": said(lang, "verdicts.title", day=words.day(view.result.on)),
        "heads": heads,
        "ems": ems(heads, []),
        "least": unbroken(heads, []),
        # How many rows a panel has room for is known when it is set: columns are as wide as those ask for.
        "rows": [row | {"ems": ems(row["cells"], []), "least": unbroken(row["cells"], [])} for row in rows],
        "legend": said(lang, "verdicts.legend") if here is not None else "",
        "more": said(lang, "verdicts.more", n="{n}"),
        "total": total,
        "none": said(lang, "verdicts.none_of_map" if total else "verdicts.none"),
        "qr": files.code(f"sha256:{digest}", said(lang, "verdicts.qr")),
        "qr_said": said(lang, "verdicts.qr"),
        "hash": [digest[at : at + 32] for at in range(0, len(digest), 32)],
    }


def _speaks_of(verdict: Verdict, subject: Sequence[str], *, whole: bool) -> bool:
    """Whether a sheet is of what a verdict is of; one of a part is not of the plan's structure."""
    name = verdict.measurement.id if verdict.measurement else ""
    if not whole:
        return not name.startswith(OF_THE_WHOLE)
    return not subject or any(word in f" {name}" for word in subject)


def _concerns(verdict: Verdict, here: set[tuple[str, str]] | None) -> bool:
    """Whether a verdict is of the whole plan, or of an object on the sheet."""
    layer = SHEETED.get(verdict.scope_kind)
    return here is None or layer is None or (layer, verdict.scope_id) in here


def _on_sheet(
    facts: Facts, judged: Iterable[tuple[int, Verdict, VerdictRow]], here: set[tuple[str, str]]
) -> Iterator[tuple[int, Verdict, VerdictRow]]:
    """Verdicts with their words; of a rule that judges each feature that on the sheet's, if it has any."""
    for at, verdict, row in judged:
        layer = None if verdict.judged is None else verdict.judged.each.layer
        if layer not in LOCATED:
            of_plan = verdict.scope_kind == "plan" and row.measured != facts.view.words.unknown
            lang = facts.view.words.lang
            measured = said(lang, "verdicts.of_plan", measured=row.measured) if of_plan else row.measured
            yield at, verdict, replace(row, measured=measured)
        elif numbers := sorted(
            facts.judged[at][id_] for of, id_ in here if of == layer and id_ in facts.judged[at]
        ):
            own = of_some(verdict, numbers)
            told = facts.view.named_row(own)
            measured = told.measured if is_known(own.measured) else facts.view.words.unknown
            yield at, own, replace(told, measured=measured)


def _named(facts: Facts, extent: Extent) -> set[tuple[str, str]]:
    """Layers and ids of what lies on a sheet: its parcels, what they are host to, the part that it is of."""
    names = {str(facts.names[row]) for row in extent.rows}
    hosts = facts.plan.layer("facilities")["parcel_id"].astype("object")
    hosted = {("facilities", str(id_)) for id_, host in hosts.items() if str(host) in names}
    return {("parcels", name) for name in names} | hosted | {(f"{extent.kind}s", extent.part)}


def title_block(view: View, title: str, number: str, scale: str) -> Panel:
    """The title block (图签): what is not known stays blank or is said to be; no name is made up."""
    manifest, words, lang = view.plan.manifest, view.words, view.words.lang
    status = said(lang, f"status.{manifest.status}")
    revision = (
        status
        if view.result.scenario == BASE
        else said(lang, "title_block.revision_of", status=status, scenario=view.scenario)
    )
    digest = view.result.content_hash or view.plan.content_hash
    label = {key: said(lang, f"title_block.{key}") for key in (
        "authority", "office", "project", "sheet", "number", "scale", "drawn", "checked", "reviewed",
        "approved", "date", "revision", "crs", "hash",
    )}  # fmt: skip
    return {
        "kind": "title_block",
        "wide": [
            [label["authority"], words.pick(manifest.authority)],
            [label["office"], ""],
            [label["project"], view.title],
            [label["sheet"], title],
        ],
        "pairs": [
            [label["drawn"], "", label["checked"], ""],
            [label["reviewed"], "", label["approved"], ""],
            [label["number"], number, label["scale"], scale],
            [label["date"], view.drawn_on, label["revision"], revision],
            [label["hash"], digest[:DIGITS], said(lang, "cover.page"), "{page}"],
        ],
        "last": [label["crs"], f"{crs_said(view.plan, view.words)}{said(lang, 'title_block.no_heights')}"],
    }


#: Land of parks, of both lists.
PARKS = ("1401", "G1")
#: Columns of the table of a block's subblocks; a number is of those that a panel shows as well.
COLUMNS: dict[str, Form] = {
    "land": "ha", "floor_area": "whole", "far": "far", "height": "one", "dwellings": "whole",
    "residents": "whole", "parking": "whole", "parks": "ha", "parcels": "whole",
}  # fmt: skip
#: A subblock is named by so many of its uses, the largest first.
MAIN_USES = 2


def sums(facts: Facts, rows: Iterable[int], shares: Mapping[int, float] | None = None) -> dict[str, float]:
    """
    Sums over parcels, by the names of `COLUMNS`; what no parcel states is left out.

    ``land`` and ``parks`` are in ha, ``floor_area`` in m2, ``height`` is the highest bound in m, and ``far``
    the floor area over the land of the parcels that state one.

    Parameters
    ----------
    shares
        How much of which parcels counts as ``land`` and ``parks``, by row; all of `rows` where it is None.
    """
    rows = list(rows)
    shares = dict.fromkeys(rows, 1.0) if shares is None else shares
    cells = [facts.rows[str(facts.names[row])] for row in rows]
    land = (
        share * float(facts.rows[str(facts.names[row])]["site_area_m2"] or 0) for row, share in shares.items()
    )
    found = {"land": math.fsum(land) / 1e4}
    columns = {"floor_area": "floor_area_m2", "dwellings": "dwellings", "parking": "parking_spaces"}
    for key, column in columns.items():
        stated = [float(cell) for one in cells if isinstance(cell := one[column], int | float)]
        if stated:
            found[key] = math.fsum(stated)
    people = facts.plan.layer("parcels")["residents"].iloc[rows].dropna()
    if len(people):
        found["residents"] = math.fsum(people)
    base = math.fsum(float(one["site_area_m2"] or 0) for one in cells if one["floor_area_m2"])
    if base:
        found["far"] = found["floor_area"] / base
    heights = [float(cell) for one in cells if isinstance(cell := one["height_max_m"], int | float)]
    if heights:
        found["height"] = max(heights)
    parks = (
        (facts.shapes[row], share) for row, share in shares.items() if facts.uses[row][1].startswith(PARKS)
    )
    found["parks"] = math.fsum(share * shape.area for shape, share in parks if shape is not None) / 1e4
    return found | {"parcels": float(len(rows))}


@lru_cache(maxsize=1)
def printed_land(facts: Facts) -> dict[tuple[str, str], dict[str, float]]:
    """
    Land and parks (ha) of each block and subblock as they are printed, by kind and id.

    Those of a block add up to its own, and the blocks to theirs in all, by largest remainder.
    """
    found: dict[tuple[str, str], dict[str, float]] = {}
    blocks, subblocks = extents.blocks(facts), extents.drawn_subblocks(facts)
    shared: list[tuple[Extent | None, list[Extent]]] = [(None, blocks)] if blocks else []
    held = {block.id: block for block in blocks}
    for above in dict.fromkeys(one.above for one in subblocks):
        shared.append((held.get(above), [one for one in subblocks if one.above == above]))
    for block, parts in shared:
        exact = [sums(facts, one.rows) for one in parts]
        entire = block is not None and {*block.rows} == {row for one in parts for row in one.rows}
        for key in ("land", "parks"):
            land = [one[key] for one in exact]
            whole = found[block.kind, block.id][key] if block is not None and entire else math.fsum(land)
            for one, share in zip(parts, shared_hectares(facts.view, land, whole * M2_PER_HA), strict=True):
                found.setdefault((one.kind, one.id), {})[key] = share
    return found


def written(facts: Facts, key: str, value: float) -> str:
    """A sum with its unit, as the panel prints it."""
    words = facts.view.words
    units = {
        "floor_area": "m2", "height": "m", "dwellings": "dwelling",
        "residents": "person", "parking": "space",
    }  # fmt: skip
    if key in units:
        return words.amount(value, units[key])
    told = shown(value, form_in(facts.view, COLUMNS[key]))
    return words.with_unit(told, "ha") if COLUMNS[key] == "ha" else told


def subblock_table(facts: Facts, block: Extent, subblocks: Sequence[Extent]) -> dict[str, Any] | None:
    """The subblocks of a block with their main uses and sums, and the block's own; None where it has none."""
    own = [one for one in subblocks if one.above == block.id]
    whole = sums(facts, block.rows) | printed_land(facts)[block.kind, block.id]
    return _sums_table(facts, own, block.rows, whole, "subblock") if own else None


def part_table(facts: Facts) -> dict[str, Any] | None:
    """The blocks of the plan with their sums, else its subblocks; None where it is not divided."""
    for kind, found in (("block", extents.blocks(facts)), ("subblock", extents.drawn_subblocks(facts))):
        if len(found) > 1:
            rows = range(len(facts.names))
            return _sums_table(facts, found, rows, sums(facts, rows), kind, uses=False)
    return None


def _sums_table(
    facts: Facts,
    parts: Sequence[Extent],
    rows: Iterable[int],
    whole: Mapping[str, float],
    kind: str,
    *,
    uses: bool = True,
) -> dict[str, Any]:
    """Parts of the plan with their sums, and those of `rows` in all."""
    lang, land = facts.view.words.lang, printed_land(facts)
    of = [sums(facts, one.rows) | land.get((one.kind, one.id), {}) for one in parts]
    keys = [key for key in COLUMNS if key in whole]
    heads = [said(lang, f"facts.{kind}"), *([said(lang, "subblocks.uses")] if uses else [])]
    heads += [in_lines(said(lang, f"subblocks.{key}")) for key in keys]

    def cells(found: Mapping[str, float], of: Iterable[int]) -> list[str]:
        none = {key: havers(facts.plan, key).of_none(of, None) for key in keys}
        return [shown(found.get(key, none[key]), form_in(facts.view, COLUMNS[key])) for key in keys]

    lines = [
        [one.id, *([_uses(facts, one)] if uses else []), *cells(its, one.rows)]
        for one, its in zip(parts, of, strict=True)
    ]
    total = [said(lang, "subblocks.total"), *([""] if uses else []), *cells(whole, rows)]
    aligns = ["center", *(["left"] if uses else []), *("right" for _ in keys)]
    return {
        "title": said(lang, f"subblocks.title_{kind}"),
        "heads": heads,
        "ems": ems(heads, [*lines, total]),
        "least": least(heads, [*lines, total], aligns),
        "align": aligns,
        "widths": [0, *([2.0] if uses else []), *(0 for _ in keys)],
        "rows": [
            *({"cells": line, "kind": "row", "depth": 0} for line in lines),
            {"cells": total, "kind": "total", "depth": 0},
        ],
        "notes": [said(lang, "subblocks.note" if uses else f"subblocks.note_{kind}")],
    }


def facility_table(facts: Facts, block: Extent) -> dict[str, Any] | None:
    """The facilities on a block's parcels, as the plan's table has them; None where it has none."""
    table = TABLES["facilities"](facts.view)
    names = {str(facts.names[row]) for row in block.rows}
    host = next(at for at, column in enumerate(table.columns) if column.key == "parcel_id")
    return printed(facts.view, table, keep=lambda line: str(line.cells[host] or "") in names)


def street_table(facts: Facts, land: BaseGeometry, near_m: float) -> dict[str, Any] | None:
    """The named streets along some land, with their class and width there; None where it has none."""
    made = printed(facts.view, streets_along(facts.view, land, near_m), narrow=True)
    return made and {**made, "kind": "table", "notes": [], "optional": True}


def _uses(facts: Facts, extent: Extent) -> str:
    """The uses with most land, streets left aside."""
    land: Counter[str] = Counter()
    for row in extent.rows:
        shape = facts.shapes[row]
        if shape is not None and not facts.roads[row]:
            land[facts.text(str(facts.names[row]), "land_use")] += shape.area
    return facts.view.words.join([use for use, _ in land.most_common(MAIN_USES)])

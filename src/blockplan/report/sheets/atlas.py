"""The atlas: which sheets a plan gives, in their order, and their setting as one PDF/A-2b file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.report.fonts import NO_FORM
from blockplan.report.maps.svg import text_width
from blockplan.report.sheets import control, extents, maps, plan_sheets
from blockplan.report.sheets.facts import Facts
from blockplan.report.sheets.panels import PanelFiles
from blockplan.report.sheets.paper import COLUMNS, HEADING_MM, PAD_MM, PAPERS
from blockplan.report.sheets.scene import said
from blockplan.report.typesetting import ask, desk, forget, joined, paged, starts, typeset
from blockplan.report.view import View
from blockplan.report.words import NO_BREAK, Words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.report.sheets.control import Sheet
    from blockplan.report.sheets.extents import Extent
    from blockplan.report.sheets.paper import Paper

#: Kinds of sheet in the order of the atlas.
KINDS = ("cover", *plan_sheets.MAPS, "block", "subblock", "tables")


#: Sheets of parcels are drawn at 1:2,000 or larger, 計画図 at 1/2,500.
MOST, MOST_JA = 2_000, 2_500
#: More sheets than these are set part by part, so many at a time.
IN_ONE_PART, IN_A_PART = 80, 24
#: Letters of a title of so many signs, mm; what stands beside it and the plan's name; its share of the room.
TITLE_LETTERS = ((26, 5.6), (60, 4.2), (10_000, 3.2))
BESIDE_TITLE_MM, TITLE_SHARE = 110.0, 0.62
#: Panels of so many sheets are measured on each of so many threads, before the typesetter forgets them.
AT_ONCE, THREADS = 8, 2
#: How often a sheet is made anew with a larger panel.
MOST_REFITS = 8


@dataclass(frozen=True, slots=True)
class Atlas:
    """The PDF file, its sheets, and the kinds that were left out with what they would need."""

    pdf: bytes
    sheets: tuple[Sheet, ...]
    left_out: tuple[tuple[str, str], ...]


def atlas(  # noqa: PLR0913 (what is drawn, and how)
    plan: Plan,
    result: CheckResult,
    lang: str,
    paper: str = "A3",
    kinds: Sequence[str] = (),
    in_force: Plan | None = None,
    *,
    tell: Callable[[str], None] = lambda step: None,
) -> Atlas:
    """
    The sheets of a plan.

    Parameters
    ----------
    paper
        ``A3`` or ``A1``.
    kinds
        Kinds of `KINDS`; all where none is named.
    in_force
        The plan that the table of changes compares with.
    tell
        Is told each step: which control sheet of how many is drawn, measured, set.

    Raises
    ------
    UsageError
        For a kind or a paper that there is none of, or where no sheet can be drawn.
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or paper not in PAPERS:
        what = (
            f"kind {unknown[0]!r}; kinds are {', '.join(KINDS)}"
            if unknown
            else f"paper {paper!r}; papers are {', '.join(PAPERS)}"
        )
        raise UsageError(f"There is no {what}.")
    facts = Facts(View(plan, result, Words(lang, NO_BREAK), in_force))
    with desk() as folder:
        files = PanelFiles(folder)
        sheets, left_out = _sheets(facts, files, PAPERS[paper], tuple(kinds) or KINDS, tell)
        if not sheets:
            why = "; ".join(f"{kind}: {reason}" for kind, reason in left_out)
            raise UsageError(f"No sheet can be drawn ({why}). Draw parcels, or ask for another kind.")
        data = _document(facts, files, sheets, PAPERS[paper])
        _choose(folder, data["sheets"], data, lang, tell)
        any(not _refit(facts, files, sheets, data, PAPERS[paper]) for _ in range(MOST_REFITS))
        pdf = _set(folder, data, lang, plan.manifest.drawn_on, tell)
    return Atlas(pdf, tuple(sheets), tuple(left_out))


def _sheets(
    facts: Facts, files: PanelFiles, paper: Paper, kinds: Sequence[str], tell: Callable[[str], None]
) -> tuple[list[Sheet], list[tuple[str, str]]]:
    lang = facts.view.words.lang
    sheets: list[Sheet] = []
    left_out: list[tuple[str, str]] = []
    entire = plan_sheets.Whole(facts, files, paper)
    for kind, theme in plan_sheets.MAPS.items():
        if kind in kinds:
            made_one = entire.theme(theme) if theme.has(facts) else None
            if made_one is None:
                left_out.append((kind, said(lang, f"missing.{kind}")))
            else:
                sheets.append(made_one)
    sheets += _controls(facts, files, paper, kinds, left_out, tell)
    if "tables" in kinds:
        sheets += entire.tables(_rest(facts, sheets) if "subblock" in kinds else ())
    if "cover" in kinds and sheets:
        sheets.insert(0, entire.cover(sheets, left_out))
    return sheets, left_out


def _rest(facts: Facts, sheets: Sequence[Sheet]) -> list[dict[str, Any]]:
    """The tables of the parcels that no sheet of a subblock lists, such as street land between them."""
    listed = {name for sheet in sheets if sheet.kind == "subblock" for name in sheet.listed}
    names = [name for name in map(str, facts.names) if name not in listed]
    title = said(facts.view.words.lang, "tables.rest")
    return [{**one, "title": title} for one in control.parcel_tables(facts, names)]


def _controls(
    facts: Facts,
    files: PanelFiles,
    paper: Paper,
    kinds: Sequence[str],
    left_out: list[tuple[str, str]],
    tell: Callable[[str], None],
) -> list[Sheet]:
    """Blocks in their order, each with its subblocks after it; then subblocks that are in none."""
    lang = facts.view.words.lang
    sheets: list[Sheet] = []
    parts = {"block": extents.blocks, "subblock": extents.subblocks}
    found = {kind: parts[kind](facts) if kind in kinds else [] for kind in parts}
    drawn = extents.drawn_subblocks(facts) if "block" in kinds else []
    most = MOST_JA if lang == "ja" else MOST
    found["subblock"] = [
        piece for one in found["subblock"] for piece in control.readable(facts, paper, one, most)
    ]
    for kind in ("block", "subblock"):
        if kind in kinds and not found[kind]:
            left_out.append((kind, said(lang, f"missing.{'block' if kind == 'block' else 'parcels'}")))
    total = sum(map(len, found.values()))

    def draw(extent: Extent) -> Sheet:
        tell(f"sheet {len(sheets) + 1} of {total}, {extent.id}")
        parts = drawn if extent.kind == "block" else ()
        least = math.inf if extent.kind == "block" else most
        sheets.append(
            control.control_sheet(facts, files, paper, extent, found[extent.kind], parts, most=least)
        )
        return sheets[-1]

    made: set[str] = set()
    for block in found["block"]:
        draw(block)
        for extent in found["subblock"]:
            if extent.above == block.id:
                draw(extent)
                made.add(extent.id)
    for extent in found["subblock"]:
        if extent.id not in made:
            draw(extent).level = 1
    return sheets


def _document(facts: Facts, files: PanelFiles, sheets: Sequence[Sheet], paper: Paper) -> dict[str, Any]:
    view, lang, manifest = facts.view, facts.view.words.lang, facts.plan.manifest
    return {
        "lang": lang,
        "region": {"zh": "cn", "en": "gb", "ja": "jp"}[lang],
        "title": view.title,
        "status": said(lang, f"status.{manifest.status}"),
        "synthetic": said(lang, "head.synthetic") if manifest.synthetic else "",
        "continued": said(lang, "head.continued"),
        "table_continued": said(lang, "head.table_continued"),
        "asked": False,
        "sheets": [_setting(facts, files, sheet, number, paper) for number, sheet in enumerate(sheets)],
    }


def _choose(
    folder: Path,
    sheets: Sequence[dict[str, Any]],
    data: dict[str, Any],
    lang: str,
    tell: Callable[[str], None] = lambda step: None,
) -> None:
    """Give each sheet the letters, the number of verdicts and the pieces that its panel has room for."""
    panels = [sheet for sheet in sheets if "panel" in sheet]
    for start in range(0, len(panels), AT_ONCE * THREADS):
        some = panels[start : start + AT_ONCE * THREADS]
        tell(f"panels of sheets, {start + len(some)} of {len(panels)}")
        shares = [some[at::THREADS] for at in range(min(THREADS, len(some)))]
        asked = [{**data, "asked": True, "sheets": share} for share in shares]
        for share, choices in zip(shares, ask(folder, "atlas.typ", asked, lang, "choice"), strict=True):
            for sheet, choice in zip(share, choices, strict=True):
                sheet["choice"] = choice


def _refit(facts: Facts, files: PanelFiles, sheets: list[Sheet], data: dict[str, Any], paper: Paper) -> bool:
    """
    Give sheets whose panels have no room for letters that can be read larger ones; whether there were any.

    The scale that this gives stands on the cover.
    """
    lang, made = facts.view.words.lang, []
    for at, setting in enumerate(data["sheets"]):
        make = sheets[at].roomier
        if make is None or not setting["choice"]["small"]:
            continue
        sheets[at] = make()
        made.append(_setting(facts, files, sheets[at], at, paper))
        data["sheets"][at] = made[-1]
        fit, front = sheets[at].fit, data["sheets"][0]
        if "cover" in front and fit is not None:
            front["cover"]["list"][at - 1]["scale"] = maps.scale_said(lang, fit.scale)
    _choose(files.folder, made, data, lang)
    return bool(made)


def _set(folder: Path, data: dict[str, Any], lang: str, day: dt.date, tell: Callable[[str], None]) -> bytes:
    """
    The atlas as one file; a long one is set part by part, for memory, and joined.

    The cover comes last: by then the first page of every sheet is known. Parts are kept in the folder.
    """
    sheets = data["sheets"]
    numbers = [sheet["number"] for sheet in sheets]
    if len(sheets) <= IN_ONE_PART:
        tell(f"setting {len(sheets)} sheets")
        return paged(typeset(folder, "atlas.typ", data, lang, day), numbers)

    def part(some: Sequence[dict[str, Any]]) -> Path:
        made = folder / f"{some[0]['label']}.pdf"
        made.write_bytes(typeset(folder, "atlas.typ", {**data, "sheets": some}, lang, day, tags=False))
        forget()
        return made

    front = [sheet for sheet in sheets[:1] if "cover" in sheet]
    rest = sheets[len(front) :]
    parts = []
    for at in range(0, len(rest), IN_A_PART):
        tell(f"setting sheets, {min(at + IN_A_PART, len(rest))} of {len(rest)}")
        parts.append(part(rest[at : at + IN_A_PART]))
    tell(f"joining {len(parts)} parts")
    if not front:
        return joined(parts, numbers)
    first: list[int] = []
    before = 0
    for one in parts:
        found, pages = starts(one)
        first += [before + page for page in found]
        before += pages
    rows = front[0]["cover"]["list"]
    for row in rows:
        row["page"] = 0
    _, ahead = starts(part(front))
    for row, page in zip(rows, first, strict=True):
        row["page"] = ahead + page + 1
    return joined([part(front), *parts], numbers)


def _title_letters(title: str, room: float) -> float:
    """Letters of a title, mm: the largest for its length; two lines of the largest are too high."""
    sizes = [size for most, size in TITLE_LETTERS if len(title) <= most]
    return sizes[1] if sizes[0] == TITLE_LETTERS[0][1] and text_width(title, sizes[0]) > room else sizes[0]


def _setting(facts: Facts, files: PanelFiles, sheet: Sheet, number: int, paper: Paper) -> dict[str, Any]:
    """A sheet as the template reads it; its head says how many characters the fonts lack."""
    lang, layout = facts.view.words.lang, sheet.fit.layout if sheet.fit else None
    sides = (paper.long_mm, paper.short_mm)
    if (layout is not None and layout.portrait) or sheet.data.get("portrait"):
        sides = sides[::-1]
    told = [said(lang, f"level.{facts.plan.manifest.level}"), sheet.number]
    if sheet.fit:
        told.append(maps.scale_said(lang, sheet.fit.scale))
    if lost := files.lost_of([facts.view.title, sheet.title, sheet.data]):
        told.append(said(lang, "head.not_in_fonts", n=len(lost), sign=NO_FORM))
    k = paper.letters
    room = sides[0] - paper.binding_mm - paper.margin_mm - BESIDE_TITLE_MM * k
    letters = k * _title_letters(sheet.title, TITLE_SHARE * room / k)
    found: dict[str, Any] = {
        "label": f"sheet-{number}",
        "number": sheet.number,
        "title": sheet.title,
        "title_letters": letters,
        "title_breaks": text_width(sheet.title, letters) > TITLE_SHARE * room,
        "subtitle": "　".join(told),
        "level": sheet.level,
        "width": sides[0],
        "height": sides[1],
        "binding": paper.binding_mm,
        "margin": paper.margin_mm,
        "heading": HEADING_MM * paper.letters,
        "pad": PAD_MM,
        "k": k,
        **sheet.data,
    }
    if layout is not None:
        found |= {
            "picture_size": list(layout.picture),
            "panel_size": list(layout.panel),
            "beneath": layout.beneath,
            "columns": COLUMNS if layout.beneath else 1,
            "table_below": layout.table_mm > 0,
        }
    return found

"""
A Word document as text with places: paragraphs, and cells with the words of their row and column.

The runs of a Word paragraph: its text wherever it stands, and the runs that hold a stretch of it.

A paragraph's text also stands in hyperlinks, fields, insertions and content controls, which `paragraph.runs`
of python-docx leaves out. What was deleted or moved away is no text, nor is the number of a page.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zipfile import is_zipfile

from blockplan.deliver.refusals import refused
from blockplan.deliver.text.facts import DIMENSIONS, WORDS
from blockplan.deliver.text.scan import dimension_of
from blockplan.errors import PlanDataError
from blockplan.report.document import LEGEND_MARK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: The heading of a column that holds the unit of each row.
_UNITS = re.compile(r"(?:计量)?单\s*位|計量単位|単\s*位|[Uu]nits?")
#: The unit of a column: 面积（公顷）, Area [ha], 面积/公顷, Area in ha.
_UNIT = re.compile(
    r"[（(\[]\s?(?P<in>[^（()）\]]{1,12})\s?[)）\]]"
    r"|\s?(?:[/／]|,\s|\bin\s)\s?(?P<behind>万?(?:公顷|平方米|平方公里|亩|米|㎡|人|户|套|个|辆|张|床|班|戸|台)|hm²|ha|k?m²?|[%％])\s*$"
)
#: A heading that says no more than the unit of land.
_OF_LAND = re.compile(r"公顷|亩|平方公里|hm²|hm2|ha|ヘクタール", re.IGNORECASE)
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
#: What a cell of a number alone consists of.
NUMBER = re.compile(r"[\s0-9.,%％+−–—／/-]*")
_STYLED = re.compile(r"(?:heading|标题|見出し)?\s?[1-9]$", re.IGNORECASE)
_HEADING = re.compile(
    r"(?:第\s?[0-9一二三四五六七八九十]+\s?[章节節部]|[0-9]+(?:[.．][0-9]+)*[.．]?\s|[一二三四五六七八九十]+、)"
    r"[^。；;，,：:.0-9]+"
)
LONGEST_HEADING, MOST_HEADS = 40, 3
#: How a file of Word before 2007 begins, or an encrypted one.
OLD = bytes.fromhex("d0cf11e0a1b11ae1")
#: Word's own limit of a table.
MOST_COLUMNS = 63

#: Headings of columns whose numbers are names: codes of classes, running numbers.
_CODED = re.compile(
    r"代码|代号|代號|编号|編號|序号|コード|番号|^\s*(?:code|no\.?|number)\s*$|\bcode\s*$", re.IGNORECASE
)


#: A heading of blocks, by name or number.
_BLOCK = re.compile(
    r"(?:规划|所属)?(?P<noun>街区|街坊)(?:编号|代码|号|名称|番号)?"
    r"|(?P<en>(?:[Ss]treet )?[Bb]locks?)(?: no\.?)?"
)
#: A heading of how many parcels the row has, where what it is of stands before.
_COUNTED = re.compile(r"\s*(?:no\. of )?(?:parcels|plots)\s*", re.IGNORECASE)
_PLACED = re.compile(
    r"所在|位置|位于|地点|起止|起点|终点|备注|说明|所在地|区間|備考"
    r"|\b(?:location|on parcel|from|to|remarks?|notes?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TableCell:
    """
    Where a cell stands: the headings of its table, the cells of its row, its column.

    ``row`` is None for a heading. ``nth`` counts the rows above it that say the same but for their numbers.
    """

    heads: tuple[str, ...]
    row: tuple[str, ...] | None
    column: int
    nth: int = 0


@dataclass(frozen=True, slots=True)
class TextBlock:
    """
    A paragraph: its text, where it stands, and for a cell what its row and column are called.

    ``paragraph`` is its element (``w:p``); ``anchor`` the run or paragraph of the body that it hangs on,
    where it stands beside the body (a note, a text box, a header) and takes no comment itself. ``lead``
    are the words that a cell's number speaks of, ``unit`` that of its column; ``coded`` where its column
    holds codes or running numbers. ``chapter`` is the heading that it stands under, and that of its column;
    ``whole`` where its line of a table sums up the whole plan.
    """

    text: str
    place: str
    paragraph: Any
    anchor: Any = None
    lead: str = ""
    unit: str = ""
    coded: bool = False
    cell: TableCell | None = None
    chapter: str = ""
    whole: bool = False


def open_document(path: Path) -> Any:
    """
    A Word document.

    Raises
    ------
    PlanDataError
        If the file is not there, cannot be read as one, or holds no text.
    """
    import docx  # noqa: PLC0415

    if not path.is_file():
        raise refused(PlanDataError, "missing_document", path=path)
    with path.open("rb") as file:
        start = file.read(len(OLD))
    if start == OLD:
        raise refused(PlanDataError, "old_document", path=path)
    if start and not is_zipfile(path):
        raise refused(PlanDataError, "no_word_document", path=path)
    try:
        document = docx.Document(str(path)) if start else None
        read = start and any(block.text.strip() for block in blocks(document))
    except Exception as error:  # noqa: BLE001 (whatever the reader of a damaged file stumbles over)
        why = " ".join(str(error).split())[:200] or type(error).__name__
        raise refused(PlanDataError, "no_document", path=path, why=why) from None
    if not read:
        raise refused(PlanDataError, "empty_document", path=path)
    return document


def blocks(document: Any) -> Iterator[TextBlock]:
    """
    Paragraphs and cells in the order of the document, then foot- and endnotes, headers and footers.

    What stands in content controls, in tables within tables and in text boxes is read where it stands. A
    cell that spans several rows or columns is read once. Pictures, charts and what was deleted are not read.
    """
    chapter = ""
    for block in _content(document.element.body, ""):
        if block.cell is None and is_heading(block):
            chapter = block.text
        yield replace(block, chapter="\n".join(filter(None, (chapter, block.chapter))))
    for kind, element, anchor in _beside(document):
        yield from _content(element, f"{kind}, ", anchor)


def is_heading(block: TextBlock) -> bool:
    """Whether a paragraph is the heading of what follows: by its style, or numbered and short."""
    style = block.paragraph.find(f"{W}pPr/{W}pStyle")
    styled = style is not None and _STYLED.match(style.get(f"{W}val", "")) is not None
    return styled or (
        len(block.text) < LONGEST_HEADING and _HEADING.fullmatch(block.text.strip()) is not None
    )


def _beside(document: Any) -> Iterator[tuple[str, Any, Any]]:
    """Notes, headers and footers: what they are called, their content, and where the body refers to them."""
    from docx.oxml import parse_xml  # noqa: PLC0415

    body, parts = document.element.body, document.part.rels.values()
    for kind in ("footnote", "endnote"):
        part = next((rel.target_part for rel in parts if rel.reltype.endswith(f"/{kind}s")), None)
        notes = {} if part is None else {one.get(f"{W}id"): one for one in parse_xml(part.blob)}
        named = [one for one in body.iter(f"{W}{kind}Reference") if one.get(f"{W}id") in notes]
        for number, one in enumerate(named, 1):
            yield f"{kind} {number}", notes[one.get(f"{W}id")], one.getparent()
    first = next(body.iter(f"{W}p"), None)
    for kind in ("header", "footer"):
        ids = dict.fromkeys(one.get(_REL) for one in body.iter(f"{W}{kind}Reference"))
        for number, id_ in enumerate((one for one in ids if one in document.part.rels), 1):
            yield f"{kind} {number}", document.part.rels[id_].target_part.element, first


def _content(parent: Any, place: str, anchor: Any = None) -> Iterator[TextBlock]:
    paragraphs = tables = 0
    for item in _items(parent, {f"{W}p", f"{W}tbl"}):
        if item.tag == f"{W}tbl":
            tables += 1
            yield from _cells(item, f"{place}table {tables}", anchor)
        else:
            paragraphs += 1
            yield from _paragraph(TextBlock(text_of(item), f"{place}paragraph {paragraphs}", item, anchor))


def _items(parent: Any, kinds: set[str]) -> Iterator[Any]:
    """Elements of some kinds, also those in content controls and other wrappers, but not in one another."""
    for child in parent:
        if child.tag in kinds:
            yield child
        elif child.tag not in {f"{W}p", f"{W}tbl", f"{W}tr", f"{W}tc", FALLBACK}:
            yield from _items(child, kinds)


def _paragraph(block: TextBlock) -> Iterator[TextBlock]:
    """A paragraph, and what stands in the text boxes that are fixed to it."""
    if block.text.strip():
        yield block
    for number, box in enumerate(_boxes(block.paragraph), 1):
        anchor = block.anchor
        if anchor is None:
            anchor = next(one for one in box.iterancestors(f"{W}r"))
        yield from _content(box, f"{block.place}, text box {number}, ", anchor)


def _boxes(paragraph: Any) -> Iterator[Any]:
    for box in paragraph.iter(f"{W}txbxContent"):
        # Word writes a box twice, the second time for programs that cannot draw the first.
        again = next(box.iterancestors(FALLBACK), None)
        twice = again is not None and any(
            next(one.iter(f"{W}txbxContent"), None) is not None for one in again.itersiblings(preceding=True)
        )
        if not twice and next(box.iterancestors(f"{W}p")) is paragraph:
            yield box


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of the grid; one that goes on from the row above has no paragraphs of its own."""

    element: Any
    text: str
    goes_on: bool


def _cells(table: Any, place: str, anchor: Any) -> Iterator[TextBlock]:
    if _is_legend(table):
        return
    rows = _grid(table)
    depth = _depth(rows)
    width = max((1 + max(cells, default=0) for cells in rows), default=0)
    heads = {at: _of_unit(_head(rows[:depth], at)) for at in range(width)}
    titles = tuple(heads.get(at, "") for at in range(width))
    units = _units_at(rows[depth:], heads)
    alike: Counter[tuple[str, ...]] = Counter()
    for at, cells in enumerate(rows):
        texts = [cell.text for cell in cells.values()]
        words = tuple(text for text in texts if not _is_number(text))
        nth = alike[words]
        alike[words] += at >= depth
        read: set[Any] = set()
        named = (
            _named({one: cell for one, cell in cells.items() if one != units}, heads) if at >= depth else {}
        )
        for column, cell in cells.items():
            if cell.goes_on or cell.element in read:
                continue
            read.add(cell.element)
            head = heads.get(column, "") if at >= depth else ""
            if head and units in cells and cells[units].text and not _UNIT.search(head):
                head += f"（{cells[units].text}）"
            where = f"{place}, row {at + 1}, column {column + 1}"
            within = at >= depth
            row = tuple(cells[one].text if one in cells else "" for one in range(width)) if within else None
            stands = TableCell(titles, row, column, nth)
            label = _label(named, heads, column)
            yield from _cell(cell.element, where, (label, head), anchor, stands)


def _is_legend(table: Any) -> bool:
    """Whether a table is a legend that the report marked as such: a part of its picture."""
    mark = table.find(f"{W}tblPr/{W}tblCaption")
    return mark is not None and mark.get(f"{W}val") == LEGEND_MARK


def _depth(rows: list[dict[int, _Cell]]) -> int:
    """How many rows the headings of a table take: more than one where a cell spans rows or columns."""
    first = [cell.element for cell in rows[0].values()] if rows else []
    spans = len(set(first)) < len(first)
    depth = 1
    while depth < min(len(rows) - 1, MOST_HEADS) and all(
        cell.text and not _is_number(cell.text) for cell in rows[depth].values()
    ):
        if not (spans or any(cell.goes_on for cell in rows[depth].values())):
            break
        spans = False
        depth += 1
    return depth


def _head(rows: list[dict[int, _Cell]], column: int) -> str:
    texts = (row[column].text for row in rows if column in row)
    return " ".join(dict.fromkeys(text for text in texts if text))


def _of_unit(head: str) -> str:
    """A heading that is the unit of land alone (公顷, ha) with what it is a unit of."""
    return f"面积（{head.strip()}）" if _OF_LAND.fullmatch(head.strip()) else head


def _units_at(rows: list[dict[int, _Cell]], heads: dict[int, str]) -> int | None:
    """The column that holds the unit of each row; who says something (编制单位) is none."""
    for at, head in heads.items():
        said = (
            [cells[at].text for cells in rows if at in cells and cells[at].text]
            if _UNITS.fullmatch(head)
            else []
        )
        if said and sum(bool(dimension_of(one)) for one in said) > len(said) / 2:
            return at
    return None


def _named(cells: dict[int, _Cell], heads: dict[int, str]) -> dict[int, str]:
    """The cells of a row that name something, codes of classes among them."""
    return {
        at: _of_block(cell.text, heads.get(at, ""))
        for at, cell in cells.items()
        if not _is_number(_of_block(cell.text, heads.get(at, "")))
        or _is_id(cell.text)
        or _CODED.search(heads.get(at, ""))
    }


def _label(named: dict[int, str], heads: dict[int, str], column: int) -> str:
    """What the cells before a column say of their row."""
    # Where something lies, or what is said beside it, is not what the row is of.
    of = {at: text for at, text in named.items() if not _PLACED.search(heads.get(at, ""))} or named
    before = dict.fromkeys(text for at, text in of.items() if at < column and text)
    return " ".join(before) or next(filter(None, named.values()), "")


def _of_block(text: str, head: str) -> str:
    """What stands below a heading of blocks; a bare number there is the block of that number."""
    noun = _BLOCK.fullmatch(head.strip())
    if noun is None or not text.strip().isdigit():
        return text
    return f"block {text.strip()}" if noun["en"] else f"{text.strip()}{noun['noun']}"


def _cell(
    element: Any, place: str, names: tuple[str, str], anchor: Any, stands: TableCell
) -> Iterator[TextBlock]:
    (label, head), tables = names, 0
    if stands.column and label and _COUNTED.fullmatch(head):
        head = "Number of parcels"
    unit = _UNIT.search(head)
    if not unit and (of := _UNIT.search(label)) and _may_have(head, of["in"] or of["behind"]):
        unit = of
    for item in _items(element, {f"{W}p", f"{W}tbl"}):
        if item.tag == f"{W}tbl":
            tables += 1
            yield from _cells(item, f"{place}, table {tables}", anchor)
            continue
        text = text_of(item)
        own = text.strip() in {label, ""} or stands.row is None
        lead = "" if own else f"{label} {_UNIT.sub('', head)} "
        said, coded = (unit["in"] or unit["behind"]).strip() if unit else "", _CODED.search(head) is not None
        yield from _paragraph(TextBlock(text, place, item, anchor, lead, said, coded, stands, head))


def _may_have(head: str, unit: str) -> bool:
    """Whether what a heading names may have the unit of a row: a figure of its dimension, or none known."""
    named = {DIMENSIONS[one] for one, words in WORDS.items() if any(word in head for word in words)}
    return not named - {"count"} or dimension_of(unit.strip()) in named


def _grid(table: Any) -> list[dict[int, _Cell]]:
    """The rows of a table: column of the grid -> the cell that covers it."""
    rows: list[dict[int, _Cell]] = []
    for row in _items(table, {f"{W}tr"}):
        above = rows[-1] if rows else {}
        cells: dict[int, _Cell] = {}
        column = _number(row, f"{W}trPr/{W}gridBefore")
        for element in _items(row, {f"{W}tc"}):
            merge = element.find(f"{W}tcPr/{W}vMerge")
            goes_on = merge is not None and merge.get(f"{W}val") != "restart" and column in above
            text = above[column].text if goes_on else _text(element)
            for _ in range(_number(element, f"{W}tcPr/{W}gridSpan") or 1):
                cells[column] = _Cell(element, text, goes_on)
                column += 1
        if row.find(f"{W}trPr/{W}del") is None:
            rows.append(cells)
    return rows


def _text(cell: Any) -> str:
    return "\n".join(text_of(one) for one in _items(cell, {f"{W}p"})).strip()


def _number(element: Any, path: str) -> int:
    found = element.find(path)
    said = "" if found is None else found.get(f"{W}val", "")
    return min(int(said), MOST_COLUMNS) if said.isdecimal() else 0


def _is_number(text: str) -> bool:
    return NUMBER.fullmatch(text) is not None


def _is_id(text: str) -> bool:
    """Whether a text is a number of an object: RD-01-02, 3.1.2, and not the decimal 3.2."""
    return re.fullmatch(r"(?![0-9]+\.[0-9]+$)[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)+", text.strip()) is not None


#: A run of a paragraph and its text.
Piece = tuple[Any, str]
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
RUN, MATH_RUN = f"{W}r", f"{_MATH}r"
#: What holds no text of the paragraph: deletions, readings of characters; a text box has paragraphs itself.
_LEFT_OUT = frozenset({f"{W}del", f"{W}moveFrom", f"{W}rt", f"{W}txbxContent", FALLBACK})
_SAID = frozenset(f"{W}{name}" for name in ("t", "tab", "br", "cr", "noBreakHyphen", "ptab"))
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_PAGE = re.compile(r"\s*(?:PAGE|NUMPAGES|SECTIONPAGES|PAGEREF)\b", re.IGNORECASE)


def text_of(paragraph: Any) -> str:
    """The text of a paragraph (``w:p``)."""
    return "".join(text for _, text in pieces(paragraph))


def pieces(paragraph: Any) -> list[Piece]:
    """The runs of a paragraph that hold text, in order."""
    fields: list[str] = []
    found = []
    for run in _runs(paragraph):
        paged = any(map(_PAGE.match, fields))
        _follow(run, fields)
        paged = paged or any(map(_PAGE.match, fields))
        text = "" if paged else "".join(map(_said, run))
        if text:
            found.append((run, text))
    return found


def stretch(paragraph: Any, start: int, end: int) -> list[Any]:
    """The runs that hold a stretch of a paragraph's text; those in which it begins or ends are divided."""
    _divide(paragraph, start)
    _divide(paragraph, end)
    found, at = [], 0
    for run, text in pieces(paragraph):
        # A formula cannot be divided: it counts where any of it is meant.
        whole = at >= start and at + len(text) <= end
        if whole if run.tag == RUN else at < end and start < at + len(text):
            found.append(run)
        at += len(text)
    return found


def _runs(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag in _LEFT_OUT or not isinstance(child.tag, str):
            continue
        if child.tag == f"{W}fldSimple" and _PAGE.match(child.get(f"{W}instr", "")):
            continue
        if child.tag in {RUN, MATH_RUN}:
            yield child
        yield from _runs(child)


def _follow(run: Any, fields: list[str]) -> None:
    """Keep the instructions of the fields that are open behind a run."""
    for child in run:
        if child.tag == f"{W}instrText" and fields:
            fields[-1] += child.text or ""
        elif child.tag == f"{W}fldChar":
            kind = child.get(f"{W}fldCharType")
            if kind == "begin":
                fields.append("")
            elif kind == "end" and fields:
                fields.pop()


def _said(child: Any) -> str:
    if child.tag == f"{_MATH}t":
        return child.text or ""
    return str(child) if child.tag in _SAID else ""


def _divide(paragraph: Any, offset: int) -> None:
    at = 0
    for run, text in pieces(paragraph):
        if at < offset < at + len(text) and run.tag == RUN:
            _cut(run, offset - at)
        at += len(text)


def _cut(run: Any, offset: int) -> None:
    """Divide a run: what stands behind the offset goes into a second one with the same looks."""
    rest = copy.deepcopy(run)
    at = 0
    for child, twin in zip(list(run), list(rest), strict=True):
        if child.tag == f"{W}rPr":
            continue
        said = _said(child)
        if at + len(said) <= offset:
            rest.remove(twin)
        elif at >= offset:
            run.remove(child)
        else:
            child.text, twin.text = said[: offset - at], said[offset - at :]
            for one in (child, twin):
                one.set(_SPACE, "preserve")
        at += len(said)
    run.addnext(rest)

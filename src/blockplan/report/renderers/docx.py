"""
A document as a DOCX file, in the styles of an office's own template where one is given.

Styles are asked for by their names in Word ("Heading 1", "Caption", "Table Grid"), so that a template decides
how they look; one that lacks a style gets the paragraph's or table's usual one. The same document gives the
same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections import Counter
from copy import deepcopy
from functools import cached_property
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.report.document import (
    LEGEND_MARK,
    Figure,
    Listing,
    Note,
    Paragraph,
    Section,
    Table,
    Term,
    cell_lines,
    is_number,
    plain_text,
)
from blockplan.report.renderers.widths import cell_texts, column_bounds, most_lines, shared_widths
from blockplan.report.words import NO_BREAK, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from blockplan.report.document import Block, Document, LegendEntry

#: Typefaces of text in Latin and in Chinese or Japanese letters; Word takes another where one is not there.
FACES = {
    "zh": ("Times New Roman", "SimSun"),
    "ja": ("Times New Roman", "MS Mincho"),
    "en": ("Calibri", "SimSun"),
}
#: Language of Chinese and Japanese letters.
EAST_ASIAN = {"zh": "zh-CN", "ja": "ja-JP"}
#: Pixels of a picture per millimetre on paper (300 per inch), and the widest that one is.
PX_PER_MM, WIDEST_MM = 11.8, 160.0
#: A page of our own: A4 with its margins. A table with more columns, or a cell of more lines lies across.
A4_MM, MARGIN_MM, UPRIGHT_COLUMNS, MOST_LINES, PT_PER_MM = (210, 297), 25, 9, 12, 72 / 25.4
#: How far a level of a table is indented, pt.
INDENT_PT = 8.0
#: Letters of tables, points: upright, across or with several columns, and across with many columns.
LETTERS, SEVERAL_COLUMNS, MANY_COLUMNS = (9, 8, 6.5), 7, 13
#: What a ZIP file says of the time of its members: nothing, so that bytes stay the same.
NO_TIME = (1980, 1, 1, 0, 0, 0)
DEEPEST = 9
#: How Word numbers chapters, and the sections in them: form of the number, what is written.
CHAPTERS = {"zh": ("chineseCounting", "第%1章"), "ja": ("decimal", "第%1章"), "en": ("decimal", "%1")}
WITHIN, NUMBERED_LEVELS = "%1.%2", 2
#: Least letters of a table whose words have no room, pt; what a cell leaves free on each side, in their size.
LEAST_LETTERS, MARGIN_EM = 5.5, 0.6
#: Free below a term; between a caption and the text before a table or behind a figure, towards these; pt.
TERM_AFTER_PT, CAPTION_PT = 3, (12, 4)
#: Lines of a legend that stand beside each other, width of a sign (mm), letters (pt); the same of a long one.
LEGENDS, LONG_LEGEND = ((3, 9.0, 9.0), (4, 7.0, 7.0)), 36
#: Ground of a table's head.
HEAD_GROUND = "E8EDEF"
#: Headings and captions of our own are as dark as the text, as the texts of plans are.
INK, HEADED = "1B2530", ("Title", "Subtitle", "Caption", "Intense Quote", "Heading")


def docx(document: Document, template: Path | str | None = None) -> bytes:
    """
    The document as the bytes of a DOCX file.

    Parameters
    ----------
    document
        Its figures are drawn at 300 pixels per inch.
    template
        A DOCX file whose styles, page and header are taken; what it holds as text stays before the document.

    Raises
    ------
    UsageError
        If the template cannot be read as DOCX.
    """
    writer = _DocxWriter(document, template)
    writer.head()
    writer.write(document.sections, 1)
    return writer.done()


class _DocxWriter:
    """A Word document under way."""

    def __init__(self, document: Document, template: Path | str | None) -> None:
        import docx as word  # noqa: PLC0415 (only who writes DOCX needs it)
        from docx.opc.exceptions import OpcError  # noqa: PLC0415

        self.document = document
        self.words = Words(document.lang, NO_BREAK)
        self.own = template is None
        self.chapters = 0
        self.counted: Counter[str] = Counter()
        try:
            self.book: Any = word.Document(None if template is None else str(template))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile, OpcError) as error:
            raise UsageError(
                f"{template} cannot be read as a DOCX file ({error}). Name a document that Word has saved."
            ) from error
        self.styles = {style.name for style in self.book.styles}

    def head(self) -> None:
        """Title, what stands below it, and what the file says of itself."""
        if self.own:
            self._faces()
            self._page()
        section = self.book.sections[-1]
        self.lying = section.page_width > section.page_height
        self.room_pt = _room_pt(section)
        about, day = self.book.core_properties, self.document.day
        about.title, about.author, about.language = self.document.title, "Blockplan", self.words.tag
        about.created = about.modified = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
        # What a volume is stands below the name of its plan, and is never broken itself.
        self._paragraph(self.document.title.replace("　", "\n"), "Title")
        if self.document.subtitle:
            self._paragraph(self.document.subtitle, "Subtitle")

    def write(self, blocks: Iterable[Block], depth: int) -> None:
        """Blocks in their order, sections below headings of their depth."""
        for block, after in pairwise([*blocks, None]):
            if isinstance(block, Section):
                if depth == 1:
                    self.chapters += 1
                if block.title:
                    # A heading stands on the page of what it heads.
                    self._turn(across=bool(block.blocks) and self._lies(block.blocks[0]))
                    made = self._paragraph(plain_text(block.title), f"Heading {min(depth, DEEPEST)}")
                    if self.own and depth <= NUMBERED_LEVELS and self.chapters <= self.document.chapters:
                        self._number(made, depth - 1)
                self.write(block.blocks, depth + 1)
            else:
                WRITERS[type(block)](self, block)
            if isinstance(block, Paragraph) and isinstance(after, Figure):  # a chapter begins with its figure
                self.book.paragraphs[-1].paragraph_format.keep_with_next = True
            elif isinstance(after, Note):  # nor do notes stand alone on the page behind their table
                if isinstance(block, Table):
                    _kept(self.book.tables[-1].rows[-1:])
                elif isinstance(block, Note):
                    self.book.paragraphs[-1].paragraph_format.keep_with_next = True

    def _number(self, paragraph: Any, level: int) -> None:
        """Have Word number a heading: a template's own headings are numbered as the template says."""
        asked = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        asked.get_or_add_ilvl().val = level
        asked.get_or_add_numId().val = self._numbering

    @cached_property
    def _numbering(self) -> int:
        """The numbering of chapters, added to the document's own."""
        from docx.oxml import parse_xml  # noqa: PLC0415
        from docx.oxml.ns import nsdecls, qn  # noqa: PLC0415

        listed = self.book.part.numbering_part.element
        taken = [int(one.get(qn("w:abstractNumId"))) for one in listed.findall(qn("w:abstractNum"))]
        form, said = CHAPTERS[self.document.lang]
        # Within chapters numbers are Arabic, whatever those of the chapters are.
        ways = ((form, "", said), ("decimal", "<w:isLgl/>", WITHIN))
        levels = "".join(
            f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{way}"/>{legal}'
            f'<w:suff w:val="space"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
            '<w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
            for at, (way, legal, text) in enumerate(ways)
        )
        own = max(taken, default=0) + 1
        made = parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{own}">'
            f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
        )
        first = next(iter(listed.findall(qn("w:num"))), None)
        listed.append(made) if first is None else first.addprevious(made)
        return int(listed.add_num(own).numId)

    def paragraph(self, block: Paragraph) -> None:
        """A paragraph; what is to be read first or as a warning is set apart."""
        style = {"lead": "Intense Quote", "alert": "Intense Quote"}.get(block.tone, "Normal")
        self._paragraph(plain_text(block.text), style)

    def note(self, block: Note) -> None:
        """A note, in italics where the script has them."""
        self._paragraph("", "Normal").add_run(block.text).italic = self.words.lang == "en"

    def term(self, block: Term) -> None:
        """A term in bold, what is said of it, and what that means."""
        made = self._paragraph("", "Normal")
        made.add_run(f"{block.term}{self.words('list.colon')}").bold = True
        said = plain_text(block.said)
        made.add_run(self.words("list.note", said=said, note=block.note) if block.note else said)
        if self.own:
            from docx.shared import Pt  # noqa: PLC0415

            made.paragraph_format.space_after, made.paragraph_format.line_spacing = Pt(TERM_AFTER_PT), 1.0

    def listing(self, block: Listing) -> None:
        """A line and the items below it."""
        if block.lead:
            self._paragraph(block.lead, "Normal")
        for item in block.items:
            self._paragraph(plain_text(item), "List Bullet")

    def table(self, block: Table) -> None:
        """A table whose heads stand again on each page; numbers to the right, sums in bold."""
        block = block.worded
        across = self._lies(block)
        if across:  # a narrow table behind it stays on its page
            self._turn(across=True)
        if block.title:
            self._caption("table", block.title).paragraph_format.keep_with_next = True
        made = self.book.add_table(2, len(block.heads))
        if "Table Grid" in self.styles:
            made.style = "Table Grid"
        head, row = made.rows
        _marked(head, "w:tblHeader")
        _marked(row, "w:cantSplit")
        for cell, said in zip(head.cells, block.heads, strict=True):
            cell.paragraphs[0].add_run(said).bold = True
            if self.own:
                _headed(cell)
        for cell in row.cells:
            cell.paragraphs[0].add_run().bold = False
            cell.vertical_alignment = 1
        few, many = (SEVERAL_COLUMNS, MANY_COLUMNS)[across], len(block.heads)
        self._set_widths(made, block, LETTERS[across + (many > few)])
        self._fill(made, block)
        # Neither its head with a single row nor its sum stands alone on a page.
        _kept([*made.rows[:-1][:3], *made.rows[-3:-1]])

    def _fill(self, made: Any, block: Table) -> None:
        """Copies of the one row of a table, which is set already, with what the rows say."""
        from docx.enum.text import WD_PARAGRAPH_ALIGNMENT  # noqa: PLC0415
        from docx.shared import Pt  # noqa: PLC0415
        from docx.text.paragraph import Paragraph as WordParagraph  # noqa: PLC0415

        set_ = made.rows[-1]._tr
        made._tbl.remove(set_)
        kinds, depths = (block.kinds or ("row",) * len(block.rows)), (block.depths or (0,) * len(block.rows))
        for kind, depth, row in zip(kinds, depths, block.rows, strict=True):
            line = deepcopy(set_)
            made._tbl.append(line)
            for at, (place, cell) in enumerate(zip(line.tc_lst, row, strict=True)):
                written = WordParagraph(place.p_lst[0], made)
                (run,) = written.runs
                run.text = cell_lines(cell, self.words)
                if kind != "row":
                    run.bold = True
                if is_number(cell):
                    written.alignment = WD_PARAGRAPH_ALIGNMENT.RIGHT
                if at == 1 and depth:
                    written.paragraph_format.left_indent = Pt(depth * INDENT_PT)

    def _lies(self, block: Block) -> bool:
        """Whether a block is a table that lies across: of many columns, or with a long text beside others."""
        if not isinstance(block, Table) or not block.heads:
            return False
        room = self.room_pt / LETTERS[len(block.heads) > SEVERAL_COLUMNS]
        told = block.worded
        return (
            len(block.heads) > UPRIGHT_COLUMNS
            or most_lines(told.heads, cell_texts(told, self.words), room) > MOST_LINES
        )

    def _set_widths(self, made: Any, block: Table, size: float) -> None:
        """Give each column what it says, long texts what is left, and letters that keep words whole."""
        from docx.shared import Pt  # noqa: PLC0415

        room = _room_pt(self.book.sections[-1])
        said = cell_texts(block, self.words)
        fits = int(2 * room / sum(column_bounds(block.heads, said)[0])) / 2
        size = min(size, max(fits, LEAST_LETTERS))
        _set_letters(made, size)
        _set_margins(made, MARGIN_EM * size)
        widths = shared_widths(block.heads, said, room / size)
        made.autofit = False
        for column, width in zip(made.columns, widths, strict=True):
            column.width = Pt(width * size)
        for row in made.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = Pt(width * size)

    def figure(self, block: Figure) -> None:
        """A picture with its caption, its legend, its closer views, and its words for who cannot see it."""
        self._turn(across=False)
        if block.title:
            self._paragraph("", "Normal").add_run(block.title).bold = True
        self._picture(block.svg, block.width_mm, block.alt)
        if block.legend:
            self.book.paragraphs[-1].paragraph_format.keep_with_next = True
        for inset in block.insets:
            self.figure(inset)
        if block.legend:
            self._legend(block.legend)
        if block.caption:
            self._caption("figure", plain_text(block.caption))

    def _legend(self, entries: Sequence[LegendEntry]) -> None:
        """What the signs of a figure mean, several beside each other where none has an amount."""
        from docx.oxml import OxmlElement  # noqa: PLC0415
        from docx.oxml.ns import qn  # noqa: PLC0415
        from docx.shared import Pt  # noqa: PLC0415

        alone = any(one.amount or one.heading for one in entries)
        beside, sign_mm, letters = (1, *LEGENDS[0][1:]) if alone else LEGENDS[len(entries) > LONG_LEGEND]
        lines = -(-len(entries) // beside)
        made = self.book.add_table(lines, 3 if beside == 1 else 2 * beside)
        mark = OxmlElement("w:tblCaption")
        mark.set(qn("w:val"), LEGEND_MARK)
        made._tbl.tblPr.append(mark)
        drawn = self._rasters([entry.file() for entry in entries], sign_mm)
        for at, (entry, png) in enumerate(zip(entries, drawn, strict=True)):  # down a column, then the next
            cells = made.rows[at % lines].cells[2 * (at // lines) :]
            self._put(png, sign_mm, entry.said, cells[0].paragraphs[0].add_run())
            cells[1].text = entry.said
            if beside == 1:
                cells[2].text = entry.amount
        _set_letters(made, letters)
        if beside > 1:
            sign = sign_mm * PT_PER_MM + 2 * MARGIN_EM * letters
            room = _room_pt(self.book.sections[-1]) - beside * sign
            columns = [[one.said for one in entries[at * lines : (at + 1) * lines]] for at in range(beside)]
            widths = shared_widths(("",) * beside, [*zip_longest(*columns, fillvalue="")], room / letters)
            made.autofit = False
            _set_margins(made, MARGIN_EM * letters)
            for at, column in enumerate(made.columns):
                column.width = Pt(widths[at // 2] * letters if at % 2 else sign)
                for cell in column.cells:
                    cell.width = column.width
        for row in made.rows:  # with its caption below it
            _marked(row, "w:cantSplit")
            for cell in row.cells:
                cell.paragraphs[0].paragraph_format.line_spacing = 1.0
        _kept(made.rows)

    def _picture(self, svg: str, width_mm: float, alt: str) -> None:
        width = min(width_mm, WIDEST_MM, self.room_pt / PT_PER_MM)
        (png,) = self._rasters([svg], width)
        self._put(png, width, alt, self.book)

    def _rasters(self, svgs: Sequence[str], width_mm: float) -> list[bytes]:
        from blockplan.report.typesetting import rasters  # noqa: PLC0415

        return rasters(svgs, self.document.lang, width_mm, round(width_mm * PX_PER_MM))

    def _put(self, png: bytes, width_mm: float, alt: str, where: Any) -> None:
        from docx.shared import Mm  # noqa: PLC0415

        where.add_picture(io.BytesIO(png), width=Mm(width_mm))._inline.docPr.set("descr", alt)

    def done(self) -> bytes:
        """The file, with members that bear no time."""
        out, whole = io.BytesIO(), io.BytesIO()
        self.book.save(out)
        with zipfile.ZipFile(out) as made, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as kept:
            for one in made.infolist():
                kept.writestr(zipfile.ZipInfo(one.filename, NO_TIME), made.read(one), zipfile.ZIP_DEFLATED)
        return whole.getvalue()

    def _paragraph(self, text: str, style: str) -> Any:
        made = self.book.add_paragraph(text, style if style in self.styles else None)
        before = made._p.getprevious()
        if self.own and style == "Normal" and before is not None and before.tag.endswith("}tbl"):
            made.paragraph_format.space_before = 12_700 * CAPTION_PT[1]  # a point in EMU
        return made

    def _page(self) -> None:
        """An A4 page with the title above and its number below."""
        from docx.shared import Mm  # noqa: PLC0415

        section = self.book.sections[0]
        section.page_width, section.page_height = map(Mm, A4_MM)
        for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
            setattr(section, side, Mm(MARGIN_MM))
        section.header.paragraphs[0].text = self.document.title
        section.header.paragraphs[0].alignment = section.footer.paragraphs[0].alignment = 1  # in the middle
        _field(section.footer.paragraphs[0], "PAGE")

    def _turn(self, *, across: bool) -> None:
        """A new section where what follows lies across the page, or upright again (where the page does)."""
        section = self.book.sections[-1]
        if (section.page_width > section.page_height) == (across or self.lying):
            return
        made = self.book.add_section()
        made.page_width, made.page_height = section.page_height, section.page_width
        made.orientation = int(across)
        # Of a template's title page or first number there is one alone.
        for once in made._sectPr.xpath("w:titlePg | w:pgNumType"):
            made._sectPr.remove(once)

    def _caption(self, kind: str, said: str) -> Any:
        """A caption with a number that Word counts."""
        self.counted[kind] += 1
        made = self._paragraph(f"{self.words(f'caption.{kind}')} ", "Caption")
        _field(made, f"SEQ {self.words(f'caption.{kind}')}", str(self.counted[kind]))
        made.add_run(f"　{said}" if self.document.lang != "en" else f"  {said}")
        if self.own:
            from docx.shared import Pt  # noqa: PLC0415

            far, near = Pt(CAPTION_PT[0]), Pt(CAPTION_PT[1])
            above, below = (far, near) if kind == "table" else (near, far)
            made.paragraph_format.space_before, made.paragraph_format.space_after = above, below
        return made

    def _faces(self) -> None:
        """Typefaces for Latin and for Chinese or Japanese letters in our own styles."""
        from docx.oxml.ns import qn  # noqa: PLC0415
        from docx.shared import RGBColor  # noqa: PLC0415

        latin, han = FACES[self.document.lang]
        # The language decides the forms of characters and where punctuation stands.
        for said in self.book.styles.element.iter(qn("w:lang")):
            said.set(qn("w:eastAsia"), EAST_ASIAN.get(self.document.lang, EAST_ASIAN["zh"]))
        for style in self.book.styles:
            if style.type != 1:  # a paragraph's
                continue
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for name in [name for name in fonts.attrib if name.endswith("Theme")]:
                del fonts.attrib[name]
            fonts.set(qn("w:eastAsia"), han)
            fonts.set(qn("w:ascii"), latin)
            fonts.set(qn("w:hAnsi"), latin)
            if style.name.startswith(HEADED):
                style.font.color.rgb = RGBColor.from_string(INK)
                style.font.italic = False


def _marked(row: Any, what: str) -> None:
    """Let a row stand at the top of every page of its table (``w:tblHeader``), or whole (``w:cantSplit``)."""
    from docx.oxml import OxmlElement  # noqa: PLC0415

    row._tr.get_or_add_trPr().append(OxmlElement(what))


def _kept(rows: Iterable[Any]) -> None:
    """Let rows stand on the page of what follows them."""
    for cell in (cell for row in rows for cell in row.cells):
        cell.paragraphs[0].paragraph_format.keep_with_next = True


def _headed(cell: Any) -> None:
    """A cell of a head: in the middle, on a light ground."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    cell.paragraphs[0].alignment = cell.vertical_alignment = 1
    ground = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", HEAD_GROUND)):
        ground.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(ground)


def _room_pt(section: Any) -> float:
    """How wide the text of a section is, pt."""
    from docx.shared import Emu  # noqa: PLC0415

    return float(Emu(section.page_width - section.left_margin - section.right_margin).pt)


def _set_letters(table: Any, size: float) -> None:
    """The letters of a table, pt, those of empty cells too, with nothing free above and below them."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415
    from docx.text.paragraph import Paragraph as WordParagraph  # noqa: PLC0415

    for paragraph in table._tbl.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"):
        made = WordParagraph(paragraph, table)
        made.paragraph_format.space_after = Pt(0)
        for run in made.runs:
            run.font.size = Pt(size)
        # Word takes the height of an empty line from the mark of its paragraph.
        mark, letters = OxmlElement("w:rPr"), OxmlElement("w:sz")
        letters.set(qn("w:val"), str(round(2 * size)))
        mark.append(letters)
        paragraph.get_or_add_pPr().append(mark)


def _set_margins(table: Any, side_pt: float) -> None:
    """What the cells of a table leave free beside their text; Word's own margins suit larger letters."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        made = OxmlElement(f"w:{side}")
        made.set(qn("w:w"), str(round(20 * side_pt)))
        made.set(qn("w:type"), "dxa")
        margins.append(made)
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    look.addprevious(margins) if look is not None else table._tbl.tblPr.append(margins)


def _field(paragraph: Any, instruction: str, said: str = "1") -> None:
    """A field that Word fills in, such as the number of the page, with what it says until then."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = said
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


WRITERS: dict[type, Callable[[_DocxWriter, Any], None]] = {
    Paragraph: _DocxWriter.paragraph,
    Note: _DocxWriter.note,
    Term: _DocxWriter.term,
    Listing: _DocxWriter.listing,
    Table: _DocxWriter.table,
    Figure: _DocxWriter.figure,
}

"""The filing form: what an office says of a plan beside its drawing, as XLSX and DOCX, and read again."""

from __future__ import annotations

import datetime as dt
import io
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyproj

from blockplan.deliver.refusals import refused
from blockplan.deliver.to_profile import value_of
from blockplan.errors import MappingError
from blockplan.exchange.workbooks import Workbook
from blockplan.figures import fixed
from blockplan.measure.inputs.homes import residents
from blockplan.texts import Catalog
from blockplan.yamlfile import read_map

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blockplan.deliver.profile import DeliveryProfile, FilingKind
    from blockplan.plan import Plan

TEXTS = Catalog("blockplan.deliver", "texts.toml")
#: What a field of the form carries that says the level, and the levels as the form calls them.
LEVEL = "plan:level"
LEVELS = {TEXTS(f"level.{one}", "zh"): one for one in ("block", "parcel")}
YES_NO = {True: "是", False: "否"}
#: Columns of the form as a Word document, mm: what is asked, what is said.
WIDTHS_MM = (60, 100)
#: Land-use list -> how a filing form calls it.
LISTS_SAID = {"cn2023": "用地用海分类", "gb50137": "2011"}


def read_answers(path: Path | str | None, profile: DeliveryProfile) -> dict[str, Any]:
    """
    What an office fills into the form: a YAML file whose keys are those of the form.

    Raises
    ------
    MappingError
        If the file cannot be read, or has a key that the form has not.
    """
    if path is None:
        return {}
    try:
        table = read_map(Path(path), MappingError)
    except MappingError as error:
        raise refused(MappingError, "form_unread", path=path, why=error) from None
    known = [one.key for one in profile.filing.form]
    strange = [str(key) for key in table if key not in known]
    if strange:
        raise refused(MappingError, "form_key", path=path, key=strange[0], known=", ".join(known))
    return {str(key): _written(value) for key, value in table.items()}


def kind_of(profile: DeliveryProfile, kind: int, stage: str) -> FilingKind:
    """
    The kind of filing of a number, with a stage of it.

    Raises
    ------
    MappingError
        If the profile has no such kind, or the kind no such stage.
    """
    found = next((one for one in profile.filing.kinds if one.kind == kind), None)
    if found is None or stage not in found.stages:
        known = "; ".join(f"{one.kind} {one.name} ({', '.join(one.stages)})" for one in profile.filing.kinds)
        raise refused(MappingError, "no_kind", kind=kind, stage=stage, known=known)
    return found


def fill(
    plan: Plan, profile: DeliveryProfile, answers: Mapping[str, Any], kind: int, stage: str
) -> dict[str, Any]:
    """The filing form: what the office answers, and what the plan says where it does not; None is unknown."""
    form: dict[str, Any] = {}
    filing = {
        "kind": str(kind), "stage": stage, "list": LISTS_SAID.get(profile.land_use_list),
        "residents": _people(plan),
    }  # fmt: skip
    for one in profile.filing.form:
        source, _, key = one.source.partition(":")
        value = answers.get(one.key)
        if value is None and source:
            value = filing.get(key) if source == "filing" else value_of(plan, answers, source, key)
            if one.source == LEVEL:
                value = TEXTS(f"level.{value}", "zh")
        form[one.key] = _written(value)
    return form


def _people(plan: Plan) -> float | None:
    total = residents(plan).total
    return None if total is None else float(round(total))


def _written(value: Any) -> Any:
    if isinstance(value, bool) or value in {"yes", "no"}:
        return YES_NO[value in {True, "yes"}]
    return value.isoformat() if isinstance(value, dt.date) else value


def form_workbook(profile: DeliveryProfile, form: Mapping[str, Any], day: dt.date) -> bytes:
    """The form as a workbook: key, field, value, whether it must be filled, where the field comes from."""
    import xlsxwriter  # noqa: PLC0415

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)})
    sheet = book.add_worksheet(TEXTS("form.title", "zh"))
    head = book.add_format({"bold": True, "bg_color": "#E3EDEF", "border": 1})
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    for at, (key, width) in enumerate(
        (("key", 14), ("field", 26), ("value", 48), ("must", 10), ("basis", 16))
    ):
        sheet.write_string(0, at, TEXTS(f"form.{key}", "zh"), head)
        sheet.set_column(at, at, width)
    for row, one in enumerate(profile.filing.form, 1):
        value = form.get(one.key)
        sheet.write_string(row, 0, one.key, cell)
        sheet.write_string(row, 1, one.title, cell)
        if isinstance(value, int | float):
            sheet.write_number(row, 2, value, cell)
        else:
            sheet.write_string(row, 2, "" if value is None else str(value), cell)
        sheet.write_string(row, 3, YES_NO[one.mandatory], cell)
        sheet.write_string(row, 4, TEXTS(f"basis.{one.basis}", "zh"), cell)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.freeze_panes(1, 2)
    book.close()
    return out.getvalue()


def form_document(profile: DeliveryProfile, form: Mapping[str, Any], day: dt.date) -> bytes:
    """The form as a Word document to sign: the fields, and a line for each review."""
    import docx  # noqa: PLC0415

    document = docx.Document()
    document.core_properties.created = dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001 (Word keeps no zone)
    _set_faces(document)
    document.add_heading(TEXTS("form.title", "zh"), level=1).alignment = 1  # in the middle
    fields = [
        (f"{one.title}{' *' if one.mandatory else ''}", _said(profile, one.source, form.get(one.key)))
        for one in profile.filing.form
    ]
    _add_rows(document, fields)
    document.add_paragraph(TEXTS("form.must_note", "zh"))
    _add_rows(document, [(review, "") for review in profile.filing.reviews], together=True)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _said(profile: DeliveryProfile, source: str, value: Any) -> str:
    """A value of the form as people read it: a kind of filing and a level with their names."""
    if value is None:
        return ""
    if source == "filing:kind":
        names = {str(one.kind): one.name for one in profile.filing.kinds}
        return f"{value} {names.get(str(value), '')}".strip()
    if source == "plan:crs":
        # Only a form to sign names it.
        from blockplan.report.reference_system import crs_named  # noqa: PLC0415
        from blockplan.report.words import Words  # noqa: PLC0415

        with suppress(pyproj.exceptions.CRSError):
            return crs_named(pyproj.CRS(value).name, value, Words("zh"))
    return fixed(value, 0) if isinstance(value, float) and value.is_integer() else str(value)


def _add_rows(document: Any, rows: Sequence[tuple[str, str]], *, together: bool = False) -> None:
    """A table of what is asked and what is said, as wide as the text; `together` on one page."""
    from docx.shared import Mm  # noqa: PLC0415

    table = document.add_table(rows=0, cols=len(WIDTHS_MM), style="Table Grid")
    for column, width in zip(table.columns, WIDTHS_MM, strict=True):
        column.width = Mm(width)
    for at, row in enumerate(rows, 1):
        for cell, said, width in zip(table.add_row().cells, row, WIDTHS_MM, strict=True):
            cell.text, cell.width = said, Mm(width)
            cell.paragraphs[0].paragraph_format.space_after = 0
            cell.paragraphs[0].paragraph_format.keep_with_next = together and at < len(rows)


def _set_faces(document: Any) -> None:
    """A4, the typefaces of a Chinese form, black letters."""
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Mm, RGBColor  # noqa: PLC0415

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(18)
    for name in ("Normal", "Heading 1"):
        style = document.styles[name]
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[key]
        for key, face in (("ascii", "Times New Roman"), ("hAnsi", "Times New Roman"), ("eastAsia", "SimSun")):
            fonts.set(qn(f"w:{key}"), face)
        style.font.color.rgb = RGBColor(0, 0, 0)
    for said in document.styles.element.iter(qn("w:lang")):
        said.set(qn("w:eastAsia"), "zh-CN")


def read_form(path: Path) -> dict[str, Any] | None:
    """The form of a workbook: key -> value; None where there is none or it cannot be read."""
    if not path.is_file():
        return None
    try:
        with Workbook(path) as book:
            rows = book.sheet(next(iter(book.visible))).cells[1:]
    except (ValueError, StopIteration):
        return None
    return {str(row[0]): (None if len(row) < 3 or row[2] == "" else row[2]) for row in rows if row and row[0]}

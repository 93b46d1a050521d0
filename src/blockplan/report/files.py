"""
Writes what is handed out: HTML report, summary, A3 sheet, the office's tables, the result as JSON and tables.

A file appears whole or not at all: it is written beside its place and moved
there at the end.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from blockplan import jsontext
from blockplan.errors import PlanDataError, UsageError
from blockplan.texts import DEFAULT_LANGUAGE, pick

if TYPE_CHECKING:
    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan

#: Names of the files that `report` writes.
REPORT, SHEET, RESULT, WORKBOOK = "report.html", "sheet.pdf", "result.json", "tables.xlsx"
SUMMARY, RESULT_WORKBOOK, VOLUME, TABLES = "summary.pdf", "result.xlsx", "report.docx", "tables.json"
#: Name of the file that `blockplan sheets` writes.
ATLAS = "atlas.pdf"


def report(
    plan: Plan,
    result: CheckResult,
    folder: Path | str,
    lang: str = DEFAULT_LANGUAGE,
    in_force: Plan | None = None,
) -> list[Path]:
    """
    Write the HTML report, the summary, the A3 sheet, the result as JSON and the tables into a folder.

    A path that ends in ``.html`` or ``.pdf`` is taken as the name of that one file. `in_force` is
    the plan that the table of changes compares with. A plan without parcels gets no sheet.
    """
    target = Path(folder)
    if target.suffix == ".html":
        return [write_html(plan, result, target, lang, in_force)]
    if target.suffix == ".pdf":
        return [write_sheet(plan, result, target, lang)]
    text = jsontext.document(result.to_dict(lang))
    return [
        write_html(plan, result, target / REPORT, lang, in_force),
        *write_prints(plan, result, target, lang),
        write_whole(target / RESULT, (text + "\n").encode("utf-8")),
        *write_tables(plan, result, target, lang, in_force),
    ]


def write_tables(
    plan: Plan,
    result: CheckResult,
    folder: Path | str,
    lang: str = DEFAULT_LANGUAGE,
    in_force: Plan | None = None,
) -> list[Path]:
    """
    Write tables into a folder: the office's (``tables.xlsx``, ``tables.json``) and the result's
    (``result.xlsx``), and all as CSV.

    Parameters as in `write_html`. CSV files are UTF-8 with a byte-order mark; text that a spreadsheet would
    take for a formula bears an apostrophe in front.
    """
    from blockplan.report.exports import tables  # noqa: PLC0415 (loaded when tables are made)
    from blockplan.report.office import as_data, as_json, office_tables  # noqa: PLC0415
    from blockplan.report.office import workbook as office_workbook  # noqa: PLC0415
    from blockplan.report.result_workbook import workbook  # noqa: PLC0415
    from blockplan.report.view import View  # noqa: PLC0415
    from blockplan.report.words import Words  # noqa: PLC0415

    view = View(plan, result, Words(lang), in_force)
    handed_in, found = office_tables(view), tables(view)
    files = [(WORKBOOK, office_workbook(view, handed_in)), (TABLES, as_json(view, handed_in).encode())]
    files.append((RESULT_WORKBOOK, workbook(view)))
    files += [(f"{one.name}.csv", one.csv()) for one in (*map(as_data, handed_in), *found)]
    return [write_whole(Path(folder) / name, data) for name, data in files]


def write_html(
    plan: Plan,
    result: CheckResult,
    path: Path | str,
    lang: str = DEFAULT_LANGUAGE,
    in_force: Plan | None = None,
) -> Path:
    """
    Write the report as one self-contained HTML file.

    Parameters
    ----------
    in_force
        The plan that the table of changes compares with.

    Raises
    ------
    UsageError
        If there is no such language, or the file cannot be written.
    """
    from blockplan.report.plan_report import page  # noqa: PLC0415 (templates and fonts are loaded when a report is made)

    return write_whole(Path(path), page(plan, result, lang, in_force).encode("utf-8"))


def write_sheet(plan: Plan, result: CheckResult, path: Path | str, lang: str = DEFAULT_LANGUAGE) -> Path:
    """
    Write the land-use plan, the A3 sheet of the atlas, as PDF/A-2b; parameters as in `write_html`.

    Raises
    ------
    UsageError
        As `write_html`, and where the plan draws no parcels.
    """
    from blockplan.report.sheets import atlas  # noqa: PLC0415 (the typesetter is loaded when a sheet is made)

    return write_whole(Path(path), atlas(plan, result, lang, kinds=["landuse"]).pdf)


def write_summary(plan: Plan, result: CheckResult, path: Path | str, lang: str = DEFAULT_LANGUAGE) -> Path:
    """Write the summary of two pages (A4, PDF/A-2b; or DOCX); parameters as in `write_html`."""
    from blockplan.report.renderers import render  # noqa: PLC0415 (renderers are loaded when one is asked for)
    from blockplan.report.summary import summary_document  # noqa: PLC0415
    from blockplan.report.view import View  # noqa: PLC0415
    from blockplan.report.words import NO_BREAK, Words  # noqa: PLC0415

    document = summary_document(View(plan, result, Words(lang, NO_BREAK)))
    return write_whole(Path(path), render(document, Path(path).suffix))


def write_prints(
    plan: Plan, result: CheckResult, folder: Path | str, lang: str = DEFAULT_LANGUAGE
) -> list[Path]:
    """Write summary and A3 sheet into a folder; the sheet only where the plan draws parcels."""
    written = [write_summary(plan, result, Path(folder) / SUMMARY, lang)]
    if plan.layer("parcels").area.gt(0).any():
        written.append(write_sheet(plan, result, Path(folder) / SHEET, lang))
    return written


def write_verdicts(plan: Plan, result: CheckResult, path: Path | str, lang: str = DEFAULT_LANGUAGE) -> Path:
    """Write the verdicts as DOCX, PDF/A-2b or HTML, by the ending of `path`; else as `write_html`."""
    from blockplan.report.renderers import render  # noqa: PLC0415 (renderers are loaded when one is asked for)
    from blockplan.report.verdicts import verdict_document  # noqa: PLC0415

    document = verdict_document(result, lang, pick(plan.manifest.title, lang))
    return write_whole(Path(path), render(document, Path(path).suffix))


def write_volume(
    plan: Plan,
    result: CheckResult,
    path: Path | str,
    lang: str = DEFAULT_LANGUAGE,
    in_force: Plan | None = None,
    template: Path | str | None = None,
) -> Path:
    """
    Write the text volume (说明书) as DOCX, PDF/A-2b or HTML, by the ending of `path`; else as `write_html`.

    `in_force` is the plan that it compares with; `template` a DOCX file whose styles it takes.
    """
    from blockplan.report.renderers import render  # noqa: PLC0415 (renderers are loaded when one is asked for)
    from blockplan.report.volume import volume  # noqa: PLC0415

    document = volume(plan, result, lang, in_force)
    return write_whole(Path(path), render(document, Path(path).suffix, template))


def write_whole(path: Path, data: bytes) -> Path:
    """Write a file so that it is there whole or not at all; UsageError if it cannot be written."""
    from blockplan.plan.files.archive import writing_file  # noqa: PLC0415 (the pages of a notice need no plan)

    try:
        with writing_file(path) as place:
            place.write_bytes(data)
    except PlanDataError as error:
        raise UsageError(str(error)) from error
    return path

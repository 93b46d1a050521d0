"""Workbooks of other kinds than XLSX, written byte by byte: XLS (BIFF8), XLSB and ODS."""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


OUT = ' table:style-name="out"'
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def xls(path: Path, hidden: Sequence[str] = (), merged: Sequence[Any] = (), **sheets: Any) -> Path:
    """An XLS; `merged` ranges are those of the first sheet."""
    bodies = []
    for at, rows in enumerate(sheets.values()):
        cells = b"".join(
            _record(0x0204, struct.pack("<HHHHB", r, c, 0, len(value), 1) + value.encode("utf-16-le"))
            if isinstance(value, str)
            else _record(0x0203, struct.pack("<HHHd", r, c, 0, value))
            for r, row in enumerate(rows)
            for c, value in enumerate(row)
            if value is not None
        )
        spans = [struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in merged]
        more = _record(0x00E5, struct.pack("<H", len(spans)) + b"".join(spans)) if spans and at == 0 else b""
        bodies.append(
            _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)) + cells + more + _record(0x0A)
        )
    names = [name.encode("utf-16-le") for name in sheets]
    head = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x05, 0, 0, 0, 0)) + _record(0x42, b"\xb0\x04")
    offset = len(head) + sum(4 + 8 + len(name) for name in names) + 4
    for name, title, body in zip(names, sheets, bodies, strict=True):
        head += _record(0x85, struct.pack("<IBBBB", offset, title in hidden, 0, len(title), 1) + name)
        offset += len(body)
    return _compound(path, head + _record(0x0A) + b"".join(bodies))


def _compound(path: Path, stream: bytes) -> Path:
    """A compound file of the one stream ``Workbook``."""
    stream = stream.ljust(4096, b"\0")
    sectors = -(-len(stream) // 512)
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    assert len(fat) <= 128

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        told = name.encode("utf-16-le") + b"\0\0"
        return (
            told.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(told), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )

    head = (
        bytes.fromhex("d0cf11e0a1b11ae1")
        + bytes(16)
        + struct.pack("<HHHHH6xIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1)
    )
    head += struct.pack("<IIIIII", 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0)
    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream))
    path.write_bytes(
        head.ljust(512, b"\xff")
        + struct.pack(f"<{len(fat)}I", *fat).ljust(512, b"\xff")
        + directory.ljust(512, b"\0")
        + stream.ljust(sectors * 512, b"\0")
    )
    return path


def ods(path: Path, hidden: Sequence[str] = (), **sheets: Any) -> Path:
    """An ODS; a text beginning with ``<`` is XML that stands in place of its row."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}"{OUT if name in hidden else ""}>'
        + "".join(
            row if isinstance(row, str) else f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>"
            for row in rows
        )
        + "</table:table>"
        for name, rows in sheets.items()
    )
    spaces = " ".join(
        f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"'
        for one in ("office", "table", "text", "style")
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f'<office:document-content {spaces}><office:automatic-styles><style:style style:name="out" '
            'style:family="table"><style:table-properties table:display="false"/></style:style>'
            f"</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet>"
            "</office:body></office:document-content>",
        )
    return path


def _cell(value: str | float | None) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, str):
        said = f"<text:p>{escape(value)}</text:p>"
        return f'<table:table-cell office:value-type="string">{said}</table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value}"/>'


def _binary(kind: int, data: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    assert len(data) < 128
    return number + bytes([len(data)]) + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(path: Path, cells: dict[tuple[int, int], str | float]) -> Path:
    """An XLSB of one sheet with these cells, by row and column from 0, in order."""
    rows, columns = zip(*cells, strict=True)
    body = _binary(129) + _binary(148, struct.pack("<4I", 0, max(rows), 0, max(columns))) + _binary(145)
    row = None
    for (r, c), value in cells.items():
        if r != row:
            body += _binary(0, struct.pack("<IIHBBBI", r, 0, 300, 0, 0, 0, 0))
            row = r
        head = struct.pack("<II", c, 0)
        body += (
            _binary(6, head + _wide(value))
            if isinstance(value, str)
            else _binary(5, head + struct.pack("<d", value))
        )
    body += _binary(146) + _binary(130)
    book = _binary(131) + _binary(143) + _binary(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("表"))
    book += _binary(144) + _binary(132)
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    link = f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="%s/%s" Target="%s"/>'
    link += "</Relationships>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", link % (office, "officeDocument", "xl/workbook.bin"))
        archive.writestr("xl/_rels/workbook.bin.rels", link % (office, "worksheet", "worksheets/sheet1.bin"))
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/worksheets/sheet1.bin", body)
    return path

"""
Documents of word processors and spreadsheets (DOCX, XLSX, ODT): zips that are kept closed.

Every part is unpacked once, in pieces and to nowhere, because a zip's header may lie about its sizes. What
would run, fetch or grow when the document is opened is refused: macros, programs, parts from elsewhere,
entities of XML, zips inside zips.

PDFs from strangers: kept byte for byte, because a stamped or signed one is an original.

It is only offered for download; nothing of it is run or drawn here. It is looked through for what a
reader's program might run or fetch, also in its packed object streams, and what is found is told to
whoever opens it.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from io import BytesIO
from typing import IO, TYPE_CHECKING

from blockplan.notice.intake.limits import size as size_said
from blockplan.notice.intake.refusals import IntakeNote, note, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.notice.intake.limits import UploadLimits


#: What is told of a PDF -> names in it (ISO 32000-2) that mean it.
_TELLING = {
    "pdf.scripts": ("JavaScript", "JS"),
    "pdf.launch": ("Launch",),
    "pdf.embedded": ("EmbeddedFile", "EmbeddedFiles", "Filespec", "RichMedia"),
    "pdf.sends": ("SubmitForm", "ImportData", "GoToR", "GoToE", "XFA"),
    "pdf.opens": ("OpenAction", "AA"),
    "pdf.encrypted": ("Encrypt",),
}
_NAME_OF = {name.encode(): code for code, names in _TELLING.items() for name in names}
_NAMES = re.compile(rb"/(" + b"|".join(sorted(_NAME_OF, reverse=True)) + rb")(?![0-9A-Za-z_.-])")
#: Signs of names that are written as numbers; so many are read in a piece.
_MOST_HIDDEN = 100_000
_HIDDEN_SIGN = re.compile(rb"#([0-9A-Fa-f]{2})")
_PACKED = re.compile(rb"/ObjStm(?![0-9A-Za-z_.-])")
#: The data begin within so many bytes of that name, behind this word.
_DICTIONARY, _BEGIN = 400, re.compile(rb"stream\r?\n")
#: What looking at a stream costs at least, in bytes of the limit: a file of names alone is soon done.
_LEAST = 4_000
#: Pages that a browser would take for HTML, were the file shown under another type.
_PAGE = re.compile(rb"<\s*(?:!doctype|html|script|svg|body|iframe|head)\b", re.IGNORECASE)
_PDF_PIECE = 4_000_000


def looked_through(content: bytes, limits: UploadLimits) -> list[IntakeNote]:
    """
    What should be known about a PDF before it is opened.

    Raises
    ------
    IntakeError
        If it is cut off, or something else as well: a page, or a zip.
    """
    if b"%%EOF" not in content[-4_096:] or b"startxref" not in content[-8_192:]:
        raise refused("file.broken", kind="PDF")
    if _PAGE.search(content[:1_024]) or _is_zip_too(content):
        raise refused("file.two", kind="PDF")
    found: set[str] = set()
    for piece in _pieces(content, limits, found):
        found |= {_NAME_OF[name] for name in _NAMES.findall(piece)}
        plain, count = _HIDDEN_SIGN.subn(lambda sign: bytes([int(sign[1], 16)]), piece, _MOST_HIDDEN)
        if count:
            found |= {_NAME_OF[name] for name in _NAMES.findall(plain)}
        if count == _MOST_HIDDEN:
            found.add("pdf.unread")
    order = [*_TELLING, "pdf.unread"]
    return [note("pdf.kept"), *(note(code) for code in order if code in found)]


def _is_zip_too(content: bytes) -> bool:
    """Whether the end of a zip's directory stands at the end, so that unpackers take it for a zip."""
    at = content.rfind(b"PK\x05\x06", -66_000)
    if at < 0 or at + 22 > len(content):
        return False
    comment = int.from_bytes(content[at + 20 : at + 22], "little")
    size = int.from_bytes(content[at + 12 : at + 16], "little")
    return at + 22 + comment == len(content) and content.rfind(b"PK\x01\x02", max(0, at - size), at) >= 0


def _pieces(content: bytes, limits: UploadLimits, found: set[str]) -> Iterator[bytes]:
    """The file itself, and each of its packed object streams as far as `limits` allow."""
    for start in range(0, len(content), _PDF_PIECE):
        yield content[start : start + _PDF_PIECE + 64]
    left = limits.pdf_looked_bytes
    for name in _PACKED.finditer(content):
        if left <= 0:
            found.add("pdf.unread")
            return
        begin = _BEGIN.search(content, name.end(), name.end() + _DICTIONARY)
        piece, whole = _unpacked(content, begin.end(), min(left, _PDF_PIECE)) if begin else (b"", False)
        if not whole:
            found.add("pdf.unread")
        left -= max(len(piece), _LEAST)
        yield piece


def _unpacked(content: bytes, start: int, most: int) -> tuple[bytes, bool]:
    """What is packed there, and whether all of it could be read: other ways of packing cannot."""
    unpacker = zlib.decompressobj()
    try:
        piece = unpacker.decompress(memoryview(content)[start : start + _PDF_PIECE], most)
    except zlib.error:
        return b"", False
    return piece, unpacker.eof


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPEN_TEXT = "application/vnd.oasis.opendocument.text"
#: A part that every document of the kind has.
_MAIN_PARTS = {"word/document.xml": WORD, "xl/workbook.xml": SHEET}
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError,
            struct.error, IndexError)  # fmt: skip
_PIECE = 65_536
_MACROS = re.compile(
    r"vbaproject|vbadata|activex|(?:^|/)macrosheets/|^(?:basic|scripts)/|\.(?:exe|dll|js|vbs|bat|cmd|ps1|jar)$",
    re.IGNORECASE,
)
#: A table of entities, in one byte a sign or two, either order.
_ENTITIES = [word.encode(coding) for word in ("<!DOCTYPE", "<!ENTITY") for coding in
             ("ascii", "utf-16-le", "utf-16-be")]  # fmt: skip
#: A relation to a part outside: a template or an object that is fetched when the document is opened.
_ELSEWHERE = re.compile(
    rb"<(?:\w+:)?Relationship\s(?=[^<]*(?:attachedTemplate|oleObject|frame|subDocument|externalLinkPath|/image)"
    rb"[\"'])[^<]*TargetMode\s*=\s*[\"']External",
    re.IGNORECASE,
)
#: First bytes of what is no part of a text: programs, packed files, old Office containers.
_FOREIGN = (
    b"MZ",
    b"\x7fELF",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\xd0\xcf\x11\xe0",
    b"\xfd7zXZ",
)
_TAIL = 64


def kind_of(content: bytes, limits: UploadLimits) -> str:
    """
    Media type of an office document, once every part of it was found harmless.

    Raises
    ------
    IntakeError
        If it is damaged, a zip of another kind, larger than `limits` allow, or holds what may not come in.
    """
    total = _check_directory(content, limits)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) != total:
                raise refused("file.broken", kind="ZIP")
            found = _media_type(archive, {entry.filename for entry in entries})
            left = limits.office_bytes
            for entry in entries:
                left = _checked(archive, entry, left, limits)
    except _DAMAGED:
        raise refused("file.broken", kind="ZIP") from None
    return found


def _check_directory(content: bytes, limits: UploadLimits) -> int:
    """
    Number of parts, once its end alone shows that the file is one zip to its last byte, and short to list.

    A comment, bytes in front or behind, or a zip of the 64-bit kind is not what an office program writes.
    """
    end = content[-22:]
    if len(content) < 22 or end[:4] != b"PK\x05\x06":
        raise refused("file.broken", kind="ZIP")
    disk, first, here, total, size, start, comment = struct.unpack("<HHHHIIH", end[4:])
    if disk or first or here != total or comment or start + size != len(content) - 22:
        raise refused("file.broken", kind="ZIP")
    if total > limits.office_entries or size > limits.office_entries * 600:
        raise refused("office.entries", entries=total, most=limits.office_entries)
    return int(total)


def _media_type(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "[Content_Types].xml" in names:
        for part, media_type in _MAIN_PARTS.items():
            if part in names:
                return media_type
    if "mimetype" in names and "content.xml" in names:
        with archive.open("mimetype") as file:
            if file.read(100).strip() == OPEN_TEXT.encode():
                return OPEN_TEXT
    raise refused("file.archive")


def _checked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int, limits: UploadLimits) -> int:
    """Unpack a part to nowhere; gives back how many bytes the rest may still have."""
    if entry.flag_bits & 0x1:
        raise refused("office.encrypted")
    if _MACROS.search(entry.filename.replace("\\", "/")):
        raise refused("office.macros")
    allowed = min(left, max(limits.office_ratio_from_bytes, int(entry.compress_size * limits.office_ratio)))
    with archive.open(entry) as part:
        done = _looked_through(part, entry.filename, allowed, limits)
    if done != entry.file_size:
        raise refused("file.broken", kind="ZIP")
    return left - done


def _looked_through(part: IO[bytes], name: str, allowed: int, limits: UploadLimits) -> int:
    done, tail = 0, b""
    lower = name.lower()
    relations = lower.endswith(".rels")
    is_text = relations or lower.endswith((".xml", ".rdf", ".vml"))
    while piece := part.read(_PIECE):
        if not done and piece.startswith(_FOREIGN):
            raise refused("office.inside")
        done += len(piece)
        if done > allowed:
            raise refused("office.bomb", most=size_said(limits.office_bytes))
        if is_text:
            _check_markup(tail + piece)
        if relations:
            _check_relations(tail + piece)
        tail = piece[-(_PIECE if relations else _TAIL) :]
    return done


def _check_markup(piece: bytes) -> None:
    if any(word in piece for word in _ENTITIES):
        raise refused("office.entities")


def _check_relations(piece: bytes) -> None:
    """Office programs write relations in plain UTF-8; signs as numbers, or in two bytes, hide something."""
    if b"&#" in piece or b"\x00" in piece or _ELSEWHERE.search(piece):
        raise refused("office.elsewhere")

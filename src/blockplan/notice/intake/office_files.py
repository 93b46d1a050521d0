"""
Documents of word processors and spreadsheets (DOCX, XLSX, ODT): zips that are kept closed.

Every part is unpacked once, in pieces and to nowhere, because a zip's header may lie about its sizes. What
would run, fetch or grow when the document is opened is refused: macros, programs, parts from elsewhere,
entities of XML, zips inside zips.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from io import BytesIO
from typing import IO, TYPE_CHECKING

from blockplan.notice.intake.refusals import refused

if TYPE_CHECKING:
    from blockplan.notice.intake.limits import UploadLimits

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
            raise refused("office.bomb", most=f"{limits.office_bytes / 1e6:.0f} MB")
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

"""
PDFs from strangers: kept byte for byte, because a stamped or signed one is an original.

It is only offered for download; nothing of it is run or drawn here. It is looked through for what a
reader's program might run or fetch, also in its packed object streams, and what is found is told to
whoever opens it.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

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
_PIECE = 4_000_000


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
    for start in range(0, len(content), _PIECE):
        yield content[start : start + _PIECE + 64]
    left = limits.pdf_looked_bytes
    for name in _PACKED.finditer(content):
        if left <= 0:
            found.add("pdf.unread")
            return
        begin = _BEGIN.search(content, name.end(), name.end() + _DICTIONARY)
        piece, whole = _unpacked(content, begin.end(), min(left, _PIECE)) if begin else (b"", False)
        if not whole:
            found.add("pdf.unread")
        left -= max(len(piece), _LEAST)
        yield piece


def _unpacked(content: bytes, start: int, most: int) -> tuple[bytes, bool]:
    """What is packed there, and whether all of it could be read: other ways of packing cannot."""
    unpacker = zlib.decompressobj()
    try:
        piece = unpacker.decompress(memoryview(content)[start : start + _PIECE], most)
    except zlib.error:
        return b"", False
    return piece, unpacker.eof

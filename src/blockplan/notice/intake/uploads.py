"""
Files that come with an opinion: what they are by their first bytes, and what of them is stored.

`take_file` is the one door. The name and the claimed type decide nothing: a file is what it is, or it is
refused. Pictures are written anew, texts and tables are made harmless, office documents are looked
through, and a PDF stays byte for byte what it was.

The name of a file from a stranger: what is left of it is a name on every system, and says what the file is.

A name is never used to find out what a file is, nor where it is stored; it is shown and offered when the
file is downloaded.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from blockplan.errors import IntakeError
from blockplan.notice.events import Attachment
from blockplan.notice.intake import images, office_files, text_files
from blockplan.notice.intake.limits import LIMITS, size
from blockplan.notice.intake.refusals import IntakeNote, note, refused
from blockplan.notice.intake.texts_in import TURNING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from blockplan.notice.intake.limits import UploadLimits

_PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
#: First bytes -> what it is: a kind that is taken in, or the ground for refusing it.
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP"),
    (b"GIF8", "file.picture"),
    (b"BM", "file.picture"),
    (b"II*\x00", "file.picture"),
    (b"MM\x00*", "file.picture"),
    (b"\x00\x00\x01\x00", "file.picture"),
    (b"\x00\x00\x00\x0cjP  ", "file.picture"),
    (b"\xff\x4f\xff\x51", "file.picture"),
    (b"8BPS", "file.picture"),
    (b"MZ", "file.program"),
    (b"\x7fELF", "file.program"),
    (b"\xca\xfe\xba\xbe", "file.program"),
    (b"\xfe\xed\xfa\xce", "file.program"),
    (b"\xfe\xed\xfa\xcf", "file.program"),
    (b"\xcf\xfa\xed\xfe", "file.program"),
    (b"\xce\xfa\xed\xfe", "file.program"),
    (b"dex\n", "file.program"),
    (b"\x00asm", "file.program"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "file.program"),
    (b"\xd0\xcf\x11\xe0", "file.old_office"),
    (b"{\\rtf", "file.old_office"),
    (b"Rar!", "file.archive"),
    (b"7z\xbc\xaf\x27\x1c", "file.archive"),
    (b"\x1f\x8b", "file.archive"),
    (b"BZh", "file.archive"),
    (b"\xfd7zXZ", "file.archive"),
    (b"\x28\xb5\x2f\xfd", "file.archive"),
    (b"MSCF", "file.archive"),
    (b"PK\x05\x06", "file.archive"),
    (b"PK\x07\x08", "file.archive"),
    (b"!<arch>", "file.archive"),
    (b"ID3", "file.media"),
    (b"OggS", "file.media"),
    (b"fLaC", "file.media"),
    (b"\x1aE\xdf\xa3", "file.media"),
    (b"SQLite format 3", "file.unknown"),
)
#: Brands of the ISO container (``ftyp``) that hold HEIC or AVIF pictures; others are films.
_HEIC = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """
    A file as it may be stored.

    Attributes
    ----------
    name
        Cleaned; its ending says what the file is.
    media_type
        What it is, by its content; to be served as this and nothing else.
    content, sha256
        The bytes to store, and their hash in hex.
    received_sha256
        Hash of the bytes that came; equal to `sha256` where they were kept.
    charset
        Likely encoding of a text, guessed from its bytes; None for other files.
    download_only
        True where it may never be shown in a page, only offered for download.
    notes
        What was taken away or should be known, for the submitter and for whoever opens it.
    """

    name: str
    media_type: str
    content: bytes
    sha256: str
    received_sha256: str
    charset: str | None = None
    download_only: bool = True
    notes: tuple[IntakeNote, ...] = ()

    @property
    def kept(self) -> bool:
        """Whether the bytes are those that came."""
        return self.sha256 == self.received_sha256

    def attachment(self) -> Attachment:
        """The file as the record takes it."""
        return Attachment(self.name, self.media_type, self.content)


def take_file(name: str, content: bytes, limits: UploadLimits = LIMITS) -> Upload:
    """
    A file from a stranger, made fit to be stored; at most 512 MB of memory are used for any file.

    Parameters
    ----------
    name
        As the browser sent it; a path, an ending or a mark in it is not trusted.
    content
        Its bytes, `Limits.file_bytes` at most: the caller stops reading there.

    Raises
    ------
    IntakeError
        If it is of no kind that is taken in, damaged, dangerous or too large. `IntakeError.text` says so
        in zh, en and ja.
    """
    if not content:
        raise refused("file.empty")
    if len(content) > limits.file_bytes:
        raise refused("file.large", most=size(limits.file_bytes))
    kind = _kind(content)
    if kind in _PICTURES:
        stored, notes = images.rewritten(content, kind, limits)
        return _upload(name, _PICTURES[kind], content, stored, notes, limits=limits, download_only=False)
    if kind == "PDF":
        notes = office_files.looked_through(content, limits)
        return _upload(name, "application/pdf", content, content, notes, limits=limits)
    if kind == "ZIP":
        media_type = office_files.kind_of(content, limits)
        return _upload(name, media_type, content, content, [note("office.kept")], limits=limits)
    if kind is not None:
        raise refused(kind)
    return _text(name, content, limits)


def take_files(files: Iterable[tuple[str, bytes]], limits: UploadLimits = LIMITS) -> list[Upload]:
    """
    The files of one opinion, each as `take_file` gives it; names that stand twice get a number.

    Raises
    ------
    IntakeError
        As for `take_file`, with the file's place in the list; or if they are too many or too large together.
    """
    given = list(files)
    if len(given) > limits.files:
        raise refused("files.many", files=len(given), most=limits.files)
    total = sum(len(content) for _, content in given)
    if total > limits.files_bytes:
        raise refused("files.large", size=size(total), most=size(limits.files_bytes))
    taken: dict[str, Upload] = {}
    for name, content in given:
        try:
            upload = take_file(name, content, limits)
        except IntakeError as error:
            shown = plain_name(name)
            raise IntakeError(
                error.code, {lang: f"{shown}: {said}" for lang, said in error.text.items()}
            ) from None
        free = numbered(upload.name, taken)
        taken[free] = replace(upload, name=free)
    return list(taken.values())


def _kind(content: bytes) -> str | None:
    """The kind that is taken in, the ground for refusing it, or None where it may be a text."""
    if content[:4] == b"RIFF":
        return "WEBP" if content[8:12] == b"WEBP" else "file.media"
    if content[4:8] == b"ftyp":
        brands = {content[8:12], *(content[at : at + 4] for at in range(16, min(len(content), 64), 4))}
        return "file.heic" if brands & _HEIC else "file.media"
    if content[257:262] == b"ustar":
        return "file.archive"
    return next((kind for beginning, kind in _BEGINNINGS if content.startswith(beginning)), None)


def _text(name: str, content: bytes, limits: UploadLimits) -> Upload:
    if len(content) > limits.text_file_bytes:
        # Not decoded: what is that large is hardly a text, and need not be looked at.
        raise refused("text.large", size=size(len(content)), most=size(limits.text_file_bytes))
    found = text_files.text_of(content)
    if found is None:
        raise refused("file.unknown")
    text, charset = found
    claimed = ending_of(name)
    if text_files.runs(text) or claimed in RUN:
        raise refused("file.script")
    if claimed in {"geojson", "json"} or text_files.is_geojson(text):
        text_files.check_geojson(text, limits)
        return _upload(name, "application/geo+json", content, content, [], limits=limits, charset=charset)
    if claimed in {"csv", "tsv"}:
        changed, cells = text_files.harmless_csv(text, charset)
        notes = [note("csv.formulas", cells=cells)] if cells else []
        return _upload(name, "text/csv", content, changed or content, notes, limits=limits, charset=charset)
    return _upload(name, "text/plain", content, content, [], limits=limits, charset=charset)


def _upload(  # noqa: PLR0913 (what a stored file is made of; the last three by name)
    name: str,
    media_type: str,
    received: bytes,
    stored: bytes,
    notes: list[IntakeNote],
    *,
    limits: UploadLimits,
    charset: str | None = None,
    download_only: bool = True,
) -> Upload:
    cleaned = clean_name(name, media_type, limits.name_characters)
    if cleaned != name:
        notes = [*notes, note("name.changed", name=cleaned)]
    came = hashlib.sha256(received).hexdigest()
    return Upload(
        name=cleaned,
        media_type=media_type,
        content=stored,
        sha256=came if stored is received else hashlib.sha256(stored).hexdigest(),
        received_sha256=came,
        charset=charset,
        download_only=download_only,
        notes=tuple(notes),
    )


#: True media type -> endings that say so; the first is put where another stood.
ENDINGS: dict[str, tuple[str, ...]] = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
    "text/plain": (".txt", ".text", ".md", ".log"),
    "text/csv": (".csv", ".tsv"),
    "application/geo+json": (".geojson", ".json"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
}
#: Endings that a system runs or a browser shows as a page: a text file may not have one.
RUN = frozenset({
    "ade", "adp", "app", "application", "asp", "aspx", "bat", "bash", "chm", "cgi", "cjs", "cmd", "com",
    "command", "cpl", "csh", "dll", "desktop", "exe", "gadget", "hta", "htm", "html", "inf", "ins",
    "iso", "jar", "js", "jse", "jsp", "ksh", "lnk", "mht", "mhtml", "mjs", "msc", "msi", "msp", "mst",
    "php", "php3", "php4", "php5", "phtml", "pif", "pl", "ps1", "psm1", "py", "pyc", "pyw", "rb", "reg",
    "scf", "scr", "sct", "settingcontent-ms", "sh", "shtml", "svg", "svgz", "swf", "sys", "url", "vb",
    "vbe", "vbs", "wasm", "website", "ws", "wsc", "wsf", "wsh", "xht", "xhtml", "xml", "xsl", "xslt",
    "zsh",
})  # fmt: skip
_OTHER = frozenset({
    "7z", "avif", "bin", "bmp", "bz2", "cab", "dat", "doc", "docm", "dot", "dotm", "eml", "gif", "gz",
    "heic", "heif", "ico", "mp3", "mp4", "mov", "odp", "ods", "pps", "ppt", "pptm", "pptx", "rar",
    "rtf", "tar", "tif", "tiff", "tmp", "wav", "xls", "xlsm", "xz", "zip",
})  # fmt: skip
_KNOWN = RUN | _OTHER | {ending[1:] for endings in ENDINGS.values() for ending in endings}
#: What a system or a page cannot have in a name: path parts, quotes, wildcards, control characters.
_UNFIT = re.compile(r'[<>:"|?*/\\\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\ufff9-\ufffb]')
#: Names of devices on Windows, whatever ending follows.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|$)", re.IGNORECASE)
_INNER = re.compile(r"\.(?=([A-Za-z0-9-]{1,20})\.)")


def clean_name(name: str, media_type: str, longest: int) -> str:
    r"""
    A name without path, marks, control characters and false endings; never empty.

    Parameters
    ----------
    media_type
        What the file is: a key of `ENDINGS`. An ending that says something else is replaced.
    longest
        Length in characters, ending included; in UTF-8 at most twice as many bytes.

    Examples
    --------
    >>> clean_name("cv\u202egpj.exe", "image/jpeg", 100)
    'cvgpj.jpg'
    >>> clean_name("../../etc/passwd", "text/plain", 100)
    'passwd.txt'
    >>> clean_name("C:\\意见 2026.03.01.PDF", "application/pdf", 100)
    '意见 2026.03.01.pdf'
    """
    stem, ending = _with_true_ending(plain_name(name), media_type)
    stem = _INNER.sub(lambda dot: "_" if dot[1].lower() in RUN else ".", f"{stem}.")[:-1]
    stem = _cut(stem, longest - len(ending), 2 * longest - len(ending)).rstrip(" .") or "file"
    if _DEVICES.match(stem):
        stem = f"_{stem}"[: longest - len(ending)]
    return stem + ending


def plain_name(name: str) -> str:
    r"""
    A name without path and without what no system or page can have in it; may be empty.

    Examples
    --------
    >>> plain_name("a/b\\c\u202e\x00:d.txt")
    'c__d.txt'
    """
    last = unicodedata.normalize("NFC", TURNING.sub("", re.split(r"[/\\]", name[-4_000:])[-1]))
    plain = _UNFIT.sub("_", "".join(sign for sign in last if unicodedata.category(sign) != "Cf"))
    return re.sub(r"\s+", " ", plain).strip(" ._-~'=+@")


def numbered(name: str, taken: Container[str]) -> str:
    """
    The name, with the first number that is free before its ending where it is taken.

    Examples
    --------
    >>> numbered("a.jpg", {"a.jpg", "a (2).jpg"})
    'a (3).jpg'
    """
    stem, ending = name.rsplit(".", 1)
    free = name
    for number in count(2):
        if free not in taken:
            break
        free = f"{stem} ({number}).{ending}"
    return free


def ending_of(name: str) -> str:
    """The ending that a name claims, in lower case and without its dot; "" if there is none."""
    stem, dot, ending = TURNING.sub("", name).rstrip(" .").rpartition(".")
    return ending.casefold() if dot and stem else ""


def _with_true_ending(name: str, media_type: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    known = ENDINGS[media_type]
    if dot and f".{ending.lower()}" in known:
        return stem, f".{ending.lower()}"
    if dot and ending.lower() in _KNOWN:
        return stem, known[0]
    return name, known[0]


def _cut(stem: str, signs: int, size: int) -> str:
    """The first `signs` characters that fit into `size` bytes, cut between whole characters."""
    return stem[:signs].encode()[:size].decode(errors="ignore")

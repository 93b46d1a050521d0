"""
The name of a file from a stranger: what is left of it is a name on every system, and says what the file is.

A name is never used to find out what a file is, nor where it is stored; it is shown and offered when the
file is downloaded.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import count
from typing import TYPE_CHECKING

from blockplan.notice.intake.texts_in import TURNING

if TYPE_CHECKING:
    from collections.abc import Container

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

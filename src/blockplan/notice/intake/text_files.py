"""
Text files from strangers: plain text, CSV and GeoJSON, told apart from programs and pages.

A text keeps its bytes; its encoding is found out and told. A CSV loses the power of its formulas, since
it will be opened in a spreadsheet. A GeoJSON is counted before it is parsed.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from typing import TYPE_CHECKING, Any

from blockplan.notice.intake.refusals import refused

if TYPE_CHECKING:
    from blockplan.notice.intake.limits import UploadLimits

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
#: Also what code page 932 makes of bytes that it does not know.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\uf8f0-\uf8f3\ufffe\uffff]")
#: How a program, a page or another text that is no plain text begins.
_RUN = re.compile(
    r"\s*(?:#!|<%|<[!?/]|<\s*[a-z]|@echo\b|%!ps|mime-version:|\[\{000214a0|windows registry|"
    r"\[internetshortcut\]|\+adw-)",
    re.IGNORECASE,
)
_FORMULA = re.compile(
    r"((?:^|[,;\t\r\n])[ \"']*?)([=＝@＠]|[+＋\-－](?![\d. ]*+(?:e[+-]?\d++)?+%?+ *+(?:[,;\t\r\n\"]|$)))",
    re.IGNORECASE,
)
_GEOJSON = frozenset({"FeatureCollection", "Feature", "Point", "LineString", "Polygon", "MultiPoint",
                      "MultiLineString", "MultiPolygon", "GeometryCollection"})  # fmt: skip
#: Sniffing looks at so many first characters.
_HEAD = 4_096
#: From so many first bytes the encoding is guessed; then the whole text has to be in it.
_SAMPLE = 65_536


def text_of(content: bytes) -> tuple[str, str] | None:
    """
    The text that some bytes are, and its encoding; None where they are none.

    UTF-8, UTF-16 with its mark, GB18030 and Shift_JIS (code page 932) are known, and Windows 1252 where most
    of it is ASCII, since that reads nearly anything. A control character other than tab, form feed and
    line ends makes it no text.
    """
    from blockplan.plan.files.encodings import CANDIDATES, detect  # noqa: PLC0415 (the room of plans takes a second)

    marked = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    likely = marked or detect(content[:_SAMPLE].splitlines())
    western = ("cp1252",) if _mostly_ascii(content) else ()
    for name in dict.fromkeys((likely, *CANDIDATES, *western)):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        return None if _CONTROL.search(text) else (text, name)
    return None


def _mostly_ascii(content: bytes) -> bool:
    return len(content.decode("ascii", "ignore")) >= 0.8 * len(content)


def runs(text: str) -> bool:
    """Whether a text begins like a program, a page or a drawing that a browser runs."""
    return _RUN.match(text[:_HEAD]) is not None


def is_geojson(text: str) -> bool:
    """Whether a text begins like a GeoJSON object."""
    head = text[:_HEAD].lstrip("\ufeff \t\r\n")
    return head.startswith("{") and re.search(r'"(?:type|features|coordinates)"', text[:_HEAD]) is not None


def harmless_csv(text: str, encoding: str) -> tuple[bytes | None, int]:
    """
    The table with an apostrophe before what a spreadsheet would take for a formula.

    A formula begins a cell, and where cells begin depends on the spreadsheet: comma, semicolon, tab and
    line end all count. Numbers with a sign stay numbers, and nothing else is touched.

    Returns
    -------
    The bytes to store, in the encoding they came in, or None where nothing had to be changed; and how
    many cells were.
    """
    changed, count = _FORMULA.subn(r"\1'\2", text)
    return (changed.encode(encoding), count) if count else (None, 0)


def check_geojson(text: str, limits: UploadLimits) -> None:
    """
    See that a GeoJSON file can be read by anybody without harm.

    Raises
    ------
    IntakeError
        If it is no GeoJSON, nested or large beyond `limits`, or holds NaN, Infinity or larger numbers.
    """
    value = bounded_json(text, limits.json_depth, limits.json_values)
    if not isinstance(value, dict) or value.get("type") not in _GEOJSON:
        raise refused("geojson.kind")


def bounded_json(text: str, depth: int, values: int) -> Any:
    """
    The value of a JSON text whose brackets and commas were counted before it was parsed.

    Raises
    ------
    IntakeError
        If it is nested deeper than `depth`, has more than `values` of them, a number that no double
        holds, or is no JSON.
    """
    count = text.count(",") + text.count("[") + text.count("{")
    if count > values:
        raise refused("json.large", most=f"{values:,}")
    if _depth(text) > depth:
        raise refused("json.deep", most=depth)
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite, parse_int=_finite)
    except (ValueError, OverflowError, RecursionError):
        raise refused("json.broken") from None


def _depth(text: str) -> int:
    """
    How deep brackets nest, without parsing.

    Brackets inside texts count as well: a GeoJSON that holds unmatched ones by the dozen is no loss.
    """
    deepest = level = 0
    for bracket in re.finditer(r"[\[{\]}]", text):
        level += 1 if bracket[0] in "[{" else -1
        deepest = max(deepest, level)
    return deepest


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("no double holds it")
    return number

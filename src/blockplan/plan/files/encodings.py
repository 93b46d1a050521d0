"""
The text encoding of layers, above all of Shapefile tables.

A ``.dbf`` seldom says truly how its text is encoded. The name in the ``.cpg``
file is believed; without one, the encodings of the offices that make such files
are tried strictly on all texts of the table. A text that cannot be decoded is
reported with its record, never replaced by question marks.

What is peculiar to Shapefiles: companion files, text in any encoding, names of ten characters.

A Shapefile is read as Latin-1, which keeps every byte, and its texts are
decoded afterwards by `decode`.
"""

from __future__ import annotations

import codecs
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from blockplan.errors import PlanDataError
from blockplan.plan.model.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

#: Tried in this order where nothing is said.
CANDIDATES = ("utf-8", "gb18030", "cp932", "big5hkscs")
#: Chinese of Taiwan and Hong Kong is read where that gives so many more common signs than any other.
_CLEARLY = 0.15
#: Text of an encoding has at least this share of common signs.
_MOSTLY = 0.5
#: Fewer different characters do not tell Korean from Chinese, which share byte pairs.
_SIGNS = 3
_ASCII = bytes(range(128))
#: Letters and signs of West European words in code page 1252, which stand alone among ASCII letters.
_WESTERN = re.compile(
    rb"(?<![\x80-\xff])[\xa7\xb0\xb2\xb3\xb5\xc0-\xff]{1,2}(?![\x80-\xff])|[\x84\x93\x94\x96]"
)
#: A byte that stands alone among ASCII letters, which hardly any of Chinese does.
_ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
#: ``gb18030`` reads everything that GB2312, GBK and code page 936 can say, ``big5hkscs`` what Big5 can.
_WIDER = {
    "gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "shift_jis": "cp932", "ascii": "utf-8",
    "big5": "big5hkscs", "cp950": "big5hkscs", "euc_kr": "cp949",
}  # fmt: skip
#: Syllables that Korean names and headings are made of; Chinese read as Korean has hardly one of them in ten.
_KOREAN = frozenset(
    "가거건경계고공관광교구국군근급기길남녹농높단대도동등로류률리면명물미반번보복부북비사산상생서선설성소수"
    "시신심아어업역연영용원위유의이인일임자장재적전점정제조종주준중지차천체초층택터토특편평폐폭하학한합해행"
    "호화획"
)
#: Language byte of a .dbf (offset 29) that stands for a code page of East Asia.
_LANGUAGE_BYTES = {
    0x4D: "gb18030",
    0x7A: "gb18030",
    0x13: "cp932",
    0x7B: "cp932",
    0x78: "big5hkscs",
    0x79: "cp949",
}


def codec_name(said: str) -> str | None:
    """
    Python's name of the encoding that a ``.cpg`` file or a caller names; None if there is none.

    Examples
    --------
    >>> codec_name("GBK"), codec_name("936"), codec_name("ANSI 1252"), codec_name("UTF-8")
    ('gb18030', 'gb18030', 'cp1252', 'utf-8')
    >>> codec_name("?"), codec_name("uu")
    (None, None)
    """
    text = said.strip().strip("\ufeff").lower()
    digits = re.fullmatch(r"(?:ansi|oem|cp|windows|ms)?[ _-]*(\d{3,5})", text)
    if digits:
        text = {"65001": "utf-8", "20936": "gb2312", "54936": "gb18030"}.get(digits[1], f"cp{digits[1]}")
    try:
        found = codecs.lookup(text)
    except (LookupError, ValueError):
        return None
    if not found._is_text_encoding:
        return None
    name = found.name
    return _WIDER.get(name, name)


def declared(path: Path) -> str | None:
    """
    The encoding that the files beside a ``.shp`` declare; None if they declare none.

    Raises
    ------
    PlanDataError
        If the ``.cpg`` file names an encoding that nobody knows.
    """
    for ending in (".cpg", ".CPG", ".cst"):
        beside = path.with_suffix(ending)
        if beside.is_file():
            said = beside.read_bytes()[:64].decode("ascii", errors="replace").strip()
            name = codec_name(said)
            if name is None and said:
                raise PlanDataError(
                    f"{beside} names the text encoding {said[:30]!r}, which is not known.\n"
                    "Write UTF-8, GB18030 or SHIFT_JIS into it, or delete it."
                )
            return name
    try:
        with path.with_suffix(".dbf").open("rb") as file:
            header = file.read(32)
    except OSError:
        return None
    return _LANGUAGE_BYTES.get(header[29]) if len(header) == 32 else None


def detect(texts: Sequence[bytes], said: str | None = None) -> str:
    """
    The encoding that fits the texts of a table.

    What is `said` stays where all texts fit it. Otherwise the candidate that
    decodes the most texts; between Chinese, Japanese and Chinese of Taiwan, which share byte
    pairs, the one that gives the more common characters.

    Words of Western Europe are told by
    letters that stand alone, which hardly any common character has.

    Examples
    --------
    >>> detect(["Höhe".encode("cp1252"), "Fläche (m²)".encode("cp1252"), "Größe".encode("cp1252")])
    'cp1252'
    >>> detect(["绿地".encode("gbk")]), detect(["みどり".encode("cp932")]), detect(["绿地".encode()])
    ('gb18030', 'cp932', 'utf-8')
    >>> detect(["都市計畫分區".encode("big5"), "第三種住宅區".encode("big5"), "容積率".encode("big5")])
    'big5hkscs'
    >>> detect(["용도지역".encode("cp949"), "제2종일반주거지역".encode("cp949")])
    'cp949'
    >>> detect(["林".encode("gbk")])
    'gb18030'
    """
    foreign = [text for text in texts if not text.isascii()]
    if not foreign:
        return said or "utf-8"
    if said is not None and not _misses(foreign, said):
        return said
    misses = {name: _misses(foreign, name) for name in CANDIDATES}
    best = min(misses.values())
    fits = [name for name in CANDIDATES if misses[name] == best]
    if misses["utf-8"] and _is_western(foreign):
        return "cp1252"
    if misses["utf-8"] and _is_korean(foreign):
        return "cp949"
    if fits[0] == "utf-8" or len(fits) == 1:
        return fits[0]
    shares = {name: _commonness(foreign, name) for name in fits}
    shares |= {"big5hkscs": shares["big5hkscs"] - _CLEARLY} if "big5hkscs" in shares else {}
    return max(fits, key=lambda name: shares[name])


def encoding_of_names(names: Sequence[bytes]) -> str | None:
    """
    The encoding of names in a zip that are not marked as UTF-8; None where it is code page 437, as of old.

    Examples
    --------
    >>> encoding_of_names(["地块.shp".encode()]), encoding_of_names(["地块.shp".encode("gbk")])
    ('utf-8', 'gb18030')
    >>> encoding_of_names(["用途地域.shp".encode("cp932")]), encoding_of_names(["Grün.shp".encode("cp437")])
    ('cp932', None)
    """
    codec = detect(names)
    if codec == "utf-8":
        return None if _misses(names, codec) else codec
    alone = all(not _ALONE.sub(b"", name).strip(_ASCII) for name in names)
    western = codec == "cp1252" or (alone and _commonness(names, codec, letters=True) <= _MOSTLY)
    return None if western else codec


def _is_western(texts: Sequence[bytes]) -> bool:
    alone = all(not _WESTERN.sub(b"", text).strip(_ASCII) for text in texts)
    return alone and all(_commonness(texts, name) < _MOSTLY for name in CANDIDATES[1:])


def _is_korean(texts: Sequence[bytes]) -> bool:
    read = [decoded(text, "cp949", len(text)) for text in texts[:2000]]
    signs = [sign for text in read for sign in text or "" if not sign.isascii()]
    # (林 alone is a common syllable too)
    told = None not in read and len(set(signs)) >= _SIGNS
    return told and sum(sign in _KOREAN for sign in signs) > _MOSTLY * len(signs)


def _misses(texts: Sequence[bytes], name: str) -> int:
    # Any of them may have been cut through by the width of its column.
    return sum(decoded(text, name, len(text)) is None for text in texts)


def _commonness(texts: Sequence[bytes], name: str, *, letters: bool = False) -> float:
    """
    Share of the characters that everyday Chinese (GB2312, Big5 level 1) or Japanese (JIS level 1) uses.

    Of `letters` no sign is: in names of files there is hardly one, and ü of old code pages reads as one.
    """
    common = total = 0
    for text in texts:
        for sign in decoded(text, name, len(text)) or "":
            if sign.isascii():
                continue
            total += 1
            common += _everyday(sign, name) and (sign.isalpha() or not letters)
    return common / total if total else 0.0


def _everyday(sign: str, name: str) -> bool:
    try:
        if name == "gb18030":
            # Signs and letters of GB2312 rows 1 to 9, first-level hanzi rows 16 to 55.
            lead = sign.encode("gb2312")[0]
            return lead in range(0xA1, 0xAA) or lead in range(0xB0, 0xD8)
        if name == "big5hkscs":
            # Signs, and the hanzi of level 1.
            return sign.encode(name)[0] in range(0xA1, 0xC7)
        lead = sign.encode("cp932")[0]
        # Half-width kana are rare in names; 81 to 83 are signs and kana, 88 to 97 first-level kanji.
        return lead in range(0x81, 0x84) or lead in range(0x88, 0x98)
    except UnicodeEncodeError:
        return False


def decoded(text: bytes, encoding: str, width: int | None = None) -> str | None:
    r"""
    The text, or None if the bytes are none in this encoding.

    Where the text fills a column of `width` bytes, a character that was cut
    through at its end is left out.

    Examples
    --------
    >>> decoded("绿地".encode("gbk")[:3], "gb18030", 3), decoded(b"\xff", "utf-8")
    ('绿', None)
    """
    try:
        return text.decode(encoding)
    except UnicodeDecodeError as error:
        cut_through = len(text) == width and error.end == len(text) and len(text) - error.start <= 3
        if not cut_through or error.start == 0:
            return None
        try:
            return text[: error.start].decode(encoding)
        except UnicodeDecodeError:
            return None


def check_utf8(path: Path) -> None:
    """
    See that a file is UTF-8 text.

    Raises
    ------
    PlanDataError
        If it is not; the message names the first byte that is none.
    """
    with path.open("rb") as file:
        start = 0
        rest = b""
        while chunk := file.read(1 << 24):
            rest = _checked_chunk(path, rest + chunk, start)
            start += len(chunk)
        if rest:
            raise PlanDataError(_not_utf8_at(path, start - len(rest)))


def _checked_chunk(path: Path, data: bytes, start: int) -> bytes:
    """Decode a chunk; give back the bytes of a character that goes on in the next one."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if (
            error.end == len(data)
            and len(data) - error.start < 4
            and error.reason == "unexpected end of data"
        ):
            return data[error.start :]
        raise PlanDataError(_not_utf8_at(path, start + error.start)) from None
    return b""


def _not_utf8_at(path: Path, byte: int) -> str:
    return (
        f"{path} is not UTF-8 text (byte {byte:,}), and GeoJSON is always UTF-8.\n"
        "Export it again as UTF-8; GBK or Shift_JIS text reads only from a Shapefile."
    )


def first_text_not_utf8(path: Path) -> str | None:
    """Layer, row and column of the first text of a GeoPackage that is not UTF-8; None if none is found."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            base.text_factory = bytes
            for (table,) in base.execute("SELECT table_name FROM gpkg_contents").fetchall():
                quoted = '"' + table.decode().replace('"', '""') + '"'
                cursor = base.execute(f"SELECT * FROM {quoted}")  # noqa: S608 (quoted above, read only)
                names = [column[0] for column in cursor.description]
                for row in cursor:
                    for name, value in zip(names, row, strict=True):
                        if isinstance(value, bytes) and name not in {"geom", "geometry"}:
                            try:
                                value.decode()
                            except UnicodeDecodeError:
                                return f"layer {table.decode()}, {names[0]} {row[0]}, column {name}"
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    return None


_NAME_WIDTH = 10


def check_companions(path: Path) -> None:
    """
    See that the table and the index of a Shapefile lie beside it, and that its CRS can be understood.

    Raises
    ------
    PlanDataError
        If one of them is missing, or the ``.prj`` file holds no CRS.
    """
    for ending in (".dbf", ".shx"):
        if not any(path.with_suffix(one).is_file() for one in (ending, ending.upper())):
            raise PlanDataError(
                f"{path} has no {ending} file beside it.\n"
                "Copy all files of the Shapefile: .shp, .shx, .dbf, .prj, .cpg."
            )
    _check_prj(path.with_suffix(".prj"))


def _check_prj(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", errors="replace").strip() if path.is_file() else ""
    try:
        if text:
            CRS.from_wkt(text)
    except (CRSError, ValueError):
        raise PlanDataError(
            f"{path} holds no coordinate reference system that can be understood.\n"
            "Export the layer again, or delete the file and name the CRS yourself."
        ) from None


def decode(frame: pd.DataFrame, path: Path, encoding: str | None) -> pd.DataFrame:
    """
    The frame of a Shapefile that was read as Latin-1, with its texts and names decoded.

    Without `encoding` the ``.cpg`` file or the language byte of the table is
    believed where all texts fit it; otherwise the encoding is found from the texts.

    Raises
    ------
    PlanDataError
        If a text is not in the encoding of the others; the message names column and record.
    """
    texts = {
        str(column): [value.encode("latin-1") if isinstance(value, str) else None for value in frame[column]]
        for column in frame.columns
        if column != "geometry" and any(isinstance(value, str) for value in frame[column])
    }
    names = {str(column): str(column).encode("latin-1", errors="replace") for column in frame.columns}
    codec = _codec(encoding)
    if codec is None:
        flat = [text for column in texts.values() for text in column if text is not None]
        codec = detect([*flat, *names.values()], declared(path))
    widths = _widths(path, list(names))
    done = {column: _decoded(path, column, texts[column], codec, widths.get(column)) for column in texts}
    whole = _whole_names(path.stem)
    renamed = {column: decoded(name, codec, _NAME_WIDTH) or column for column, name in names.items()}
    frame = frame.copy(deep=False)
    for column, values in done.items():
        frame[column] = values
    return frame.rename(columns={column: whole.get(text, text) for column, text in renamed.items()})


def _codec(encoding: str | None) -> str | None:
    if encoding is None:
        return None
    codec = codec_name(encoding)
    if codec is None:
        raise PlanDataError(f"The encoding {encoding!r} is not known.\nWrite UTF-8, GB18030 or SHIFT_JIS.")
    return codec


def _widths(path: Path, columns: list[str]) -> dict[str, int]:
    """Column -> width of its field in bytes, from the header of the table."""
    table = next(one for one in (path.with_suffix(".dbf"), path.with_suffix(".DBF")) if one.is_file())
    with table.open("rb") as file:
        fields = file.read(32 + 32 * len(columns))[32:]
    return {column: fields[32 * n + 16] for n, column in enumerate(columns) if len(fields) > 32 * n + 16}


def _decoded(
    path: Path, column: str, values: list[bytes | None], codec: str, width: int | None
) -> list[str | None]:
    done = [None if value is None else decoded(value, codec, width) for value in values]
    faulty = [
        row for row, (value, text) in enumerate(zip(values, done, strict=True)) if value and text is None
    ]
    if faulty:
        shown = decoded(column.encode("latin-1", errors="replace"), codec, _NAME_WIDTH) or column
        raise PlanDataError(
            f"{path}: {len(faulty)} of {len(values)} texts in column {shown!r} are not {codec.upper()}, "
            f"as the table's other texts are (first: record {faulty[0] + 1}, counted from 1).\n"
            "The table mixes encodings. Write these texts anew, or name the encoding of the whole table."
        )
    return done


def _whole_names(layer: str) -> dict[str, str]:
    """Name cut to ten characters -> column of the contract, for a layer of the contract."""
    if layer not in LAYERS:
        return {}
    return {short: name for name, short in short_names(LAYERS[layer].columns).items()}


def short_names(columns: Iterable[str] | Mapping[str, Any]) -> dict[str, str]:
    """
    Column name -> name of at most ten characters; unique, and the same every time.

    Examples
    --------
    >>> short_names(["parcel_id", "industry_health_share", "industry_hotel_share"])
    {'parcel_id': 'parcel_id', 'industry_health_share': 'industry_h', 'industry_hotel_share': 'industry_1'}
    """
    names: dict[str, str] = {}
    for column in columns:
        short, number = column[:10], 0
        while short in names.values():
            number += 1
            short = f"{column[: 9 - len(str(number))]}_{number}"
        names[column] = short
    return names

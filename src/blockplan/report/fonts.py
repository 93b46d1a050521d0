"""
The vendored fonts: for a page cut down to the characters that it uses, for the typesetter as they are.

A report embeds its fonts, so that Chinese and Japanese read the same on every
machine. A page holds WOFF: WOFF2 would be a tenth smaller and takes three times as long to pack. The
typesetter cuts fonts down by itself. For a Japanese report, characters whose form differs in Japan get the
Japanese form (see ``fonts/make_fonts.py``).
"""

from __future__ import annotations

import base64
import io
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from blockplan.report.maps.svg import FONT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fontTools.ttLib import TTFont

FAMILY = FONT
#: CSS weight -> vendored file.
FILES = {400: "BlockplanSans-Regular.otf", 700: "BlockplanSans-Bold.otf"}
#: Where the Japanese form of a character stands: its code point and this.
JAPANESE_FORM = 0xF0000
#: What printers set for a character that they have no form of.
NO_FORM = "〓"
#: What a part of a font says of itself: rights, names, licence.
NAMES = frozenset({0, 1, 2, 4, 6, 13, 14})
_NOTED: ContextVar[set[str] | None] = ContextVar("noted", default=None)
ALWAYS = frozenset(range(0x20, 0x7F)) | frozenset(map(ord, "×✓–—…−·²、。，；：（）「」"))


def faces(text: str, lang: str) -> str:
    """The ``@font-face`` rules of a page or picture: the report's font, of the characters of `text`."""
    return "".join(
        f"@font-face{{font-family:'{FAMILY}';font-weight:{weight};font-style:normal;"
        f"src:url(data:font/woff;base64,{base64.b64encode(data).decode('ascii')}) format('woff')}}\n"
        for weight, data in embedded(text, lang).items()
    )


def embedded(text: str, lang: str) -> dict[int, bytes]:
    """CSS weight -> WOFF font that holds the characters of `text`."""
    return _subsets(frozenset(map(ord, text)) | ALWAYS, lang)


@cache
def whole(lang: str) -> dict[int, bytes]:
    """CSS weight -> OpenType font with every character, in the forms of a language."""
    if lang != "ja":
        return {weight: _bytes(name) for weight, name in FILES.items()}
    return {weight: _saved(_in_japan(_open(_bytes(name)), _held())) for weight, name in FILES.items()}


def missing(text: Iterable[str]) -> set[str]:
    """Characters that the vendored fonts do not hold."""
    held = _held()
    return {character for character in text if character not in "\n\r\t" and ord(character) not in held}


def printable(text: str) -> str:
    """
    A text with 〓 for every character that the vendored fonts do not hold: no page fails for a rare name.

    Examples
    --------
    >>> printable("㙦溪路"), printable("双溪路")
    ('〓溪路', '双溪路')
    """
    lost = missing(set(text))
    if (noted := _NOTED.get()) is not None:
        noted |= lost
    return text.translate(dict.fromkeys(map(ord, lost), NO_FORM)) if lost else text


@contextmanager
def noting_lost() -> Iterator[set[str]]:
    """Gather what is set as 〓 meanwhile."""
    lost: set[str] = set()
    token = _NOTED.set(lost)
    try:
        yield lost
    finally:
        _NOTED.reset(token)


@cache
def _held() -> frozenset[int]:
    import uharfbuzz  # noqa: PLC0415 (only reports need it)

    return frozenset(uharfbuzz.Face(_bytes(FILES[400])).unicodes)


def _open(data: bytes) -> TTFont:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 (slow to import, and only reports need it)

    # The boxes of the whole font are right for each part of it, and to measure all outlines anew takes time.
    return TTFont(io.BytesIO(data), lazy=True, recalcTimestamp=False, recalcBBoxes=False)


def _bytes(name: str) -> bytes:
    return resources.files("blockplan.report").joinpath("fonts", name).read_bytes()


def _in_japan(font: TTFont, codes: frozenset[int]) -> TTFont:
    """The font with the Japanese form of every one of some characters that has one."""
    font.setGlyphOrder([str(at) for at in range(font["maxp"].numGlyphs)])  # names are saved nowhere
    for table in font["cmap"].tables:
        forms = {code: JAPANESE_FORM + code for code in codes}
        table.cmap |= {code: table.cmap[form] for code, form in forms.items() if form in table.cmap}
    return font


def _saved(font: TTFont) -> bytes:
    out = io.BytesIO()
    font.save(out, reorderTables=False)
    return out.getvalue()


@lru_cache(maxsize=16)
def _subsets(codes: frozenset[int], lang: str) -> dict[int, bytes]:
    return {weight: _subset(data, codes) for weight, data in whole(lang).items()}


def _subset(data: bytes, codes: frozenset[int]) -> bytes:
    import uharfbuzz  # noqa: PLC0415

    asked = uharfbuzz.SubsetInput()
    asked.unicode_set.set(codes)
    asked.layout_feature_tag_set.set({int.from_bytes(b"kern", "big")})
    asked.name_id_set.set(NAMES)
    font = _open(uharfbuzz.subset(uharfbuzz.Face(data), asked).blob.data)
    font.flavor = "woff"
    return _saved(font)

"""
Make the two vendored fonts from Noto Sans CJK.

Run by hand, once; the result is committed. It needs the collections
``NotoSansCJK-Regular.ttc`` and ``NotoSansCJK-Bold.ttc`` (Debian package
``fonts-noto-cjk``)::

    python src/blockplan/report/fonts/make_fonts.py /usr/share/fonts/opentype/noto

Kept are the characters of GB 2312, the common ones of Big5, the kana and kanji of JIS X 0208 with the
forms of kanji that names in Japan need besides, the syllables of KS X 1001, Latin letters, punctuation and
the few symbols that maps and tables use. The
face is the one for mainland China; where a kept kanji has another form in
Japan, that form stands at the same place of the private plane 15, from where
`blockplan.report.fonts` puts it in place for a Japanese report.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

FAMILY = "Blockplan Sans"
WEIGHTS = ("Regular", "Bold")
FACES = {"zh": "Noto Sans CJK SC", "ja": "Noto Sans CJK JP"}
JAPANESE_FORM = 0xF0000  #: offset of the Japanese form of a character
#: Characters outside those sets that names of places and people on the mainland need: 滘, 甪, 漈, 鄠, 瀍 ...
NAMES = (
    "硚碶漖埗氹墈垟塱湴坔"
    "㘭㙍㙟㟃㟖㠇㤘㧟㬎㬚㭎㮾㰀㳇㳚㴔㵐㵲㶲㸆㺄䃅䃎䌹䎃䏝䏡䐃䓖䓛䓨䓫䓬䗖䗛䗪䗴䜣䝙䢺䣕䥽䲟䲠䲢䴓䴔䴕"
    "䴖䴗䴘䴙䶮厔嚞圌圐圙坉坋坬垏垞垯垱埌埫堌堎堨塅塆塝墕墘壋奤屃屾岇岊岠岧峂峃峆峗峛峞峣峧崀崄崌崡嵖"
    "嵲嶓嶴巂巘弶徛拤挃掯撴攽旴旸昳暅曌曤朳柷栟桲梽棤棪椑榃榙槚槱樠檵毐汈汭沄沨泃泇洈洑洣洨浉浐浛浰涄"
    "涢淜淯湉湨溁溇溠溦溵滃滍滘滧滫漈漋漷漹潓潕潖潨潵澛澥澭瀌瀍瀔瀼灈灢炟烜熇燊牁牂犨狝猇玕玙玞玠玦珽"
    "琎瑀瑄璈璠瓛甪畖畬疁疍皕盉盩睺矻砵硔硙磏磜磡磻祊祎禤稌窎筜篢簕簰纻羑翀翙翚翯荙莙菂菼薢衎襜訚豨跶"
    "蹚邘邠邲邽邿郈郕郚郪鄀鄃鄅鄇鄌鄏鄚鄜鄠鄫酂酅釴鋆镕镠阓阘霅靰韨飔骉骍骎骕骙鲃鲌鲖鲗鲘鲙鲿鳀鳡鸊鸮"
    "鹥鹮麊齁龑龢"
)
SYMBOLS = (
    "€£¥©®°±²³·×÷–—―‘’“”†‡•…‰′″‹›※₂₃→←↑↓↔↗↘⇒−≈≠≤≥≡∞√∑∅■□▲△▶▷▼▽◆◇○●◎★☆✓✔✕✗✘①②③④⑤⑥⑦⑧⑨⑩ⅠⅡⅢⅣⅤ㎡㎞㎢㎝℃№℡♀♂♪　"
)


def characters() -> set[int]:
    """Code points that the fonts keep."""
    latin = {*range(0x20, 0x7F), *range(0xA0, 0x180), 0x218, 0x219, 0x21A, 0x21B}
    asian = {*range(0x3000, 0x3100), *range(0xFF01, 0xFFE6)}
    written = _rows("gb2312", 0xA1, 0xF8) | _rows("big5", 0xA4, 0xC7) | _rows("euc_kr", 0xB0, 0xC9)
    return latin | asian | set(map(ord, SYMBOLS + NAMES)) | written | japanese()


def japanese() -> set[int]:
    """Code points that Japan writes: those of JIS X 0208, and the kanji that printers there add (cp932)."""
    return _rows("euc_jp", 0xA1, 0xF5) | _rows("cp932", 0xFA, 0xFD)


def _rows(encoding: str, first: int, end: int) -> set[int]:
    pairs = (bytes([lead, trail]) for lead in range(first, end) for trail in range(0x40, 0xFF))
    return set().union(*(_decoded(pair, encoding) for pair in pairs))


def _decoded(pair: bytes, encoding: str) -> set[int]:
    try:
        return set(map(ord, pair.decode(encoding)))
    except UnicodeDecodeError:
        return set()


def make(collection: Path, weight: str, out: Path) -> None:
    """Write the subset of one weight."""
    faces = {font["name"].getDebugName(1): font for font in TTCollection(collection, lazy=True)}
    font = faces[FACES["zh"]]
    written = japanese()
    japanese_forms = faces[FACES["ja"]].getBestCmap()
    for table in font["cmap"].tables:
        if table.format == 12:
            for code in written:
                if code in table.cmap and japanese_forms[code] != table.cmap[code]:
                    table.cmap[JAPANESE_FORM + code] = japanese_forms[code]
            kept = set(table.cmap) & ({JAPANESE_FORM + code for code in written} | characters())
    subsetter = subset.Subsetter(options())
    subsetter.populate(unicodes=kept)
    subsetter.subset(font)
    rename(font, weight)
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(out)


def options() -> subset.Options:
    """What is kept beside the outlines: kerning, the licence, no hints."""
    chosen = subset.Options()
    chosen.layout_features = ["kern"]
    chosen.hinting = False
    chosen.name_IDs = [0, 13, 14]
    chosen.notdef_outline = True
    chosen.drop_tables += ["VORG", "vhea", "vmtx", "BASE", "GSUB"]
    return chosen


def rename(font: TTFont, weight: str) -> None:
    """Give the font a family name that no computer has installed, so that a mix-up shows."""
    full, postscript = f"{FAMILY} {weight}", f"{FAMILY.replace(' ', '')}-{weight}"
    for identifier, text in ((1, FAMILY), (2, weight), (4, full), (6, postscript)):
        font["name"].setName(text, identifier, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [postscript]
    cff.topDictIndex[0].FullName, cff.topDictIndex[0].FamilyName = full, FAMILY


if __name__ == "__main__":
    for weight in WEIGHTS:
        make(
            Path(sys.argv[1]) / f"NotoSansCJK-{weight}.ttc",
            weight,
            Path(__file__).with_name(f"BlockplanSans-{weight}.otf"),
        )

"""What the importer itself remarks of land of streets that it made, said in the language of its reader."""

from __future__ import annotations

import re

#: Stands for the name of a street where several cross.
CROSSING = "crossing"
#: Language -> remark on land of a street; on a crossing; what stands before the name of a street.
_WORDS = {
    "zh": ("补绘道路用地", "补绘道路用地：交叉口", "补绘道路用地："),
    "en": ("road made as remainder", "crossing made as remainder", "road made as remainder: "),
    "ja": ("道路用地（補完）", "道路用地（補完）：交差点", "道路用地（補完）："),
}


def road_remark(street: str | None, lang: str) -> str:
    """
    The remark on land of a street by its name, of a nameless one or of a crossing.

    Examples
    --------
    >>> road_remark("北街", "zh"), road_remark(None, "en")
    ('补绘道路用地：北街', 'road made as remainder')
    """
    bare, crossing, named = _WORDS[lang]
    return crossing if street == CROSSING else f"{named}{street}" if street else bare


def remark_said(remark: str, lang: str) -> str:
    """
    A remark of a parcel, in another language where the importer wrote it; as it is where the office did.

    Examples
    --------
    >>> remark_said("补绘道路用地：北街", "en"), remark_said("保留古树", "en")
    ('road made as remainder: 北街', '保留古树')
    """
    for bare, crossing, named in _WORDS.values():
        if remark in {bare, crossing}:
            return road_remark(CROSSING if remark == crossing else None, lang)
        if remark.startswith(named):
            return road_remark(remark.removeprefix(named), lang)
    return remark


def read_by(said: str, lang: str) -> bool:
    """
    Whether a reader of a language can read the script of an office's words.

    Ideographs alone are read in Japanese as well where all of them are of the Japanese character set.

    Examples
    --------
    >>> read_by("不设道路中心线", "ja"), read_by("既存建築存置", "ja"), read_by("既存建築存置", "en")
    (False, True, False)
    """
    written = language_of(said)
    if lang == "ja" and written == "zh":
        return said == said.encode("cp932", "ignore").decode("cp932")
    return written in {lang, "en"}


def language_of(said: str) -> str:
    """
    The language that an office's words are in: kana are Japanese, ideographs alone Chinese.

    Examples
    --------
    >>> language_of("みどり通り"), language_of("北街"), language_of("North Street")
    ('ja', 'zh', 'en')
    """
    if re.search(r"[\u3041-\u30ff]", said):
        return "ja"
    return "zh" if re.search(r"[\u3400-\u9fff]", said) else "en"

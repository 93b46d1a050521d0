from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from blockplan.report import fonts
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

from tests.support.catalogues import catalogue


def test_the_fonts_hold_every_character_of_our_words() -> None:
    assert fonts.missing("".join("".join(text.values()) for text in catalogue().values())) == set()


def test_korean_names_are_printed() -> None:
    assert fonts.printable("한빛초등학교, 동서로 24") == "한빛초등학교, 동서로 24"


@pytest.mark.parametrize(
    "name", ["雙溪路、廣東臺灣國學區", "髙﨑市鷗濱、渡邉・齋藤", "硚口区岭南路", "鄠邑瀍河北滘甪直漈嶴汈汊"]
)
def test_names_in_traditional_japanese_and_local_characters_are_printed(name: str) -> None:
    assert fonts.printable(name) == name


def test_what_is_set_as_a_sign_is_gathered_while_somebody_asks() -> None:
    fonts.printable("㙦溪路")
    with fonts.noting_lost() as lost:
        fonts.printable("㴪湖路")
        assert lost == {"㴪"}


@pytest.mark.parametrize(
    "words", ["check/texts.toml", "measure/registry/*.toml", "plan/model/faults.toml", "packs/*/*.yaml"]
)
def test_the_fonts_hold_every_character_of_other_rooms(repo: Path, words: str) -> None:
    files = sorted((repo / "src/blockplan").glob(words))
    assert files
    assert fonts.missing("".join(path.read_text(encoding="utf-8") for path in files)) <= {"\t"}


def test_the_fonts_hold_every_character_of_the_reference_plan(reference: Path) -> None:
    from blockplan.plan import read

    plan = read(reference)
    said = "".join([*plan.manifest.title.values(), *plan.manifest.authority.values()])
    for frame in plan.layers.values():
        for column in frame.select_dtypes(include=["object", "string"]).columns:
            said += "".join(str(value) for value in frame[column].dropna() if isinstance(value, str))
    assert fonts.missing(said) == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_report_embeds_the_characters_it_uses_and_no_more(lang: str) -> None:
    text = "绿地緑地かなABC²"
    faces = fonts.embedded(text, lang)
    assert sorted(faces) == [400, 700]
    for data in faces.values():
        held = TTFont(io.BytesIO(data)).getBestCmap()
        assert {ord(character) for character in text} <= set(held)
        assert len(held) < 300
        assert len(data) < 60_000


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_embedded_font_draws_its_characters_as_the_whole_font_does_under_its_licence(lang: str) -> None:
    def drawn(data: bytes) -> dict[str, list[object]]:
        font = TTFont(io.BytesIO(data))
        glyphs, names = font.getGlyphSet(), font.getBestCmap()
        pens = {character: DecomposingRecordingPen(glyphs) for character in "直緑地かAV²"}
        for character, pen in pens.items():
            glyphs[names[ord(character)]].draw(pen)
        return {it: [*pen.value, glyphs[names[ord(it)]].width] for it, pen in pens.items()}

    for weight, data in fonts.embedded("直緑地かAV²", lang).items():
        assert drawn(data) == drawn(fonts.whole(lang)[weight])
        part = TTFont(io.BytesIO(data))
        assert "SIL Open Font License" in part["name"].getDebugName(13)
        assert {one.FeatureTag for one in part["GPOS"].table.FeatureList.FeatureRecord} == {"kern"}


@pytest.mark.long
def test_a_japanese_report_has_japanese_forms() -> None:
    def outline(lang: str) -> str:
        font = TTFont(io.BytesIO(fonts.whole(lang)[400]))
        return str(font["CFF "].cff.topDictIndex[0].CharStrings[font.getBestCmap()[ord("直")]].bytecode)

    assert outline("ja") != outline("zh")


@pytest.mark.long
def test_the_same_text_gives_the_same_font() -> None:
    fonts._subsets.cache_clear()
    one = fonts.embedded("规划", "zh")
    fonts._subsets.cache_clear()
    assert fonts.embedded("规划", "zh") == one


def test_the_licence_of_the_fonts_travels_with_them(repo: Path) -> None:
    licence = (repo / "src/blockplan/report/fonts/OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Adobe" in licence

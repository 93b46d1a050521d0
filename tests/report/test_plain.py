"""The notice and places in plain words: every figure is the plan's, every text in four forms."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.handmade import hand_made, result
from tests.support.town import edited, town, without

import blockplan as bp
from blockplan.errors import UsageError
from blockplan.measure.missing import Missing
from blockplan.report import fonts, tables
from blockplan.report.document import section_json
from blockplan.report.public.furigana import bare, unread
from blockplan.report.public.place import PlanPlaces
from blockplan.report.public.place_words import sections, title
from blockplan.report.public.plain import plain_notice
from blockplan.report.public.speech import CATALOGS, SPOKEN, Speech, spaced
from blockplan.report.public.verdict_words import verdict_sentence
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.report.document import Section

DEMO = "examples/demonstration-zone"


def catalogue() -> dict[str, dict[str, str]]:
    from blockplan.texts import toml_table

    found: dict[str, dict[str, str]] = {}

    def walk(node: dict[str, Any], path: str) -> None:
        for key, value in node.items():
            if isinstance(value, str):
                found.setdefault(path.removesuffix("."), {})[key] = value
            else:
                walk(value, f"{path}{key}.")

    for catalog in CATALOGS:
        walk(toml_table(catalog.package, catalog.name), "")
    return found


def said(made: Iterable[Section]) -> str:
    """All words of some sections, without readings."""
    parts: list[str] = []
    for one in made:
        parts += [one.title, *one.sentences, *one.notes]
        parts += [word for row in one.terms for word in (row.term, row.said, row.note)]
        if one.table:
            parts += [*one.table.heads, *(cell for row in one.table.rows for cell in row)]
    return bare("\n".join(parts))


@pytest.fixture(scope="module")
def demo() -> tuple[Plan, CheckResult]:
    plan = bp.read(DEMO, "b")
    return plan, bp.check(plan)


def test_every_text_stands_in_three_languages_and_in_easy_japanese() -> None:
    lacking = {
        key
        for key, text in catalogue().items()
        if not key.startswith("easy.") and not {*LANGUAGES, "easy"} <= {*text}
    }
    assert lacking == set()


def test_the_languages_of_a_text_take_the_same_values() -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for key, text in catalogue().items():
        forms = {lang: fields(said) - {"name"} for lang, said in text.items() if lang != "en_one"}
        assert len({frozenset(one) for one in forms.values()}) == 1, key


def test_every_character_of_easy_japanese_has_its_reading() -> None:
    assert {key: unread(text["easy"]) for key, text in catalogue().items() if unread(text["easy"])} == {}


def test_the_fonts_hold_every_character_of_every_text() -> None:
    text = "".join("".join(one.values()) for one in catalogue().values())
    assert fonts.missing(text) == set()


@pytest.mark.long
def test_an_unknown_language_is_refused(demo: tuple[Plan, CheckResult]) -> None:
    with pytest.raises(UsageError, match=r"no language 'fr'.*ja-easy"):
        plain_notice(*demo, "fr")


@pytest.mark.long
@pytest.mark.parametrize("lang", SPOKEN)
def test_the_notice_says_size_people_and_what_is_missed_by_how_much(
    demo: tuple[Plan, CheckResult], lang: str
) -> None:
    text = said(plain_notice(*demo, lang))
    for figure in ("9.5", "60,000", "54,000", "66,000", "52,208", "3,466.7", "3,984", "7,792", "517.3", "30"):
        assert figure in text
    assert "{" not in text
    assert "[" not in text


@pytest.mark.long
def test_sections_come_in_one_order_in_every_language(demo: tuple[Plan, CheckResult]) -> None:
    orders = {tuple(one.id for one in plain_notice(*demo, lang)) for lang in SPOKEN}
    assert len(orders) == 1


def test_without_the_plan_in_force_the_change_is_told_against_today_and_says_so(
    demo: tuple[Plan, CheckResult],
) -> None:
    change = next(one for one in plain_notice(*demo, "en") if one.id == "change")
    assert "plan in force" in change.sentences[0]
    assert "cannot be said" in change.sentences[0]
    assert change.table is not None
    assert ("Idle land", "Park green space", "50.40 ha") in change.table.rows


def test_with_the_plan_in_force_the_change_is_told_against_it(found: CheckResult) -> None:
    before = town()
    after = edited(before, "parcels", "A", land_use="1401")
    change = next(one for one in plain_notice(after, found, "en", in_force=before) if one.id == "change")
    assert change.sentences == ("Against the plan in force, 1 ha of land change their use.",)
    assert change.table is not None
    assert change.table.rows == (("Urban housing", "Park green space", "1 ha"),)


@pytest.mark.parametrize("lang", SPOKEN)
def test_that_nobody_gave_the_planned_land_is_noted_below_its_area(lang: str) -> None:
    plan = town()
    land = plan.layer("boundary").assign(name="bounding box of streets (derived at import)")
    given, derived = (
        {one.id: one for one in plain_notice(one, result(verdicts=()), lang)}["size"]
        for one in (plan, plan.replace(boundary=land))
    )
    # It is no answer to where the land is: what is said of its parts stands where it stood.
    assert derived.sentences == given.sentences
    assert given.notes == ()
    assert derived.notes == (Speech(lang)("plain.size.derived"),)


@pytest.mark.parametrize("lang", SPOKEN)
def test_a_plan_that_says_little_is_said_to_say_little(lang: str) -> None:
    plan = town()
    for layer in ("facilities", "streets", "stops", "structure"):
        plan = without(plan, layer, *plan.layer(layer).index)
    plan = edited(plan, "parcels", height_m=None, existing_land_use=None)
    made = {one.id: one for one in plain_notice(plan, result(verdicts=()), lang)}
    speech = Speech(lang)
    for section, key in (
        ("facilities", "plain.facilities.none"),
        ("transport", "plain.transport.none"),
        ("heights", "plain.heights.none"),
        ("structure", "plain.structure.none"),
        ("verdicts", "plain.verdicts.none"),
    ):
        assert made[section].sentences == (speech(key),)
    assert made["change"].sentences[1] == speech("plain.change.all_unknown")


@pytest.mark.parametrize("lang", SPOKEN)
def test_a_verdict_is_kept_missed_unknown_or_off_in_words(lang: str) -> None:
    table = plain_notice(hand_made(), result(), lang)[-1].table
    assert table is not None
    signs = [row[0] for row in table.rows]
    assert signs == ["×", "×", "×", "?", "✓"]
    unknown = bare(table.rows[3][1])
    assert "F-2" in unknown


@pytest.mark.parametrize("lang", SPOKEN)
def test_residents_are_not_told_what_a_layer_or_a_column_is_called_in_the_file(lang: str) -> None:
    (verdict,) = (one for one in result().verdicts if one.outcome == "unknown")
    lacking = replace(verdict, missing=(Missing("trees"), Missing("parcels", "height_m")))
    sentence = bare(verdict_sentence(lacking, Speech(lang)))
    assert re.search(r"[（(](trees|parcels.height_m)[）)]|layer trees", sentence) is None
    assert "height_m" not in sentence


@pytest.mark.parametrize("lang", SPOKEN)
def test_what_is_missed_by_nobody_knows_how_much_is_said_in_one_sentence_of_its_own(lang: str) -> None:
    missed = next(one for one in result().verdicts if one.outcome == "fail")
    speech = Speech(lang)
    told = verdict_sentence(replace(missed, margin=None), speech)
    assert told.startswith(told.first)
    assert bare(speech.read(tables.measured(missed, speech.words))) in bare(told.first)


def test_english_says_one_of_a_kind_in_the_singular(found: CheckResult) -> None:
    text = said(plain_notice(town(), found, "en"))
    assert "One rail or subway station: t-1." in text


@pytest.mark.long
@pytest.mark.parametrize("lang", SPOKEN)
def test_every_place_has_a_page_in_words(demo: tuple[Plan, CheckResult], lang: str) -> None:
    places = PlanPlaces(*demo)
    for kind, id_ in (
        ("parcel", "RD-01-01-012"), ("parcel", "RD-01-01-024"), ("parcel", "RD-01-06-003"), ("area", "rd"),
        ("zone", "commercial"), ("block", "LS-01"), ("subblock", "RD-01-01"), ("rule", "zone-edu"),
        ("statement", "P01"), ("facility", "KG-1"), ("street", "S0001"), ("stop", "ST-1"), ("water", "river"),
        ("structure", "belt"), ("programme", "PR-01"), ("entrance", "E-RD-01-01-005-1"),
    ):  # fmt: skip
        record = places.record(kind, id_)
        made = sections(record, lang)
        text = said(made) + bare(title(record, lang))
        assert "{" not in text
        assert re.search(r"\b(None|nan)\b", text) is None
        assert len({one.id for one in made}) == len(made)
        for one in made:
            assert one.sentences or one.terms or one.table
            assert one.table is None or all(len(row) == len(one.table.heads) for row in one.table.rows)


def test_a_floor_area_ratio_says_what_it_means(demo: tuple[Plan, CheckResult]) -> None:
    build = next(one for one in sections(PlanPlaces(*demo).parcel("RD-01-01-012"), "en") if one.id == "build")
    assert build.terms[0].note == "at most 200 m² of floor for each 100 m² of land"


def test_a_part_that_is_taken_is_named_with_its_size(demo: tuple[Plan, CheckResult]) -> None:
    take = next(one for one in sections(PlanPlaces(*demo).parcel("RD-01-06-003"), "en") if one.id == "take")
    assert take.sentences == ("Yes, 1,119.2 m² of it:", "footpath Yanxue Road: 1,119.2 m²")
    assert "does not say whether these exist" in take.notes[0]


def test_chinese_parts_figures_from_characters() -> None:
    assert spaced("共9项，30天") == "共 9 项，30 天"


def test_sections_are_json_without_readings(demo: tuple[Plan, CheckResult]) -> None:
    first = section_json(plain_notice(*demo, "ja-easy")[0], bare)
    assert first["title"] == "これは どんな 計画ですか"
    assert first["sentences"][0] == "これは 案です。まだ 決まっていません。"

"""The pictures of a notice: what each map must bear, its words, its size, what is refused."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
import shapely
from tests.support.handmade import hand_made, result
from tests.support.squares import plan_of
from tests.support.town import edited, town, without

import blockplan as bp
from blockplan.errors import UsageError
from blockplan.plan import Plan
from blockplan.report.maps.basemap import Ground
from blockplan.report.maps.svg import text_width, wrapped
from blockplan.report.public.furigana import bare
from blockplan.report.public.locator import MARK, Locator, around
from blockplan.report.public.noticemaps import notice_pictures
from blockplan.report.public.speech import SPOKEN
from blockplan.report.words import Words

if TYPE_CHECKING:
    from blockplan.report.public.pictures import Picture

MARKS = {
    "zh": ("草案", "虚构几何", "北", "没有法律效力"),
    "en": ("DRAFT", "Synthetic geometry", "N", "no legal force"),
    "ja": ("草案", "架空の図形", "北", "効力はありません"),
    "ja-easy": ("草案", "架空の図形", "北", "まだ 決まっていません"),
}


def words_of(picture: Picture) -> str:
    root = ET.fromstring(picture.svg)
    return "\n".join("".join(one.itertext()) for one in root.iter() if one.tag.endswith("text"))


@pytest.fixture(scope="module")
def drawn() -> dict[str, tuple[Picture, ...]]:
    plan = hand_made(attribution="Example survey 2021")
    return {lang: notice_pictures(plan, result(), lang) for lang in SPOKEN}


@pytest.mark.parametrize("lang", SPOKEN)
def test_a_notice_has_three_pictures_with_all_that_a_map_must_bear(drawn, lang: str) -> None:
    pictures = drawn[lang]
    assert [one.id for one in pictures] == ["landuse", "structure", "facilities"]
    for one in pictures:
        said = words_of(one)
        for mark in MARKS[lang]:
            assert mark in said
        assert "Example survey 2021" in said
        assert re.search(r"\b(m|km)$|米|公里", said, re.MULTILINE)
        assert one.title
        assert len(one.alt) > len(one.title)
        assert one.table.rows


def test_a_plan_in_force_bears_no_mark_of_a_draft() -> None:
    plan = hand_made(status="in_force", synthetic=False)
    said = words_of(notice_pictures(plan, result(), "en")[0])
    assert "DRAFT" not in said
    assert "Synthetic" not in said
    assert "In force" in said


def test_a_plan_without_anything_to_draw_has_no_pictures() -> None:
    empty = Plan(hand_made().manifest, {})
    assert notice_pictures(empty, result(), "zh") == ()


def test_a_picture_is_png_of_the_width_asked_for(drawn) -> None:
    png = drawn["ja"][0].png(640)
    assert png.startswith(b"\x89PNG")
    assert abs(struct.unpack(">I", png[16:20])[0] - 640) <= 1


@pytest.mark.long
@pytest.mark.parametrize("lang", SPOKEN)
def test_a_place_has_a_small_map_of_its_own(lang: str) -> None:
    locator = Locator(bp.read("examples/demonstration-zone"), lang)
    for kind, id_ in (("parcel", "RD-01-01-012"), ("area", "life"), ("facility", "KG-1"), ("street", "S0023"),
                      ("stop", "ST-2"), ("structure", "belt"), ("water", "river")):  # fmt: skip
        one = locator.picture(kind, id_)
        ET.fromstring(one.svg)
        assert id_ in one.title
        assert id_ in one.alt
        assert one.table.rows
        assert bare(one.svg) == one.svg
        said = words_of(one)
        for mark in MARKS[lang][:3]:
            assert mark in said


def test_the_same_place_gives_the_same_picture() -> None:
    plan = bp.read("examples/demonstration-zone")
    one, other = (Locator(plan, "en").picture("parcel", "RD-01-01-012").svg for _ in range(2))
    assert one == other


def test_a_point_has_a_map_and_a_point_far_off_is_refused() -> None:
    locator = Locator(town(), "en")
    west, south, *_ = town().layer("boundary").total_bounds
    assert "the chosen place" in locator.picture_of(shapely.Point(west + 50, south + 50)).title
    with pytest.raises(UsageError, match="far outside"):
        locator.picture_of(shapely.Point(0, 0))


def test_a_point_is_ringed_beside_or_within_a_parcel_that_is_outlined() -> None:
    parcel = town().layer("parcels").geometry["E"]
    inside, beside = parcel.centroid, shapely.Point(parcel.bounds[2] + 30, parcel.bounds[1])
    several = shapely.GeometryCollection([parcel, inside, shapely.MultiPoint([beside])])
    made = Locator(town(), "en").picture_of(several, plain=True).svg
    assert [len(re.findall(f'<{one} [^>]*stroke="{MARK}"', made)) for one in ("path", "circle")] == [1, 2]


def test_a_map_without_a_key_names_the_streets_and_shows_no_codes() -> None:
    plan = town()
    plan.layers["streets"]["name_zh"] = ["文化路", None, None, "东一街"]
    plan.layers["streets"]["name_en"] = ["Culture Road", None, None, "East Street"]
    middle = plan.layer("parcels").geometry["E"].centroid
    plain, keyed = (Locator(plan, "en").picture_of(middle, plain=one).svg for one in (True, False))
    assert ">Culture Road</text>" in plain
    assert ">0902</text>" not in plain
    assert ">0902</text>" in keyed
    upright = Locator(plan, "zh").picture_of(middle, plain=True).svg
    assert ">东</text>" in upright, "the letters of a street that goes up stand below one another"
    assert ">文化路</text>" in upright


def test_a_long_vowel_of_a_street_that_reads_downwards_lies_along_it() -> None:
    plan = town()
    plan.layers["streets"]["name_ja"] = [None, None, None, "センター通り"]
    made = Locator(plan, "ja").picture_of(plan.layer("parcels").geometry["E"].centroid, plain=True).svg
    assert re.search(r'transform="rotate\(90\.0 [^>]*>ー</text>', made)
    assert not re.search(r"transform=[^>]*>セ</text>", made)


@pytest.mark.parametrize("side", [60, 200, 2000])
def test_a_plan_smaller_than_a_small_map_fills_it(side: int) -> None:
    plan = plan_of(
        parcels=[{"parcel_id": "A", "land_use": "0701", "geometry": shapely.box(0, 0, side, side)}]
    )
    made = Locator(plan, "en").picture("parcel", "A", plain=True)
    drawn = re.search(rf'stroke="{MARK}" stroke-width="([\d.]+)"', made.svg)
    assert drawn is not None
    across_m = float(drawn[1]) / 0.9 * made.width_mm  # the outline is 0.9 mm wide
    assert side < across_m < 2 * side


def test_a_parcel_whose_box_alone_meets_the_map_takes_no_land_of_its_class_away() -> None:
    far = shapely.box(0, 0, 2000, 2000).difference(shapely.box(0, 0, 1900, 1900))
    park, homes = shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)
    uses = {"L": ("080401", far), "P": ("1401", park), "H": ("080403", homes)}
    plan = plan_of(
        parcels=[{"parcel_id": id_, "land_use": use, "geometry": land} for id_, (use, land) in uses.items()]
    )
    made = Locator(plan, "en").picture("parcel", "P")
    assert [row[1] for row in made.table.texts] == ["1 ha", "1 ha"]
    assert "0804 Education" in words_of(made)


def test_hectares_of_a_small_map_are_those_of_the_plan() -> None:
    rounds = [shapely.Point(20 + at % 10 * 30, 20 + at // 10 * 30).buffer(6, quad_segs=8) for at in range(60)]
    plan = plan_of(
        parcels=[
            {"parcel_id": f"G{at}", "land_use": "1401", "geometry": one} for at, one in enumerate(rounds)
        ]
    )
    ((_, said),) = Locator(plan, "en").picture("parcel", "G25").table.texts
    assert said == f"{sum(one.area for one in rounds) / 1e4:.3f} ha"


def test_what_is_not_there_or_not_drawn_has_no_map() -> None:
    plan = edited(town(), "parcels", "E", "null")
    locator = Locator(plan, "en")
    with pytest.raises(UsageError, match=r"no parcel 'Z'"):
        locator.picture("parcel", "Z")
    with pytest.raises(UsageError, match=r"parcel 'E' is not drawn"):
        locator.picture("parcel", "E")
    with pytest.raises(UsageError, match="no kind of thing called 'castle'"):
        locator.picture("castle", "E")


def test_a_map_shows_some_land_around_its_place() -> None:
    parcel = town().layer("parcels").geometry["E"]
    frame = around(parcel)
    assert frame.width >= 420.0
    assert frame.west < parcel.bounds[0] < parcel.bounds[2] < frame.east


def test_names_cannot_break_out_of_a_picture() -> None:
    plan = edited(town(), "areas", "west", name_en="</text><script>alert(1)</script>")
    for one in (*notice_pictures(plan, result(), "en"), Locator(plan, "en").picture("area", "west")):
        assert "<script" not in one.svg
        ET.fromstring(one.svg)


@pytest.mark.parametrize(
    "said",
    [
        "这是规划草案，尚未批准，没有法律效力。" * 3,
        "one two three four five six " * 5,
        "計画 plan 2035年まで。" * 6,
    ],
)
def test_wrapped_lines_hold_all_words_and_are_short_enough(said: str) -> None:
    lines = wrapped(said, 40.0, 2.4)
    assert "".join("".join(lines).split()) == "".join(said.split())
    assert all(text_width(line, 2.4) <= 42.5 for line in lines)


def test_edges_of_land_are_fine_lines_on_a_small_plan_too() -> None:
    small = Ground(town(), Words("en"))
    wide = re.findall(r'stroke="(#6b6b66|#3f9a45)" stroke-width="([\d.]+)"', "".join(small.pieces.values()))
    assert {colour for colour, _ in wide} >= {"#6b6b66"}
    assert max(float(metres) for _, metres in wide) <= 0.26 * small.fineness  # of a millimetre on paper


def test_no_number_of_greens_is_said_of_a_plan_without_any() -> None:
    def said(plan: Plan) -> bool:
        found = {one.id: one for one in notice_pictures(plan, result(verdicts=()), "en")}
        return "Public greens" in found["facilities"].svg

    assert said(town())
    assert not said(edited(without(town(), "greens"), "parcels", land_use="0701"))

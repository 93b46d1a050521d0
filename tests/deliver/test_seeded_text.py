"""Texts with errors at known places: ranges, counts, names that the plan lacks, and a whole volume."""

import docx
import pytest
from benchmarks.check_text import an_invented_plan
from benchmarks.seeded_text import score, seeded_text
from tests.deliver.made import a_view, numbers

from blockplan.deliver.text import check_text
from blockplan.deliver.text.reported import Report

#: Shares of the seeded errors, in figures and in names and ranges alike, that have to have a comment.
LEAST = {"zh": 0.85, "ja": 0.85, "en": 0.8}


@pytest.fixture(scope="module")
def invented():
    return a_view(an_invented_plan(144, seed=3))


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "ja", "en"])
def test_errors_in_a_volume_are_found_and_under_two_in_a_hundred_statements_are_false(invented, lang):
    text = seeded_text(invented.plan, lang, seed=4, size=0.3)
    report = Report(invented, lang)
    checked, right = (
        check_text(invented, one, report).statements for one in (text.document, text.without_errors)
    )
    found = score(text, checked, right)
    assert found.told.total() > 20
    # A figure that is bound where it is right has a comment where it is wrong.
    assert [one for one in found.let_go if one[0] != "name"] == []
    assert found.share("missed") >= LEAST[lang], found.listed
    assert found.share("kept", "represented") < 0.02, found.listed
    assert len(found.false) < 0.02 * found.statements, found.false
    assert found.bound > 0.97, found.unbound


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("01街区：地块{}个。", 16),
        ("01街区共有地块{}个，其余不计。", 16),
        ("01街区の区画数は{}区画である。", 16),
        ("Block 01: {} parcels.", 16),
    ],
)
def test_the_parcels_of_a_block_are_counted_wherever_the_counted_word_stands(invented, said, right):
    assert [state for _, state, _ in numbers(invented, said.format(right))] == ["kept"]
    assert [state for _, state, _ in numbers(invented, said.format(right + 3))] != ["kept"]


@pytest.mark.parametrize(
    "said",
    [
        "01街区容积率为{}~{}。",
        "01街区容积率控制在{}-{}之间。",
        "The floor area ratio of Block 01 ranges from {} to {}.",
    ],
)
def test_each_end_of_a_range_is_held_against_the_parcels_of_its_block(invented, said):
    parcels = invented.plan.layer("parcels")
    far = parcels.loc[parcels["block_id"] == "01", "far"].dropna()
    low, high = f"{far.min():.2f}", f"{far.max():.2f}"
    assert [state for _, state, _ in numbers(invented, said.format(low, high))] == ["kept", "kept"]
    wrong = numbers(invented, said.format(low, f"{far.max() + 0.4:.2f}"))
    assert [state for _, state, _ in wrong] == ["kept", "missed"]


@pytest.mark.parametrize(
    "text", ["A-998：商务金融用地，用地面积14416平方米，容积率1.55。", "A-998 | 0902，用地面积1.44公顷。"]
)
def test_figures_of_a_parcel_that_the_plan_does_not_have_are_held_against_nothing_else(invented, text):
    states = {state for _, state, _ in numbers(invented, text)}
    assert states <= {"not_evidenced", "context"}


@pytest.mark.parametrize(
    ("said", "right", "wrong"),
    [
        ("区画{id}において、建築物の高さは{n}mを超えてはならない。", 0, 6),
        ("On parcel {id} buildings must not exceed {n} m.", 0, 6),
        ("The height of buildings on {id} is limited to {n} m.", 0, 6),
        ("{id}地块建筑不得超过{n}米。", 0, 6),
    ],
)
def test_a_height_is_bound_where_the_sentence_says_that_buildings_must_not_exceed_it(
    invented, said, right, wrong
):
    parcels = invented.plan.layer("parcels")
    id_, height = next(parcels["height_m"].dropna().items())
    assert [state for _, state, _ in numbers(invented, said.format(id=id_, n=int(height) + right))] == [
        "kept"
    ]
    assert [state for _, state, _ in numbers(invented, said.format(id=id_, n=int(height) + wrong))] == [
        "missed"
    ]


def test_a_range_with_its_ends_the_wrong_way_round_is_told(invented):
    parcels = invented.plan.layer("parcels")
    far = parcels.loc[parcels["block_id"] == "01", "far"].dropna()
    said = f"Block 01: FAR {far.min() * 10:.2f}-{far.max():.2f}."
    assert [state for _, state, _ in numbers(invented, said)] == ["missed", "kept"]


def test_a_range_of_shares_with_its_ends_the_wrong_way_round_is_read(invented):
    said = numbers(invented, "01街区建筑密度控制在480-49%之间。")
    assert [one for one, _, _ in said] == ["480", "49%"]


def test_a_range_that_no_parcel_of_the_block_is_in_is_told_at_both_ends(invented):
    parcels = invented.plan.layer("parcels")
    far = parcels.loc[parcels["block_id"] == "01", "far"].dropna()
    said = f"Block 01: FAR {far.min() / 3:.2f}-{far.max() * 3:.2f}."
    assert [state for _, state, _ in numbers(invented, said)] == ["missed", "missed"]


@pytest.mark.parametrize(
    "said",
    [
        "{name}（{parcel}）建筑面积{n}平方米。",
        "规划{name}，设于{parcel}地块，建筑面积{n}平方米。",
        "{english} ({parcel}) has a gross floor area of {n} m².",
    ],
)
def test_floor_area_behind_where_a_facility_lies_is_of_the_facility(invented, said):
    facilities = invented.plan.layer("facilities")
    row = facilities[facilities["parcel_id"].notna()].iloc[0]
    text = said.format(
        name=row["name_zh"], english=row["name_en"], parcel=row["parcel_id"], n=f"{row['floor_area_m2']:.0f}"
    )
    assert [state for _, state, _ in numbers(invented, text)] == ["kept"]


def test_the_last_line_of_a_table_is_held_against_the_whole_plan(invented):
    land = invented.plan.layer("parcels")
    document = docx.Document()
    rows = [["Land use", "Area (ha)", "Number of parcels"], ["Total", "{:.2f}", "{}"]]
    area = land.geometry.area.sum() / 1e4
    for off in (0, 7):
        table = document.add_table(rows=2, cols=3)
        for line, row in zip(table.rows, rows, strict=True):
            for cell, text, value in zip(line.cells, row, (0, area, len(land) + off), strict=True):
                cell.text = text.format(value)
    states = [one.state for one in check_text(invented, document).statements if one.kind == "number"]
    assert states[:3] == ["kept"] * 3
    assert states[3] in {"doubtful", "missed"}


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("望江{kind}位于A-001地块，建筑面积400平方米。", "望江{kind}"),
        ("规划望江路为城市道路，红线宽度控制为99米。", "望江路"),
        ("Along Meadow Road (red-line width 99 m) shops line the ground floor.", "Meadow Road"),
    ],
)
def test_a_name_of_a_kind_that_the_plan_has_is_unbound_and_its_figures_are_of_nothing_else(
    invented, said, name
):
    kind = invented.plan.layer("facilities")["name_zh"].iloc[0][2:]
    document = docx.Document()
    document.add_paragraph(said.format(kind=kind))
    found = {one.said: one for one in check_text(invented, document).statements}
    assert found[name.format(kind=kind)].state == "not_evidenced"
    assert found[name.format(kind=kind)].why["en"]
    assert {one.state for one in found.values() if one.kind == "number"} == {"not_evidenced"}


@pytest.mark.parametrize(
    "said", ["规划主干路红线宽度40米。", "规划社区养老院3所。", "The Main Road is 12 m wide."]
)
def test_a_kind_of_things_is_no_name(invented, said):
    document = docx.Document()
    document.add_paragraph(said)
    assert [one for one in check_text(invented, document).statements if one.kind == "name"] == []

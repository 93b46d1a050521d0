"""Texts with errors at known places: ranges, counts, names that the plan lacks, and a whole volume."""

import docx
import pytest
from benchmarks.check_text import an_invented_plan
from benchmarks.seeded_text import score, seeded_text
from tests.deliver.made import a_view, numbers

from blockplan.deliver.text import check_text, write_comments
from blockplan.deliver.text.reported import Report
from blockplan.deliver.text.strangers import Strangers
from blockplan.deliver.text.wording import source_said

#: Share of the seeded errors, in figures and in names and ranges alike, that have to have a comment.
LEAST = 0.9


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
    # What is bound where it is right has a comment where it is wrong; of a name that is wholly another one
    # nobody can say that: it is unbound.
    assert [one for one in found.let_go if one[0] != "name"] == []
    assert all("not_evidenced" in " ".join(one) for one in found.let_go)
    assert found.share("missed") >= LEAST, found.listed
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


def test_a_name_in_a_column_of_names_of_the_plan_is_asked_about_where_the_plan_lacks_it(invented):
    streets = sorted(set(invented.plan.layer("streets")["name_en"]))[:4]
    rows = [
        ("Street", "Remark"),
        *((name, "renewed") for name in streets),
        ("Quay of the Mills", "new"),
        ("Total", ""),
    ]
    document = docx.Document()
    table = document.add_table(rows=len(rows), cols=2)
    for line, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(line.cells, row, strict=True):
            cell.text = text
    checked = check_text(invented, document)
    names = {one.said: one.state for one in checked.statements if one.kind == "name"}
    assert names == {**dict.fromkeys(streets, "represented"), "Quay of the Mills": "doubtful"}
    assert write_comments(document, checked, "en") == 1


@pytest.mark.parametrize("said", ["望江{kind}位于{parcel}地块。", "望江{kind}（{parcel}）占地较大。"])
def test_a_name_on_the_parcel_of_one_thing_of_its_kind_is_asked_about(invented, said):
    facilities = invented.plan.layer("facilities")
    alone = facilities[
        ~facilities["parcel_id"].duplicated(keep=False) & facilities["parcel_id"].notna()
    ].iloc[0]
    document = docx.Document()
    document.add_paragraph(said.format(kind=alone["name_zh"][2:], parcel=alone["parcel_id"]))
    found = check_text(invented, document).statements
    assert [(one.state, one.right) for one in found if one.said.startswith("望江")] == [
        ("doubtful", alone["name_zh"])
    ]


def test_what_stands_in_a_name_that_the_plan_lacks_lies_nowhere_else(invented):
    row = invented.plan.layer("facilities").iloc[0]
    document = docx.Document()
    document.add_paragraph(f"Beacon {row['name_en'].partition(' ')[2]} stands on parcel A-001.")
    assert "missed" not in {one.state for one in check_text(invented, document).statements}


@pytest.mark.parametrize(
    "said",
    [
        "A-001地块建筑高度不得超过{}米。",
        "A-001地块建筑高度不超过{}米。",
        "The height of buildings on A-001 is limited to no more than {} m.",
    ],
)
def test_no_more_than_a_figure_is_that_figure(invented, said):
    height = invented.plan.layer("parcels")["height_m"]["A-001"]
    assert [state for _, state, _ in numbers(invented, said.format(f"{height:.0f}"))] == ["kept"]
    assert [state for _, state, _ in numbers(invented, said.format(f"{0.95 * height:.0f}"))] == ["missed"]


def test_floor_area_that_may_be_built_on_a_parcel_is_of_the_parcel(invented):
    floor = invented.plan.layer("parcels")["floor_area_m2"]["A-001"]
    for value, state in ((floor, "kept"), (1.4 * floor, "missed")):
        said = f"Up to {value:.0f} m² of floor area may be built on parcel A-001."
        assert [state for _, state, _ in numbers(invented, said)] == [state]


def test_a_street_before_the_word_for_its_red_line_is_no_town(invented):
    streets = invented.plan.layer("streets")
    said = f"{streets['name_zh'].iloc[0][:2]}路道路红线宽{streets['red_line_width_m'].iloc[0]:.0f}米。"
    assert [state for _, state, _ in numbers(invented, said)] == ["kept"]


@pytest.mark.parametrize(
    "said", ["规划主干路红线宽度40米。", "规划社区养老院3所。", "The Main Road is 12 m wide."]
)
def test_a_kind_of_things_is_no_name(invented, said):
    document = docx.Document()
    document.add_paragraph(said)
    assert [one for one in check_text(invented, document).statements if one.kind == "name"] == []


@pytest.mark.parametrize(
    "said",
    [
        # A word behind a comma, and what lies in or beside the block, names no figure of a range.
        "Block 01: setback 5-10 m, height limit 80 m.",
        "01街区地下室深度5-10米，限高80米。",
        "01街区临河一侧限高为12~24米。",
        "01街区では川沿いの高さは12～24mとする。",
        "01街区内住宅地块容积率1.0~2.0。",
        "01街区内学校建筑高度12-24米。",
        "Parcels in Block 01 have a FAR of 1.0 to 2.0 in the first phase.",
        "Along the river the height limit in Block 01 is 12 to 24 m.",
        "01街区建筑高度12~24米（一期）。",
        # Parcels of a class, a phase or a use in a block are not all that it has.
        "Block 01: 3 parcels of residential land.",
        "In Block 01, 5 parcels are built in the first phase.",
        "Block 01 contains 4 parcels for housing.",
        "There are 3 parcels of urban housing land in Block 01.",
        "01街区共有居住用地地块3个。",
        "01街区の住宅用地は5区画である。",
        "住宅用地中，01街区有3个地块。",
        "01街区住宅用地面积4.11公顷。",
        # Nor is land of a phase, or of what lies on it, all the planned land.
        "The plan covers 12 ha of new parks.",
        "The plan covers 20 ha in the first phase.",
        "In phase one the plan covers 40 ha.",
        "规划范围面积20公顷的公园。",
        "近期规划范围面积35公顷。",
        "第一期の計画区域は40haとする。",
        "計画面積12haの公園を整備する。",
    ],
)
def test_what_is_of_a_part_is_held_against_no_figure_of_the_whole(invented, said):
    assert {state for _, state, _ in numbers(invented, said)} <= {"not_evidenced", "context"}


@pytest.mark.parametrize(
    ("said", "states"),
    [
        (
            "01街区容积率1.01~3.10，其中住宅用地1.01~2.58。",
            ["kept", "kept", "not_evidenced", "not_evidenced"],
        ),
        # An end that is right tells that all parcels are meant; where none is, it may be some of them.
        ("01街区容积率1.01~2.0。", ["kept", "missed"]),
        ("01街区容积率1.5~2.0。", ["doubtful", "doubtful"]),
        ("01街区容积率为1.01~3.10，最高不超过3.10。", ["kept", "kept", "kept"]),
        ("01街区容积率为1.01~3.10，最高不超过3.6。", ["kept", "kept", "missed"]),
        ("計画区域を9街区、144区画に区分する。", ["kept", "kept"]),
        ("計画区域を8街区、144区画に区分する。", ["missed", "kept"]),
        ("計画区域を9街区、150区画に区分する。", ["kept", "missed"]),
        ("The plan covers 207.36 ha of land.", ["kept"]),
        ("The plan covers 207 ha, of which 20 ha are built in the first phase.", ["kept", "not_evidenced"]),
        ("规划面积207.36公顷，其中近期20公顷。", ["kept", "not_evidenced"]),
        ("规划面积217.36公顷，其中近期20公顷。", ["missed", "not_evidenced"]),
    ],
)
def test_what_is_of_the_whole_is_held_against_it_beside_what_is_of_a_part(invented, said, states):
    assert [state for _, state, _ in numbers(invented, said)] == states


@pytest.mark.parametrize(
    ("said", "states"),
    [
        # What stands before the parcel's number in brackets has no floor area ratio of its own.
        ("停车场（A-001）容积率9.9。", ["missed"]),
        ("幼儿园（A-001）容积率9.9。", ["missed"]),
        ("城南商务中心（A-003）容积率9.9，限高99米。", ["missed", "missed"]),
        ("Parcel Table (A-001): FAR 9.9.", ["missed"]),
        ("云溪图书馆（A-001）建筑面积400平方米。", ["not_evidenced"]),
        ("社区中心（A-001）建筑面积1200平方米。", ["doubtful"]),
        # A street beside a parcel is not what the figure is of.
        ("A-001地块位于锦绣路，容积率9.9。", ["missed"]),
        ("A-001地块，东至锦绣路，容积率9.9。", ["missed"]),
        ("North of Meadow Road, parcel A-001 has a FAR of 9.9.", ["missed"]),
        ("A-001区画は望江通りに面し、容積率は990%とする。", ["missed"]),
    ],
)
def test_a_figure_of_a_parcel_is_told_beside_names_that_the_plan_lacks(invented, said, states):
    assert [state for _, state, _ in numbers(invented, said)] == states


def test_a_kind_of_streets_or_facilities_is_no_name():
    plan = ["明川路", "云桥路", "东方小学", "云桥小学", "Elm Road", "Dale Road", "Elm Park", "Dale Park"]
    strangers = Strangers(plan, ["小学", "Park"])
    kinds = (
        "快速路红线",
        "高架路",
        "沥青路宽",
        "口袋小学3所",
        "新思路，",
        "a Car Park",
        "Pocket Park",
        "Business Park",
    )
    assert [kind for kind in kinds if [*strangers.find(kind)]] == []
    assert [*strangers.find("望江路红线")] == [(0, 3)]
    assert [*strangers.find("Willow Park")] == [(0, 11)]


def test_a_comment_says_the_lowest_and_the_highest_of_the_parcels():
    assert source_said("object:01/height_m/most", "en") == "greatest height of 01, highest of its parcels"

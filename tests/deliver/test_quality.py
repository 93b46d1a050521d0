"""Each broken package of the public set is found broken for its reason alone."""

import datetime as dt
import importlib.util
import io
import math
import re
import shutil
import sys
import tomllib
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader
from tests.deliver.made import ANSWERS
from tests.support.town import town

from blockplan.check import check
from blockplan.deliver.geodatabase import ReadLayer
from blockplan.deliver.handover import accept, deliver, write_digests
from blockplan.deliver.losses import Loss
from blockplan.deliver.package import Package, read_package
from blockplan.deliver.profile import load_delivery_profile
from blockplan.deliver.quality import GRADES, RULES, Judgement
from blockplan.deliver.quality.finding import Check, PackageFacts, check_of
from blockplan.deliver.quality.identity import number_gaps
from blockplan.deliver.quality.numbers import sums
from blockplan.deliver.quality.report import quality_pdf, quality_workbook
from blockplan.deliver.quality.structure import domains, patterns
from blockplan.texts import LANGUAGES, pick


@pytest.fixture(scope="module")
def maker(repo):
    spec = importlib.util.spec_from_file_location("make_broken", repo / "examples/broken-packages/make.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_broken"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def clean(maker, tmp_path_factory):
    """Master plans, and the clean package of each profile."""
    folder = tmp_path_factory.mktemp("packages")
    maker.make_upper(folder)
    for name in maker.PROFILES:
        maker.make_clean(load_delivery_profile(name), folder / name)
    return folder


@pytest.fixture(scope="module")
def expected(repo):
    return tomllib.loads((repo / "examples/broken-packages/expected.toml").read_text("utf-8"))


@pytest.mark.long
@pytest.mark.parametrize("name", ["deqing", "hangzhou-xg", "wenzhou", "zhongshan"])
def test_a_package_in_order_has_no_fault_and_every_rule_is_judged(clean, name):
    found = accept(clean / name, load_delivery_profile(name), None, upper=clean / "upper.gpkg")
    assert found.judgement.checks == ()
    # Zhongshan's one layer draws neither the planned land nor control lines: that is no pass.
    beyond = ("qc-outside", "qc-cover", "qc-control-line") if name == "zhongshan" else ()
    assert found.judgement.not_judged == beyond


def test_every_rule_has_a_broken_package_and_an_expectation(maker, expected):
    rules = {rule.id for rule in RULES}
    assert rules == set(maker.CASES) == set(expected)


#: Rules that are about what a profile has no field, layer or sum for.
NOTHING = {
    "deqing": {"qc-bsm", "qc-ysdm", "qc-land-code"},
    "hangzhou-xg": {"qc-bsm", "qc-ysdm", "qc-bounds", "qc-floor-area", "qc-population"},
    "wenzhou": {"qc-land-code", "qc-bounds", "qc-sum", "qc-sheet-line"},
    "zhongshan": {
        "qc-layer", "qc-ysdm", "qc-land-code", "qc-outside", "qc-cover", "qc-sum", "qc-population",
        "qc-facility-parcel", "qc-facility-use", "qc-control-line", "qc-sheet-line",
    },
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)])
@pytest.mark.parametrize("number", range(len(RULES)), ids=[rule.id for rule in RULES])
def test_a_broken_package_is_found_broken_for_its_reason_alone_under_every_profile_that_has_it(
    maker, clean, expected, tmp_path, number, every
):
    """Under the profile of the public set and another one in turn; in a soak under all."""
    rule = RULES[number].id
    case, names = expected[rule], sorted(NOTHING)
    for name in names if every else {case["profile"], names[number % len(names)]}:
        (tmp_path / name).mkdir()
        found_alone(maker, clean, case, tmp_path / name, rule, name)


def found_alone(maker, clean, case, tmp_path, rule, name):
    assert case["profile"] == maker.CASES[rule][0]
    try:
        maker.make_broken(rule, clean / name, tmp_path / rule, name)
    except maker.NotInProfileError:
        assert not (tmp_path / rule).exists()
        assert rule in NOTHING[name]
        assert name != case["profile"]
        return
    assert rule not in NOTHING[name]
    upper = clean / maker.upper_of(rule)
    judgement = accept(tmp_path / rule, load_delivery_profile(name), None, upper=upper).judgement
    checks = judgement.checks
    assert {one.rule for one in checks} == {rule}, [one.message["en"] for one in checks]
    if name == case["profile"]:  # the package of the public set
        assert len(checks) == case["faults"]
        assert case["layer"] == "*" or {one.layer for one in checks} == {case["layer"]}
        grade = next(one.grade for one in RULES if one.id == rule)
        assert judgement.blocked == (grade == "blocking")


def test_a_unit_with_fewer_residents_than_its_parcels_is_wrong_even_where_some_say_none(tmp_path, clean):
    package = shutil.copytree(clean / "deqing", tmp_path / "package")
    profile = load_delivery_profile("deqing")
    read = read_package(package, profile)
    unit, parcels = read.layers["AC_RK_控规单元"], read.layers["AC_RK_控规地块"]
    assert None in parcels.cells["RK"]
    facts = PackageFacts(read)
    assert not list(sums(facts))
    unit.cells["ZJRK"] = [350.0]
    assert [one.measured for one in sums(facts)] == [-50.0]
    unit.cells["ZJRK"] = [450.0]
    assert not list(sums(facts))


def test_what_cannot_be_judged_is_named_and_is_no_pass(clean):
    found = accept(clean / "deqing", load_delivery_profile("deqing"), None)
    assert found.judgement.not_judged == ("qc-town-limit", "qc-control-line")


def judged_with(tables, clean, tmp_path):
    """Rules and ids of what is found in a clean package whose tables are changed in their place."""
    package = tmp_path / "package"
    shutil.copytree(clean / "hangzhou-xg", package)
    profile = load_delivery_profile("hangzhou-xg")
    tables(package / profile.files.tables)
    write_digests(package, profile)
    judgement = accept(package, profile, None, upper=clean / "upper.gpkg").judgement
    return [(one.rule, one.id, one.message["en"]) for one in judgement.checks], judgement.not_judged


def test_a_damaged_workbook_of_tables_is_a_fault_and_what_rests_on_it_is_not_judged(clean, tmp_path):
    found, not_judged = judged_with(lambda path: path.write_bytes(b"no workbook"), clean, tmp_path)
    assert [rule for rule, _, _ in found] == ["qc-tables", "qc-tables"]
    assert "cannot be read" in found[0][2]
    assert not_judged == ("qc-balance", "qc-text")


@pytest.mark.long
@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: text.encode("gb18030"),
        lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
        lambda text: re.sub(r"^\w{64}", lambda found: found[0].upper(), text, flags=re.M).encode(),
        lambda text: re.sub(r"^(\w{64})  ", r"\1 *", text, flags=re.M).replace("/", "\\").encode(),
    ],
    ids=["gb18030", "byte order mark", "upper case", "binary with backslashes"],
)
def test_a_list_of_digests_holds_however_another_system_wrote_it(clean, tmp_path, rewrite):
    package, profile = tmp_path / "package", load_delivery_profile("hangzhou-xg")
    shutil.copytree(clean / "hangzhou-xg", package)
    place = package / profile.files.digests
    place.write_bytes(rewrite(place.read_text("utf-8")))
    assert accept(package, profile, None, upper=clean / "upper.gpkg").judgement.checks == ()


@pytest.mark.long
@pytest.mark.parametrize("content", [None, b""])
def test_without_a_list_of_digests_that_is_one_fault_not_one_a_file(clean, tmp_path, content):
    package, profile = tmp_path / "package", load_delivery_profile("hangzhou-xg")
    shutil.copytree(clean / "hangzhou-xg", package)
    place = package / profile.files.digests
    place.unlink()
    if content is not None:
        place.write_bytes(content)
    checks = accept(package, profile, None, upper=clean / "upper.gpkg").judgement.checks
    assert [(one.rule, one.grade) for one in checks] == [("qc-digest", "blocking")]
    assert "SHA256.txt" in checks[0].message["en"]


def test_a_drawing_in_whole_metres_is_one_fault_that_names_its_layers(maker, clean, tmp_path):
    maker.make_broken("qc-precision", clean / "hangzhou-xg", tmp_path / "package")
    profile = load_delivery_profile("hangzhou-xg")
    found = accept(tmp_path / "package", profile, None, upper=clean / "upper.gpkg").judgement.checks
    assert [one.rule for one in found] == ["qc-precision"]
    assert all(name in found[0].message["zh"] for name in ("XG_GHDK", "XG_JQJF", "XG_KZX"))


def workbook_of(judgement, lost):
    profile = load_delivery_profile("hangzhou-xg")
    return quality_workbook(judgement, lost, profile, "甲 & 乙镇", dt.date(2024, 6, 28), "zh")


def test_what_is_lost_is_named_in_the_language_of_the_report():
    kept = Loss("parcels", "land_use_given", "01-01-01", "R2"), Loss("parcels", "name.zh.note", "01-01-01", 3)
    whole = Loss("stops", "*", "s1", None)
    note = Loss("plan.toml", "imported.roads.zh", "", "补绘")
    given = Loss("plan.toml", "authority", "", None, "示例局")
    coded = (
        Loss("plan.toml", "status", "", "on_notice", "draft"),
        Loss("facilities", "service", "f1", "clinic", "other"),
        Loss("control_lines", "kind", "l1", "blue"),
        Loss("parcels", "land_use_given_list", "01-01-01", "gb50137"),
    )
    made = workbook_of(Judgement((), ()), (note, given, *kept, whole, *coded))
    sheet = openpyxl.load_workbook(io.BytesIO(made)).worksheets[-1]
    assert sheet.print_title_rows == "$1:$1"
    rows = list(sheet.iter_rows(values_only=True))
    assert rows == [
        ("图层", "字段", "要素", "原值", "读回值"),
        ("plan.toml", "导入说明（imported.roads.zh）", "", "补绘", ""),
        ("plan.toml", "组织编制机关（authority）", "", "", "示例局"),
        ("地块（parcels）", "来件用地代码（land_use_given）", "01-01-01", "R2", ""),
        ("地块（parcels）", "name.zh.note", "01-01-01", 3, ""),
        ("站点（stops）", "整体（*）", "s1", "", ""),
        ("plan.toml", "规划状态（status）", "", "草案公示中", "草案"),
        ("设施（facilities）", "服务类别（service）", "f1", "社区卫生服务", "其他设施"),
        ("控制线（control_lines）", "类别（kind）", "l1", "蓝线", ""),
        (
            "地块（parcels）",
            "来件分类标准（land_use_given_list）",
            "01-01-01",
            "城市用地分类 GB 50137-2011",
            "",
        ),
    ]


def test_the_workbook_names_rules_in_words_and_says_where_there_is_nothing():
    lost = Loss("plan.toml", "synthetic", "", value=False, becomes=True)
    check = Check("qc-acute", "ignorable", "XG_GHDK", "A-01", None, None, 3.0, {"zh": "夹角"}, {"zh": "修正"})
    made = workbook_of(Judgement((check,), ()), (lost,))
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert book["问题清单"]["A2"].value.endswith("（qc-acute）")
    assert book["涉及要素"]["A2"].value == "无"
    assert [one.value for one in book["信息损失"][2]][-2:] == ["否", "是"]
    assert book["信息损失"]["B2"].value == "虚构标记（synthetic）"
    assert {sheet.page_setup.paperSize for sheet in book} == {9}, "A4"


def test_each_page_of_the_workbook_says_of_which_plan_it_is_and_by_which_profile():
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(Judgement((), ()), ())))
    assert [sheet.oddHeader.left.text for sheet in book] == [f"质检报告：{name}" for name in book.sheetnames]
    assert {sheet.oddHeader.right.text for sheet in book} == {"甲 && 乙镇"}, "& alone begins a code"
    assert {sheet.oddFooter.left.text for sheet in book} == {
        pick(load_delivery_profile("hangzhou-xg").title, "zh")
    }
    assert {sheet.oddFooter.center.text for sheet in book} == {"2024年6月28日"}


def test_a_sheet_without_lines_is_a_fault(clean, tmp_path):
    def emptied(path):
        book = openpyxl.load_workbook(path)
        book["规划用地平衡表"].delete_rows(2, 1000)
        book.save(path)

    found, not_judged = judged_with(emptied, clean, tmp_path)
    assert [rule for rule, _, _ in found] == ["qc-tables"]
    assert '"规划用地平衡表"' in found[0][2]
    assert not_judged == ("qc-balance", "qc-text")


def test_a_drawn_parcel_without_a_line_in_the_table_is_a_fault(clean, tmp_path):
    def shortened(path):
        book = openpyxl.load_workbook(path)
        book["地块控制指标表"].delete_rows(2)
        book.save(path)

    found, not_judged = judged_with(shortened, clean, tmp_path)
    assert found == [("qc-text", "K-01", "XG_GHDK K-01: DKBH says -; the layer says K-01")]
    assert not_judged == ()


def test_numbers_that_lie_billions_apart_are_counted_and_the_first_named():
    profile = load_delivery_profile("hangzhou-xg")
    layer, field = profile.numbering.parcel_layer, profile.numbering.parcel
    values = ["330106001", "330106003", "3301060019999", "9" * 400]
    read = ReadLayer(layer, layer, "polygon", {}, {field: values}, [None] * len(values), None)
    facts = PackageFacts(Package(Path(), profile, [], {layer: read}, None))
    found = list(number_gaps(facts))
    assert [(one.measured, one.said["count"]) for one in found] == [(3_300_729_913_996.0, 3_300_729_913_996)]
    assert found[0].said["missing"].split("、")[:2] == ["0000330106002", "0000330106004"]


def test_what_to_do_with_a_value_names_the_form_and_the_domain_of_its_field():
    profile = load_delivery_profile("hangzhou-xg")
    layer = profile.numbering.parcel_layer
    cells = {"JRBL": ["70%住宅"], "GHDT": ["在建"]}
    read = ReadLayer(layer, layer, "polygon", dict.fromkeys(cells), cells, [None], None)
    facts = PackageFacts(Package(Path(), profile, [], {layer: read}, None))
    rules = {one.id: one for one in RULES}
    (form,) = (check_of(rules["qc-pattern"], one) for one in patterns(facts))
    assert form.remedy["zh"].startswith("按格式填写：文本，最长 10 字符，例如 70:30，正则表达式 ")
    assert form.remedy["en"].startswith(
        "Write it in the form wanted: text, at most 10 characters, for example 70:30, regular expression "
    )
    (domain,) = (check_of(rules["qc-domain"], one) for one in domains(facts))
    assert domain.remedy["zh"] == "改为值域中的值：保留、改扩建、新建"


def test_every_rule_says_what_where_and_what_to_do_in_three_languages():
    from blockplan.deliver.quality.finding import TEXTS

    for rule in RULES:
        assert rule.grade in GRADES
        for key in ("title", "message", "remedy"):
            assert set(TEXTS.text(f"{rule.id}.{key}")) == set(LANGUAGES)


def test_a_field_that_is_empty_in_many_features_is_said_once_with_all_of_them(tmp_path):
    plan, profile = town(title={"zh": "示例镇"}), load_delivery_profile("zhongshan")
    made = deliver(plan, check(plan, packs=["gb50137"]), profile, tmp_path / "package", answers={"bah": "1"})
    empty = {
        one.message["en"].split("the field ")[1].split(" ")[0]: one
        for one in made.judgement.checks
        if one.rule == "qc-mandatory"
    }
    assert len(empty) == sum(one.rule == "qc-mandatory" for one in made.judgement.checks)
    parcels = tuple(map(str, plan.layer("parcels").index))
    assert empty["PFDATE"].ids == parcels
    assert empty["PFDATE"].remedy["en"] == "Answer 批准日期 (pfsj) in the filing form"
    # What is built on and lacks a figure is at fault; the parks (F, G) and what an office answers are not.
    assert empty["TCW"].ids == tuple(one for one in parcels if one not in {"F", "G"})
    assert empty["TCW"].remedy == {
        "zh": "在规划中填写停车位（parking_spaces）",
        "en": "Fill in parking spaces (parking_spaces) in the plan",
        "ja": "計画の駐車台数（parking_spaces）を記入する",
    }
    assert "(njljxzl) in the filing form" in empty["NJLJXZL"].remedy["en"]
    book = openpyxl.load_workbook(tmp_path / "package" / profile.files.report_table)
    rows = list(book["涉及要素"].iter_rows(min_row=2, values_only=True))
    assert [row[2] for row in rows if "PFDATE" in row[3]] == list(parcels)
    # What a plan bounds on one side is open on the other; a parcel without a facility has none.
    assert not {"RJLXX", "LDLSX", "PTGSS", "PTSZS"} & set(empty)


@pytest.mark.long
@pytest.mark.parametrize("name", ["deqing", "hangzhou-xg", "wenzhou", "zhongshan"])
def test_a_plan_without_parcels_is_sent_back(tmp_path, name):
    plan, profile = town(title={"zh": "示例镇"}), load_delivery_profile(name)
    none = plan.replace(parcels=plan.layer("parcels").iloc[:0])
    found = deliver(none, check(none, packs=["gb50137"]), profile, tmp_path / "package", answers=ANSWERS)
    empty = [one for one in found.judgement.checks if one.rule == "qc-layer"]
    assert [one.layer for one in empty] == [profile.numbering.parcel_layer]
    assert "has no feature" in empty[0].message["en"]


@pytest.mark.long
@pytest.mark.parametrize("lacking", ["", "far"])
def test_zhongshan_takes_a_sound_plan_and_sends_back_one_that_lacks_a_floor_area_ratio(tmp_path, lacking):
    plan, profile = town(title={"zh": "示例镇"}, authority="示例局"), load_delivery_profile("zhongshan")
    parcels = plan.layer("parcels").copy()
    parcels["parking_spaces"], parcels["height_m"] = 60.0, 36.0
    parcels.loc[["F", "G"], ["far", "coverage_ratio", "green_ratio", "height_m", "parking_spaces"]] = math.nan
    if lacking:
        parcels.loc["A", lacking] = math.nan
    plan = plan.replace(parcels=parcels)
    sponge = dict.fromkeys(("njljxzl", "tszpltjz", "tszplzdjz", "xcsldltjz", "xcsldlzdjz"), 40)
    answers = ANSWERS | sponge
    made = deliver(plan, check(plan, packs=["gb50137"]), profile, tmp_path / "package", answers=answers)
    faults = [(one.rule, one.ids) for one in made.judgement.checks if one.grade == "blocking"]
    assert faults == [("qc-mandatory", ("A",))] * (2 if lacking else 0)


def test_the_tables_of_a_package_are_called_as_their_readers_call_them(clean, tmp_path):
    names = []
    judged_with(lambda path: names.extend(openpyxl.load_workbook(path).sheetnames), clean, tmp_path)
    assert {"规划用地平衡表", "地块控制指标表", "定义与来源"} <= set(names)
    assert not any(name.isascii() for name in names)


def test_tables_whose_sheets_have_english_names_are_read_as_well(clean, tmp_path):
    def named(path):
        book = openpyxl.load_workbook(path)
        book["规划用地平衡表"].title, book["地块控制指标表"].title = "land_balance", "parcels"
        book.save(path)

    assert judged_with(named, clean, tmp_path) == ([], ())


def test_the_printed_report_names_its_day_and_says_why_a_rule_was_not_judged():
    profile, day = load_delivery_profile("hangzhou-xg"), dt.date(2024, 6, 28)
    open_ = tuple(one.id for one in RULES if one.needs in {"upper", "whole"})
    printed = quality_pdf(Judgement((), open_), profile, "示例镇", day)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages).replace("\n", "")
    assert "图纸日期：2024年6月28日" in text
    assert "未检：开发边界与永农（未提供可用的上位规划）" in text
    assert "未检：文件校验、质检报告（成果包写完后才可检查，由接收方检查）" in text


def test_every_need_of_a_rule_has_its_reason_in_three_languages():
    from blockplan.deliver.quality.finding import TEXTS

    for need in {rule.needs for rule in RULES} - {""}:
        assert set(TEXTS.text(f"needs.{need}")) == set(LANGUAGES)

"""When a number that differs from the plan is an alarm, and when it is of something else."""

import re
from collections import Counter

import docx
import numpy as np
import pytest
from tests.deliver.blind_text import blind_text
from tests.deliver.made import a_view, numbers

from blockplan.deliver.text import check_text
from blockplan.plan import read

#: Batches whose alarms are counted, and the one that was written last.
CERTAIN, LAST = ("eighth", "ninth", "tenth", "eleventh"), "eleventh"


def rates(plan, made):
    """Alarms of a check, false ones among them, figures stated, wrong ones that nothing found."""
    found = [one for one in check_text(a_view(plan), made.document).statements if one.state == "missed"]
    said = Counter(
        re.match(r"[0-9.,]+", one.said)[0].replace(",", "") for one in found if one.kind == "number"
    )
    wrong = Counter(made.wrong)
    return np.array(
        [said.total(), (said - wrong).total(), made.stated, (wrong - said).total(), wrong.total()]
    )


@pytest.mark.parametrize(
    "batch",
    [pytest.param(one, marks=pytest.mark.long if one == LAST else pytest.mark.soak) for one in CERTAIN],
)
def test_of_the_alarms_and_of_the_figures_stated_few_are_false_alarms(repo, batch):
    plan = read(repo / "examples" / "demonstration-zone")
    found = sum(rates(plan, blind_text(plan, lang, batch)) for lang in ("zh", "en", "ja"))
    alarms, false, stated, unfound, wrong = found
    assert wrong > 60
    assert alarms > 60
    assert false / alarms < 0.02
    assert false / stated < 0.02
    assert unfound / wrong < 0.1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # By how much something changes, and what it was, is not what it is.
        ("K-A-01地块容积率较原方案提高0.2，调整后为1.8。", [("0.2", "not_evidenced"), ("1.8", "kept")]),
        ("K-A-01地块原控规容积率为1.5，本次确定为容积率1.9。", [("1.5", "not_evidenced"), ("1.9", "missed")]),
        ("The floor area ratio of K-A-01 rose by 0.3 to 1.8.", [("0.3", "not_evidenced"), ("1.8", "kept")]),
        # A word for a figure weighs more than a unit that fits: the radius is as long as the plan's width.
        ("北街红线宽20米，最小转弯半径24米。", [("20米", "missed"), ("24米", "not_evidenced")]),
        ("K-A-01の容積率は1.9のままとする。", [("1.9", "missed")]),
        # What it was before, and what a part that no word names has.
        ("K-A-01地块容积率由2.8核减为1.9。", [("2.8", "not_evidenced"), ("1.9", "missed")]),
        ("K-A-01の容積率は2.8から1.9に改める。", [("2.8", "not_evidenced"), ("1.9", "missed")]),
        (
            "The floor area ratio of K-A-01 goes from 2.8 to 1.9.",
            [("2.8", "not_evidenced"), ("1.9", "missed")],
        ),
        (
            "K-A-01地块面积1.00公顷，其中已出让0.40公顷。",
            [("1.00公顷", "kept"), ("0.40公顷", "not_evidenced")],
        ),
        (
            "区画K-A-01の敷地面積は1.00ha、うち2件約0.40haは譲渡済みである。",
            [("1.00ha", "kept"), ("2", "not_evidenced"), ("0.40ha", "not_evidenced")],
        ),
        # "so far" is no sign of a ratio; a distance is no height.
        ("On K-A-01 they have so far 1.6 lanes.", [("1.6", "not_evidenced")]),
        ("K-A-01地块距地铁站500米。", [("500米", "not_evidenced")]),
        # The use of a parcel is no subject of its own.
        ("K-A-01地块，用地性质城镇住宅用地，面积1.20公顷。", [("1.20公顷", "missed")]),
        # What lies around a parcel, or on a street, has its own figures.
        ("地块K-A-01为住宅用地。建控地带高度不超过12米。", [("12米", "not_evidenced")]),
        ("北街红线宽度24米，两侧各设3.5米宽人行道。", [("24米", "kept"), ("3.5米", "not_evidenced")]),
        ("北街の幅員は24mで、両側に幅6mの緑地帯を設ける。", [("24m", "kept"), ("6m", "not_evidenced")]),
        ("北街红线宽度24米，两侧各留6米宽绿带。", [("24米", "kept"), ("6米", "not_evidenced")]),
        ("K-A-01地块下凹式绿地率50%。", [("50%", "not_evidenced")]),
        # A classifier tells what is counted; a canteen's guests live nowhere; what is missing is not there.
        ("K-A-01地块住宅用地。居民楼加装电梯41部。", [("41", "not_evidenced")]),
        ("K-A-01に住宅を置き、食堂は120人が同時に使える。", [("120人", "not_evidenced")]),
        ("K-A-01地块用地面积缺口0.40公顷。", [("0.40公顷", "not_evidenced")]),
        ("On K-A-01 homes stand, and 0.40 ha are missing.", [("0.40 ha", "not_evidenced")]),
    ],
)
def test_a_number_of_something_else_is_left_unbound(small, text, found):
    assert [(said, state) for said, state, _ in numbers(small, text)] == found


@pytest.mark.parametrize(
    "text",
    [
        # An end of a range, what there is now, what is only compared with, a price, a part.
        "K-B-01地块容积率一般为1.9至3.2。",
        "K-B-01地块现状容积率0.6，规划容积率1.8。",
        "参照容积率2.0、建筑密度45%的典型街区测算。",
        "地块K-B-01为住宅用地。周边已批项目容积率2.6，建筑密度45%。",
        "地块K-B-01为住宅用地。A model block with a floor area ratio of 2.0 was simulated.",
        "住宅均价按每平方米2.1万元计。",
        # Other people, homes and spaces than the plan's.
        "换乘停车场2处共480个泊位，非机动车泊位6,000个。",
        "区域就业岗位缺口约3,500个。",
        "上一轮规划确定的人口3.8万人、住宅1.5万套实现度分别为74%和69%。",
        "拆迁涉及住户426户、企业31家。",
        "The region lacks some 3,500 jobs, and 426 households have to move.",
        "前回計画の目標である人口3.8万人の達成度は高い。",
        "K-B-01の敷地面積は1.00ha、擁壁は高さ6mである。",
        "11,000 people live on a square kilometre, 46 square kilometres in all.",
        # A noun that the plan does not know stands between the figure, its word and its object.
        "K-A-01地块海绵城市下沉绿地率45%。",
        "K-A-01地块由原农机厂（1.6公顷，厂房9800平方米）与民宅37户整合而成。",
        "K-A-01地块原为钢材市场（摊位430个、建筑密度52%），规划改为居住。",
        "K-A-01地块占地10000平方米（约合3亩的街头绿地除外）。",
        "K-A-01地块容积率1.8、密度28%以内的可获得奖励。",
        "Park green space institutes next door employ 460 people on 18,000 m².",
        "北街以北片区东西长约900米，南北宽约700米。",
        "The height of K-A-01 follows; the eaves height is 17 m, the podium floor area 900 m².",
        # What there was in another plan or place; what is needed; what is counted beside.
        "现状北街宽12米，东街宽10米。",
        "与相邻的柳河镇相比（小学3所、养老院2家），设施缺口明显。",
        "按千人学位数（小学65座）测算，小学需要2所。",
        "东升片区公园绿地7.8公顷，小学3所。",
        "上一轮控规（2012年版）确定公园绿地36公顷。",
        "A first scheme for K-B-01 proposed a floor area ratio of 3.4; the wind study followed.",
        "另设养老院3处。",
        "公园绿地2.00公顷，由5个地块组成。",
        # A least figure that the plan exceeds.
        "怡和养老院建筑面积不小于150平方米。",
        "规划居住人口280人以上。",
        # Somebody asked, a price, what is left out or should be; the next figure; an unknown member.
        "问卷显示K-A-01容积率应为2.5。",
        "K-A-01地块容积率1.8，住宅均价2.1万元。",
        "K-A-01除0.40公顷外均为住宅。",
        "The plan should have a population of 330.",
        "The floor area ratio of K-A-01 ranges between 1.2 and 1.9.",
        "Water covers 35 ha and park green space 2.00 ha.",
        "操场、公园绿地、居住用地合计5.40公顷。",
    ],
)
def test_what_is_said_of_something_else_raises_no_alarm(small, text):
    assert [one for one in numbers(small, text) if one[1] == "missed"] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("规划居住人口确定为320人，住宅总量另议。", ["320人"]),
        ("K-B-01地块容积率上限1.9，周边不作调整。", ["1.9"]),
        ("地块K-A-01为住宅用地。建筑密度35%，绿地率另定。", ["35%"]),
        ("The planned population is 320; the region lacks some 3,500 jobs.", ["320"]),
        ("計画人口は320人とする。", ["320人"]),
        ("The homes of K-A-01 will cover 35% of it.", ["35%"]),
        # What was and what becomes of it; the same figure in another unit; another place, and this one again.
        ("北街由现状18米拓宽至40米。", ["40米"]),
        ("公园绿地2.00公顷（折合31.5亩）。", ["31.5亩"]),
        ("与周边相比，本规划公园绿地3.00公顷。", ["3.00公顷"]),
        ("K-B-01地块容积率由上版的2.5调整为1.9。", ["1.9"]),
        ("公園緑地は2.00ha、K-B-01の容積率は換算すると1.9となる。", ["1.9"]),
        # What there is now in brackets alone, a wish that the plan does not grant, floor area before land.
        ("公园绿地（现状0.80公顷）2.10公顷。", ["2.10公顷"]),
        ("The owner seeks 3.5 on K-A-01, but the floor area ratio remains 1.9.", ["1.9"]),
        ("K-A-01 takes 18,000 m² of gross floor area on 1.20 ha.", ["1.20 ha"]),
    ],
)
def test_a_wrong_figure_of_the_plan_is_an_alarm_beside_all_that(small, text, wrong):
    assert [said for said, state, _ in numbers(small, text) if state == "missed"] == wrong


@pytest.mark.parametrize(
    ("heading", "text", "wrong"),
    [
        ("第二章 现状概况", "公园绿地0.80公顷，小学2所。", []),
        ("2 The quarter today", "Park green space covers 0.80 ha of the land.", []),
        ("第二章 现状概况", "规划公园绿地3.00公顷。", ["3.00公顷"]),
        ("第四章 用地布局规划", "公园绿地3.00公顷。", ["3.00公顷"]),
    ],
)
def test_under_a_heading_of_what_there_is_now_only_what_is_planned_is_an_alarm(small, heading, text, wrong):
    document = docx.Document()
    document.add_heading(heading)
    document.add_paragraph(text)
    found = check_text(small, document).statements
    assert [one.said for one in found if one.state == "missed"] == wrong

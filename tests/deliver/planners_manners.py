"""Six Chinese texts in the manners of offices, of the office town and the demonstration zone. Invented."""

from __future__ import annotations

from typing import Any

from tests.deliver.planners_text import Planner


def _of(plan: Any, seed: int, one_in: float) -> tuple[Any, ...]:
    w = Planner(seed, one_in)
    frame = plan.layer("parcels")
    frame = frame.assign(m2=frame.geometry.area)
    land = frame["m2"].groupby(frame["land_use"]).sum().to_dict()
    return w, w.n, w.d, w.p, frame, land, frame["m2"].sum()


def town_statute(plan: Any, seed: int = 1, one_in: float = 8) -> Planner:
    """The statutory text of the town, article by article."""
    w, n, _d, p, frame, land, whole = _of(plan, seed, one_in)
    people, homes = frame["residents"].sum(), frame["dwellings"].sum()
    w.head("第一章 总则")
    p(
        "第一条 为落实《示例县国土空间总体规划（2021—2035年）》，依据《城乡规划法》第十九条、第二十条，制定本文本。"
    )
    p("第二条 本规划自批准之日起30日内公布。2013年批复的控规同时废止。")
    p(f"第三条 规划范围东至东环路、西至西环路，用地总面积{n(whole / 1e4, 2)}公顷。")
    p("第四条 文本中带下划线的条文共11条，为强制性内容。规划期限至2035年，近期至2027年。")
    w.head("第二章 性质与规模")
    p(f"第五条 规划区居住人口规模为{n(people)}人，住宅总套数{n(homes)}套。人口上浮不得超过5%。")
    p(
        "第六条 总体规划分配本片区的城镇建设用地指标为52公顷，人口容量1.2万人，人均城镇建设用地不超过100平方米。"
    )
    p(
        f"第七条 总建筑规模{n(frame['floor_area_m2'].sum() / 1e4, 2)}万平方米，其中地下空间不计入，地下停车库按每车位35平方米安排。"
    )
    w.head("第三章 土地使用控制")
    p(
        f"第八条 居住用地面积{n(land['070102'] / 1e4, 2)}公顷，占总用地{n(100 * land['070102'] / whole, 2)}%。住宅套型90平方米以下的不少于60%。"
    )
    p(
        f"第九条 中小学用地{n(land['080403'] / 1e4, 2)}公顷，医院用地{n(land['080601'] / 1e4, 2)}公顷，社会福利用地{n(land['0807'] / 1e4, 2)}公顷，文化活动用地{n(land['080302'] / 1e4, 2)}公顷。"
    )
    p(
        f"第十条 商业用地{n(land['0901'] / 1e4, 2)}公顷、商务金融用地{n(land['0902'] / 1e4, 2)}公顷，合计{n((land['0901'] + land['0902']) / 1e4, 2)}公顷。临街商业进深宜为12米至15米。"
    )
    p(
        f"第十一条 公园绿地{n(land['1401'] / 1e4, 2)}公顷，防护绿地{n(land['1402'] / 1e4, 2)}公顷，广场用地{n(land['1403'] / 1e4, 2)}公顷；三者占规划总用地的比例为{n(100 * (land['1401'] + land['1402'] + land['1403']) / whole, 2)}%。公园内建筑占地不得大于3%，水面率宜在12%左右。"
    )
    p(f"第十二条 道路用地{n(land['1207'] / 1e4, 2)}公顷，道路面积率{n(100 * land['1207'] / whole, 1)}%。")
    w.head("第四章 地块控制")
    for id_, lot in frame[frame["far"].notna()].head(14).iterrows():
        p(
            f"（{id_[-2:]}）{id_}地块：用地面积{n(lot['m2'])}平方米，容积率不大于{n(lot['far'], 1)}，建筑密度不大于{n(100 * lot['coverage_ratio'])}%，绿地率不小于{n(100 * lot['green_ratio'])}%，建筑高度不大于{n(lot['height_m'])}米；退让西侧道路红线8米、北侧5米，裙房不超过3层。"
        )
    p("第十四条 地块调整时，容积率奖励最多不超过原值的10%，且不突破3.5；地下建筑退界不小于3米。")
    w.head("第五章 道路与设施")
    for street, cls, width in (
        ("中山路", "主干路", 30),
        ("人民路", "次干路", 24),
        ("学府街", "支路", 20),
        ("梅园街", "支路", 20),
    ):
        p(
            f"{street}：{cls}，红线宽度{n(width)}米，机动车道单幅3.5米，设计车速{40 if width > 20 else 20}公里/小时，交叉口转弯半径{25 if width > 20 else 12}米。"
        )
    p(
        f"第十六条 养老院1处，床位{n(150)}张；小学1所{n(24)}班，初级中学1所{n(24)}班，班额按45人、50人计。幼儿园3所，服务半径300米。"
    )
    p(
        "第十七条 消防站由镇区统一设置，距本区1.8公里，5分钟可达。给水管径DN300，管网压力0.28兆帕，最高日用水量0.39万立方米。"
    )
    w.table(
        ["地块编号", "用地性质", "面积（㎡）", "容积率", "限高（m）", "户数"],
        [
            [id_, "住宅", n(lot["m2"]), n(lot["far"], 1), n(lot["height_m"]), n(lot["dwellings"])]
            for id_, lot in frame[frame["land_use"] == "070102"].iloc[10:20].iterrows()
        ],
    )
    return w


def town_plates(plan: Any, seed: int = 1, one_in: float = 8) -> Planner:
    """Notes on the plates of the town's blocks: short, with bounds, setbacks and hints beside each figure."""
    w, n, _d, p, frame, land, _whole = _of(plan, seed, one_in)
    built = frame[frame["far"].notna()]
    for block, lots in built.groupby(built.index.str[:5]):
        w.head(f"{block}街坊图则说明", 2)
        p(f"本街坊共{len(lots)}个开发地块，东西长约200米，南北深约160米；四周道路红线转角半径15米。")
        for id_, lot in lots.iterrows():
            first = f"{id_}　{n(lot['m2'] / 1e4, 2)}ha　FAR≤{n(lot['far'], 1)}"
            rest = f"　H≤{n(lot['height_m'])}m" if lot["height_m"] == lot["height_m"] else ""
            p(first, rest, f"　绿地率≥{n(100 * lot['green_ratio'])}%　后退5m/8m　贴线率60%")
        p("海绵指标：年径流总量控制率75%，下沉式绿地率40%，透水铺装率50%，单位面积控制容积132立方米/公顷。")
        p("禁止开口段长度：主干路交叉口70米、支路30米。首层层高不小于4.5米，骑楼净高3.6米、净宽3米。")
    p(
        f"各图则汇总后，二类居住用地共{n(land['070102'] / 1e4, 2)}公顷，可建住宅建筑面积{n(frame.loc[frame['land_use'] == '070102', 'floor_area_m2'].sum())}平方米，居住{n(frame['residents'].sum())}人。"
    )
    p("图则编号从TZ-01到TZ-12，图幅841毫米×594毫米，出图比例1:1000；修改须加盖5号章并在7日内备案。")
    return w


def town_pitch(plan: Any, seed: int = 1, one_in: float = 8) -> Planner:
    """A spoken presentation to the county's committee: comparisons, wishes and doubts between the figures."""
    w, n, d, p, frame, land, whole = _of(plan, seed, one_in)
    people = frame["residents"].sum()
    w.head("一、先说三个数")
    p(
        f"各位委员，中心区一共{n(whole / 1e4, 1)}公顷，规划{n(people / 1e4, 2)}万人，总建筑面积{n(frame['floor_area_m2'].sum() / 1e4, 1)}万平方米。"
    )
    p("有委员上次问，为什么不做到1.3万人？我们算过，1.3万人要再补一所18班小学、0.6公顷绿地，做不到。")
    p("去年的初稿是58公顷、1.15万人；公示后砍掉了西侧3.7公顷的仓储地。")
    w.head("二、再说四件事")
    p(
        f"第一件，学校。中小学用地{n(land['080403'] / 1e4, 1)}公顷，小学{n(24)}个班，初中{n(24)}个班，按每班45人能收1080名小学生。县教育局希望再加6个班，暂未采纳。"
    )
    p(
        f"第二件，绿。公园绿地{n(land['1401'] / 1e4, 1)}公顷，人均{d(land['1401'] / people, 2)}平方米；加上广场是{n((land['1401'] + land['1403']) / 1e4, 1)}公顷。隔壁的柳河镇人均9.1平方米，省里要求2030年到11平方米。"
    )
    p(
        f"第三件，停车。全区机动车位{n(frame['parking_spaces'].sum())}个，户均{d(frame['parking_spaces'].sum() / frame['dwellings'].sum(), 2)}个，目前街边乱停的有420辆左右。"
    )
    p(f"第四件，养老。养老院{n(150)}张床，现在镇敬老院只有46张，入住率81%，省标是每千名老人35张。")
    w.head("三、几个地块大家最关心")
    far = frame["far"]
    p(
        f"02-03-01商业地块容积率{n(far['02-03-01'], 1)}，限高{n(frame['height_m']['02-03-01'])}米。开发商提出做到4.2、120米，我们没有同意。"
    )
    p(
        f"02-03-02商务地块容积率{n(far['02-03-02'], 1)}，限高{n(frame['height_m']['02-03-02'])}米，停车{n(350)}个。类似的县城写字楼空置率已有32%。"
    )
    p(
        f"医院（02-01-04）{n(0.8, 1)}公顷，容积率{n(far['02-01-04'], 1)}，将来若要升二甲，床位需到120张，用地还差0.5公顷。"
    )
    p(
        f"商住混合的03-03-01，容积率{n(far['03-03-01'], 1)}，商业比例不超过20%，按此商业约6000平方米，可解决就业200人左右。"
    )
    p(f"人民路红线{n(24)}米，中山路红线{n(30)}米；眼下人民路最窄处才13米，高峰排队长度约180米。")
    p(
        "投资方面，道路1.2亿元、管网0.7亿元、学校0.9亿元，共2.8亿元；土地出让预计回笼5.4亿元，按每亩180万元计。"
    )
    p("进度上，2025年启动15公顷，2027年前完成六成，剩下四成放到2030年以后。")
    return w


def zone_review(plan: Any, seed: int = 1, one_in: float = 8) -> Planner:
    """Replies of the zone's office to comments of departments and experts, in a table and in words."""
    w, n, d, p, frame, land, whole = _of(plan, seed, one_in)
    people, jobs = frame["residents"].sum(), frame["jobs"].sum()
    blocks = frame["m2"].groupby(frame["block_id"]).sum()
    w.head("意见采纳情况说明")
    p("共收到部门意见46条、专家意见23条，采纳58条，部分采纳7条，未采纳4条，采纳率84%。")
    p(
        f"1．市交通委：建议核实规划规模。回复：规划总用地{n(whole / 1e4, 1)}公顷，居住人口{n(people)}人，就业岗位{n(jobs)}个，职住比{d(jobs / people, 2)}，与通勤模型采用的1.6有出入，已改用本轮数据。"
    )
    p(
        f"2．园林局：公园绿地偏少。回复：公园绿地由上一稿的98公顷增加到{n(land['1401'] / 1e4, 2)}公顷，占总用地{n(100 * land['1401'] / whole, 2)}%，人均{d(land['1401'] / people, 1)}平方米，高于全市平均的16.6平方米。"
    )
    p(
        f"3．教委：幼儿园用地核为{n(land['080404'] / 1e4, 2)}公顷，中小学用地{n(land['080403'] / 1e4, 2)}公顷，千人指标按幼儿园36座、小学65座测算，需小学3250座。"
    )
    p(
        f"4．经信局：工业用地保留{n(land['1001'] / 1e4, 2)}公顷，亩均税收不低于60万元，新增项目容积率不低于1.2、投资强度不低于每公顷4500万元。"
    )
    p(
        f"5．水务局：河道两侧各控制30米，防洪标准50年一遇；陆域水面未计入规划用地。物流仓储用地{n(land['1101'] / 1e4, 2)}公顷，已退让河道15米。"
    )
    p("6．轨道公司：地铁站间距1.4公里，站厅埋深18米，保护区宽度50米，高峰小时断面1.9万人。")
    p(
        f"7．专家A：科研用地{n(land['0802'] / 1e4, 2)}公顷是否够？答：按人均研发用房25平方米测算，够用至2040年；类似园区的科研用地占比在12%到18%之间。"
    )
    p(
        f"8．专家B：道路用地{n(land['1207'] / 1e4, 1)}公顷（{n(100 * land['1207'] / whole, 1)}%）偏高。答：含匝道用地约9公顷，扣除后约占20%。"
    )
    for block, area in blocks.items():
        p(
            f"9．属地镇政府：{block}街区面积请核实。答：{block}街区{n(area / 1e4, 2)}公顷，其中已批未建约占三成，另有2宗地正在收储。"
        )
    w.table(
        ["部门", "意见", "现方案", "上一稿"],
        [
            ["园林局", "公园绿地（公顷）", n(land["1401"] / 1e4, 2), "98.00"],
            ["交通委", "道路用地（公顷）", n(land["1207"] / 1e4, 2), "205.40"],
            ["教委", "中小学用地（公顷）", n(land["080403"] / 1e4, 2), "15.20"],
            ["经信局", "工业用地（公顷）", n(land["1001"] / 1e4, 2), "92.10"],
        ],
    )
    for id_, lot in frame[frame["far"].notna()].iloc[::37].iterrows():
        p(
            f"关于{id_}地块：有单位提出容积率提高0.3，经研究仍按容积率{n(lot['far'], 2)}、限高{n(lot['height_m'])}米执行，用地面积{n(lot['m2'])}平方米，日照影响户数为0，多算的40个车位不予认可。"
        )
    return w


def zone_study(plan: Any, seed: int = 1, one_in: float = 8) -> Planner:
    """A study of carrying capacity of the zone: methods, cases and assumptions around the plan's figures."""
    w, n, d, p, frame, land, whole = _of(plan, seed, one_in)
    people, homes, floor = frame["residents"].sum(), frame["dwellings"].sum(), frame["floor_area_m2"].sum()
    areas = frame["m2"].groupby(frame["subblock_id"]).sum()
    w.head("1 研究背景与方法")
    p("研究采用缺一法与多因子叠加，选取12项指标，权重由15位专家打分，一致性检验CR=0.043。")
    p(
        f"研究范围与规划范围一致，为{n(whole / 1e6, 2)}平方公里；外围影响区按3公里缓冲，计68.7平方公里、人口21.4万人。"
    )
    w.head("2 承载力测算")
    p("水资源：人均综合用水量取240升/日，可供水量1.6万立方米/日，可承载6.7万人；按250升计为6.4万人。")
    p("交通：早高峰出行率0.31，公交分担率45%，路网容量3.9万pcu/h，可承载6.1万人。")
    p(f"用地：规划住宅{n(homes)}套，户均2.3人，对应规划人口{n(people)}人，套均建筑面积80平方米左右。")
    p(
        f"建设规模：规划总建筑面积{n(floor / 1e4, 1)}万平方米，平均毛容积率{d(floor / whole, 2)}，低于对标的软件园（1.15）和临港片区（0.92）。"
    )
    w.head("3 用地结构评价")
    for code, name in (
        ("0701", "城镇住宅用地"),
        ("0802", "科研用地"),
        ("0901", "商业用地"),
        ("0902", "商务金融用地"),
        ("1001", "工业用地"),
        ("1401", "公园绿地"),
        ("1402", "防护绿地"),
    ):
        p(
            f"{name}规划面积{n(land[code] / 1e4, 2)}公顷，占比{n(100 * land[code] / whole, 2)}%，国家标准建议区间与之相差不超过{3 + len(name)}个百分点，满意度得分{70 + len(name)}分。"
        )
    p(
        f"绿地方面，公园绿地与防护绿地共{n((land['1401'] + land['1402']) / 1e4, 2)}公顷。500米见园率模拟为93%，情景二为88%，若取消北部公园则降到71%。"
    )
    w.head("4 分街坊评价")
    for at, (sub, area) in enumerate(areas.items()):
        p(
            [
                f"{sub}街坊：面积{n(area / 1e4, 2)}公顷，承载指数0.{60 + at}，预警等级三级。",
                f"{sub}街坊用地{n(area)}平方米，测算可再容纳{100 + 10 * at}人，本次不作调整。",
                f"{sub}街坊总用地面积为{n(area / 1e4, 1)}公顷，现状开发强度0.{20 + at}，潜力用地约占{30 + at}%。",
            ][at % 3]
        )
    w.head("5 情景与结论")
    p("高方案5.6万人、低方案4.4万人，推荐中方案；低方案下住宅可少建2600套。")
    p(
        f"综上，规划人口{n(people / 1e4, 1)}万人在承载力（5.4万人）以内，冗余约8%；就业岗位{n(frame['jobs'].sum() / 1e4, 2)}万个，机动车停车泊位{n(frame['parking_spaces'].sum())}个。"
    )
    w.table(
        ["指标", "单位", "规划值", "案例均值"],
        [
            ["总用地", "公顷", n(whole / 1e4, 2), "812.00"],
            ["居住人口", "人", n(people), "43000"],
            ["总建筑面积", "万平方米", n(floor / 1e4, 2), "702.5"],
            ["住宅套数", "套", n(homes), "18200"],
        ],
    )
    return w


def town_year(plan: Any, seed: int = 1, one_in: float = 8) -> Planner:
    """A year's review of the town's plan: what was granted, built and changed beside what it says."""
    w, n, _d, p, frame, land, whole = _of(plan, seed, one_in)
    people = frame["residents"].sum()
    w.head("规划实施评估与年度计划")
    p(
        f"中心区控规覆盖面积{n(whole / 1e4, 2)}公顷，核定人口{n(people)}人，住房{n(frame['dwellings'].sum())}套；截至去年底已建成住房860套，入住率72%。"
    )
    p("评估期内共办理用地许可14件、面积9.3公顷，工程许可22件、建筑面积11.6万平方米，竣工核实8件。")
    p(
        f"公园绿地控规为{n(land['1401'] / 1e4, 2)}公顷，已实施1.1公顷，实施率34%；广场用地{n(land['1403'] / 1e4, 2)}公顷尚未启动，征收涉及农户27户、补偿款1860万元。"
    )
    p(
        f"教育：控规安排中小学用地{n(land['080403'] / 1e4, 2)}公顷，现状学校用地1.4公顷，缺口由第二小学承担，服务人口约4000人。"
    )
    p(
        f"医疗养老：医院用地{n(land['080601'] / 1e4, 2)}公顷，养老院床位{n(150)}张，卫生院目前45张床，千人床位3.9张。"
    )
    for id_, lot in frame[frame["far"].notna()].iloc[::2].iterrows():
        p(
            [
                f"{id_}：出让面积{n(lot['m2'] / 2000 * 3, 1)}亩，容积率上限{n(lot['far'], 1)}，起始价每亩{150 + len(id_)}万元，竞买保证金20%，交地后12个月内开工。",
                f"{id_}宗地，规划条件为容积率{n(lot['far'], 1)}、绿地率{n(100 * lot['green_ratio'])}%、限高{n(lot['height_m'])}米，装配率不低于40%，配建保障房5%。",
                f"拟调整{id_}：原批容积率0.9、限高18米，本次核定容积率{n(lot['far'], 1)}，日照分析显示北侧12户受影响，交评建议设2个出入口。",
            ][int(id_[-1]) % 3]
        )
    p(
        f"道路：人民路按{n(24)}米红线实施，已通车0.6公里；中山路红线{n(30)}米，排水管径1.2米，照明杆距35米；学府街红线{n(20)}米，含两侧人行道各3米。"
    )
    p(f"停车：全区规划车位{n(frame['parking_spaces'].sum())}个，年内建成路外车位180个，错时共享60个。")
    p("环境：昼间噪声55分贝，PM2.5年均34微克，污水收集率91%，热力管网覆盖率45%。")
    p(
        f"明年安排：居住用地供应3.2公顷，商业0.5公顷，公共服务0.8公顷，投资1.6亿元；到规划期末商业用地累计{n(land['0901'] / 1e4, 2)}公顷、商务金融用地累计{n(land['0902'] / 1e4, 2)}公顷。"
    )
    w.table(
        ["序号", "地类", "控规（公顷）", "已实施（公顷）", "实施率（%）"],
        [
            ["1", "公园绿地", n(land["1401"] / 1e4, 2), "1.10", "34.4"],
            ["2", "防护绿地", n(land["1402"] / 1e4, 2), "0.20", "25.0"],
            ["3", "中小学用地", n(land["080403"] / 1e4, 2), "1.40", "43.8"],
            ["4", "社会停车场用地", n(land["120803"] / 1e4, 2), "0.00", "0.0"],
        ],
    )
    return w

"""Texts written after the rules were corrected, and looked at once: a town in zh, a zone in ja and en. Invented."""

from __future__ import annotations

from typing import Any

from tests.deliver.planners_text import Planner

from blockplan.plan.model.codes import landuse


def town_brief(plan: Any, seed: int = 1, one_in: float = 8) -> Planner:
    """A Chinese brief on the office town, for a deputy mayor and for villagers."""
    w = Planner(seed, one_in)
    n, d, p = w.n, w.d, w.p
    frame = plan.layer("parcels")
    frame = frame.assign(m2=frame.geometry.area)
    land = frame["m2"].groupby(frame["land_use"]).sum().to_dict()
    whole, people = frame["m2"].sum(), frame["residents"].sum()
    lots = frame[frame["far"].notna()]
    w.head("壹 来由")
    p("镇里三年来开了十一次会，村民代表先后提了207条意见，其中涉及拆迁的88条，涉及学校的36条。")
    p("2011年版规划面积只有39公顷，人口7500人；2018年评估认为道路实施率为64%，绿地实施率为27%。")
    p("隔壁青溪镇去年刚批的规划是62公顷、1.3万人，人均绿地6.8平方米，路网密度9.5公里/平方公里。")
    p("这次规划一共", n(whole / 1e4, 1), "公顷（", n(whole / 2000 * 3), "亩），装得下", n(people), "人。")
    w.head("贰 地怎么分")
    p(
        "住宅用地",
        n(land["070102"] / 1e4, 2),
        "公顷，占到",
        n(100 * land["070102"] / whole, 1),
        "%，比老规划少了2.3公顷。",
    )
    p(
        "学校用地（中小学用地）",
        n(land["080403"] / 1e4, 1),
        "公顷，公园绿地",
        n(land["1401"] / 1e4, 1),
        "公顷，广场用地",
        n(land["1403"] / 1e4, 1),
        "公顷。",
    )
    p("商业用地只有", n(land["0901"] / 1e4, 2), "公顷；如果将来人口超过1.5万人，可再增加0.8公顷。")
    p(
        "公园绿地和广场用地合计",
        n((land["1401"] + land["1403"]) / 1e4, 1),
        "公顷，摊到每个人头上",
        d((land["1401"] + land["1403"]) / people, 1),
        "平方米。",
    )
    p("防护绿地", n(land["1402"]), "平方米，宽度不小于20米，乔木间距4米，造价每平方米180元。")
    p("停车场：社会停车场用地", n(land["120803"] / 1e4, 1), "公顷，收费标准每小时3元，夜间最高10元。")
    w.table(
        ["地类", "代码", "本次（公顷）", "占比/%", "老规划（公顷）"],
        [
            ["公园绿地", "G1", n(land["1401"] / 1e4, 2), n(100 * land["1401"] / whole, 2), "2.10"],
            ["广场用地", "G3", n(land["1403"] / 1e4, 2), n(100 * land["1403"] / whole, 2), "0.40"],
            ["防护绿地", "G2", n(land["1402"] / 1e4, 2), n(100 * land["1402"] / whole, 2), "1.75"],
            ["中小学用地", "A33", n(land["080403"] / 1e4, 2), n(100 * land["080403"] / whole, 2), "2.60"],
        ],
    )
    w.head("叁 每块地盖多少")
    p("老房子大多两三层，檐口高度7.5米左右，一户一宅，宅基地控制在125平方米以内。")
    for at, (id_, row) in enumerate(lots.iterrows()):
        far, high = n(row["far"], 1), n(row["height_m"])
        cover, green = n(100 * row["coverage_ratio"]), n(100 * row["green_ratio"])
        mu, gross, home = n(row["m2"] / 2000 * 3, 1), row["floor_area_m2"], row["dwellings"]
        p(
            *[
                (f"{id_}：{mu}亩，容积率{far}，楼高不超过{high}米。西边的油库罐高12米，安全距离50米。",),
                (f"村民问{id_}能不能盖到33层。答：不能，限高{high}米，按层高3米算大约17层；容积率是{far}。",),
                (f"{id_}地块上现有22户，户均院落0.3亩；规划后密度{cover}%、绿地率{green}%，容积率{far}。",),
                (
                    f"{id_}（{mu}亩）的建筑面积最多{n(gross / 1e4, 2)}万平方米，其中底商不超过5%，物业用房按2‰配。",
                ),
                (
                    f"开发商曾要求{id_}容积率2.8、限高80米，规划委员会没有同意，仍按容积率{far}、限高{high}米。",
                ),
                (f"{id_}建筑密度、绿地率各为{cover}%和{green}%，海绵设施调蓄容积120立方米。",),
                (
                    f"{id_}地块{'可建住宅' + n(home) + '套，' if home == home else ''}限高{high}米，与北面住宅楼间距36米，日照2小时。",
                ),
            ][at % 7]
        )
        if w.random.random() < 0.3:
            p(
                [
                    "县城同类地块容积率普遍做到2.5以上，楼面地价2400元/平方米。",
                    "地质报告显示，持力层埋深6.8米，承载力特征值180千帕。",
                    "2016年以来的三次暴雨，这一带最深积水0.6米，退水用了9小时。",
                    "测算表明，容积率每提高0.1，整个片区多出约220人。",
                    "据气象站资料，年均气温16.2摄氏度，静风频率11%，年降水量1420毫米。",
                ][int(w.random.integers(5))]
            )
    w.table(
        ["地块", "占地（亩）", "容积率", "限高/米", "现有户数", "补偿标准（元/平方米）"],
        [
            [str(id_), n(row["m2"] / 2000 * 3, 1), n(row["far"], 1), n(row["height_m"]), str(at % 9), "1850"]
            for at, (id_, row) in enumerate(lots.iterrows())
        ],
    )
    w.head("肆 学校、医院和路")
    p(
        "幼儿园按",
        n(3, 0, "c"),
        "所布点，小学",
        n(1, 0, "c"),
        "所；现在孩子们去的中心小学建于1987年，14个班，离这里2.6公里。",
    )
    p("养老院", n(150), "张床，比县里要求的每百名老人4张床略高；医院占地", n(8000), "平方米。")
    p("文化活动中心", n(3000), "平方米（建筑面积），菜市场建筑面积", n(1500), "平方米，早市摊位另设40个。")
    for at, (_, row) in enumerate(plan.layer("streets").iterrows()):
        p(
            *[
                (f"{row['name_zh']}红线{n(row['red_line_width_m'])}米，车行道14米，造价约2600万元/公里。",),
                (f"{row['name_zh']}现在只有9米宽，要拓到{n(row['red_line_width_m'])}米，涉及11户。",),
                (f"{row['name_zh']}，宽{n(row['red_line_width_m'])}米，双向四车道，人行道各3米。",),
            ][at % 3]
        )
    p("有意见请拨0571-86210577，或者在30天内把信寄到人民路18号，邮编311451。")
    return w


def zone_reasons(plan: Any, seed: int = 1, one_in: float = 8) -> Planner:
    """Japanese grounds (理由書) for a council, with other plans beside."""
    w = Planner(seed, one_in)
    n, p = w.n, w.p
    frame = plan.layer("parcels")
    frame = frame.assign(m2=frame.geometry.area)
    land = frame["m2"].groupby(frame["land_use"]).sum().to_dict()
    whole = frame["m2"].sum()
    national = landuse("cn2023")

    def name(code: str) -> str:
        return national.label(code, "ja").removeprefix(f"{code} ")

    w.head("1. 変更の理由")
    p(
        "本区域は都心から南へ約23kmに位置し、最寄りの空港は年間1,600万人が利用する。平成24年に線引きが行われ、当時の人口は7,900人であった。"
    )
    p(
        "計画区域は",
        n(whole / 1e6, 2),
        "㎢、計画人口は",
        n(frame["residents"].sum(), 0, ","),
        "人、住宅戸数は",
        n(frame["dwellings"].sum(), 0, ","),
        "戸である。",
    )
    p(
        "県の基準では人口1万人当たり近隣公園2ha、街区公園1haを設けることとされ、周辺市の平均は1人当たり7.4㎡である。"
    )
    w.head("2. 用途ごとの考え方")
    for at, code in enumerate(("0701", "0802", "0901", "0902", "1001", "1401", "1402", "1207", "16")):
        ha, share = n(land[code] / 1e4, 1), n(100 * land[code] / whole, 1)
        p(
            *[
                (f"{name(code)}は{ha}haで、区域の{share}％に相当する。前回の計画では1割ほど少なかった。",),
                (f"{name(code)}に{ha}haを割り当てる。事業費は1ha当たり約4億円と見込む。",),
                (f"{name(code)}：{ha}ha。うち3haは令和8年度までに暫定利用する。",),
            ][at % 3]
        )
    w.head("3. 区画ごとの制限")
    rows = frame[
        frame["far"].notna()
        & frame["height_m"].notna()
        & frame["coverage_ratio"].notna()
        & frame["green_ratio"].notna()
    ]
    for at, (id_, row) in enumerate(rows.sample(110, random_state=seed + 31).iterrows()):
        pct, high = n(100 * row["far"]), n(row["height_m"])
        cover, green = n(100 * row["coverage_ratio"]), n(100 * row["green_ratio"])
        p(
            *[
                (
                    f"{id_}は容積率{pct}％・高さ{high}mとする。北側の既存住宅（高さ9m）への日影に配慮し、敷地境界から4m後退する。",
                ),
                (
                    f"地権者からは{id_}の容積率を300％とするよう要望があったが、容積率{pct}％、建蔽率{cover}％を維持する。",
                ),
                (
                    f"{id_}（{n(row['m2'] / 1e4, 2)}ha）では延べ面積の上限を{n(row['floor_area_m2'], 0, ',')}㎡とし、1階に200㎡の集会室を置く。",
                ),
                (f"{id_}の緑地率は{green}％、建蔽率は{cover}％である。植栽は10㎡に高木1本を標準とする。",),
                (f"現在は高さ12mの倉庫が建つ{id_}だが、将来の高さは{high}mを上限とする。",),
                (f"{id_}、{name(row['land_use'])}、容積率{pct}％、高さ{high}m、緑地率{green}％。",),
            ][at % 6]
        )
        if w.random.random() < 0.25:
            p(
                [
                    "隣の市では高さ45m、容積率400％の指定がある。",
                    "浸水想定は0.5m～3.0m、避難所は800m先の中学校である。",
                    "駐輪場は住戸当たり1.5台、荷さばき場は3m×8mを確保する。",
                    "騒音は昼間58dB、夜間51dBで、環境基準を3dB上回った。",
                ][int(w.random.integers(4))]
            )
    w.table(
        ["区画", "面積/ha", "容積率/％", "高さ/m", "従前の容積率（％）"],
        [
            [str(id_), n(row["m2"] / 1e4, 2), n(100 * row["far"]), n(row["height_m"]), "200"]
            for id_, row in rows.sample(40, random_state=seed).iterrows()
        ],
    )
    w.head("4. 施設と道路")
    for at, (_, row) in enumerate(plan.layer("facilities").query("site_area_m2 == site_area_m2").iterrows()):
        size = (
            f"、定員{n(row['places'])}人"
            if row["places"] == row["places"]
            else f"、{n(row['beds'])}床"
            if row["beds"] == row["beds"]
            else ""
        )
        p(
            *[
                (
                    f"{row['name_ja']}（{row['parcel_id']}）：敷地{n(row['site_area_m2'], 0, ',')}㎡、延床{n(row['floor_area_m2'], 0, ',')}㎡{size}。徒歩圏の高齢者は約900人である。",
                ),
                (
                    f"{row['name_ja']}は延べ面積{n(row['floor_area_m2'], 0, ',')}㎡{size}とし、駐車場20台を併設する。",
                ),
            ][at % 2]
        )
    for said, ones in plan.layer("streets").groupby("name_ja")["red_line_width_m"]:
        if said and len(set(ones)) == 1 and ones.notna().all():
            p(f"{said}（幅員{n(ones.iloc[0])}m）の交通量は1日3,200台、歩道の有効幅は2.5mである。")
    return w


def zone_inspector(plan: Any, seed: int = 1, one_in: float = 8) -> Planner:
    """An English report of an inspector, who weighs objections."""
    w = Planner(seed, one_in)
    n, p = w.n, w.p
    frame = plan.layer("parcels")
    frame = frame.assign(m2=frame.geometry.area)
    land = frame["m2"].groupby(frame["land_use"]).sum().to_dict()
    whole = frame["m2"].sum()
    national = landuse("cn2023")
    w.head("Preliminary matters")
    p(
        "1. I held hearings on 11 days and visited the area twice; 264 objections were duly made, 19 of them by parish councils."
    )
    p(
        "2. The plan as submitted covers ",
        n(whole / 1e4),
        " ha and makes room for ",
        n(frame["residents"].sum(), 0, ","),
        " residents in ",
        n(frame["dwellings"].sum(), 0, ","),
        " homes. An earlier consultation draft spoke of 1,020 ha and 58,000 residents.",
    )
    p(
        "3. National policy expects 35 to 50 dwellings per hectare near stations, and the county has a shortfall of 3,400 dwellings over five years."
    )
    w.head("Land uses")
    for at, code in enumerate(("0701", "0802", "0901", "0902", "1001", "1401", "1402", "16", "080403")):
        said = national.label(code, "en").removeprefix(f"{code} ")
        ha, share = n(land[code] / 1e4, 1), n(100 * land[code] / whole, 1)
        p(
            *[
                (f"{said} amounts to {ha} ha ({share}%). Objectors would have preferred 20 ha less.",),
                (
                    f"The allocation for {said.lower()} is {ha} ha, which I consider justified by a vacancy of 4%.",
                ),
                (f"{said}: {ha} ha, or {share}% of the land. The county average stands at 9%.",),
            ][at % 3]
        )
    w.head("Parcels in dispute")
    rows = frame[
        frame["far"].notna()
        & frame["height_m"].notna()
        & frame["coverage_ratio"].notna()
        & frame["green_ratio"].notna()
    ]
    for at, (id_, row) in enumerate(rows.sample(120, random_state=seed + 17).iterrows()):
        far, high = n(row["far"], 2), n(row["height_m"])
        cover, green = n(100 * row["coverage_ratio"]), n(100 * row["green_ratio"])
        p(
            *[
                (
                    f"Parcel {id_}. The height limit of {high} m was criticised as excessive beside a chapel with a ridge at 11 m. I see no harm.",
                ),
                (
                    f"On {id_}, the owner seeks a floor area ratio of 3.5. The plan allows {far}, with site coverage of {cover}%, and that is enough.",
                ),
                (
                    f"{id_} ({n(row['m2'] / 1e4, 2)} ha) is to have a green ratio of {green}% and a site coverage of {cover}%; a pond of 800 m² lies 40 m to its east.",
                ),
                (
                    f"For {id_} the floor area ratio is {far} and the height {high} m, whereas the appeal scheme of 2017 had 2.9 and 72 m.",
                ),
                (
                    f"Nobody objected to {id_}: {n(row['floor_area_m2'], 0, ',')} m² of floor area, a maximum height of {high} m, 15% of it affordable.",
                ),
                (
                    f"Shadows from {id_}, at {high} m, would fall on 6 gardens for 50 minutes on 21 December. Its floor area ratio of {far} should stand.",
                ),
            ][at % 6]
        )
        if w.random.random() < 0.25:
            p(
                [
                    "A competing site 4 km away has outline permission for 900 homes and a tower of 110 m.",
                    "Elsewhere in the county a floor area ratio of 1.2 and a height of 15 m are the norm.",
                    "Traffic on the bypass rose by 7% to 21,400 vehicles a day between 2014 and 2019.",
                    "The scheme's viability rests on a profit of 17.5% and build costs of 2,150 yuan per m².",
                ][int(w.random.integers(4))]
            )
    w.table(
        ["Parcel", "Area, ha", "Floor area ratio", "Height in m", "Objections"],
        [
            [str(id_), n(row["m2"] / 1e4, 2), n(row["far"], 2), n(row["height_m"]), str(at % 7)]
            for at, (id_, row) in enumerate(rows.sample(40, random_state=seed).iterrows())
        ],
    )
    w.head("Facilities and streets")
    for at, (_, row) in enumerate(plan.layer("facilities").query("site_area_m2 == site_area_m2").iterrows()):
        size = (
            f" and {n(row['places'])} places"
            if row["places"] == row["places"]
            else f" and {n(row['beds'])} beds"
            if row["beds"] == row["beds"]
            else ""
        )
        p(
            *[
                (
                    f"{row['name_en']} gets a site of {n(row['site_area_m2'], 0, ',')} m²{size}. The nearest existing one, 1.9 km off, has room for 240.",
                ),
                (
                    f"{row['name_en']}: floor area {n(row['floor_area_m2'], 0, ',')} m²{size}; its travel plan aims at 60% on foot.",
                ),
            ][at % 2]
        )
    for at, (said, ones) in enumerate(plan.layer("streets").groupby("name_en")["red_line_width_m"]):
        if said and len(set(ones)) == 1 and ones.notna().all():
            p(
                *[
                    (
                        f"{said} will be {n(ones.iloc[0])} m wide; objectors asked for 9 m and a limit of 20 km/h.",
                    ),
                    (
                        f"The width of {said}, {n(ones.iloc[0])} m, allows a cycle track of 2 m on either side.",
                    ),
                ][at % 2]
            )
    return w

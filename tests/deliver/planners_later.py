"""Texts written before it was seen how the others fared, and kept away until the rules were corrected: two languages, invented."""

from __future__ import annotations

from typing import Any

from tests.deliver.planners_text import Planner

from blockplan.plan.model.codes import landuse


def zone_statement(plan: Any, seed: int = 1, one_in: float = 8) -> Planner:
    """A Chinese statement of the demonstration zone for a commission, block by block."""
    w = Planner(seed, one_in)
    n, d, p = w.n, w.d, w.p
    frame = plan.layer("parcels")
    frame = frame.assign(m2=frame.geometry.area)
    land = frame["m2"].groupby(frame["land_use"]).sum().to_dict()
    whole, people, homes = frame["m2"].sum(), frame["residents"].sum(), frame["dwellings"].sum()
    national = landuse("cn2023")

    def name(code: str) -> str:
        return national.label(code, "zh").removeprefix(f"{code} ")

    w.head("一、汇报背景")
    p(
        "示范区距机场9公里、距老城23公里，2020年机场旅客吞吐量1610万人次，片区现有登记企业327家、从业人员8400人。"
    )
    p(
        "按总体规划（2016—2035年）第63条，示范区建设用地上限为880公顷、人口不突破4.2万人；本轮方案面积",
        n(whole / 1e4),
        "公顷，居住人口",
        n(people / 1e4, 0),
        "万人，已另行论证。",
    )
    p(
        "与首轮成果（2020年11月）相比，住宅减少1264套、商业建筑减少5.3万平方米，绿地增加27公顷，支路网加密0.8公里/平方公里。"
    )
    p(
        "区内9个村庄共3280户，宅基地户均0.42亩，农用地402公顷，建设用地占地比31%，现状路网密度仅2.1公里/平方公里。"
    )
    w.head("二、总量指标")
    p(
        "规划建筑总量",
        n(frame["floor_area_m2"].sum() / 1e4),
        "万平方米，住宅",
        n(homes / 1e4, 2),
        "万套，就业岗位",
        n(frame["jobs"].sum() / 1e4, 2),
        "万个，职住比约为1:1.8。",
    )
    p(
        "城镇住宅用地整",
        n(land["0701"] / 1e4),
        "公顷，地上住宅建筑面积约",
        n(1799986 / 1e4),
        "万平方米，人均36平方米。",
    )
    p(
        "公园绿地",
        n(land["1401"] / 1e6, 3),
        "平方公里，占",
        n(100 * land["1401"] / whole, 1),
        "%，人均",
        d(land["1401"] / people, 1),
        "平方米，远高于中心城区现状的8.9平方米，也高于深圳前海的15.1平方米。",
    )
    p(
        "工业用地仅",
        n(land["1001"] / 1e4),
        "公顷（",
        n(land["1001"] / 2000 * 3, 0, ","),
        "亩），科研用地",
        n(land["0802"] / 1e4),
        "公顷，二者之和占到总用地的",
        d(100 * (land["1001"] + land["0802"]) / whole, 1),
        "%。",
    )
    p(
        "留白用地约",
        n(land["16"] / 1e4, 1),
        "公顷，防护绿地",
        n(land["1402"] / 1e4),
        "公顷，河湖水面",
        n(land["1701"] / 1e4, 1),
        "公顷。",
    )
    w.table(
        ["类别", "用地（公顷）", "占比（%）", "国标区间（%）"],
        [
            [name(code), n(land[code] / 1e4, 2), n(100 * land[code] / whole, 2), said]
            for code, said in (
                ("0701", "25~40"),
                ("1001", "15~30"),
                ("1207", "10~25"),
                ("1401", "10~15"),
                ("0902", "—"),
            )
        ],
    )
    w.head("三、分街区说明")
    for id_, row in plan.layer("blocks").iterrows():
        rows = frame[frame["block_id"] == id_]
        w.head(f"（{len(w.texts) % 7 + 1}）{row['name_zh']}", 2)
        p(
            f"{row['name_zh']}（{id_}）用地",
            n(row.geometry.area / 1e4),
            "公顷，规划人口",
            n(rows["residents"].sum()),
            "人，住宅",
            n(rows["dwellings"].sum()),
            "套，建筑面积",
            n(rows["floor_area_m2"].sum() / 1e4, 1),
            "万平方米。",
        )
        p(
            "该街区共划",
            d(rows["subblock_id"].nunique()),
            "个街坊，现状人口约2600人，规划实施后预计日均客流3.4万人次，高峰小时机动车生成量2150辆。",
        )
        some = rows[
            rows["far"].notna()
            & rows["height_m"].notna()
            & rows["coverage_ratio"].notna()
            & rows["green_ratio"].notna()
        ]
        for at, (lot, one) in enumerate(some.sample(min(16, len(some)), random_state=seed).iterrows()):
            far, high = n(one["far"], 2), n(one["height_m"])
            cover, green = n(100 * one["coverage_ratio"]), n(100 * one["green_ratio"])
            use = name(one["land_use"])
            p(
                *[
                    (
                        f"{lot}，{use}，占地{n(one['m2'] / 2000 * 3, 1)}亩，容积率上限由2.8下调为{far}，限高仍为{high}米。",
                    ),
                    (
                        f"街坊内最大的宗地{lot}出让面积{n(one['m2'] / 1e4, 3)}公顷，容积率{far}；若引入轨道上盖，可另行论证增加不超过0.3。",
                    ),
                    (
                        f"考虑净空要求（海拔不超过90米），{lot}建筑高度取{high}米，建筑密度取{cover}%，绿地率取{green}%；对面已建办公楼高56米、密度42%。",
                    ),
                    (
                        f"{lot}地块可建{n(one['floor_area_m2'], 0, ',')}平方米，相当于容积率{far}，较同街坊平均水平高出约一成。",
                    ),
                    (
                        f"地块{lot}绿地率不得低于{green}%，其中集中绿地不少于三分之一；建筑密度不得高于{cover}%，地下室外墙退线3米。",
                    ),
                ][at % 5]
            )
    w.table(
        ["编号", "性质", "面积/公顷", "FAR", "高度/米", "密度/%", "备注"],
        [
            [
                str(id_),
                name(one["land_use"]),
                n(one["m2"] / 1e4, 2),
                n(one["far"], 2),
                n(one["height_m"]),
                n(100 * one["coverage_ratio"]),
                "含2处开闭站",
            ]
            for id_, one in frame[
                frame["far"].notna() & frame["height_m"].notna() & frame["coverage_ratio"].notna()
            ]
            .sample(40, random_state=seed)
            .iterrows()
        ],
    )
    w.head("四、设施与道路")
    service = plan.layer("facilities")["service"].value_counts()
    p(
        "新建幼儿园",
        n(service["kindergarten"], 0, "c"),
        "处，小学",
        n(service["primary_school"], 0, "c"),
        "处，养老机构",
        n(service["nursing_home"], 0, "c"),
        "处；另保留村级卫生室5处，合计约600平方米。",
    )
    for at, (_, one) in enumerate(plan.layer("facilities").query("site_area_m2 == site_area_m2").iterrows()):
        size = (
            f"，学位{n(one['places'])}个"
            if one["places"] == one["places"]
            else f"，床位{n(one['beds'])}张"
            if one["beds"] == one["beds"]
            else ""
        )
        p(
            *[
                (
                    f"{one['name_zh']}占地{n(one['site_area_m2'] / 1e4, 2)}公顷{size}，距地铁站不超过600米，投资约0.8亿元。",
                ),
                (f"{one['name_zh']}建筑规模{n(one['floor_area_m2'])}平方米{size}，2028年前建成。",),
            ][at % 2]
        )
    for at, (said, ones) in enumerate(plan.layer("streets").groupby("name_zh")["red_line_width_m"]):
        if said and len(set(ones)) == 1 and ones.notna().all():
            p(
                *[
                    (f"{said}规划红线{n(ones.iloc[0])}米，现状为7米宽水泥路，日交通量1900辆。",),
                    (f"{said}宽{n(ones.iloc[0])}米，公交专用道每侧3.5米。",),
                ][at % 2]
            )
    p("以上指标已与2021年9月30日数据库核对，误差允许±1%；联系人电话010-55550118，传真55550119。")
    return w


def zone_note(plan: Any, seed: int = 1, one_in: float = 8) -> Planner:
    """An English note of the demonstration zone for a council, in answers to questions."""
    w = Planner(seed, one_in)
    n, d, p = w.n, w.d, w.p
    frame = plan.layer("parcels")
    frame = frame.assign(m2=frame.geometry.area)
    land = frame["m2"].groupby(frame["land_use"]).sum().to_dict()
    whole, people, homes = frame["m2"].sum(), frame["residents"].sum(), frame["dwellings"].sum()
    national = landuse("cn2023")
    w.head("Q1. How big is it, and for whom?", 2)
    p(
        "The planned land measures ",
        n(whole / 1e6, 2),
        " km², a third of the size of the borough (28.4 km²). It is meant for ",
        n(people / 1e3),
        ",000 residents; the borough counts 214,000.",
    )
    p(
        "Homes number ",
        n(homes, 0, ","),
        ". In the last decade the borough built 1,150 homes a year, of which 22% were affordable.",
    )
    p(
        "Floor space for all uses adds up to ",
        n(frame["floor_area_m2"].sum() / 1e4, 1),
        " hectares; offices elsewhere in the borough stand 11% empty.",
    )
    w.head("Q2. Is there enough green?", 2)
    p(
        "Parks take ",
        n(land["1401"] / 1e4, 1),
        " ha (",
        n(100 * land["1401"] / whole, 1),
        "%), or ",
        d(land["1401"] / people, 1),
        " m² per resident. London's Olympic Park has 102 ha, Houston's Memorial Park about 600 ha.",
    )
    for code in ("1402", "1403", "0301", "0701", "0802", "1001", "16"):
        said = national.label(code, "en").removeprefix(f"{code} ")
        p(
            f"{said} amounts to ",
            n(land[code] / 1e4, 1),
            " ha, roughly ",
            n(100 * land[code] / whole, 1),
            "% of the planned land.",
        )
    w.head("Q3. How high, how dense?", 2)
    p("Nothing in the villages is higher than 9 m today, and their floor area ratio is about 0.6.")
    rows = frame[frame["far"].notna() & frame["height_m"].notna() & frame["coverage_ratio"].notna()].sample(
        60, random_state=seed + 2
    )
    for at, (id_, row) in enumerate(rows.iterrows()):
        far, high, cover = n(row["far"], 2), n(row["height_m"]), n(100 * row["coverage_ratio"])
        p(
            *[
                (
                    f"{id_} stays below {high} m; a resident had asked for 20 m. Its floor area ratio is {far}.",
                ),
                (
                    f"A petition of 312 signatures wanted less than 1.5 on parcel {id_}; the plan keeps a floor area ratio of {far} there, with {cover}% site coverage.",
                ),
                (
                    f"Parcel {id_} ({n(row['m2'] / 1e4, 2)} ha) can take {n(row['floor_area_m2'], 0, ',')} m² of floor area, 12% of it for shops.",
                ),
                (
                    f"The height of parcel {id_} is limited to {high} metres, measured from a ground level of 28.5 m above the sea.",
                ),
            ][at % 4]
        )
    w.head("Q4. Schools, care, streets?", 2)
    for at, (_, row) in enumerate(plan.layer("facilities").query("site_area_m2 == site_area_m2").iterrows()):
        size = (
            f" and {n(row['places'])} places"
            if row["places"] == row["places"]
            else f" and {n(row['beds'])} beds"
            if row["beds"] == row["beds"]
            else ""
        )
        p(
            f"{row['name_en']}: {n(row['site_area_m2'], 0, ',')} m² of land, {n(row['floor_area_m2'], 0, ',')} m² of floor area{size}. Waiting lists stand at {3 + at} months now."
        )
    for said, ones in plan.layer("streets").groupby("name_en")["red_line_width_m"]:
        if said and len(set(ones)) == 1 and ones.notna().all():
            p(f"{said}, {n(ones.iloc[0])} m wide, will carry 300 to 900 vehicles an hour.")
    return w

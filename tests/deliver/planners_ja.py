"""A Japanese plan document (計画書) of the demonstration zone: about thirty pages of statements, invented."""

from __future__ import annotations

from typing import Any

from tests.deliver.planners_text import Planner

from blockplan.plan.model.codes import landuse


def zone_document(plan: Any, seed: int = 1, one_in: float = 8) -> Planner:
    """The text and its figures."""
    w = Planner(seed, one_in)
    n, d, p = w.n, w.d, w.p
    frame = plan.layer("parcels")
    frame = frame.assign(m2=frame.geometry.area)
    land = frame["m2"].groupby(frame["land_use"]).sum().to_dict()
    whole, people, homes = frame["m2"].sum(), frame["residents"].sum(), frame["dwellings"].sum()
    floor, jobs = frame["floor_area_m2"].sum(), frame["jobs"].sum()
    national = landuse("cn2023")

    def name(code: str) -> str:
        return national.label(code, "ja").removeprefix(f"{code} ")

    w.head("第1章 計画策定の経緯")
    p(
        "本計画書は、平成29年3月策定の都市計画マスタープラン（以下「マスタープラン」）に即し、令和3年9月30日時点の案を取りまとめたものである。"
    )
    p(
        "マスタープランでは区域面積を880ha、計画人口を4万2千人としていたが、その後の見直しを経て区域を拡大した。"
    )
    p(
        "策定委員会は全9回開催し、住民説明会には延べ1,260人が参加、意見書は83通（うち賛成51通）であった。問合せ先は電話03-5555-0123（内線214）である。"
    )
    p("計画図の縮尺は1/2,500、総括図は1/10,000とし、都市計画法第12条の5及び同法施行令第7条の3による。")
    w.head("第2章 現況")
    p("令和2年国勢調査による現況人口は約11,300人、世帯数は4,180世帯、高齢化率は34.2％である。")
    p(
        "現況の土地利用は、農地402ha（42.3％）、集落131ha、工場等88.5haとなっており、公園は2箇所、1.8haにとどまる。"
    )
    p("区域内の道路は幅員4m未満のものが全延長の61％を占め、リバーサイド通りは現況幅員6mである。")
    p("隣接するA市では1人当たり公園面積9.6㎡、容積率は住居系で200％、商業系で400％が指定されている。")
    w.table(
        ["現況区分", "面積（ha）", "構成比（％）"],
        [["農地", "402.0", "42.3"], ["集落", "131.0", "13.8"], ["工業", "88.5", "9.3"]],
    )
    w.head("第3章 計画フレーム")
    p(
        "本地区の面積は約",
        n(whole / 1e4),
        "ha、目標年次である2035年の計画人口は",
        n(people, 0, ","),
        "人、計画戸数は",
        n(homes, 0, ","),
        "戸とする。",
    )
    p(
        "計画人口は",
        n(people / 1e4, 0),
        "万人であり、現況人口の約4.4倍に当たる。1世帯当たり人員は2.3人と見込む。",
    )
    p(
        "就業人口は",
        n(jobs, 0, ","),
        "人、延べ面積の総計は",
        n(floor / 1e4, 1),
        "万㎡とし、うち住宅が",
        n(1799986 / 1e4, 1),
        "万㎡を占める。",
    )
    p(
        "人口密度は",
        d(people / whole * 1e4, 1),
        "人/haで、近隣の新市街地の80～120人/haと比べて低い水準にある。",
    )
    w.head("第4章 土地利用計画")
    for at, (code, area) in enumerate(land.items()):
        said, ha, share = name(code), n(area / 1e4, 2), n(100 * area / whole, 2)
        p(
            *[
                (f"{said}については{ha}ha（構成比{share}％）を配置する。",),
                (f"{said}の面積は{ha}haとし、マスタープランの想定を約1割上回る。",),
                (f"{said}：{n(area, 0, ',')}㎡（{share}％）",),
                (
                    f"計画区域の{share}％に当たる{ha}haを{said}に充てる。既存の樹木120本は可能な限り保存する。",
                ),
            ][at % 4]
        )
    w.table(
        ["番号", "区分", "面積（ha）", "構成比（％）"],
        [
            [str(at), name(code), n(area / 1e4, 2), n(100 * area / whole, 2)]
            for at, (code, area) in enumerate(land.items(), 1)
        ]
        + [["", "合計", n(whole / 1e4, 2), "100.00"]],
    )
    green = sum(land[code] for code in ("1401", "1402", "1403"))
    p(
        "公園緑地、防護緑地及び広場を合わせた面積は",
        d(green / 1e4, 1),
        "haで、1人当たり",
        d(green / people, 1),
        "㎡となり、国の標準である10㎡を上回る。",
    )
    w.head("第5章 街区の計画")
    for id_, row in plan.layer("blocks").iterrows():
        rows = frame[frame["block_id"] == id_]
        p(
            f"{row['name_ja']}（{id_}）は面積",
            n(row.geometry.area / 1e4, 1),
            "ha、計画人口",
            n(rows["residents"].sum(), 0, ","),
            "人である。区域内の既存住宅約210戸は段階的に移転する。",
        )
    w.head("第6章 建築物等に関する事項")
    p(
        "容積率及び高さは最高限度、緑地率は最低限度とする。外壁の後退距離は道路境界線から1.5m以上、垣又はさくの高さは1.2m以下とする。"
    )
    rows = frame[
        frame["far"].notna()
        & frame["height_m"].notna()
        & frame["coverage_ratio"].notna()
        & frame["green_ratio"].notna()
    ]
    rows = rows.sample(110, random_state=seed + 5)
    for at, (id_, row) in enumerate(rows.iterrows()):
        far, high, pct = n(row["far"], 2), n(row["height_m"]), n(100 * row["far"])
        cover, green_, ha = n(100 * row["coverage_ratio"]), n(100 * row["green_ratio"]), n(row["m2"] / 1e4, 2)
        use = name(row["land_use"])
        extra = f"住戸数は{n(row['dwellings'])}戸を予定する。" if row["dwellings"] == row["dwellings"] else ""
        p(
            *[
                (
                    f"区画{id_}（{use}）は敷地面積{ha}ha、容積率の最高限度{pct}％、高さの最高限度{high}mとする。{extra}",
                ),
                (
                    f"{id_}では、現況の建蔽率55％、高さ7m程度の倉庫を除却し、容積率を{far}、建蔽率を{cover}％に定める。",
                ),
                (
                    f"当初案で容積率320％としていた{id_}は、意見を踏まえ{pct}％に改めた。建築物の高さは{high}m以下とする。",
                ),
                (
                    f"{id_}の敷地（{n(row['m2'], 0, ',')}㎡）には延べ面積{n(row['floor_area_m2'], 0, ',')}㎡まで建築できる。{extra}歩道状空地は幅2mを確保する。",
                ),
                (f"区画{id_}：高さ{high}m、容積率{far}、緑地率{green_}％。1階の階高は4.5m以上が望ましい。",),
                (
                    f"なお、{id_}については緑地率を{green_}％以上、建蔽率を{cover}％以下とし、駅から約250mの立地を生かして店舗300㎡程度を誘導する。",
                ),
            ][at % 6]
        )
        if w.random.random() < 0.25:
            p(
                [
                    "横浜市のみなとみらい地区では容積率800％、高さ180mまでの建築が認められている。",
                    "地下水位は地表から3.2m、支持層は18m～24mの深さにある。",
                    "地価は平成23年から令和元年にかけて1㎡当たり4万2千円から9万8千円に上昇した。",
                    "冬至日における最下階の日照は4時間以上を確保し、隣棟間隔は高さの1.2倍を標準とする。",
                    "不採用とした第2案では、この区画に310戸、高さ60mを想定していた。",
                    "駐車場は住戸1戸につき0.8台、店舗は100㎡につき1台を附置する。",
                ][int(w.random.integers(6))]
            )
    later = (
        frame[frame["far"].notna() & frame["height_m"].notna()].drop(rows.index).sample(60, random_state=seed)
    )
    w.table(
        ["区画番号", "用途", "敷地面積（㎡）", "容積率（％）", "高さ（m）", "延べ面積（㎡）"],
        [
            [
                str(id_),
                name(row["land_use"]),
                n(row["m2"], 0, ","),
                n(100 * row["far"]),
                n(row["height_m"]),
                n(row["floor_area_m2"], 0, ","),
            ]
            for id_, row in later.iterrows()
        ],
    )
    w.head("第7章 公共施設")
    frame_f = plan.layer("facilities")
    count = frame_f["service"].value_counts()
    p(
        "幼稚園は",
        n(count["kindergarten"]),
        "園、小学校は",
        n(count["primary_school"]),
        "校、高齢者施設は",
        n(count["nursing_home"]),
        "箇所を新設する。1学級の定員は35人とする。",
    )
    for at, (_, row) in enumerate(frame_f[frame_f["site_area_m2"].notna()].iterrows()):
        site, gross = n(row["site_area_m2"], 0, ","), n(row["floor_area_m2"], 0, ",")
        size = (
            f"定員は{n(row['places'])}人、"
            if row["places"] == row["places"]
            else f"病床・ベッド数は{n(row['beds'])}床、"
            if row["beds"] == row["beds"]
            else ""
        )
        p(
            *[
                (
                    f"{row['name_ja']}は区画{row['parcel_id']}に置き、敷地面積を{site}㎡とする。事業費は約18億円、工期は26か月である。",
                ),
                (f"{row['name_ja']}の{size}延べ面積は{gross}㎡である。利用圏は半径800mとする。",),
                (f"敷地{site}㎡、延べ面積{gross}㎡の{row['name_ja']}を整備する。",),
            ][at % 3]
        )
    w.head("第8章 道路")
    for at, (said, ones) in enumerate(plan.layer("streets").groupby("name_ja")["red_line_width_m"]):
        if not said or len(set(ones)) > 1 or ones.isna().any():
            continue
        width = n(ones.iloc[0])
        p(
            *[
                (f"{said}は幅員{width}mとし、両側に3.5mの歩道を設ける。",),
                (f"{said}の幅員を現況の8mから{width}mに拡げる。設計速度は40km/hである。",),
                (f"幅員{width}mの{said}には、10m間隔で高木を植栽する。",),
            ][at % 3]
        )
    w.head("第9章 事業の進め方")
    for phase, ones in frame.groupby("phase"):
        p(
            f"第{phase}期には",
            d(ones["dwellings"].sum(), 0, ","),
            "戸、",
            d(ones["residents"].sum(), 0, ","),
            "人分の住宅を供給する。",
        )
    p("概算事業費は1,240億円、うち国費は35％を見込み、令和5年度に着手し、令和17年度の完了を目指す。")
    p("以上により、", n(whole / 1e4), "haの区域に", n(people, 0, ","), "人が暮らすまちを形成する。")
    return w

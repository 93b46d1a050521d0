"""Texts of many kinds of sentences, each used few times, written when the rules had been corrected. Invented."""

from __future__ import annotations

from typing import Any

from tests.deliver.planners_text import Planner


def _parcels(plan: Any, seed: int, count: int):
    frame = plan.layer("parcels")
    frame = frame.assign(m2=frame.geometry.area)
    whole = (
        frame["far"].notna()
        & frame["height_m"].notna()
        & frame["coverage_ratio"].notna()
        & frame["green_ratio"].notna()
    )
    return frame[whole].sample(count, random_state=seed).iterrows()


def zone_dialogue(plan: Any, seed: int = 1, one_in: float = 8) -> Planner:
    """Chinese: minutes and grounds, parcel by parcel."""
    w = Planner(seed, one_in)
    n, p = w.n, w.p
    w.head("地块论证")
    for at, (id_, row) in enumerate(_parcels(plan, seed + 3, 104)):
        far, high = n(row["far"], 2), n(row["height_m"])
        cover, green = n(100 * row["coverage_ratio"]), n(100 * row["green_ratio"])
        ha, m2, gross = n(row["m2"] / 1e4, 2), n(row["m2"]), n(row["floor_area_m2"])
        p(
            [
                f"{id_}地块东侧为110千伏高压走廊，保护宽度30米；地块容积率{far}，建筑限高{high}米。",
                f"交通影响评价建议{id_}高峰小时出入不超过420辆，地块规模{ha}公顷、容积率{far}不作调整。",
                f"{id_}用地{ha}公顷，出让起始价每平方米5200元，竞得人须配建12%的保障性住房。",
                f"航空限高要求本区域不超过海拔87米，{id_}场地标高31米，因此建筑高度定为{high}米。",
                f"{id_}的容积率为{far}，低于相邻街坊的2.6，也低于市级导则推荐的2.4～3.0。",
                f"若{id_}全部建成住宅，可容纳约900人；现确定容积率{far}，建筑密度{cover}%。",
                f"{id_}原属机床厂，占地4.7公顷，厂房高14米；搬迁后用地面积{ha}公顷，限高{high}米。",
                f"地铁保护区从{id_}西缘穿过，控制线宽度50米，地下埋深18米；容积率控制为{far}。",
                f"为保留三棵百年银杏（胸径1.1米、冠幅16米），{id_}的建筑密度降到{cover}%，绿地率提高到{green}%。",
                f"{id_}计容建筑面积{gross}平方米，另有地下车库9800平方米不计容。",
                f"{id_}净用地{m2}平方米，折{n(row['m2'] / 2000 * 3, 1)}亩，其中代征道路0.35公顷不在内。",
                f"按规划，{id_}建筑密度不得超过{cover}%；而2019年实测密度为51%，违建占7%。",
                f"{id_}：限高{high}米（裙房不高于24米），容积率{far}，塔楼面宽不大于60米。",
                f"{id_}拟引进的项目需要3.2公顷，而地块只有{ha}公顷，缺口由相邻地块解决。",
                f"消防队提出登高场地宽10米、长度不小于建筑周长的四分之一，{id_}建筑高度{high}米可以满足。",
                f"{id_}绿地率{green}%，屋顶绿化面积1500平方米另计；透水铺装55%。",
                f"学校离{id_}约350米，步行5分钟；该地块容积率{far}，建筑限高{high}米。",
                f"与先期建成的研发园（容积率1.4、高度45米）协调，{id_}容积率取{far}，高度取{high}米。",
                f"{id_}两种用途按6:4混合，商业部分层高5.1米，总建筑面积{gross}平方米。",
                f"第三次会审时{id_}的容积率由2.9改为{far}，限高由75米改为{high}米。",
                f"{id_}每公顷岗位约150个，高于片区平均的95个，对应容积率{far}。",
                f"{id_}北面的河道蓝线宽35米，驳岸退让15米，用地面积因此减为{ha}公顷。",
                f"{id_}建筑面积{gross}平方米，容积率{far}，停车配建标准为每百平方米0.9个。",
                f"香港类似地段容积率达8.0，东京约6.5；本案{id_}仅{far}。",
                f"绿地率方面，{id_}为{green}%，比国标下限高出5个百分点。",
                f"{id_}限高{high}米、密度{cover}%、绿地率{green}%、容积率{far}，详见图则第17页。",
            ][at % 26]
        )
    return w


def zone_grounds(plan: Any, seed: int = 1, one_in: float = 8) -> Planner:
    """Japanese: explanations for residents, parcel by parcel."""
    w = Planner(seed, one_in)
    n, p = w.n, w.p
    w.head("区画の説明")
    for at, (id_, row) in enumerate(_parcels(plan, seed + 5, 96)):
        far, pct, high = n(row["far"], 2), n(100 * row["far"]), n(row["height_m"])
        cover, green = n(100 * row["coverage_ratio"]), n(100 * row["green_ratio"])
        ha, m2, gross = n(row["m2"] / 1e4, 2), n(row["m2"], 0, ","), n(row["floor_area_m2"], 0, ",")
        p(
            [
                f"{id_}の東側には送電線（地上高28m）が通るため、高さは{high}m、容積率は{pct}％に抑える。",
                f"{id_}は面積{ha}ha、容積率{pct}％である。土地の鑑定価格は1㎡当たり18万円であった。",
                f"航空法の制限は海抜87m、地盤高は31mであることから、{id_}の高さの限度を{high}mとした。",
                f"{id_}の容積率{pct}％は、隣の街区の260％や県指針の240～300％を下回る。",
                f"工場跡地の{id_}では、旧建物の建蔽率が62％に達していたが、計画では建蔽率を{cover}％とする。",
                f"イチョウの大木3本（幹周り3.4m）を残すため、{id_}の緑地率を{green}％に引き上げ、建蔽率を{cover}％に引き下げる。",
                f"{id_}の延べ面積は{gross}㎡で、地下駐車場9,800㎡は算入しない。",
                f"{id_}（敷地面積{m2}㎡）のうち0.35haは道路予定地として別途取得済みである。",
                f"{id_}の高さは{high}m、ただし低層部は24m以下とし、壁面の長さは60mまでとする。",
                f"希望企業は3.2haを必要とするが、{id_}は{ha}haにとどまる。",
                f"消防活動用に幅10mの空地を設ければ、{id_}の高さ{high}mは支障ない。",
                f"{id_}では緑地率{green}％のほか、屋上緑化1,500㎡を誘導する。",
                f"小学校まで約350m、徒歩5分の{id_}は、容積率{pct}％、高さ{high}mとする。",
                f"先に完成した研究棟（容積率140％、高さ45m）に合わせ、{id_}も容積率{pct}％、高さ{high}mとする。",
                f"第3回審査で{id_}の容積率は290％から{pct}％に、高さは75mから{high}mに変更された。",
                f"{id_}の就業密度は150人/haで、地区平均の95人/haより高い。容積率は{far}である。",
                f"香港の類似地区は容積率800％、東京は650％であるのに対し、{id_}は容積率{pct}％である。",
                f"{id_}の緑地率は{green}％で、条例の下限より5ポイント高い。",
                f"{id_}：敷地{m2}㎡、延床{gross}㎡、建蔽率{cover}％。駐車は100㎡に0.9台。",
                f"{id_}は河川から15m離し、護岸の天端幅4mを確保したうえで、敷地面積を{ha}haとする。",
                f"日影図では冬至に4時間の影が2戸にかかるが、{id_}の高さを{high}mとすれば解消する。",
                f"{id_}には住宅以外も認め、商業床は2割まで、容積率の上限は{pct}％とする。",
                f"{id_}では、2019年の実測で騒音が61dBを記録した。建物高さは{high}mに定める。",
                f"容積率{pct}％、建蔽率{cover}％、緑地率{green}％、高さ{high}mを{id_}に適用する。",
            ][at % 24]
        )
    return w


def zone_memo(plan: Any, seed: int = 1, one_in: float = 8) -> Planner:
    """English: a design memorandum, parcel by parcel."""
    w = Planner(seed, one_in)
    n, p = w.n, w.p
    w.head("Parcel notes")
    for at, (id_, row) in enumerate(_parcels(plan, seed + 7, 104)):
        far, high = n(row["far"], 2), n(row["height_m"])
        cover, green = n(100 * row["coverage_ratio"]), n(100 * row["green_ratio"])
        ha, m2, gross = n(row["m2"] / 1e4, 2), n(row["m2"], 0, ","), n(row["floor_area_m2"], 0, ",")
        p(
            [
                f"A power line 28 m above ground passes east of {id_}; its height is limited to {high} m and its floor area ratio to {far}.",
                f"{id_} has an area of {ha} ha and a floor area ratio of {far}. Land here last changed hands at 5,200 yuan per m².",
                f"With the airport surface at 87 m above the sea and the ground at 31 m, the maximum height on {id_} is {high} m.",
                f"The floor area ratio of {id_} is {far}, below the 2.6 of the adjoining block and the 2.4 to 3.0 of the city guide.",
                f"The former machine works on {id_} covered 62% of its ground; site coverage will come down to {cover}%.",
                f"To save three ginkgo trees with crowns of 16 m, {id_} has a site coverage of {cover}% and a green ratio of {green}%.",
                f"{id_} yields a floor area of {gross} m², not counting 9,800 m² of parking underground.",
                f"Of the {m2} m² of land in {id_}, nothing is taken for the road, which needs 0.35 ha to the north.",
                f"On {id_} the height is {high} m, with podiums up to 24 m and façades no longer than 60 m.",
                f"The firm interested in {id_} needs 3.2 ha; the parcel has an area of {ha} ha.",
                f"A fire lane of 10 m suffices for {id_} at a height of {high} m.",
                f"The green ratio of {id_} is {green}%, and another 1,500 m² of roofs may be planted.",
                f"Parcel {id_}, 350 m or 5 minutes from the school, has a floor area ratio of {far} and a height of {high} m.",
                f"Like the research court next door, which has a ratio of 1.4 and is 45 m high, {id_} steps up to a height of {high} m.",
                f"At the third review the floor area ratio of {id_} went from 2.9 to {far} and the height from 75 m to {high} m.",
                f"{id_} would hold 150 jobs per hectare against 95 in the district as a whole; its floor area ratio is {far}.",
                f"Compared with 8.0 in Hong Kong and 6.5 in Tokyo, a floor area ratio of {far} on {id_} is modest.",
                f"At {green}%, the green ratio of {id_} lies 5 points above the by-law.",
                f"{id_}: land {m2} m², floor area {gross} m², site coverage {cover}%; parking at 0.9 per 100 m².",
                f"The river line is 35 m wide here and the quay 15 m; the site area of {id_} is {ha} hectares as a result.",
                f"If towers were kept to 20 m, {id_} would lose a third of its space; the height stays at {high} m.",
                f"Residential uses may fill 40% of {id_}, whose floor area ratio is {far}.",
                f"Noise of 61 dB was measured on {id_} in 2019. Its building height is {high} m, its coverage {cover}%.",
                f"The standard asks for 0.9 spaces per 100 m²; {id_}, with a gross floor area of {gross} m², follows it.",
                f"Until the sewer is doubled to 1.2 m, only half of the {gross} m² of floor area on {id_} may be occupied.",
                f"{id_} is a parcel of {ha} ha on which a floor area ratio of {far}, a coverage of {cover}% and a height of {high} m apply.",
            ][at % 26]
        )
    return w

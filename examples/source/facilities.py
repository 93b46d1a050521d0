"""What stands on the parcels: schools, care, culture, health, sport; and the programmes of the zone."""

# ruff: noqa: E501 (a row of a table stays on one line)

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from names import columns

#: mark of the parcel | id | service | level | beds | places | floor area in m2 | zh | en | ja
FACILITIES = """
kindergarten_1|KG-1|kindergarten|neighbourhood||300||知行幼儿园|Zhixing Kindergarten|知行幼稚園
kindergarten_2|KG-2|kindergarten|neighbourhood||360||南云幼儿园|Nanyun Kindergarten|南雲幼稚園
kindergarten_3|KG-3|kindergarten|neighbourhood||300||瀛北幼儿园|Yingbei Kindergarten|瀛北幼稚園
kindergarten_4|KG-4|kindergarten|neighbourhood||360||棠梨幼儿园|Tangli Kindergarten|棠梨幼稚園
kindergarten_5|KG-5|kindergarten|neighbourhood||300||荷风幼儿园|Hefeng Kindergarten|荷風幼稚園
kindergarten_6|KG-6|kindergarten|neighbourhood||270||金石幼儿园|Jinshi Kindergarten|金石幼稚園
primary_1|PS-1|primary_school|district||960||青囊小学|Qingnang Primary School|青囊小学校
primary_2|PS-2|primary_school|district||960||枫林小学|Fenglin Primary School|楓林小学校
nine_year|NS-1|nine_year_school|district||1560||怡和九年一贯制学校|Yihe Nine-Year School|怡和義務教育学校
junior|JS-1|secondary_school|district||1200||研学初级中学|Yanxue Junior Secondary School|研学中学校
senior|HS-1|secondary_school|district||1080||西禾高级中学|Xihe Senior Secondary School|西禾高等学校
nursing_1|NH-1|nursing_home|district|200||7600|紫藤养老院|Ziteng Nursing Home|紫藤介護ホーム
nursing_2|NH-2|nursing_home|district|200||7600|稻香养老院|Daoxiang Nursing Home|稲香介護ホーム
nursing_3|NH-3|nursing_home|neighbourhood|100||6500|岚海养老院|Lanhai Nursing Home|嵐海介護ホーム
culture_centre_1|CU-1|culture|zone||||瀛海文化中心|Yinghai Culture Centre|瀛海文化センター
culture_centre_2|CU-2|culture|district||||博观图书文化馆|Boguan Library and Culture House|博観図書文化館
culture_centre_3|CU-3|culture|district||||云台艺术馆|Yuntai Arts House|雲台芸術館
culture_1|CR-1|culture|neighbourhood|||400|问渠文化室|Wenqu Culture Room|問渠文化室
culture_2|CR-2|culture|neighbourhood|||400|南云文化室|Nanyun Culture Room|南雲文化室
culture_3|CR-3|culture|neighbourhood|||400|西禾文化室|Xihe Culture Room|西禾文化室
culture_4|CR-4|culture|neighbourhood|||400|瀛南文化室|Yingnan Culture Room|瀛南文化室
culture_5|CR-5|library|neighbourhood|||400|银杏图书室|Yinxing Library Room|銀杏図書室
culture_6|CR-6|culture|neighbourhood|||400|荷风文化室|Hefeng Culture Room|荷風文化室
culture_7|CR-7|library|neighbourhood|||400|稻香图书室|Daoxiang Library Room|稲香図書室
culture_8|CR-8|culture|neighbourhood|||400|金石文化室|Jinshi Culture Room|金石文化室
hospital|HO-1|hospital|zone|300||60000|澄河医院|Cheng River Hospital|澄河病院
health_1|HC-1|clinic|district|||9000|岚海社区卫生服务中心|Lanhai Health Centre|嵐海保健センター
health_2|HC-2|clinic|district|||9000|青云社区卫生服务中心|Qingyun Health Centre|青雲保健センター
sport_1|SP-1|sport|district|||3000|中轴体育馆|Zhongzhou Sports Hall|中軸体育館
sport_2|SP-2|sport|neighbourhood|||2400|瀛北体育场|Yingbei Sports Ground|瀛北運動場
sport_3|SP-3|sport|district|||5400|青云体育公园|Qingyun Sports Park|青雲運動公園
sport_4|SP-4|sport|neighbourhood|||1200|智汇运动场|Zhihui Sports Ground|智匯運動場
fire|FI-1|fire|zone|||6000|西禾消防站|Xihe Fire Station|西禾消防署
"""
CULTURE_FLOOR_M2 = {"culture_centre_1": 12_000.0, "culture_centre_2": 4_500.0, "culture_centre_3": 4_500.0}
#: Services that share a community-service parcel with (or instead of) a culture room: number of the parcel -> rows.
COMMUNITY = (
    ("day_care", "日间照料站", "Day-care Station", "デイケア", 25, 500.0),
    ("market", "便民市场", "Neighbourhood Market", "地域市場", np.nan, 1200.0),
    ("police", "警务站", "Police Post", "交番", np.nan, 300.0),
)
#: id | parcel: land use and how many from the first in id order, in which piece | kind | firms | floor m2 | phase
PROGRAMMES = """
PR-01|0802|rd|2|incubator|specialised_new|18000|1
PR-02|0802|rd|5|shared_laboratory||12000|1
PR-03|0802|rd|7|technology_transfer||8000|2
PR-04|0902|rd|4|ip_service||6000|1
PR-05|0902|rd|9|exchange_venue||15000|1
PR-06|0803|mfg|0|exchange_venue||2800|2
PR-07|0802|mfg|0|university_unit||14000|2
PR-08|0802|mfg|1|pilot_test|hidden_champion|20000|2
PR-09|1001|mfg|2|pilot_test|little_giant|24000|2
PR-10|1001|mfg|5|incubator|little_giant|16000|3
PR-11|0802|life_n|0|university_unit||9000|2
PR-12|0902|life_n|1|ip_service||3000|2
PR-13|0701|rd|2|talent_housing||20000|1
PR-14|0701|life_n|6|talent_housing||26000|2
PR-15|0701|mfg|0|talent_housing||9000|3
PR-16|0902|rd|12|incubator|specialised_new|9000|2
PR-17|1001|mfg|7|shared_laboratory|hidden_champion|7000|3
"""


def facility_frame(parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The layer ``facilities``: one point on the parcel of each."""
    rows = []
    by_mark = {row.mark: row for row in parcels.itertuples() if row.mark}
    for line in FACILITIES.strip().splitlines():
        mark, facility_id, service, level, beds, places, floor, *name = line.split("|")
        parcel = by_mark[mark]
        area = CULTURE_FLOOR_M2.get(mark) or (float(floor) if floor else parcel.floor_area_m2)
        rows.append(_row(parcel, facility_id, service, level, tuple(name)))
        rows[-1] |= {"beds": _number(beds), "places": _number(places), "floor_area_m2": float(area)}
    for number, parcel in enumerate(parcels[parcels["land_use"] == "0702"].itertuples(), start=1):
        service, zh, en, ja, places, floor = COMMUNITY[(number - 1) % len(COMMUNITY)]
        name = (f"{zh}{number}", f"{en} {number}", f"{ja}{number}")
        rows.append(_row(parcel, f"CS-{number:02d}", service, "neighbourhood", name, shift=14.0))
        rows[-1] |= {"beds": np.nan, "places": places, "floor_area_m2": floor}
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=parcels.crs)


def _row(parcel, facility_id: str, service: str, level: str, name: tuple, shift: float = 0.0) -> dict:
    point = parcel.geometry.representative_point()
    return {
        "facility_id": facility_id,
        "parcel_id": parcel.parcel_id,
        "service": service,
        "level": level,
        "site_area_m2": np.nan if shift else round(parcel.geometry.area),
        "status": "planned",
        **columns(name),
        "geometry": type(point)(round(point.x + shift, 3), round(point.y, 3)),
    }


def _number(text: str) -> float:
    return float(text) if text else float("nan")


def programme_frame(parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The layer ``programmes``, with ``firm_category``: for which kind of firm floor area is reserved."""
    rows = []
    for line in PROGRAMMES.strip().splitlines():
        programme_id, code, piece, number, kind, firms, floor, phase = line.split("|")
        mine = parcels[
            (parcels["land_use"] == code) & (parcels["piece"] == piece) & (parcels["mark"] != "s1")
        ]
        parcel = mine.iloc[int(number)]
        point = parcel.geometry.representative_point()
        rows.append(
            {
                "programme_id": programme_id,
                "parcel_id": parcel["parcel_id"],
                "kind": kind,
                "firm_category": firms or None,
                "floor_area_m2": float(floor),
                "phase": phase,
                "geometry": type(point)(round(point.x - 9, 3), round(point.y + 7, 3)),
            }
        )
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=parcels.crs)

"""
Texts of plans in three languages, in batches: each was written when the scanner passed the ones before it.

A batch holds sentences with blanks, with many figures between them that state nothing of the plan. A blank
``{far}`` is filled from the plan, some of them wrongly.
"""

# ruff: noqa: E501 (sentences)
from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd
from tests.deliver.office_text import OfficeText, Writer

from blockplan.plan.model.codes import landuse

if TYPE_CHECKING:
    import docx

#: Blank -> column of a parcel, factor, decimals.
PARCEL = {
    "ha": ("area", 1e-4, 2), "m2": ("area", 1, 0), "far": ("far", 1, 2), "height": ("height_m", 1, 0),
    "cover": ("coverage_ratio", 100, 0), "green": ("green_ratio", 100, 0), "floor": ("floor_area_m2", 1, 0),
    "wan": ("floor_area_m2", 1e-4, 2), "people": ("residents", 1, 0), "homes": ("dwellings", 1, 0),
    "cars": ("parking_spaces", 1, 0),
}  # fmt: skip
FACILITY = {
    "site": ("site_area_m2", 1, 0), "floor": ("floor_area_m2", 1, 0), "beds": ("beds", 1, 0),
    "places": ("places", 1, 0),
}  # fmt: skip

BATCHES: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {
    "first": {
        "zh": {
            "whole": (
                "规划区总用地{plan_ha}公顷，其中城镇住宅用地{use_0701}公顷，公园绿地{use_1401}公顷。",
                "到规划期末，规划范围内常住人口控制在{people}人左右，住宅总量{homes}套，总建筑规模{wan}万平方米。",
                "自2015年启动前期研究，先后召开专家会3次、部门协调会14次，收集意见217条，采纳率达86%。",
                "规划结构为“一带、三片、多点”，步行5分钟可达口袋公园的要求贯穿始终，街道高宽比宜为1:1.5。",
            ),
            "parcel": (
                "{id}地块，用地性质{use}，净用地{m2}平方米，容积率上限取{far}，限高{height}米，密度不超过{cover}%，绿地率不低于{green}%。",
                "考虑到周边开发容积率多在2.5左右且近十年平均每年增长1.2%，本次对{id}地块确定容积率为{far}，地上建筑面积不超过{floor}平方米。",
                "{id}（{use}）面积{ha}公顷，建筑密度{cover}%，绿地率{green}%，配建机动车停车位{cars}个。",
                "经日照分析，{id}地块建筑控制高度定为{height}米；按第3.0.5条核算，其计容建筑面积{wan}万㎡，对应容积率{far}。",
                "{id}地块规划住宅{homes}套，可居住{people}人，户均2.3人，容积率较原方案提高0.2，调整后为{far}。",
                "街区中部的{id}地块占地{ha}公顷，容积率{far}、建筑密度{cover}%、绿地率{green}%、建筑高度{height}米。",
            ),
            "facility": (
                "{name}用地{site}平方米，建筑面积{floor}平方米。",
                "改扩建{name}，总建筑面积达到{floor}平方米，服务半径500米，工期18个月。",
                "{name}设床位{beds}张，建筑面积{floor}㎡，每床建筑面积不低于35平方米。",
                "{name}办学规模对应学位{places}个，占地面积{site}平方米，班额45人。",
            ),
            "street": (
                "{name}为{class}，红线宽{width}米，两侧各设3.5米宽人行道。",
                "{name}道路红线宽度控制为{width}米，设计车速40公里/小时，平曲线半径不小于150米。",
            ),
            "use": (
                "{use}（{code}）规划面积{use_ha}公顷，占规划范围的{use_share}%。",
                "规划布局{use}{use_ha}公顷，占比为{use_share}%，较上版规划增加约12处点位。",
            ),
            "filler": (
                "抗震设防烈度为8度，设计基本地震加速度0.20g，消防站责任区面积不大于7平方公里。",
                "区内现状给水管径DN400，规划供水压力0.28MPa，雨水管渠重现期取5年，内涝防治标准为50年一遇。",
                "近3年空气质量优良天数比例由62%升至78.5%，PM2.5年均浓度下降至33微克/立方米。",
                "根据《关于加强控规管理的通知》（规自发〔2020〕36号）和DB11/T 996-2013，编制单位于2021年4月15日提交中间成果。",
                "公共交通出行比例提高到45%，绿色出行比例不低于75%，公交站点300米半径覆盖率达70%以上。",
            ),
        },
        "en": {
            "whole": (
                "The plan covers {plan_ha} ha in all and is laid out for {people} residents in {homes} dwellings.",
                "Between 2016 and 2020 the district lost 4.5% of its jobs, and so far 1.8 of every ten shops have closed.",
                "Land for urban housing comes to {use_0701} ha, parks to {use_1401} ha.",
                "Nineteen workshops, 1,240 questionnaires and a walk of 3.5 km with school classes went before the draft.",
            ),
            "parcel": (
                "Parcel {id} ({use}) measures {ha} ha; its floor area ratio may not exceed {far}, its height {height} m.",
                "For {id} a maximum height of {height} m applies, with site coverage of {cover}% and at least {green}% of green space.",
                "Although floor area ratios nearby have risen by 0.3 since 2010, parcel {id} keeps to a floor area ratio of {far} and {floor} m² of floor area.",
                "Under option No. 14, plot {id} gets {cars} parking spaces and a plot ratio of {far}.",
                "{id} is to hold {homes} homes for {people} people, at a height of no more than {height} metres.",
                "On {id}, {use} of {ha} hectares, buildings may cover {cover}% and rise to {height} m; the floor area ratio is {far}.",
            ),
            "facility": (
                "{name} stands on {site} m² and has {floor} m² of floor area.",
                "{name}, open from 7:30 to 19:00 within 18 months, offers {beds} beds.",
                "With {places} places, {name} takes pupils from within 500 m; its floor area is {floor} m².",
            ),
            "street": (
                "{name} has a right of way of {width} m with trees every 8 m.",
                "The red-line width of {name} is {width} m; its lanes are 3.25 m wide and cars go at 30 km/h.",
            ),
            "use": (
                "{use} ({code}) takes {use_ha} ha, or {use_share}% of the planned land.",
                "For {use} the plan sets aside {use_ha} ha, a share of {use_share}%.",
            ),
            "filler": (
                "Sewers are designed for a storm of once in 5 years, flood walls for once in 100, at a freeboard of 0.5 m.",
                "According to Regulation No. 7 of 2019 and section 4.2.1 the draft lay open for 30 days.",
                "By 2030, 45% of trips should be made by public transport; a tram every 6 minutes takes 210 people.",
                "Noise fell from 68 to 61 dB, and so far 2.4 million euros were spent on 12 trial beds of perennials.",
            ),
        },
        "ja": {
            "whole": (
                "本計画の区域面積は{plan_ha}haで、計画人口は{people}人、計画戸数は{homes}戸である。",
                "平成27年度から令和2年度までに説明会を8回、ワークショップを延べ14回開催し、意見217件を得た。",
                "都市住宅用地は{use_0701}ha、公園緑地は{use_1401}haを確保する。",
            ),
            "parcel": (
                "区画{id}（{use}、{ha}ha）については、容積率の最高限度を{far}、高さの最高限度を{height}mとする。",
                "{id}の建蔽率は{cover}％、緑地率は{green}％を下限とし、駐車台数は{cars}台とする。",
                "周辺の容積率がおおむね2.5であることを踏まえ、区画{id}の容積率は{far}、延床面積は{floor}㎡とした。",
                "区画{id}には住宅{homes}戸を整備し、居住人口は{people}人、建築物の高さは{height}m以下とする。",
                "前回案から0.2引き上げ、{id}の容積率を{far}とし、敷地面積は{m2}㎡である。",
            ),
            "facility": (
                "{name}は敷地{site}㎡、延床面積{floor}㎡で整備する。",
                "{name}の病床数は{beds}床、延床面積は{floor}㎡で、開館時間は9時から21時までとする。",
                "{name}の定員は{places}人、敷地面積は{site}㎡で、誘致距離は500mである。",
            ),
            "street": (
                "{name}の幅員は{width}mとし、両側に3.5mの歩道を設ける。",
                "{name}は計画幅員{width}mで、設計速度は時速40kmとする。",
            ),
            "use": (
                "{use}（{code}）は{use_ha}haで、全体の{use_share}％を占める。",
                "{use}として{use_ha}haを配置し、その割合は{use_share}％となる。",
            ),
            "filler": (
                "雨水管渠は5年確率、河川は100年に1度の降雨を対象とし、余裕高は0.6mとする。",
                "公共交通の分担率を45％に高め、バス停の半径300m圏で人口の7割を覆う。",
                "条例第14条および別表第2により、令和3年4月15日に中間報告を行った。",
                "震度6強に備え、備蓄倉庫を12か所、延べ1,800㎡分を確保する方針である。",
            ),
        },
    },
    "second": {
        "zh": {
            "whole": (
                "本轮规划覆盖面积约{plan_ha}公顷，规划人口规模{people}人，人均城镇建设用地约150平方米。",
                "住房方面，共安排住宅{homes}套；产业方面，预留弹性空间15%，远景可再新增建筑量20万平方米。",
                "从用地构成看，城镇住宅用地{use_0701}公顷居于首位，公园绿地{use_1401}公顷次之。",
                "全区总建筑面积按{wan}万平方米控制，比2018年版规划压缩了8.6%，其中地下空间不计入。",
            ),
            "parcel": (
                "{id}：{use}，{ha}公顷，容积率≤{far}，建筑密度≤{cover}%，绿地率≥{green}%，建筑高度≤{height}m。",
                "对临街的{id}地块，在满足日照、消防间距13米等条件下，允许建设总量{floor}平方米，折合容积率{far}。",
                "{id}地块原控规容积率为1.5，经专题论证并公示30日，本次确定为容积率{far}，建筑限高{height}米。",
                "位于地铁站500米范围内的{id}地块，停车配建标准下浮20%，共设车位{cars}个，绿地率{green}%。",
                "{id}地块（{ha}公顷）以{use}为主，兼容比例不超过10%，最大建筑高度{height}米，建筑密度{cover}%。",
                "居住地块{id}安置居民{people}人、{homes}户，套均建筑面积约90平方米，建筑面积合计{wan}万平方米。",
            ),
            "facility": (
                "{name}为独立占地，用地规模{site}平方米，建筑规模{floor}平方米，建议2025年前建成。",
                "按照每千人9.5床的标准，{name}设置床位{beds}张，配套建筑面积{floor}平方米。",
                "{name}提供学位{places}个，生均用地不低于18平方米，运动场设200米环形跑道。",
            ),
            "street": (
                "{name}（{class}）红线{width}m，双向4车道，机动车道宽3.25m，人行道宽3m。",
                "规划将{name}红线宽度定为{width}米，较现状拓宽6米，沿线退线10米。",
            ),
            "use": (
                "{use}，代码{code}，合计{use_ha}公顷，占规划总用地{use_share}%，分布于3个片区。",
                "至2035年，{use}面积达到{use_ha}公顷，比重为{use_share}%，较现状提高2.4个百分点。",
            ),
            "filler": (
                "规划设置110千伏变电站，主变容量3×50兆伏安，供电半径控制在1.5公里以内，供电可靠率达99.99%。",
                "经测算，高峰小时公交断面客流约0.9万人次，停车换乘需求约占12%，单位面积能耗下降13.5%。",
                "本次收到有效问卷1,286份，其中82%的受访者支持增加慢行空间，平均通勤时间为38分钟。",
                "雨水径流总量控制率不低于80%，下凹式绿地率不低于50%，透水铺装率不低于70%。",
                "地块出让前应完成土壤污染调查，采样深度不少于6米，布点密度为40米×40米。",
            ),
        },
        "en": {
            "whole": (
                "In all, {plan_ha} hectares are planned, a third of it on land farmed until 2012.",
                "The population is expected to reach {people}, living in {homes} dwellings at 2.3 people each.",
                "Parks take up {use_1401} ha and urban housing {use_0701} ha, which is 12% more than in the 2018 plan.",
                "Consultation ran for 42 days; 318 comments came in, of which 61% asked for lower buildings.",
            ),
            "parcel": (
                "{id} - {use}, {ha} ha, FAR {far}, height {height} m, coverage {cover}%, green {green}%.",
                "The developer of plot {id} may build up to {floor} square metres, equal to a floor area ratio of {far}, within 36 months.",
                "After objection 27 the height of {id} was cut by 6 m to {height} m; its coverage stays at {cover}%.",
                "Plot {id}, 350 m from the station, needs only {cars} parking spaces, 20% below the standard, and a green ratio of {green}%.",
                "A maximum of {height} m and a floor area ratio of {far} apply to {id}, whose {ha} hectares were a depot until 1998.",
                "Some {people} people will live in the {homes} dwellings of parcel {id}, on 4 to 11 storeys.",
            ),
            "facility": (
                "{name} gets a site of {site} m² and a floor area of {floor} m²; it opens by 2027.",
                "At 9.5 beds per 1,000 residents, {name} will have {beds} beds.",
                "{name} is planned for {places} pupil places in classes of 28, on a site of {site} m².",
            ),
            "street": (
                "{name}, four lanes of 3.25 m, is {width} m wide between its red lines.",
                "For {name} a red-line width of {width} m is fixed, 6 m more than today.",
            ),
            "use": (
                "{use} (code {code}): {use_ha} ha, which accounts for {use_share}% of the planned land.",
                "The area of {use} grows by 2.4 points to {use_ha} ha.",
            ),
            "filler": (
                "The substation has 3 transformers of 50 MVA; losses must stay under 2.5% and outages under 53 minutes.",
                "Buses run 14 times an hour; a survey of 1,286 households found that 38% own no car.",
                "At least 80% of rain is to be kept on site, in swales 0.3 m deep and 2 m wide.",
                "Table 5-2 and Annex 3 list trees over 60 cm girth; 412 of 430 are kept.",
            ),
        },
        "ja": {
            "whole": (
                "計画区域は{plan_ha}ヘクタールで、そのうち3割は2012年まで農地であった。",
                "将来人口は{people}人、住宅は{homes}戸を見込み、1世帯当たり2.3人とする。",
                "公園緑地を{use_1401}ha、都市住宅用地を{use_0701}ha配置し、前回計画より12％増やした。",
            ),
            "parcel": (
                "{id}：{use}、{ha}ha、容積率{far}、建蔽率{cover}％、緑地率{green}％、高さ{height}m。",
                "区画{id}では延床面積{floor}㎡まで建築でき、容積率に換算すると{far}となる。",
                "駅から350mの区画{id}の駐車台数は基準より2割少ない{cars}台、緑地率は{green}％とする。",
                "意見27号を受け、{id}の高さの最高限度は6m引き下げて{height}mとし、建蔽率は{cover}％のままとする。",
                "住宅区画{id}（敷地{ha}ha）には{homes}戸、{people}人が居住し、4階から11階建てとする。",
            ),
            "facility": (
                "{name}は敷地面積{site}㎡、延床面積{floor}㎡で、令和9年の開設を目指す。",
                "千人当たり9.5床の基準により、{name}のベッド数は{beds}床とする。",
                "{name}の定員は{places}人、1学級28人で編成し、校庭には200mのトラックを置く。",
            ),
            "street": (
                "{name}は幅員{width}m、車線幅3.25mの4車線で、歩道は3mとする。",
                "{name}の幅員を{width}mに定め、現況より6m広げる。",
            ),
            "use": (
                "{use}（コード{code}）は合計{use_ha}haで、計画区域の{use_share}％に当たる。",
                "{use}の面積は{use_ha}ha、構成比は{use_share}％で、現況から2.4ポイント増える。",
            ),
            "filler": (
                "変電所は50MVAの変圧器3台を備え、損失は2.5％未満、停電は年53分以下とする。",
                "バスは1時間に14本運行し、1,286世帯の調査では38％が自家用車を持たない。",
                "雨水の80％以上を敷地内にとどめ、深さ0.3m、幅2mの側溝を設ける。",
                "表5-2と附属資料3に幹周60cm以上の樹木430本を掲げ、うち412本を残す。",
            ),
        },
    },
    "third": {
        "zh": {
            "whole": (
                "本次规划范围东至京澄快速路，总面积{plan_ha}公顷，为近期建设重点区域之一。",
                "预测常住人口{people}人，较第七次人口普查时净增约2.1万人，住宅供应总量{homes}套。",
                "规划公园绿地{use_1401}公顷，绿化覆盖率提升至45%以上，人均体育场地面积达到0.8平方米。",
            ),
            "parcel": (
                "《{id}地块规划条件》：用地面积{m2}㎡；容积率{far}；建筑密度{cover}%；绿地率{green}%；高度{height}米。",
                "经与权属单位协商三轮，{id}地块最终按容积率{far}、限高{height}米控制，业态中餐饮占比不超过30%。",
                "{id}地块与南侧地块统一开发，地上建筑面积{floor}平方米，地下两层约1.2万平方米，车位{cars}个。",
                "规划将原仓储用地调整为{use}，即{id}地块，面积{ha}公顷，容积率{far}，绿地率{green}%。",
                "考虑与北侧住宅间距不小于24米，{id}地块建筑高度控制在{height}米以内，建筑密度{cover}%。",
                "{id}地块可提供住宅{homes}套，规划人口{people}人，首层商业比例控制在8%左右。",
            ),
            "facility": (
                "{name}总投资约1.3亿元，占地{site}平方米，建筑面积{floor}平方米，可同时服务800人次。",
                "{name}核定床位{beds}张，其中护理型床位占60%，建筑面积{floor}平方米。",
                "{name}按36个班、{places}个学位设置，用地面积{site}平方米，操场不少于6000平方米。",
            ),
            "street": (
                "{name}规划为{class}，道路红线宽度{width}米，横断面自西向东为3+2.5+1.5+7米。",
                "沿{name}布置公交专用道，{name}红线{width}米，站距约450米。",
            ),
            "use": (
                "规划{use}（{code}）用地面积{use_ha}公顷，占总用地{use_share}%，其中近期实施约四成。",
                "{use}{use_ha}公顷、占{use_share}%，以存量更新为主，更新率约65%。",
            ),
            "filler": (
                "污水处理率达到98%，再生水利用率不低于35%，日变化系数取1.3，管道覆土不小于0.7米。",
                "据统计，2022年区内地区生产总值42.6亿元，同比增长5.3%，第三产业占比71%。",
                "通信机房每处建筑面积不小于120平方米，5G基站间距约300米，光纤入户率100%。",
                "方案比选阶段共形成4个方案，专家评分分别为82分、79分、88分和85分，推荐方案三。",
            ),
        },
        "en": {
            "whole": (
                "On {plan_ha} ha the plan makes room for {people} residents, 21,000 more than the last census counted.",
                "Housing land adds up to {use_0701} ha of urban housing; parks are given {use_1401} ha of park green space.",
                "The brief of 2017 asked for 12 options; 4 were drawn and scored 82, 79, 88 and 85 points.",
            ),
            "parcel": (
                "Planning conditions for {id}: site area {m2} m²; floor area ratio {far}; coverage {cover}%; green ratio {green}%; height {height} m.",
                "Facing homes 24 m away, {id} is held to a height of {height} m and a coverage of {cover}%.",
                "Together with its neighbour, parcel {id} takes {floor} m² of floor area above ground and two levels of 6,000 m² each below.",
                "Parcel {id}, once a warehouse of 3 floors, becomes {use}: {ha} ha at a floor area ratio of {far}.",
                "Restaurants may fill 30% of the ground floor of {id}, whose floor area ratio is {far} and whose height is {height} m.",
                "Parcel {id} offers {homes} dwellings to {people} residents, 8% of them above shops.",
            ),
            "facility": (
                "{name}, costed at 13.5 million euros, has a site of {site} m² and {floor} m² of floor area for 800 visitors a day.",
                "{name} is licensed for {beds} beds, 60% of them for intensive care, in {floor} m² of floor area.",
                "{name} runs 36 classes with {places} places; its playground of 6,000 m² is part of a site of {site} m².",
            ),
            "street": (
                "{name} has a red-line width of {width} m, made up of 3 + 2.5 + 1.5 + 7 m from west to east.",
                "Bus lanes and stops 450 m apart line {name}, whose red-line width is {width} m.",
            ),
            "use": (
                "{use} ({code}) has a planned area of {use_ha} ha, {use_share}% of the planned land, two fifths of it in phase 1.",
                "{use_ha} ha go to {use}, that is {use_share}% of the planned land.",
            ),
            "filler": (
                "Sewage treatment reaches 98%, water reuse 35%; pipes lie at least 0.7 m deep and the peak factor is 1.3.",
                "In 2022 the district earned 4.26 billion, 5.3% more than the year before; services made up 71%.",
                "Each exchange needs 120 m², masts stand 300 m apart and fibre reaches 100% of addresses.",
            ),
        },
        "ja": {
            "whole": (
                "本計画は面積{plan_ha}haを対象とし、計画人口は{people}人、前回国勢調査より約2.1万人多い。",
                "公園緑地は{use_1401}ha、緑被率は45％以上、1人当たりの運動場面積は0.8㎡を目標とする。",
            ),
            "parcel": (
                "{id}の計画条件：敷地面積{m2}㎡、容積率{far}、建蔽率{cover}％、緑地率{green}％、高さ{height}m。",
                "北側の住宅と24m以上離すため、区画{id}の高さは{height}mまで、建蔽率は{cover}％とする。",
                "区画{id}は隣地と一体で開発し、地上の延床面積は{floor}㎡、地下2層は約1.2万㎡とする。",
                "従前は倉庫であった{id}を{use}に変更し、敷地面積{ha}ha、容積率{far}とする。",
                "区画{id}では{homes}戸の住宅に{people}人が住み、1階の店舗は8％程度とする。",
            ),
            "facility": (
                "事業費約13億円の{name}は、敷地面積{site}㎡、延床面積{floor}㎡で、1日800人が利用できる。",
                "{name}は{beds}床を有し、うち6割を介護用とし、延床面積は{floor}㎡である。",
                "{name}は36学級、定員{places}人で、校庭は6,000㎡以上、敷地面積は{site}㎡とする。",
            ),
            "street": (
                "{name}の計画幅員は{width}mで、西から順に3m、2.5m、1.5m、7mの構成とする。",
                "バス停を450m間隔で置く{name}は、幅員を{width}mとする。",
            ),
            "use": (
                "{use}（{code}）の用地面積は{use_ha}ha、構成比{use_share}％で、4割を第1期に整備する。",
                "{use}を{use_ha}ha（{use_share}％）確保し、更新率は約65％とする。",
            ),
            "filler": (
                "汚水処理率は98％、再生水利用率は35％以上、時間変動係数は1.3、土被りは0.7m以上とする。",
                "2022年の域内総生産は42.6億元で、前年比5.3％増、第3次産業が71％を占めた。",
                "電話局舎は1か所120㎡以上、基地局は約300m間隔、光回線の普及率は100％とする。",
            ),
        },
    },
    "fourth": {
        "zh": {
            "whole": (
                "规划用地总面积{plan_ha}公顷，规划期末居住人口{people}人，对应住宅约{homes}套。",
                "生态空间方面，公园绿地总量{use_1401}公顷，并保留林地斑块14处，新增口袋公园9处。",
                "自上轮规划批复以来，已供地37宗，建成率为58.3%，累计完成投资86亿元。",
            ),
            "parcel": (
                "{id}：土地用途{use}；用地面积{ha}公顷；容积率不高于{far}；建筑高度不高于{height}米；绿地率不低于{green}%。",
                "项目方申请将{id}地块容积率由1.2上调，经审议按容积率{far}、建筑密度{cover}%核定，核发周期20个工作日。",
                "{id}地块计容建筑面积{floor}平方米，其中配套商业不超过5%，机动车停车位{cars}个，充电桩比例不低于30%。",
                "毗邻滨河绿道的{id}地块，建筑限高{height}米，塔楼面宽不大于60米，绿地率{green}%。",
                "作为回迁安置的{id}地块，居住人口{people}人，住宅{homes}套，容积率{far}。",
                "{id}地块现为停车场，规划{use}，占地{ha}公顷，建筑规模{wan}万平方米，建筑密度{cover}%。",
            ),
            "facility": (
                "近期优先实施{name}，建筑面积{floor}平方米，用地面积{site}平方米，预计惠及周边1.5万居民。",
                "{name}现有床位不足，规划床位{beds}张，医护人员配比1:0.6。",
                "{name}规划学位{places}个，师生比1:16，用地面积{site}平方米。",
            ),
            "street": (
                "{name}红线宽度{width}米，为{class}，预留4.5米净空，交叉口间距约220米。",
                "{name}全线贯通，长约1.9公里，红线宽度{width}米。",
            ),
            "use": (
                "{use}（{code}）规划用地{use_ha}公顷，占总用地比例{use_share}%，较上版增加3.1公顷。",
                "本次落实{use}{use_ha}公顷，占总用地的{use_share}%。",
            ),
            "filler": (
                "海绵城市建设目标为2030年80%以上面积达标，调蓄容积约2.3万立方米，内涝防治按30年一遇。",
                "供热热负荷指标取45瓦/平方米，集中供热普及率90%，热力站服务半径不大于800米。",
                "历史建筑3处、古树名木27株予以原址保护，保护范围外扩5米，建控地带高度不超过12米。",
                "交通模型标定误差小于10%，高峰小时平均车速28公里/小时，主要路口饱和度0.82。",
            ),
        },
        "en": {
            "whole": (
                "The area planned is {plan_ha} ha; {people} residents are foreseen, in {homes} dwellings.",
                "Since the last plan 37 sites were sold, 58.3% of them are built and 8.6 billion spent.",
                "There are to be {use_1401} ha of park green space, besides 14 woods and 9 new pocket parks.",
            ),
            "parcel": (
                "{id}: land use {use}; area {ha} ha; floor area ratio at most {far}; building height at most {height} m; green ratio at least {green}%.",
                "The owner of {id} asked for more than 1.2; the committee set the floor area ratio at {far} and the coverage at {cover}%, in 20 working days.",
                "Of the {floor} m² of floor area on parcel {id}, at most 5% may be shops; {cars} parking spaces come with it, 30% of them with chargers.",
                "By the river path, parcel {id} is limited to a height of {height} m, with towers no wider than 60 m, and keeps a green ratio of {green}%.",
                "Parcel {id} rehouses {people} residents in {homes} dwellings at a floor area ratio of {far}.",
                "Now a car park, parcel {id} of {ha} ha becomes {use} with {floor} m² of floor area and a coverage of {cover}%.",
            ),
            "facility": (
                "First to be built is {name}: floor area {floor} m², site area {site} m², for 15,000 people around it.",
                "{name} is short of beds; {beds} beds are planned, with 0.6 nurses for each doctor.",
                "{name} will have {places} places, one teacher to 16 pupils, and a site of {site} m².",
            ),
            "street": (
                "{name}, with a clear height of 4.5 m and crossings 220 m apart, has a right of way of {width} m.",
                "{name} runs for 1.9 km; its red-line width is {width} m.",
            ),
            "use": (
                "{use} ({code}): planned area {use_ha} ha, share {use_share}%, 3.1 ha more than in the last plan.",
                "The plan fixes {use_ha} ha of {use}, {use_share}% of the planned land.",
            ),
            "filler": (
                "By 2030, 80% of the land should hold back rain in 23,000 m³ of basins, against floods of once in 30 years.",
                "Heat demand is taken as 45 W/m²; 90% of homes are on the network, substations serve 800 m around.",
                "3 listed buildings and 27 old trees stay, with 5 m around them; nearby nothing exceeds 12 m.",
            ),
        },
        "ja": {
            "whole": (
                "計画対象の面積は{plan_ha}ha、計画人口は{people}人、住宅戸数は{homes}戸である。",
                "公園緑地の総量は{use_1401}haとし、樹林14か所を残し、小公園9か所を加える。",
                "前回計画以降、37件の土地が供給され、58.3％が完成した。",
            ),
            "parcel": (
                "{id}：用途{use}、敷地面積{ha}ha、容積率{far}以下、高さ{height}m以下、緑地率{green}％以上。",
                "所有者は1.2を超える容積を求めたが、審議により{id}の容積率は{far}、建蔽率は{cover}％と定めた。",
                "区画{id}の延床面積{floor}㎡のうち店舗は5％以下とし、駐車台数{cars}台の3割に充電設備を置く。",
                "川沿いの区画{id}は高さ{height}m、塔の幅60m以下、緑地率{green}％とする。",
                "移転者を受け入れる区画{id}の居住人口は{people}人、住宅は{homes}戸、容積率は{far}とする。",
            ),
            "facility": (
                "先行して{name}を整備し、延床面積{floor}㎡、敷地面積{site}㎡、周辺1.5万人が利用する。",
                "{name}は病床が不足しており、計画病床数は{beds}床、看護比率は1:0.6とする。",
                "{name}の定員は{places}人、教員1人に児童16人、敷地面積は{site}㎡である。",
            ),
            "street": (
                "{name}は有効高4.5m、交差点間隔220mで、計画幅員は{width}mとする。",
                "{name}は延長1.9kmで、幅員は{width}mである。",
            ),
            "use": (
                "{use}（{code}）は計画面積{use_ha}ha、割合{use_share}％で、前回より3.1ha多い。",
                "{use}を{use_ha}haとし、計画区域の{use_share}％を占める。",
            ),
            "filler": (
                "2030年までに面積の80％以上で雨水を2.3万m³貯留し、30年に1度の降雨に備える。",
                "暖房負荷は45W/㎡、普及率は90％、熱供給所の供給圏は800m以内とする。",
                "歴史的建物3棟と名木27本を保存し、周囲5mを保護し、近傍の高さは12m以下とする。",
            ),
        },
    },
    "fifth": {
        "zh": {
            "whole": (
                "规划范围面积{plan_ha}公顷，涉及2个镇、11个行政村，现状户籍人口约1.4万人。",
                "规划常住人口规模为{people}人，规划住宅{homes}套，其中保障性住房占比不低于25%。",
                "公园绿地{use_1401}公顷、城镇住宅用地{use_0701}公顷，详见附表1。",
            ),
            "parcel": (
                "编号{id}的地块拟作{use}，用地面积{ha}公顷，容积率按{far}控制，绿地率取{green}%。",
                "街道界面连续度不低于70%的要求适用于{id}地块，该地块建筑密度{cover}%，限高{height}米。",
                "{id}地块出让价款约3.6亿元，出让年限40年，容积率{far}，建筑面积{floor}平方米。",
                "{id}地块：住宅{homes}套，人口{people}人，停车位{cars}个，其中地面停车不超过10%。",
                "{id}地块内保留厂房2栋，保留建筑高度15米以下部分改造为展厅；规划容积率{far}，建筑密度{cover}%。",
            ),
            "facility": (
                "{name}与周边绿地合建，用地面积{site}平方米，建筑面积{floor}平方米，地下停车80辆。",
                "{name}床位{beds}张，服务半径1公里内老年人口约4200人。",
                "{name}学位{places}个，建筑面积{floor}平方米，距最近小区出入口350米。",
            ),
            "street": (
                "{name}为{class}，红线宽度{width}米，人行道净宽不小于2.5米，路灯间距25米。",
                "{name}全长1.2公里，红线宽度{width}米，计划2026年建成通车。",
            ),
            "use": (
                "{use}（{code}）用地{use_ha}公顷，占比{use_share}%，平均地块规模1.8公顷。",
                "规划{use}面积{use_ha}公顷，占规划总用地的{use_share}%，近期占其中三成。",
            ),
            "filler": (
                "规划新增公交线路6条、首末站2处，公交专用道里程12.5公里，轨道站800米范围人口岗位覆盖率58%。",
                "生活垃圾分类收集率100%，人均日产生量按0.9千克计，转运站转运能力150吨/日。",
                "应急避难场所人均有效面积不小于2平方米，疏散通道宽度不小于15米。",
                "2023年3月8日至4月6日公示期间，共收到书面意见27件，采纳19件，采纳率70.4%。",
            ),
        },
        "en": {
            "whole": (
                "The area of the plan is {plan_ha} ha and takes in 2 towns and 11 villages with some 14,000 people now.",
                "A population of {people} is planned, with {homes} dwellings, a quarter of them affordable.",
                "Park green space of {use_1401} ha and urban housing of {use_0701} ha are listed in table 1.",
            ),
            "parcel": (
                "The parcel numbered {id} is meant for {use}; its site area is {ha} ha, its floor area ratio {far} and its green ratio {green}%.",
                "A frontage of 70% is asked of {id}, with a coverage of {cover}% and a height of {height} m.",
                "{id} was sold for 36 million euros for 40 years at a floor area ratio of {far}, that is {floor} m² of floor area.",
                "Parcel {id}: {homes} dwellings, {people} residents, {cars} parking spaces, at most 10% of them above ground.",
                "Two halls on {id}, 15 m high, are kept as galleries; the floor area ratio is {far} and the coverage {cover}%.",
            ),
            "facility": (
                "{name} is built into a park on {site} m² of land, with {floor} m² of floor area and 80 cars below.",
                "{name} has {beds} beds; some 4,200 people over 60 live within 1 km.",
                "{name} counts {places} places and {floor} m² of floor area, 350 m from the nearest gate.",
            ),
            "street": (
                "{name} has a red-line width of {width} m, sidewalks of at least 2.5 m and lamps every 25 m.",
                "{name}, 1.2 km long and open by 2026, has a right of way of {width} m.",
            ),
            "use": (
                "{use} ({code}) takes {use_ha} ha, {use_share}% of the planned land, in parcels of 1.8 ha on average.",
                "The plan area for {use} is {use_ha} ha or {use_share}% of the planned land, three tenths of it soon.",
            ),
            "filler": (
                "Six bus lines and 12.5 km of bus lanes are added; 58% of people and jobs lie within 800 m of rail.",
                "Waste is put at 0.9 kg a head and day; the transfer station takes 150 t a day.",
                "From 8 March to 6 April 2023 the draft lay open: 27 letters came, 19 were accepted, 70.4%.",
            ),
        },
        "ja": {
            "whole": (
                "計画区域の面積は{plan_ha}haで、2町11村にまたがり、現在の人口は約1.4万人である。",
                "計画人口を{people}人、住宅を{homes}戸とし、その4分の1を公的住宅とする。",
                "公園緑地{use_1401}ha、都市住宅用地{use_0701}haの配置は付表1に示す。",
            ),
            "parcel": (
                "番号{id}の区画は{use}とし、敷地面積は{ha}ha、容積率は{far}、緑地率は{green}％とする。",
                "沿道の壁面率70％以上を求める区画{id}は、建蔽率{cover}％、高さ{height}mとする。",
                "区画{id}の譲渡価格は約36億円、期間は40年、容積率は{far}、延床面積は{floor}㎡である。",
                "区画{id}：住宅{homes}戸、居住人口{people}人、駐車台数{cars}台、うち地上は1割以下。",
                "区画{id}では高さ15mの工場2棟を残して展示場とし、容積率は{far}、建蔽率は{cover}％とする。",
            ),
            "facility": (
                "{name}は緑地と一体で整備し、敷地面積{site}㎡、延床面積{floor}㎡、地下に80台を収める。",
                "{name}の病床は{beds}床で、1km以内に高齢者約4,200人が住む。",
                "{name}は定員{places}人、延床面積{floor}㎡で、最寄りの住宅地から350mにある。",
            ),
            "street": (
                "{name}は幅員{width}m、歩道の有効幅2.5m以上、街路灯は25m間隔とする。",
                "{name}は全長1.2km、幅員{width}mで、2026年に開通する。",
            ),
            "use": (
                "{use}（{code}）は{use_ha}ha、構成比{use_share}％で、平均区画規模は1.8haである。",
                "{use}の面積は{use_ha}haで計画区域の{use_share}％を占め、3割を早期に整備する。",
            ),
            "filler": (
                "バス路線6本と専用レーン12.5kmを加え、駅800m圏に人口と雇用の58％が入る。",
                "ごみは1人1日0.9kgとし、中継施設の能力は1日150tとする。",
                "令和5年3月8日から4月6日までの縦覧で意見書27通を受け、19通を採用した（70.4％）。",
            ),
        },
    },
}


def blind_text(  # noqa: C901 (a loop for each kind of sentence)
    plan: Any, lang: str, batch: str, seed: int = 11, errors: float = 0.05
) -> OfficeText:
    """A text of some batch; between two sentences of the plan stands one that states nothing of it."""
    write, said = Writer(seed, errors), BATCHES[batch][lang]
    frame = plan.layer("parcels").assign(area=plan.layer("parcels").geometry.area)
    whole = frame["area"].sum()
    by_use = frame["area"].groupby(frame["land_use"]).sum()
    by_use = by_use[
        [not any(other != code and other.startswith(code) for other in by_use.index) for code in by_use.index]
    ]
    national = landuse("cn2023")

    def use(code: str) -> str:
        return national.label(code, lang).removeprefix(f"{code} ") if national.known(code) else code

    def filled(template: str, values: dict[str, tuple[float, int] | str]) -> str | None:
        blanks = re.findall(r"\{(\w+)\}", template)
        if any(values.get(one) is None for one in blanks):
            return None
        out = template
        for one in blanks:
            value = values[one]
            told = value if isinstance(value, str) else write.number(*value)
            out = out.replace(f"{{{one}}}", told, 1)
        return out

    def add(template: str, values: dict[str, Any]) -> None:
        sentence = filled(template, values)
        if sentence:
            more = write.one(*said["filler"]) if write.random.random() < 0.6 else ""
            write.paragraph(sentence, " " if more and lang == "en" else "", more)

    totals = {
        "plan_ha": (whole / 1e4, 1), "people": (frame["residents"].sum(), 0),
        "homes": (frame["dwellings"].sum(), 0), "wan": (frame["floor_area_m2"].sum() / 1e4, 1),
        "use_0701": (by_use["0701"] / 1e4, 2), "use_1401": (by_use["1401"] / 1e4, 2),
    }  # fmt: skip
    for template in said["whole"]:
        add(template, totals)
    for at, (code, area) in enumerate(by_use.items()):
        values = {
            "use": use(code),
            "code": code,
            "use_ha": (area / 1e4, 2),
            "use_share": (100 * area / whole, 2),
        }
        add(said["use"][at % len(said["use"])], values)
    rows = frame[frame["far"].notna()]
    for at, (id_, row) in enumerate(rows.iterrows()):
        values = {"id": str(id_), "use": use(row["land_use"])} | {
            key: (row[column] * factor, digits)
            for key, (column, factor, digits) in PARCEL.items()
            if not pd.isna(row[column])
        }
        add(said["parcel"][at % len(said["parcel"])], values)
    for layer, known in (("facilities", FACILITY), ("streets", {"width": ("red_line_width_m", 1, 0)})):
        seen: set[str] = set()
        for _, row in plan.layer(layer).iterrows():
            name = row[f"name_{lang}"]
            widths = plan.layer("streets").loc[
                plan.layer("streets")[f"name_{lang}"] == name, "red_line_width_m"
            ]
            if not name or name in seen or (layer == "streets" and len(set(widths)) > 1):
                continue
            seen.add(name)
            values = {"name": name, "class": {"zh": "城市道路"}.get(lang, "")} | {
                key: (row[column] * factor, digits)
                for key, (column, factor, digits) in known.items()
                if not pd.isna(row[column])
            }
            templates = said["facility" if layer == "facilities" else "street"]
            for template in templates if layer == "facilities" else templates[len(seen) % 2 :][:1]:
                add(template, values)
    return write.made


def pages(document: docx.document.Document) -> int:
    """About how many pages a text fills."""
    return sum(len(one.text) for one in document.paragraphs) // 700

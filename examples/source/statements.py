"""
Every sentence of the notice as a row: our own wording in three languages, and what carries it.

Ids follow the list of the notice's facts: P standing of the plan, S spatial
structure, F functional zoning, I industry, R public facilities and green.
"""

# ruff: noqa: E501 (a sentence stays on one line)

from __future__ import annotations

import pandas as pd

SOURCE = "Notice of the draft block-level regulatory plan, Beijing Daily, 2021-10-25 (English text: wb.beijing.gov.cn)"
#: The same for readers of each language, before the sentence's number.
SOURCES = {
    "source_zh": "《北京日报》2021 年 10 月 25 日所载街区控规草案公示（英文文本见 wb.beijing.gov.cn），",
    "source_en": "Notice of the draft block-level regulatory plan, Beijing Daily, 25 October 2021 (English text: "
    "wb.beijing.gov.cn); ",
    "source_ja": "街区レベル控制性詳細計画草案の公告（北京日報、2021年10月25日。英文は wb.beijing.gov.cn）、",
}

#: id, kind, bound_to, zh, en, ja
ROWS = (
    ("P01", "R", "manifest:level=block, layer:boundary, layer:blocks, layer:parcels",
     "本规划为街区层面的控制性详细规划，目前为草案。",
     "This is a regulatory plan at block level, and it is a draft.",
     "本計画は街区レベルの控制性詳細計画であり、現在は草案である。"),
    ("P02", "C", "rule:zone-notice",
     "规划草案向社会公示30天，征求公众意见。",
     "The draft is open to public opinion for 30 days.",
     "計画草案は30日間公告し、市民の意見を求める。"),
    ("P03", "R", "manifest:authority",
     "规划由北京市规划和自然资源委员会组织编制。",
     "The plan is drawn up under the Beijing Municipal Commission of Planning and Natural Resources.",
     "計画は北京市規划和自然資源委員会のもとで作成された。"),
    ("P04", "R", "layer:boundary",
     "示范区由国家发展和改革委员会于2020年11月批复。",
     "The zone was approved by the National Development and Reform Commission in November 2020.",
     "モデル区は国家発展改革委員会が2020年11月に承認した。"),
    ("P05", "N", "",
     "示范区是全国首个以创新为主题的国际合作示范区，是第14个五年规划时期的重大项目，也是全市开放政策的组成部分。",
     "The zone is China's first demonstration zone for international cooperation on the theme of innovation, "
     "a major project of the period of the 14th Five-Year Plan, and part of the city's opening policy.",
     "モデル区は全国初の、イノベーションを主題とする国際協力モデル区であり、"
     "第14次5か年計画期の重要事業であり、市の開放政策の一部でもある。"),
    ("P06", "N", "programme:ip_service, programme:technology_transfer, measure:programmes_within_800m",
     "有别于单一产业园区，示范区着力营造国际化的创新创业环境，重视科技与知识产权保护。",
     "Other than parks of a single industry, the zone seeks an international setting for innovation and new firms, "
     "with weight on technology and the protection of intellectual property.",
     "単一産業の団地とは異なり、国際的な創新・創業の環境をめざし、技術と知的財産の保護を重んじる。"),
    ("P07", "R", "programme:exchange_venue, programme:incubator, programme:technology_transfer, "
     "measure:programmes_within_800m>0, measure:industry_floor_area>0",
     "功能定位：国际交流与合作的场所、创新驱动发展的样板、高端产业的集聚地、改革开放的先行者。",
     "Its intended roles: a venue for international exchange and cooperation, a model of innovation-driven development, "
     "a cluster of high-end industries, a pacesetter for reform and opening-up.",
     "めざす役割：国際交流と協力の場、イノベーション主導の発展の手本、高度産業の集積地、改革開放の先導役。"),
    ("P08", "N", "measure:blue_green_share, measure:intersection_density, measure:research_programme_share, "
     "measure:culture_within_500m, measure:food_within_500m",
     "追求绿色、宜人、创新、时尚的城市风貌。",
     "The character sought is green, pleasant, innovative and trendy.",
     "緑豊かで心地よく、革新的で洗練された街の姿をめざす。"),
    ("S01", "R", "object:axis, measure:axis_touches_areas>=1, measure:axis_venues>=1",
     "空间结构的轴线为首都南中轴的延长线，示范区与之相连，塑造特色场所。",
     "The axis is the extension of the capital's south-central axis; the zone is tied to it to make distinctive places.",
     "軸は首都の南中軸の延長線であり、モデル区はこれと結びついて特色ある場所をつくる。"),
    ("S02", "C", "object:belt, rule:zone-belt, measure:belt_links_areas=3, measure:belt_southward=1",
     "创新带长九公里，自北向南串联各片区。",
     "The innovation belt of nine kilometres links the areas from north to south.",
     "イノベーションベルトは長さ九キロメートル、北から南へ各地区を結ぶ。"),
    ("S03", "R", "object:core-rd, object:core-life, object:core-mfg, measure:cores_drawn=3, measure:cores_named=3, "
     "measure:cores_in_areas=3, measure:core_concentration>1",
     "三个核心：创新研发、生活服务、智能制造。",
     "Three cores: innovation and R&D, life services, intelligent manufacturing.",
     "三つのコア：イノベーション・研究開発、生活サービス、スマート製造。"),
    ("S04", "R", "layer:areas, measure:areas_drawn=3, measure:areas_with_one_core=3, measure:areas_overlap<=0.01",
     "三个片区各自支撑一个核心。",
     "Three areas, and each supports one core.",
     "三つの地区がそれぞれ一つのコアを支える。"),
    ("S05", "C", "object:rd, rule:zone-area-rd, measure:area_townships[area:rd]=1, measure:area_functions[area:rd]=1",
     "创新研发片区位于西红门镇，面积约3.5平方公里，将建成商务办公与景观的区域中心。",
     "The innovation and R&D area in Xihongmen Township, about 3.5 square kilometres, is to be a regional centre for "
     "business offices and landscape.",
     "イノベーション・研究開発地区は西紅門鎮にあり、面積は約3.5平方キロメートル、業務と景観の地域拠点となる。"),
    ("S06", "C", "object:life, rule:zone-area-life, measure:area_townships[area:life]=2, measure:area_functions[area:life]=1",
     "生活服务片区位于瀛海镇和青云店镇，面积约3.6平方公里，将建成商务服务的区域中心。",
     "The life-services area in Yinghai and Qingyundian Townships, about 3.6 square kilometres, is to be a regional "
     "centre for business services.",
     "生活サービス地区は瀛海鎮と青雲店鎮にあり、面積は約3.6平方キロメートル、ビジネスサービスの地域拠点となる。"),
    ("S07", "C", "object:mfg, rule:zone-area-mfg, measure:area_townships[area:mfg]=1, measure:area_functions[area:mfg]=1",
     "智能制造片区位于黄村镇孙村，面积约2.4平方公里，将建成科技服务的区域中心。",
     "The intelligent-manufacturing area in Suncun, Huangcun Township, about 2.4 square kilometres, is to be a regional "
     "centre for science and technology services.",
     "スマート製造地区は黄村鎮孫村にあり、面積は約2.4平方キロメートル、科学技術サービスの地域拠点となる。"),
    ("S08", "C", "layer:areas, rule:zone-area-sum",
     "各片区合计约9.5平方公里。",
     "Together the areas come to about 9.5 square kilometres.",
     "各地区の合計は約9.5平方キロメートルである。"),
    ("F01", "R", "object:commercial",
     "商务商业功能区以国际化的商务环境吸引国内外优秀企业。",
     "The commercial area draws strong domestic and foreign companies through an international business setting.",
     "業務商業ゾーンは国際的なビジネス環境により国内外の有力企業を引き寄せる。"),
    ("F02", "R", "object:ST-1, object:ST-2, measure:commerce_near_stations>0",
     "建设地铁站，服务该区的商务办公。",
     "Subway stations are built to serve this area of offices and business services.",
     "地下鉄駅を建設し、この業務・ビジネスサービスの区域を支える。"),
    ("F03", "R", "object:rd-manufacturing, programme:university_unit, measure:joint_floor_area>0",
     "研发制造功能区是产学研协同的示范。",
     "The R&D and manufacturing area shows industry, universities and research at work together.",
     "研究開発・製造ゾーンは産学研が連携する手本である。"),
    ("F04", "R", "measure:firm_floor_area[specialised_new]>0, measure:firm_floor_area[hidden_champion]>0, "
     "measure:firm_floor_area[little_giant]>0",
     "吸纳专精特新企业、隐形冠军、小巨人企业。",
     "It takes in specialised makers of new and unique products, hidden champions, and little giants.",
     "専門的で独自の新製品をつくる企業、隠れたチャンピオン、小さな巨人企業を受け入れる。"),
    ("F05", "R", "layer:zones, layer:areas, measure:zone_area_overlay>0",
     "功能区与片区是不同的图层，不必逐一对应。",
     "Functional zones and areas are different layers and need not match one another.",
     "機能ゾーンと地区は別のレイヤであり、互いに対応しなくてよい。"),
    ("I01", "R", "programme:shared_laboratory, measure:industry_focus_rank=1",
     "高端产业集群以医药健康为重点。",
     "The high-end cluster has medicine and health as its focus.",
     "高度産業の集積は医薬・健康を重点とする。"),
    ("I02", "R", "programme:pilot_test, measure:industry_floor_area[manufacturing]>0",
     "培育先进智能制造。",
     "Advanced intelligent manufacturing is fostered.",
     "先進的なスマート製造を育てる。"),
    ("I03", "R", "programme:shared_laboratory, measure:industry_floor_area[digital]>0",
     "发展数字经济。",
     "The digital economy is developed.",
     "デジタル経済を発展させる。"),
    ("I04", "R", "programme:ip_service, measure:industry_floor_area[services]>0",
     "专业服务业高质量成长。",
     "Professional services grow at high quality.",
     "専門サービス業を高い質で伸ばす。"),
    ("I05", "P", "layer:parcels, measure:industry_shares, measure:jobs>0",
     "产业构成以产业与办公建筑面积的比重表示，就业岗位由建筑面积推算。",
     "The industry mix is given as shares of industrial and office floor area, and jobs are reckoned from floor area.",
     "産業構成は産業・業務の床面積の割合で示し、就業者数は床面積から算出する。"),
    ("R01", "C", "rule:zone-edu",
     "基础教育用地达到每千人3984平方米。",
     "Basic-education land reaches 3,984 square metres per thousand people.",
     "基礎教育用地は千人当たり3984平方メートルに達する。"),
    ("R02", "C", "rule:zone-beds",
     "养老机构床位达到每千人9.5张。",
     "Nursing-facility beds reach 9.5 per thousand people.",
     "高齢者施設のベッドは千人当たり9.5床に達する。"),
    ("R03", "C", "rule:zone-culture",
     "公共文化设施建筑面积达到人均0.45平方米。",
     "Public cultural floor area reaches 0.45 square metres per person.",
     "公共文化施設の床面積は人口当たり0.45平方メートルに達する。"),
    ("R04", "R", "layer:stops, measure:modes_per_station>=2, measure:users_near_stations>0",
     "按居民需求布设站点，提供多种交通方式。",
     "Stations are sited to suit people's needs and offer several means of transport.",
     "住民の需要に応じて駅を配置し、多様な交通手段を提供する。"),
    ("R05", "C", "rule:zone-parks-large",
     "建设三座大型公园。",
     "Three large parks are laid out.",
     "大規模公園を三か所つくる。"),
    ("R06", "C", "rule:zone-parks-community",
     "建设若干社区公园。",
     "A number of community parks are laid out.",
     "いくつかの地区公園をつくる。"),
    ("R07", "R", "layer:water, layer:woodland, measure:water_ha>0, measure:woodland_ha>0",
     "留出蓝色水系与绿色森林的空间。",
     "Land is kept for blue water and green forest.",
     "青い水辺と緑の森のための土地を確保する。"),
    ("R08", "C", "rule:zone-green",
     "人均公共绿地达到20平方米。",
     "Public green space reaches 20 square metres per person.",
     "公共緑地は人口当たり20平方メートルに達する。"),
    ("R09", "C", "rule:zone-green-access",
     "居民在500米半径内可达公共绿地。",
     "Residents reach a public green space within a radius of 500 metres.",
     "住民は半径500メートル以内で公共緑地に行ける。"),
)  # fmt: skip


def statement_frame() -> pd.DataFrame:
    """The layer ``statements``, a table without geometry."""
    rows = [
        {
            "statement_id": key,
            "text_zh": zh,
            "text_en": en,
            "text_ja": ja,
            "kind": kind,
            "bound_to": bound or None,
            "source": f"{SOURCE}; {key}",
            **{column: f"{said}{key}" for column, said in SOURCES.items()},
        }
        for key, kind, bound, zh, en, ja in ROWS
    ]
    return pd.DataFrame(rows)

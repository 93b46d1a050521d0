"""Names in Chinese, English and Japanese. Streets, squares and parks are invented."""

from __future__ import annotations

Name = tuple[str, str, str]

AREAS: dict[str, Name] = {
    "rd": ("创新研发片区", "Innovation and R&D area", "イノベーション・研究開発地区"),
    "life": ("生活服务片区", "Life-services area", "生活サービス地区"),
    "mfg": ("智能制造片区", "Intelligent-manufacturing area", "スマート製造地区"),
}
TOWNSHIPS = {
    "rd": "西红门镇 Xihongmen",
    "life": "瀛海镇 Yinghai; 青云店镇 Qingyundian",
    "mfg": "黄村镇孙村 Suncun, Huangcun",
}
#: The same for readers, one language at a time; `TOWNSHIPS` is what a measure counts.
TOWNSHIP_NAMES: dict[str, Name] = {
    "rd": ("西红门镇", "Xihongmen", "西紅門鎮"),
    "life": ("瀛海镇、青云店镇", "Yinghai; Qingyundian", "瀛海鎮、青雲店鎮"),
    "mfg": ("黄村镇孙村", "Suncun, Huangcun", "黄村鎮孫村"),
}
FUNCTIONS: dict[str, Name] = {
    "rd": (
        "商务办公与景观的区域中心",
        "regional centre for business offices and landscape",
        "業務・景観の地域拠点",
    ),
    "life": ("商务服务的区域中心", "regional centre for business services", "ビジネスサービスの地域拠点"),
    "mfg": (
        "科技服务的区域中心",
        "regional centre for science and technology services",
        "科学技術サービスの地域拠点",
    ),
}
#: Land uses whose floor area is the stated function (landscape has none).
FUNCTION_CODES = {"rd": "0902", "life": "0901,0902,0904", "mfg": "0802"}
BLOCKS: dict[str, Name] = {
    "RD-01": ("研发街区", "R&D block", "研究開発街区"),
    "LS-01": ("生活北街区", "Life-services block north", "生活サービス北街区"),
    "LS-02": ("生活南街区", "Life-services block south", "生活サービス南街区"),
    "IM-01": ("制造街区", "Manufacturing block", "製造街区"),
}
STRUCTURE: dict[str, Name] = {
    "axis": ("南中轴延长线", "Extension of the south-central axis", "南中軸延長線"),
    "belt": ("创新带", "Innovation belt", "イノベーションベルト"),
    "core-rd": ("创新研发核", "Innovation and R&D core", "イノベーション・研究開発コア"),
    "core-life": ("生活服务核", "Life-services core", "生活サービスコア"),
    "core-mfg": ("智能制造核", "Intelligent-manufacturing core", "スマート製造コア"),
}
ZONES: dict[str, Name] = {
    "commercial": ("商务商业功能区", "Commercial area", "業務商業ゾーン"),
    "rd-manufacturing": ("研发制造功能区", "R&D and manufacturing area", "研究開発・製造ゾーン"),
}
METRO: dict[str, Name] = {
    "one": ("南线（规划）", "M-South (planned)", "南線（計画）"),
    "both": ("南线、东线（规划）", "M-South, M-East (planned)", "南線・東線（計画）"),
}
STREETS: dict[str, Name] = {
    "expressway": ("京澄快速路", "Jingcheng Expressway", "京澄高速道路"),
    "avenue": ("创新大道", "Innovation Avenue", "イノベーション大通り"),
    "riverside": ("滨河路", "Riverside Road", "リバーサイド通り"),
    "xihe": ("西禾路", "Xihe Road", "西禾通り"),
    "donghe": ("东堤路", "East Bank Road", "東堤通り"),
    "qingnang": ("青囊路", "Qingnang Road", "青囊通り"),
    "yanfa": ("研学路", "Yanxue Road", "研学通り"),
    "lanhai": ("岚海路", "Lanhai Road", "嵐海通り"),
    "anju": ("安居路", "Anju Road", "安居通り"),
    "heming": ("鹤鸣路", "Heming Road", "鶴鳴通り"),
    "yihe": ("怡和路", "Yihe Road", "怡和通り"),
    "zhizao": ("智造路", "Zhizao Road", "智造通り"),
    "jingong": ("精工路", "Jinggong Road", "精工通り"),
}
_CROSS = {
    "rd": "南云 知行 问渠 博观 中轴 望岚 听竹 云台 北云",
    "ln": "瀛南 棠梨 银杏 枫林 瀛海 紫藤 海棠 瀛北",
    "ls": "青南 芦花 青云 雁栖 荷风 稻香 麦浪 青北",
    "mf": "孙南 铸新 匠心 砺剑 金石 智汇 恒力 明德 启航 孙北",
}
_PINYIN = {
    "rd": "Nanyun Zhixing Wenqu Boguan Zhongzhou Wanglan Tingzhu Yuntai Beiyun",
    "ln": "Yingnan Tangli Yinxing Fenglin Yinghai Ziteng Haitang Yingbei",
    "ls": "Qingnan Luhua Qingyun Yanqi Hefeng Daoxiang Mailang Qingbei",
    "mf": "Sunnan Zhuxin Jiangxin Lijian Jinshi Zhihui Hengli Mingde Qihang Sunbei",
}
_JAPANESE = {
    "rd": "南雲 知行 問渠 博観 中軸 望嵐 聴竹 雲台 北雲",
    "ln": "瀛南 棠梨 銀杏 楓林 瀛海 紫藤 海棠 瀛北",
    "ls": "青南 芦花 青雲 雁棲 荷風 稲香 麦浪 青北",
    "mf": "孫南 鋳新 匠心 砺剣 金石 智匯 恒力 明徳 啓航 孫北",
}
for _key, _words in _CROSS.items():
    _ends = {0: "south", len(_words.split()) - 1: "north"}
    _names = zip(_words.split(), _PINYIN[_key].split(), _JAPANESE[_key].split(), strict=True)
    for _b, (_zh, _en, _ja) in enumerate(_names):
        STREETS[f"{_key}_{_ends.get(_b, _b)}"] = (f"{_zh}街", f"{_en} Street", f"{_ja}街")

STATIONS: dict[str, Name] = {
    "ST-1": ("云台站", "Yuntai", "雲台駅"),
    "ST-2": ("问渠站", "Wenqu", "問渠駅"),
    "ST-3": ("瀛海站", "Yinghai Centre", "瀛海中央駅"),
}
RIVER: Name = ("澄河", "Cheng River", "澄河")
WOODS: Name = ("滨河林带", "Riverside woods", "河畔林")
RAIL: Name = ("京澄货运铁路", "Jingcheng freight railway", "京澄貨物線")


def columns(name: Name, column: str = "name") -> dict[str, str]:
    """The three columns of a row that say a name, or another text, in each language."""
    return dict(zip((f"{column}_zh", f"{column}_en", f"{column}_ja"), name, strict=True))

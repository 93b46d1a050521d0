"""
Headings of fields as people write them: what is the name, what is the unit.

Traditional Chinese signs, as in Taiwan, Hong Kong and Macao, put into simplified ones to compare names.

Only signs that stand in words of planning, each with one simplified sign; texts of the plan stay as written.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Unit as written (plain, lower case) -> unit as the door calls it.
UNITS = {
    "%": "%", "百分比": "%", "‰": "permille",
    "m": "m", "米": "m", "公尺": "m", "km": "km", "千米": "km", "公里": "km",
    "m2": "m2", "平方米": "m2", "平米": "m2", "平方公尺": "m2", "m²": "m2", "sqm": "m2",
    "万m2": "1e4 m2", "万平方米": "1e4 m2", "万平米": "1e4 m2", "万方": "1e4 m2", "万平": "1e4 m2",
    "ha": "ha", "hm2": "ha", "hm²": "ha", "公顷": "ha", "公頃": "ha", "h m2": "ha", "顷": "1e2 mu",
    "亩": "mu", "畝": "mu", "km2": "km2", "平方公里": "km2", "平方千米": "km2",
    "平方": "m2", "メートル": "m", "平方メートル": "m2", "ヘクタール": "ha",
    "人": "1", "户": "1", "个": "1", "辆": "1", "班": "1", "床": "1", "张": "1", "座": "1", "车位": "1",
    "泊位": "1",
    **dict.fromkeys(("戸", "台", "棟", "クラス"), "1"),
    "m2t/m2s": "1", "处": "1", "所": "1", "个/户": "per dwelling",
    "万人": "1e4", "千人": "1e3", "百人": "1e2", "万户": "1e4",
    **dict.fromkeys(("层", "層", "階", "층"), "storeys"),
    **dict.fromkeys(("명", "인", "세대", "대", "호"), "1"),
}  # fmt: skip
_BRACKETS = re.compile(r"[(\[【〔{<]([^()\[\]【】〔〕{}<>]*)[)\]】〕}>]")
_BEHIND = re.compile(r"^(.*?)[/:_\-,]*(万平方米|万平米|万m2|平方米|公顷|hm2|m2|ha|亩|%|米|m|万人)$")
_BEFORE = re.compile(
    r"现状(?!规划|保留|/)|现有|既有|原(?:有|规划|控规|方案|批复|指标)|(?:调整|修改|变更|修编|优化)前|existing|before\b|現[況状]",
    re.IGNORECASE,
)
#: Words beside the name of a figure that leave it what it is.
_NEUTRAL = re.compile(
    r"规划|計画|计划|控制|管控|指导|引导|地块|宗地|分地块|用地|建设|建筑|项目|土地|地上|计容|控规|详规|法定|调整后|修改后|修编后|优化后"
    r"|指标|数值|数据|参数|要求|建议|设计|核定|批准|批复|方案|拟定|规定|允许|限制|限定|单位|合计|规模|情况|平均"
    r"|上限|下限|最大|最高|区间|范围|控制在|不大于|不小于|不高于|不低于|不超过"
    r"|以内|以上|以下|小于|大于|等于|综合|总计|总|[净毛各本拟新值数量的の及和或与约至一二三四五六七八九十]|注"
)
#: A sign of a bound at the end of a name (`容积率≤`, `FAR ≤`).
_BOUND = re.compile(r"(?<=.)([≤≦])$|(?<=.)[≥≧]$")
_SPACE = re.compile(r"[\s_\-·.:,;、*]+")
_MARKS = re.compile(r"[①②③④⑤⑥⑦⑧⑨⑩]|[(（\[]注\d*[)）\]]|(?<=.)注\d+$|\*+$")


def plain(text: str) -> str:
    r"""
    A name as it is compared: full width made half, without spaces and marks, lower case, simplified signs.

    Examples
    --------
    >>> plain("地 块\n编号"), plain("ＤＫＢＨ"), plain("RJL_SX")
    ('地块编号', 'dkbh', 'rjlsx')
    """
    return simplified(_SPACE.sub("", unicodedata.normalize("NFKC", text)).lower())


def name_parts(name: str) -> set[str]:
    """
    The words of a layer's name that is put together of several.

    Examples
    --------
    >>> sorted(name_parts("0-DL-ZXX")), sorted(name_parts("0-用地"))
    (['zxx'], ['用地'])
    """
    parts = {plain(one) for one in re.split(r"[-_$|. ]+", name)}
    return {one for one in parts if len(one) > (2 if one.isascii() else 1)}


@lru_cache(maxsize=8192)
def name_and_unit(title: str) -> tuple[str, str]:
    r"""
    The name of a heading and the unit it says ("" where it says none); both plain.

    Examples
    --------
    >>> name_and_unit("用地面积\n（公顷）"), name_and_unit("容积率（上限）"), name_and_unit("建筑密度%")
    (('用地面积', 'ha'), ('容积率上限', ''), ('建筑密度', '%'))
    >>> name_and_unit("居住人口（人）"), name_and_unit("备注")
    (('居住人口', '1'), ('备注', ''))
    >>> name_and_unit("DKBH"), name_and_unit("建筑面积(万㎡)"), name_and_unit("限高/m")
    (('dkbh', ''), ('建筑面积', '1e4 m2'), ('限高', 'm'))
    >>> name_and_unit("用地面积（公顷/亩）"), name_and_unit("建筑密度 ≤ （%）")
    (('用地面积', ''), ('建筑密度上限', '%'))
    """
    text = unicodedata.normalize("NFKC", _MARKS.sub("", title)).strip()
    unit = ""
    for inside in _BRACKETS.findall(text):
        said = [
            UNITS.get(one)
            for one in re.sub(r"^(?:单位)[:：]?", "", "".join(inside.split()).lower()).split("/")
        ]
        if all(said):
            # Of two (公顷/亩) neither is the unit of a bare number.
            unit = str(said[0]) if len(said) == 1 else ""
            text = re.sub(rf"[(\[【〔{{<]{re.escape(inside)}[)\]】〕}}>]", "", text)
    name = plain(re.sub(r"[()\[\]【】〔〕{}<>]", "", text))
    if not unit:
        behind = _BEHIND.match(unicodedata.normalize("NFKC", text).strip().lower().replace(" ", ""))
        # A Latin name may end in m or ha of its own; a Chinese one does not.
        if (
            behind
            and behind[1]
            and (not behind[2].isascii() or not behind[1][-1].isalnum() or not behind[1].isascii())
        ):
            name, unit = plain(behind[1]), UNITS.get(behind[2], "")
    upper, lower = ("max", "min") if name[:-1].isascii() else ("上限", "下限")
    return _BOUND.sub(lambda sign: upper if sign[1] else lower, name), unit


#: Words before the name of a figure that make it the plan's own.
PLANNED = re.compile(r"^(?:本次规划|规划|gh(?=[a-z]{3})|拟定|(?:控规)?(?:调整|修改|变更|修编|优化)后)")


def says_before(text: str) -> bool:
    """
    Whether a heading is of what is there today, or was before an amendment: none of the plan's own figures.

    Examples
    --------
    >>> [says_before(one) for one in ("现状", "调整前指标", "原控规", "existing FAR", "规划", "调整后")]
    [True, True, True, True, False, False]
    """
    return _BEFORE.match(unicodedata.normalize("NFKC", text).strip()) is not None


def narrower(beside: str) -> bool:
    """
    Whether words beside the name of a figure make another figure of it, as `商业` does of `建筑面积`.

    Examples
    --------
    >>> [narrower(one) for one in ("规划", "控制指标", "上限", "far", "商业", "不", "奖励", "地下", "非")]
    [False, False, False, False, True, True, True, True, True]
    """
    return any(sign >= "\u2e80" for sign in _NEUTRAL.sub("", beside))


def is_unit_text(text: str) -> bool:
    """Whether a cell holds nothing but a unit, as the row below a heading may."""
    inner = re.sub(r"[()（）\[\]]", "", unicodedata.normalize("NFKC", text))
    return "".join(inner.split()).lower() in UNITS


_PAIRS = (
    "編编 號号 區区 規规 劃划 畫划 綠绿 層层 樓楼 築筑 單单 戶户 寬宽 線线 園园 場场 廣广 學学 國国 醫医 "
    "療疗 護护 養养 圖图 書书 館馆 體体 運运 動动 車车 電电 變变 衛卫 廠厂 業业 產产 務务 設设 備备 註注 "
    "說说 現现 狀状 開开 發发 權权 屬属 辦办 關关 機机 鐵铁 軌轨 農农 類类 別别 種种 質质 範范 圍围 邊边 "
    "構构 標标 準准 點点 數数 總总 縣县 鄉乡 鎮镇 廟庙 營营 處处 長长 齡龄 兒儿 託托 職职 專专 統统 歷历 "
    "觀观 環环 墳坟 淨净 縱纵 橫横 適适 應应 會会 員员 億亿 萬万 畝亩 頃顷 積积 計计 執执 節节 鋪铺 舖铺 "
    "濱滨 灣湾 島岛 礦矿 蓋盖 廢废 棄弃 殘残 復复 後后 側侧 進进 達达 還还 選选 遷迁 臺台 燈灯 煙烟 氣气 "
    "熱热 庫库 廳厅 隊队 際际 險险 隨随 階阶 陽阳 雜杂 離离 雙双 頂顶 項项 預预 領领 額额 題题 顯显 飛飞 "
    "飲饮 駐驻 騎骑 驛驿 魚鱼 鹽盐 麥麦 黃黄 齊齐 龍龙 約约 級级 組组 結结 給给 網网 緩缓 縮缩 維维 綜综 "
    "緊紧 續续 聯联 聲声 腳脚 與与 舊旧 莊庄 華华 藍蓝 藝艺 蘭兰 補补 裝装 複复 見见 視视 訂订 記记 許许 "
    "評评 試试 詳详 認认 語语 調调 請请 證证 識识 議议 讓让 負负 財财 貨货 販贩 貿贸 費费 資资 賣卖 賞赏 "
    "購购 軍军 軟软 較较 輕轻 輸输 轉转 連连 週周 過过 遠远 遊游 鄰邻 針针 鋼钢 錄录 鎖锁 門门 閉闭 間间 "
    "閱阅 陸陆 陰阴 陳陈 雲云 靜静 順顺 頭头 風风 馬马 驗验 鮮鲜 鳥鸟 東东 橋桥 樁桩 檢检 歲岁 殯殡 毀毁 "
    "溝沟 滅灭 漁渔 潔洁 濕湿 灘滩 爐炉 獨独 異异 當当 盡尽 監监 碼码 礎础 禮礼 稅税 穩稳 窪洼 競竞 筆笔 "
    "籃篮 糧粮 紅红 純纯 紙纸 細细"
)
#: Sign -> sign, as `str.translate` wants it.
SIMPLIFIED = {ord(pair[0]): pair[1] for pair in _PAIRS.split()}


def simplified(text: str) -> str:
    """
    A text in simplified signs, as far as the table goes.

    Examples
    --------
    >>> simplified("道路中心線寬度"), simplified("用途地域")
    ('道路中心线宽度', '用途地域')
    """
    return text if text.isascii() else text.translate(SIMPLIFIED)

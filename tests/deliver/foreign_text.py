"""
Invented texts of thirty pages in another style, in three languages, that no word list was made for.

They read like a consultant's note rather than a code-like list: subjects come late, clauses are inverted,
figures stand in brackets, in lists and behind ``respectively``. Figures come from the plan's layers alone.
"""

from __future__ import annotations

import pandas as pd
from tests.deliver.office_text import OfficeText, Writer

from blockplan.plan.model.codes import landuse

#: Sentences whose numbers state nothing of the plan.
FILLER = {
    "zh": (
        "本报告分为七章，第三章与附件2互为补充；2022年6月15日召开的第3次专家会对此无异议。",
        "按照《建筑设计防火规范》（GB 50016-2014）第7.1.8条，另行开展专项论证。",
        "慢行系统以10分钟步行为尺度组织，图4-1示意其骨架。",
        "相关数据采集于2020年11月，经3轮复核后定稿。",
    ),
    "en": (
        "The draft was shown from 25 October to 23 November 2021; Table 4-2 and Figure 3 sum it up.",
        "Article 12 of the local code and Section 5.1 of this note govern the details; see also Annex 2.",
        "Most errands can be done within 15 minutes, and buses call every 8 minutes at peak times.",
        "Fieldwork took 6 weeks in 2020. Three rounds of review followed before the text was closed.",
    ),
    "ja": (
        "本書は7章からなり、第3章と図4-1をあわせて参照されたい。",
        "2021年10月25日から11月23日まで縦覧に供し、第2回審議会で了承を得た。",
        "徒歩10分圏を単位として歩行者動線を組み立て、表3-2に整理した。",
        "令和3年4月の調査をもとに、3か月をかけて素案を取りまとめた。",
    ),
}


def foreign_text(plan, lang: str, seed: int = 1, errors: float = 0.05, parcels: int = 170) -> OfficeText:
    """A text of a plan in one language; `errors` is the share of figures that go wrong."""
    write = Writer(seed, errors)
    {"zh": _zh, "en": _en, "ja": _ja}[lang](write, plan, _rows(plan, parcels, seed))
    return write.made


def _rows(plan, parcels: int, seed: int):
    frame = plan.layer("parcels")
    rows = frame[frame["far"].notna() & frame["floor_area_m2"].notna() & frame["height_m"].notna()]
    return rows.sample(min(parcels, len(rows)), random_state=seed)


def _fill(write: Writer, lang: str) -> str:
    return FILLER[lang][write.random.integers(len(FILLER[lang]))]


def _uses(plan, lang):
    frame, national = plan.layer("parcels"), landuse("cn2023")
    codes = [code for code in frame["land_use"].dropna().unique() if national.known(code)]
    for code in sorted(codes):
        if not any(other != code and other.startswith(code) for other in codes):
            rows = frame["land_use"] == code
            area = frame.geometry.area[rows].sum()
            name = national.label(code, lang).removeprefix(f"{code} ")
            yield name, area, 100 * area / frame.geometry.area.sum()


def _facts(row):
    return row.geometry.area, row["far"], row["floor_area_m2"], row["height_m"]


def _widths(plan, lang):
    frame = plan.layer("streets")
    for name, found in frame.groupby(f"name_{lang}")["red_line_width_m"]:
        widths = set(found)
        if name and len(widths) == 1 and found.notna().all():
            yield name, widths.pop()


def _zh(write: Writer, plan, rows) -> None:
    n, one = write.number, write.one
    write.made.document.add_heading("概况")
    people = n(plan.layer("parcels")["residents"].sum(), 0)
    write.paragraph(f"到目标年，这里将有{people}名居民。", _fill(write, "zh"))
    for name, area, share in _uses(plan, "zh"):
        ha, part = n(area / 1e4, 2), n(share, 2)
        write.paragraph(
            one(
                f"在各类用地中，{name}合计{ha}公顷（占比{part}%）。",
                f"{name}：{ha} ha，比重{part}％。",
            )
        )
    for id_, row in rows.iterrows():
        write.paragraph(
            _parcel_zh(write, id_, *_facts(row)), _both(write, row, RATIOS["zh"]), _fill(write, "zh")
        )
    for name, width in _widths(plan, "zh"):
        write.paragraph(f"沿{name}（宽{n(width, 0)}米）布置行道树。")
    _facilities(write, plan, "zh")


def _parcel_zh(write: Writer, id_, area, far, floor, height) -> str:
    n = write.number
    return write.one(
        lambda: f"就{id_}而言，占地{n(area, 0)}㎡，可建建筑面积{n(floor, 0)}㎡，限高{n(height, 0)}m。",
        lambda: (
            f"{id_}（用地{n(area / 1e4, 2)}ha）的建筑规模控制在{n(floor / 1e4, 2)}万㎡，"
            f"高度{n(height, 0)}米。"
        ),
        lambda: f"关于{id_}：容积率{n(far, 2)}；用地面积{n(area / 1e4, 3)}公顷；控高{n(height, 0)}米。",
    )


def _en(write: Writer, plan, rows) -> None:
    n, one = write.number, write.one
    write.made.document.add_heading("Overview")
    frame = plan.layer("parcels")
    write.paragraph(
        f"Once complete, the district will have a population of {n(frame['residents'].sum(), 0)}. ",
        f"Its dwellings number {n(frame['dwellings'].sum(), 0)}. ",
        _fill(write, "en"),
    )
    for name, area, share in _uses(plan, "en"):
        ha, part = n(area / 1e4, 2), n(share, 2)
        write.paragraph(
            one(
                f"{name} covers {ha} ha, or {part} % of the planned land. ",
                f"{name} accounts for {part} per cent of the total ({ha} hectares). ",
                f"Some {ha} ha are set aside for {name.lower()}, a share of {part}%. ",
            ),
            _fill(write, "en"),
        )
    for id_, row in rows.iterrows():
        write.paragraph(
            _parcel_en(write, id_, *_facts(row)), _both(write, row, RATIOS["en"]), _fill(write, "en")
        )
    for name, width in _widths(plan, "en"):
        said = n(width, 0)
        write.paragraph(one(f"{name} is {said} m wide. ", f"The right-of-way of {name} is {said} metres. "))
    _facilities(write, plan, "en")


def _parcel_en(write: Writer, id_, area, far, floor, height) -> str:
    n = write.number
    return write.one(
        lambda: (
            f"Parcel {id_} measures {n(area, 0)} m², carries a gross floor area of {n(floor, 0)} m² "
            f"and may rise to a height of {n(height, 0)} m. "
        ),
        lambda: (
            f"At {id_}, the site area is {n(area / 1e4, 2)} ha; the maximum floor area ratio is "
            f"{n(far, 2)} and the maximum height {n(height, 0)} metres. "
        ),
        lambda: (
            f"With a plot ratio of {n(far, 2)}, parcel {id_} has a floor area of {n(floor, 0)} sq m "
            f"on a site area of {n(area / 1e4, 3)} hectares. "
        ),
    )


def _ja(write: Writer, plan, rows) -> None:
    n, one = write.number, write.one
    write.made.document.add_heading("概要")
    people = n(plan.layer("parcels")["residents"].sum(), 0)
    write.paragraph(f"目標年次における計画人口は{people}人とする。", _fill(write, "ja"))
    for name, area, share in _uses(plan, "ja"):
        ha, part = n(area / 1e4, 2), n(share, 2)
        write.paragraph(
            one(
                f"{name}の面積は{ha}haで、全体の{part}％を占める。",
                f"{name}は{ha}ヘクタール、構成比{part}％である。",
            ),
            _fill(write, "ja"),
        )
    for id_, row in rows.iterrows():
        write.paragraph(
            _parcel_ja(write, id_, *_facts(row)), _both(write, row, RATIOS["ja"]), _fill(write, "ja")
        )
    for name, width in _widths(plan, "ja"):
        said = n(width, 0)
        write.paragraph(one(f"{name}の幅員は{said}mである。", f"幅員{said}mの{name}を整備する。"))
    _facilities(write, plan, "ja")


def _parcel_ja(write: Writer, id_, area, far, floor, height) -> str:
    n = write.number
    return write.one(
        lambda: (
            f"区画{id_}は敷地面積{n(area, 0)}㎡、延床面積{n(floor, 0)}㎡、"
            f"高さの最高限度{n(height, 0)}mである。"
        ),
        lambda: (
            f"{id_}の容積率は{n(100 * far, 0)}％、敷地は{n(area / 1e4, 2)}ha、"
            f"最高高さは{n(height, 0)}メートルとする。"
        ),
        lambda: (
            f"敷地面積{n(area / 1e4, 3)}haの{id_}では、延べ面積を{n(floor / 1e4, 2)}万㎡、"
            f"高さを{n(height, 0)}mとする。"
        ),
    )


RATIOS = {
    "zh": "其建筑密度与绿地率分别取{}%和{}%。",
    "en": "Site coverage and green ratio are {}% and {}% respectively. ",
    "ja": "建蔽率と緑地率はそれぞれ{}％、{}％である。",
}
SAID = {
    "zh": ("{name}落在{host}", "，占地{site}平方米", "，建筑面积{floor}平方米", "。"),
    "en": (
        "{name} stands in parcel {host}",
        " on a site area of {site} m²",
        " with a floor area of {floor} m²",
        ". ",
    ),
    "ja": ("{name}は{host}に位置し", "、敷地面積{site}㎡", "、延床面積{floor}㎡", "である。"),
}


def _both(write: Writer, row, said: str) -> str:
    """Both ratios in one sentence, where the parcel has both."""
    both = (row["coverage_ratio"], row["green_ratio"])
    return (
        ""
        if any(pd.isna(one) for one in both)
        else said.format(*(write.number(100 * one, 0) for one in both))
    )


def _facilities(write: Writer, plan, lang: str) -> None:
    first, site, floor, end = SAID[lang]
    for _, row in plan.layer("facilities").iterrows():
        if not row[f"name_{lang}"]:
            continue
        said = first.format(name=row[f"name_{lang}"], host=row["parcel_id"])
        if not pd.isna(row["site_area_m2"]):
            said += site.format(site=write.number(row["site_area_m2"], 0))
        if not pd.isna(row["floor_area_m2"]):
            said += floor.format(floor=write.number(row["floor_area_m2"], 0))
        write.paragraph(said + end)

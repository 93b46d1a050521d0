"""
An invented text of an office for a plan, of about thirty pages, with errors at known places.

Every figure is taken from the plan's layers here, without the code that binds figures; phrases, units and
orders of words vary; between them stand numbers that state nothing of the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import docx
import numpy as np
import pandas as pd

from blockplan.plan.model.codes import landuse

FILLER = (
    "依据《城市居住区规划设计标准》（GB 50180-2018）第4.0.2条及相关规定，于2021年9月30日完成草案编制。",
    "（1）坚持以人民为中心的发展思想，优化空间布局，详见图3-2和表2-1。",
    "新建住宅建筑应满足大寒日日照不低于2小时的标准要求，具体按第12条执行。",
    "按照15分钟生活圈的要求，统筹配置公共服务设施，完善慢行系统，提升公共空间品质。",
    "规划实施以来，各部门于2020年10月至2021年3月多次听取意见，形成共识，并报市政府第5次会议审议。",
    "本次编制遵循生态优先、集约节约、公众参与的原则，注重历史文化保护与城市风貌塑造，强化要素保障。",
)


@dataclass
class OfficeText:
    """A document, how many figures of the plan it states, and what was written wrongly where."""

    document: object
    stated: int = 0
    wrong: list = field(default_factory=list)


class Writer:
    """Writes sentences; now and then a figure goes wrong."""

    def __init__(self, seed: int, errors: float) -> None:
        self.random = np.random.default_rng(seed)
        self.errors = errors
        self.made = OfficeText(docx.Document())

    def number(self, value: float, decimals: int) -> str:
        """A figure as it should be written, or a wrong one that differs in its digits."""
        self.made.stated += 1
        right = f"{value:.{decimals}f}"
        if self.random.random() >= self.errors:
            return right
        step = 10.0**-decimals
        wrong = value + self.random.choice([-1, 1]) * max(
            step * 2, abs(value) * self.random.uniform(0.03, 0.3)
        )
        said = f"{abs(wrong):.{decimals}f}"
        if said == right or float(said) == 0:
            return right
        self.made.wrong.append(said)
        return said

    def one(self, *phrases) -> str:
        """One of some phrases; those with figures are made only when they are taken."""
        chosen = phrases[self.random.integers(len(phrases))]
        return chosen() if callable(chosen) else chosen

    def paragraph(self, *sentences: str) -> None:
        paragraph = self.made.document.add_paragraph()
        for sentence in filter(None, sentences):
            # Runs as a hand leaves them: some of a sentence, some of a few letters.
            cut = int(self.random.integers(0, len(sentence)))
            paragraph.add_run(sentence[:cut])
            paragraph.add_run(sentence[cut:]).bold = bool(self.random.random() < 0.1)

    def table(self, heads, rows) -> None:
        table = self.made.document.add_table(rows=1, cols=len(heads))
        for cell, head in zip(table.rows[0].cells, heads, strict=True):
            cell.text = head
        for row in rows:
            for cell, value in zip(table.add_row().cells, row, strict=True):
                cell.text = value


def office_text(plan, seed: int = 1, errors: float = 0.04, parcels: int = 150) -> OfficeText:
    """A text of a plan; `errors` is the share of figures that go wrong, `parcels` how many are described."""
    write = Writer(seed, errors)
    n, one = write.number, write.one
    frame = plan.layer("parcels")
    whole = frame.geometry.area.sum()
    write.made.document.add_heading("1 总则")
    write.paragraph(
        f"规划范围总用地面积为{n(whole / 1e4, 1)}公顷，",
        f"规划居住人口约{n(frame['residents'].sum() / 1e4, 2)}万人。",
        f"规划期限为2021-{plan.manifest.horizon}年。" if plan.manifest.horizon else "",
        f"规划住宅套数{n(frame['dwellings'].sum(), 0)}套，",
        f"总建筑面积{n(frame['floor_area_m2'].sum() / 1e4, 2)}万平方米。",
    )
    write.made.document.add_heading("2 用地布局")
    national = landuse("cn2023")
    for code, land in frame.geometry.area.groupby(frame["land_use"]).sum().items():
        if not national.known(code) or any(
            other != code and other.startswith(code) for other in frame["land_use"].dropna()
        ):
            continue
        name = national.label(code, "zh").removeprefix(f"{code} ")
        ha, share = n(land / 1e4, 2), n(100 * land / whole, 2)
        write.paragraph(
            one(
                f"规划{name}{ha}公顷，占总用地的{share}%。",
                f"{name}（{code}）用地面积为{ha}公顷，占比{share}%。",
                f"{name}面积{ha}hm²，占规划范围的{share}％，布局见图2-3。",
            ),
            FILLER[write.random.integers(len(FILLER))],
        )
    write.made.document.add_heading("3 地块控制")
    rows = frame[frame["far"].notna() & frame["floor_area_m2"].notna()]
    rows = rows.sample(min(parcels, len(rows)), random_state=seed)
    for id_, row in rows.iterrows():
        _parcel(write, str(id_), row, national)
    write.table(
        ["地块编号", "用地代码", "用地面积（公顷）", "容积率", "建筑面积（平方米）"],
        [
            [
                str(id_),
                str(row["land_use"]),
                n(row.geometry.area / 1e4, 2),
                n(row["far"], 2),
                n(row["floor_area_m2"], 0),
            ]
            for id_, row in rows.head(60).iterrows()
        ],
    )
    write.made.document.add_heading("4 公共服务设施")
    _facilities(write, plan)
    write.made.document.add_heading("5 道路交通")
    streets = plan.layer("streets")
    for name, width in streets.groupby("name_zh")["red_line_width_m"].first().dropna().head(60).items():
        said = n(width, 0)
        write.paragraph(one(f"{name}红线宽度{said}米。", f"规划{name}，道路红线宽度为{said}m，双向通行。"))
    return write.made


def _parcel(write: Writer, id_: str, row, national) -> None:
    n, one = write.number, write.one
    use = (
        national.label(row["land_use"], "zh").removeprefix(f"{row['land_use']} ")
        if national.known(row["land_use"])
        else ""
    )
    area, far, floor = row.geometry.area, row["far"], row["floor_area_m2"]
    said = [
        one(
            lambda: f"地块{id_}为{use}，用地面积{n(area / 1e4, 2)}公顷，容积率不大于{n(far, 2)}。",
            lambda: f"{id_}地块位于规划区内，面积约{n(area, 0)}平方米，容积率{n(far, 2)}。",
            lambda: f"其中，{id_}号地块用地面积为{n(area / 1e4, 3)}ha，容积率上限{n(far, 2)}，按第8条执行。",
        )
    ]
    said.append(
        one(
            lambda: f"规划建筑面积{n(floor, 0)}平方米。",
            lambda: f"该地块计容建筑面积为{n(floor / 1e4, 2)}万平方米。",
        )
    )
    more = [
        (column, word, row[column])
        for column, word in (("coverage_ratio", "建筑密度"), ("green_ratio", "绿地率"))
        if not pd.isna(row[column])
    ]
    if len(more) == 2 and write.random.random() < 0.5:
        said.append(f"建筑密度、绿地率分别为{n(100 * more[0][2], 0)}%、{n(100 * more[1][2], 0)}%。")
    else:
        said += [f"{word}{one('为', '控制为', '不大于')}{n(100 * value, 0)}%。" for _, word, value in more]
    if not pd.isna(row["height_m"]):
        said.append(
            one(
                lambda: f"建筑限高{n(row['height_m'], 0)}米。",
                lambda: f"建筑高度不超过{n(row['height_m'], 0)}m。",
            )
        )
    write.paragraph(*said, write.one(*FILLER) if write.random.random() < 0.5 else "")


def _facilities(write: Writer, plan) -> None:
    n, one = write.number, write.one
    frame = plan.layer("facilities")
    for service, word in (("kindergarten", "幼儿园"), ("primary_school", "小学"), ("hospital", "医院")):
        count = int((frame["service"] == service).sum())
        if count:
            said = n(count, 0)
            write.paragraph(
                one(f"规划共设置{word}{said}所。", f"区内布局{said}所{word}，服务半径按标准执行。")
            )
    for _, row in frame.iterrows():
        if not row["name_zh"]:
            continue
        said = [f"{one('规划新建', '设置', '保留')}{row['name_zh']}，位于{row['parcel_id']}地块"]
        for column, word, unit in (
            ("site_area_m2", "用地面积", "平方米"), ("floor_area_m2", "建筑面积", "㎡"),
            ("beds", "床位", "张"), ("places", "可提供", "个学位"),
        ):  # fmt: skip
            if not pd.isna(row[column]) and not (column == "places" and row["service"] not in SCHOOLS):
                said.append(f"{word}{n(row[column], 0)}{unit}")
        write.paragraph("，".join(said) + "。", one(*FILLER))


SCHOOLS = frozenset({"kindergarten", "primary_school", "secondary_school", "nine_year_school"})

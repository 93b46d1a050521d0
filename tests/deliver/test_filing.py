"""What an office fills into the filing form is read as it means it."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import docx
import pytest
from tests.support.town import town

from blockplan.deliver.filing import fill, form_document, read_answers
from blockplan.deliver.from_profile import restore
from blockplan.deliver.package import Package
from blockplan.deliver.profile import load_delivery_profile
from blockplan.deliver.quality import PackageFacts
from blockplan.deliver.quality.finding import TEXTS as QUALITY_TEXTS
from blockplan.deliver.quality.parts import form
from blockplan.deliver.to_profile import carry
from blockplan.errors import MappingError


@pytest.mark.parametrize(("given", "written"), [("yes", "是"), ("true", "是"), ("no", "否"), ("甲", "甲")])
def test_yes_and_no_are_written_as_the_form_has_them(tmp_path: Path, given: str, written: str) -> None:
    profile = load_delivery_profile("deqing")
    key = profile.filing.form[0].key
    (tmp_path / "form.yaml").write_text(f"{key}: {given}", encoding="utf-8")
    assert read_answers(tmp_path / "form.yaml", profile) == {key: written}


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    profile = load_delivery_profile("deqing")
    key = profile.filing.form[0].key
    (tmp_path / "form.yaml").write_text(f"{key}: 1\n{key}: 2", encoding="utf-8")
    with pytest.raises(MappingError, match=f"line 2: key '{key}' stands here a second time"):
        read_answers(tmp_path / "form.yaml", profile)


def test_the_form_to_sign_says_kind_and_system_in_words_and_a_million_people_in_figures() -> None:
    profile = load_delivery_profile("hangzhou-xg")
    form = {one.key: None for one in profile.filing.form}
    of = {one.source: one.key for one in profile.filing.form}
    form |= {of["filing:kind"]: "1", of["filing:residents"]: 1_234_567.0}
    form |= {of["plan:crs"]: "EPSG:4548"}
    book = docx.Document(io.BytesIO(form_document(profile, form, dt.date(2026, 1, 1))))
    said = {row.cells[0].text: row.cells[1].text for row in book.tables[0].rows}
    assert said["备案类型 *"] == f"1 {profile.filing.kinds[0].name}"
    assert said["规划居住人口"] == "1,234,567"
    assert said["数据坐标系 *"] == "CGCS2000／3°带，中央经线 117°E（EPSG:4548）"
    assert any("必填项" in one.text for one in book.paragraphs)


def test_the_lines_to_sign_stand_on_one_page() -> None:
    profile = load_delivery_profile("zhongshan")
    book = docx.Document(io.BytesIO(form_document(profile, {}, dt.date(2026, 1, 1))))
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in book.tables[1].rows]
    assert kept == [True] * (len(profile.filing.reviews) - 1) + [False]


def test_an_empty_field_of_the_form_is_said_to_be_empty_and_a_wrong_one_what_it_may_hold() -> None:
    zh = {key: QUALITY_TEXTS(f"qc-form.{key}", "zh", key="bah", title="备案号", value="七", choices="一、二")
          for key in ("empty", "message")}  # fmt: skip
    assert zh == {
        "empty": "备案表字段 bah（备案号）未填",
        "message": "备案表字段 bah（备案号）取值不符：七（可填：一、二）",
    }


@pytest.mark.parametrize(("key", "way"), [("zzbzzt", "authority"), ("jbr", None)])
def test_an_empty_field_of_the_form_names_the_key_to_answer_and_the_plans_where_it_has_one(
    key: str, way: str | None
) -> None:
    profile = load_delivery_profile("deqing")
    filled = dict.fromkeys((one.key for one in profile.filing.form), "1") | {key: None}
    package = Package(Path("package"), profile, [], {}, filled)
    (found,) = (one for one in form(PackageFacts(package)) if one.message == "empty")
    remedy = QUALITY_TEXTS(f"qc-form.{found.remedy}", "zh", **found.said)
    assert f"填写{found.said['title']}" in remedy
    assert f"（{key}）" in remedy
    assert (f"plan.toml 中（{way}）" in remedy) == (way is not None)


@pytest.mark.parametrize(("level", "said"), [("parcel", "地块层面"), ("block", "街区层面")])
def test_the_form_says_the_level_in_its_own_words_and_the_plan_reads_them(level: str, said: str) -> None:
    profile = load_delivery_profile("deqing")
    key = next(one.key for one in profile.filing.form if one.source == "plan:level")
    plan = town(level=level)
    filled = fill(plan, profile, {}, 1, "入库")
    assert filled[key] == said
    for given in (said, level):
        tables = carry(plan, profile, filled)
        back = restore(tables, profile, filled | {key: given}, plan.manifest.crs, "2026-01-01")
        assert back.manifest.level == level


def test_a_day_that_nobody_states_is_left_empty_and_comes_back_as_not_stated() -> None:
    profile = load_delivery_profile("hangzhou-xg")
    key = next(one.key for one in profile.filing.form if one.source == "plan:drawn_on")
    kind = profile.filing.kinds[0]
    stated = town()
    assumed = town(imported={"drawn_on": str(stated.manifest.drawn_on)})
    for plan, written in ((stated, str(stated.manifest.drawn_on)), (assumed, None)):
        form = fill(plan, profile, {}, kind.kind, next(iter(kind.stages)))
        assert form[key] == written
        back = restore(carry(plan, profile, form), profile, form, "EPSG:4548", "2026-01-01")
        assert back.manifest.day_is_assumed == (written is None)
        assert str(back.manifest.drawn_on) == (written or "2026-01-01")

"""The consultation report: whole or not at all, the words as published, and nothing in them that acts."""

import csv
import io
import json
import re

import pytest
from tests.respond.made import CLERK, MemoryRecord, an_answer, submit

import blockplan as bp
from blockplan.errors import NoticeStateError, PlanDataError, UsageError
from blockplan.report.renderers.html import page
from blockplan.report.response import response_document, write_response
from blockplan.respond import Answer, Desk, PlanChange
from blockplan.respond.tables import shown
from blockplan.respond.worksheet import worksheet
from blockplan.texts import LANGUAGES

OPENED = {
    "plan": {
        "id": "demo",
        "title": {"zh": "示范街区控规", "en": "Demonstration block", "ja": "モデル街区"},
        "content_hash": "a" * 64,
    },
    "period": {"submission": {"first": "2026-03-01", "last": "2026-03-30"}},
    "rule": {"id": "cn-art26", "source": {"document": "城乡规划法", "clause": "26"}},
}  # fmt: skip


def a_notice(publication="after_close_full"):
    """Six opinions: two of one theme, one with its own answer, one redacted, withheld, withdrawn."""
    record = MemoryRecord()
    record.append("opened", OPENED | {"publication": publication})
    for text in (
        "绿地太少<script>alert(1)</script>，希望增加",
        "=公园太小，请扩大",
        "夜间噪声，请管管",
        "我叫张某，反对建楼",
        "骂人的话，还有别的",
    ):
        submit(record, text)
    submit(record, "不再坚持的意见", late=True, channel="post")
    record.append("redacted", {"opinion": "O-4", "text": "我叫■■，反对建楼", "ground": "姓名"})
    record.append("withheld", {"opinion": "O-5", "ground": "侮辱"})
    record.append("withdrawn", {"opinion": "O-6"})
    desk = Desk(record)
    desk.cut(by=CLERK)
    theme = desk.name_theme(
        {"zh": "绿地", "en": "Green space", "ja": "緑地"}, by=CLERK, gist={"zh": "增加绿地"}
    )
    desk.assign(["O-1.1", "O-2.1", "O-4.1", "O-5.1"], theme, by=CLERK)
    desk.answer_theme(theme, an_answer("adopted", {"zh": "增加一处公园", "en": "A park is added"}), by=CLERK)
    desk.answer_segment("O-4.1", an_answer("not_adopted", "楼高已降低"), by=CLERK)
    return desk


def answered(publication="after_close_full"):
    desk = a_notice(publication)
    desk.answer_segment("O-3.1", an_answer("outside_the_plan", "由环保部门处理"), by=CLERK)
    return desk


def test_no_file_is_written_while_one_segment_has_no_answer_and_it_is_named(tmp_path):
    with pytest.raises(NoticeStateError, match=r"No\. 3 \(O-3\.1\): in no theme"):
        write_response(a_notice(), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_is_written_as_page_json_and_tables_in_each_language(tmp_path, lang):
    paths = write_response(answered(), tmp_path, lang)
    assert [path.name for path in paths] == [
        "response.html", "response.json", "opinions.csv", "answers.csv", "changes.csv",
    ]  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in paths)
    html = (tmp_path / "response.html").read_text(encoding="utf-8")
    assert OPENED["plan"]["title"][lang] in html
    assert not re.search(r"\{\{|\{%|None|undefined", html)


def test_the_counts_of_the_report_come_out_even(tmp_path):
    write_response(answered(), tmp_path)
    told = json.loads((tmp_path / "response.json").read_text(encoding="utf-8"))
    assert told["reconciliation"] == {
        "received": 6, "published_whole": 3, "published_redacted": 1, "withheld": 1, "withdrawn": 1,
        "erased": 0, "late": 1, "late_unknown": 0,
    }  # fmt: skip
    assert told["answers"] == [
        {"kind": "adopted", "segments": 3, "opinions": 3},
        {"kind": "not_adopted", "segments": 1, "opinions": 1},
        {"kind": "outside_the_plan", "segments": 1, "opinions": 1},
    ]


def test_words_that_were_withheld_redacted_or_withdrawn_are_in_no_file(tmp_path):
    for path in write_response(answered(), tmp_path, "zh"):
        text = path.read_text(encoding="utf-8")
        assert not any(words in text for words in ("张某", "骂人", "不再坚持")), path.name
    assert "我叫■■，反对建楼" in (tmp_path / "response.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", ["none", "after_close_summary"])
def test_in_summary_no_words_of_an_opinion_are_in_any_file_and_the_gist_is(tmp_path, mode):
    for path in write_response(answered(mode), tmp_path, "zh"):
        text = path.read_text(encoding="utf-8-sig")
        assert not any(words in text for words in ("绿地太少", "公园太小", "夜间噪声")), path.name
    assert "增加绿地" in (tmp_path / "response.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("lang", "second"),
    [("zh", "第 2 号（登记 4）"), ("en", "No. 2 (entry 4)"), ("ja", "第2号（4 番の登録）")],
)
def test_page_tables_and_sheet_number_opinions_by_arrival_whatever_lies_between(tmp_path, lang, second):
    record = MemoryRecord()
    record.append("opened", OPENED | {"publication": "live"})
    submit(record, "More trees.")
    record.append("displayed", {})
    record.append("displayed", {})
    submit(record, "Fewer cars.")
    record.append("withdrawn", {"opinion": submit(record, "Never mind.")})
    submit(record, "More shade.", late=True)
    desk = Desk(record)
    desk.cut(by=CLERK)
    rows = csv.DictReader(io.StringIO(worksheet(desk, lang).decode("utf-8-sig")))
    assert [(row["number"], row["segment"]) for row in rows] == [
        ("1", "O-1.1"),
        ("2", "O-4.1"),
        ("4", "O-7.1"),
    ]
    for name in ("O-1.1", "O-4.1", "O-7.1"):
        desk.answer_segment(name, an_answer(), by=CLERK)
    write_response(desk, tmp_path, lang)
    assert (tmp_path / "response.html").read_text(encoding="utf-8").count(second) == 2
    told = json.loads((tmp_path / "response.json").read_text(encoding="utf-8"))
    expected = [("1", "O-1"), ("2", "O-4"), ("3", "O-5"), ("4", "O-7")]
    assert [(str(row["number"]), row["opinion"]) for row in told["register"]] == expected
    for name, numbered in (
        ("opinions.csv", expected),
        ("answers.csv", [expected[0], expected[1], expected[3]]),
    ):
        rows = csv.DictReader(io.StringIO((tmp_path / name).read_text(encoding="utf-8-sig")))
        assert [(row["number"], row["opinion"]) for row in rows] == numbered


def test_words_of_an_opinion_can_do_nothing_in_the_page_or_in_a_spreadsheet(tmp_path):
    desk = answered()
    write_response(desk, tmp_path)
    html = (tmp_path / "response.html").read_text(encoding="utf-8")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    rows = list(csv.DictReader(io.StringIO((tmp_path / "opinions.csv").read_text(encoding="utf-8-sig"))))
    assert rows[1]["text"] == "'=公园太小，请扩大"
    assert shown("a\u202eb\u2066") == "a[U+202E]b[U+2066]"


def test_an_answer_that_differs_from_its_themes_stands_by_itself(tmp_path):
    write_response(answered(), tmp_path)
    told = json.loads((tmp_path / "response.json").read_text(encoding="utf-8"))
    [theme] = told["themes"]
    assert [point["segment"] for point in theme["points"]] == ["O-1.1", "O-2.1", "O-5.1"]
    assert [point["segment"] for point in theme["other_answers"]] == ["O-4.1"]
    assert [point["segment"] for point in told["single"]] == ["O-3.1"]


def test_no_answer_is_told_to_differ_where_its_theme_has_none(tmp_path):
    desk = answered()
    theme = desk.name_theme({"zh": "噪声", "en": "Noise", "ja": "騒音"}, by=CLERK)
    desk.assign(["O-3.1"], theme, by=CLERK)
    write_response(desk, tmp_path, "en")
    html = (tmp_path / "response.html").read_text(encoding="utf-8")
    before, noise = html.rsplit("Noise</h", 1)
    assert "Answered differently" in before
    assert "Answered one by one" in noise
    assert "Answered differently" not in noise


def test_the_same_record_gives_the_same_bytes(tmp_path):
    one, other = (write_response(answered(), tmp_path / name, "ja") for name in ("a", "b"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]


def test_changes_are_verified_against_the_plans_and_a_false_one_is_refused(tmp_path, reference):
    plan = bp.read(reference)
    parcels = plan.layer("parcels").copy()
    id_ = str(parcels.index[parcels["height_m"].notna()][0])
    old = float(parcels.at[id_, "height_m"])
    parcels.loc[id_, "height_m"] = old - 6
    after = plan.replace(parcels=parcels)
    desk = answered()
    change = PlanChange("parcels", id_, "height_m", old, old - 6, after.content_hash)
    desk.answer_segment("O-4.1", Answer("adopted", "降低高度", changes=(change,)), by=CLERK)
    write_response(desk, tmp_path / "good", before=plan, after=after)
    told = json.loads((tmp_path / "good" / "response.json").read_text(encoding="utf-8"))
    assert told["verified_against"] == {"on_notice": plan.content_hash, "changed": after.content_hash}
    assert [(row["id"], row["old"], row["opinions"]) for row in told["changes"]] == [(id_, old, ["O-4"])]
    with pytest.raises(PlanDataError, match="1 statements of the answers are not borne out"):
        write_response(desk, tmp_path / "bad", before=after, after=after)
    assert not (tmp_path / "bad").exists()


def test_an_adoption_without_a_change_says_so_on_the_page():
    from blockplan.respond.document import response

    assert "no change of the plan is named" in page(response_document(response(answered()), "en"))


def test_a_folder_that_is_a_file_and_an_unknown_language_are_refused(tmp_path):
    (tmp_path / "x").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="is a file"):
        write_response(answered(), tmp_path / "x")
    with pytest.raises(UsageError, match="no language 'fr'"):
        write_response(answered(), tmp_path, "fr")

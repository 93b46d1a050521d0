"""One broken rule file per fault, and what is said about it."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockplan.check.loader import read_rules
from blockplan.check.rules import Gauge
from blockplan.errors import RulePackError
from blockplan.yamlfile import LARGEST_FILE_BYTES

DATA = Path(__file__).parent / "data"
MEASURES = {
    "nursing_beds_per_1000": Gauge("bed", frozenset({"nursing_services"})),
    "parks_large": Gauge("park", frozenset({"large_park_min_ha"})),
}
#: File (without .yaml) -> the line named, and what is said.
FAULTS = {
    "alias_to_nothing": (5, "anchors (&) and aliases (*) are not allowed. Write the value out."),
    "anchor_and_alias": (13, "anchors (&) and aliases (*) are not allowed. Write the value out."),
    "anchors_that_explode": (1, "anchors (&) and aliases (*) are not allowed. Write the value out."),
    "case_of_another_measure": (20, "the case has no value: give nursing_beds_per_1000, the measure"),
    "case_without_value": (20, "the case has no value: give nursing_beds_per_1000, the measure"),
    "cases_missing_above": (18, "cases are missing: one above 9.5 from 2024-07-01."),
    "cases_missing_at_the_limit": (18, "cases are missing: one at the limit 9.5 from 2024-07-01."),
    "cases_missing_before_first_limit": (18, "cases are missing: one before the first limit"),
    "cases_missing_around_repeal": (
        19,
        "one on 2025-12-31, around the repeal; one on 2026-01-01, around the",
    ),
    "cases_missing_below": (18, "cases are missing: one below 9.5 from 2024-07-01."),
    "cases_missing_old_limit": (18, "cases are missing: one at the limit 8 from 2019-01-01."),
    "cases_missing_unknown": (18, "cases are missing: one that is not measured (null, unknown)."),
    "cases_none": (18, "cases is empty; give at least 1."),
    "clause_is_a_number": (13, 'clause 4.2 is a number; put it in quotes (clause: "4.2").'),
    "date_in_quotes": (11, "from '2019-01-01' is no day; write it bare, as 2021-01-01."),
    "date_is_a_time": (11, "'2019-01-01 12:00:00' is a time, not a day. Write a day as 2021-01-01."),
    "date_is_no_day": (11, "'2019-13-01' is no date or number: month must be in 1..12."),
    "directive": (1, "a % directive is not allowed. Leave it out."),
    "duplicate_key": (5, "key 'id' stands here a second time (first in line 1). Keep one."),
    "duplicate_key_in_limit": (13, "key 'min' stands here a second time (first in line 12). Keep one."),
    "empty": (1, "the file holds no rule. Write one, or remove the file."),
    "key_is_a_map": (5, "a key must be a word, not a map or list. Correct the indentation."),
    "key_missing": (1, "key 'still_in_force_on' is missing."),
    "limit_above_and_max": (13, "above stands alone, without another figure."),
    "limit_exactly_and_min": (13, "exactly stands alone, without another figure."),
    "limit_without_figure": (11, "the limit has no figure: give min, max, both, above, below or exactly."),
    "limits_none": (10, "limits is empty; give at least 1."),
    "limits_on_one_day": (14, "limits are out of order: 2019-01-01 does not come after 2019-01-01."),
    "limits_out_of_order": (14, "limits are out of order: 2018-07-01 does not come after 2019-01-01."),
    "list_instead_of_rule": (1, "a map of keys is wanted here, not a list."),
    "min_above_max": (12, "min 8 is above max 7."),
    "must_from_memory": (5, "a rule of confidence C (from memory) is never a must"),
    "nested_too_deep": (9, "nested more than 8 deep."),
    "not_utf8": (9, "not UTF-8 text. Save the file as UTF-8."),
    "not_yaml": (5, "not valid YAML: did not find expected ',' or ']'."),
    "number_as_text": (12, "min: input should be a valid number, not '8'."),
    "number_not_finite": (12, "'.inf' is not a finite number."),
    "number_without_source": (11, "the number min 8 has no source; give document and clause."),
    "parameter_against_limit": (9, "beds_min is 9, but min of the newest limit is 9.5."),
    "parameter_is_a_map": (9, "nursing_services must be a number, a text, true, false, or a list of them."),
    "parameter_of_another_measure": (9, "unknown choice of nursing_beds_per_1000 'large_park_min_ha'"),
    "parameter_without_note": (9, "key 'note' is missing."),
    "repealed_before_its_limit": (17, "repealed on 2024-07-01, before its newest limit began (2024-07-01)."),
    "repealed_by_nothing": (17, "key 'by' is missing."),
    "scope_plan_with_id": (7, "scope plan has no id; there is only one."),
    "second_rule_broken": (32, "force 'shall' is unknown"),
    "source_read_before_limit": (17, "the source was last read on 2024-01-01, before its newest limit began"),
    "source_without_clause": (13, "the source has no clause; a number needs document and clause."),
    "source_without_document": (13, "the source has no document; a number needs document and clause."),
    "tab_indent": (12, "not valid YAML: found a tab character that violates indentation."),
    "tag": (2, "the tag tag:yaml.org,2002:python/object:os.system is not allowed."),
    "text_instead_of_rule": (1, "a map of keys is wanted here, not 'just some words'."),
    "unit_of_another_measure": (4, "the measure nursing_beds_per_1000 is in 'bed', not in 'm2'."),
    "unknown_force": (5, "force 'shall' is unknown (known: 'must', 'should', 'target' or 'comparator')."),
    "unknown_key": (6, "unknown key 'forces'; 'force' is near (known: id, title,"),
    "unknown_key_in_limit": (12, "unknown key 'minimum'; 'min' is near (known: from, min, max, above"),
    "unknown_key_in_source": (13, "unknown key 'pages'; 'page' is near"),
    "unknown_language": (2, "title: unknown language 'fr' (known: zh, en, ja)."),
    "unknown_measure": (3, "unknown measure 'nursing_bed_per_1000'; 'nursing_beds_per_1000' is near"),
    "unknown_outcome": (19, "expect 'passes' is unknown (known: 'pass', 'fail', 'unknown' or"),
    "unknown_scope": (
        7,
        "kind 'street' is unknown (known: 'plan', 'area', 'block', 'subblock', 'circle', 'parcel' or",
    ),
    "with_and_parameter": (
        8,
        "nursing_services stands under parameters too; a plan may set it, or it may not.",
    ),
    "with_of_another_measure": (8, "unknown choice of nursing_beds_per_1000 'large_park_min_ha'"),
    "word_that_nothing_fills": (3, "nothing fills {houses}; what can be filled: {nursing_services}."),
}


def test_every_broken_file_is_listed_with_its_message() -> None:
    assert {path.stem for path in DATA.glob("*.yaml")} == {*FAULTS, "good"}


@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_file_is_refused_with_file_line_and_reason(name: str) -> None:
    path = DATA / f"{name}.yaml"
    line, said = FAULTS[name]
    with pytest.raises(RulePackError) as caught:
        read_rules(path, MEASURES)
    message = str(caught.value)
    assert message.startswith(f"{path}, line {line}: ")
    assert said in message


def test_a_good_file_is_read_with_its_dates_and_figures() -> None:
    (rule,) = read_rules(DATA / "good.yaml", MEASURES)
    assert rule.id == "town-beds"
    assert rule.title == {"en": "Beds per 1,000 residents"}
    assert [limit.begins for limit in rule.limits] == [dt.date(2019, 1, 1), dt.date(2024, 7, 1)]
    assert [limit.min for limit in rule.limits] == [8, 9.5]
    assert rule.limits[1].source.clause == "4.2"
    assert rule.cases[-2].measured is None


def test_a_document_that_was_read_may_state_a_limit_of_a_later_day(tmp_path: Path) -> None:
    text = (DATA / "good.yaml").read_text(encoding="utf-8")
    early = re.sub(r"still_in_force_on: \S+", "still_in_force_on: 2024-01-01", text)
    same = re.sub(r"document: [^,}]*", "document: Example Town Plan Rules", early)
    for content, refused in ((early, True), (same, False)):
        file = tmp_path / "rule.yaml"
        file.write_text(content, encoding="utf-8")
        if refused:
            with pytest.raises(RulePackError, match="before its newest limit began"):
                read_rules(file, MEASURES)
        else:
            assert len(read_rules(file, MEASURES)[0].limits) == 2


def test_all_faults_of_a_rule_are_said_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = (DATA / "good.yaml").read_text(encoding="utf-8")
    path = tmp_path / "many.yaml"
    path.write_text(
        text.replace("force: should", "force: shall").replace("page: 17", "pages: 17"), encoding="utf-8"
    )
    with pytest.raises(RulePackError) as caught:
        read_rules(path, MEASURES)
    assert [line.split(": ")[0] for line in str(caught.value).splitlines()] == [
        f"{path}, line 5",
        f"{path}, line 13",
    ]


def test_a_file_of_more_than_a_megabyte_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (LARGEST_FILE_BYTES + 1))
    with pytest.raises(RulePackError, match=r"large\.yaml, line 1: the file is larger than 1,000,000 bytes"):
        read_rules(path, MEASURES)


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RulePackError, match=r"none\.yaml, line 1: cannot be read: No such file"):
        read_rules(tmp_path / "none.yaml", MEASURES)


def test_on_off_yes_and_no_stay_words() -> None:
    from blockplan.yamlfile import read_documents

    assert read_documents(DATA / "good.yaml")[0].value["force"] == "should"


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")))
def test_whatever_bytes_come_they_are_rules_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "random.yaml"
    path.write_bytes(data)
    with pytest.raises(RulePackError, match=r"random\.yaml, line \d+: "):
        read_rules(path, MEASURES)


@given(st.data())
def test_a_good_file_with_one_line_broken_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    lines = (DATA / "good.yaml").read_text(encoding="utf-8").splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = data.draw(st.text(max_size=40))
    path = tmp_path_factory.getbasetemp() / "line.yaml"
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    with contextlib.suppress(RulePackError):  # any other error fails the test
        read_rules(path, MEASURES)

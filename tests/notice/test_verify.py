"""A record that was tampered with is found out, by name, whoever tampered with it and however little."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.call import run
from tests.support.changed_records import (
    Lines,
    by_a_rule_of_their_own,
    called_in_time,
    closed_early,
    cut,
    dropped,
    opinion,
    shortened,
    texted,
)
from tests.support.forging import (
    LATE,
    Finished,
    copied,
    finished,
    kinds,
    lines_of,
    put_lines,
    refresh_manifest,
    rewrite,
    seal,
)

from blockplan.cli.notice.record import _check_answers
from blockplan.errors import UsageError
from blockplan.notice.countries import FOLDER, country
from blockplan.notice.proof.notes import Signer
from blockplan.notice.receipts import faults_of_receipt
from blockplan.notice.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable


def test_the_record_holds_and_others_hold_the_same(made: Finished) -> None:
    found = verify(made.folder, key=made.key, checkpoints=made.checkpoints, receipts=made.receipts)
    assert found.findings == []
    assert found.witnesses == len(made.checkpoints) + len(made.receipts) > 20
    assert found.to_dict()["state"] == "published"


def test_the_public_record_shows_no_name_and_none_of_what_was_kept_back(made: Finished) -> None:
    text = (made.folder / "log.jsonl").read_text(encoding="utf-8")
    assert '"name":"N ' not in text
    assert "secret" not in text
    for number, shown in ((1, True), (3, False), (4, False), (5, False), (6, True)):
        assert (f"Made-up opinion {number}." in text) is shown, number
        assert (made.folder / "files" / f"{number}-0.txt").exists() is shown, number


def test_the_archive_holds_all_but_what_was_erased(tmp_path: Path) -> None:
    archive = finished(tmp_path, archive=True)
    text = (archive.folder / "log.jsonl").read_text(encoding="utf-8")
    assert verify(archive.folder).findings == []
    assert '"name":"N 4"' in text
    assert '"name":"N 5"' not in text
    assert "Made-up opinion 5." not in text


# ---- one bit, one file too many, one too few ----


def all_files(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


@pytest.mark.long
def test_one_changed_bit_in_any_file_is_found(made: Finished, tampered: Path) -> None:
    names = all_files(made.folder)
    assert len(names) >= 14
    for name in names:
        whole = (tampered / name).read_bytes()
        for place in {0, len(whole) // 2, len(whole) - 1}:
            for bit in (1, 128):
                changed = bytearray(whole)
                changed[place] ^= bit
                (tampered / name).write_bytes(changed)
                assert kinds(tampered), f"{name}: bit {bit} of byte {place}"
        (tampered / name).write_bytes(whole)
    assert not kinds(tampered)


@pytest.mark.long
@given(st.data())
def test_one_changed_bit_anywhere_in_what_is_signed_is_found(made: Finished, data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from(["manifest.json", "manifest.note", "key.txt", "checkpoint.txt", "log.jsonl"])
    )
    whole = (made.folder / name).read_bytes()
    place, bit = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 7))
    try:
        (made.folder / name).write_bytes(
            whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :]
        )
        assert kinds(made.folder)
    finally:
        (made.folder / name).write_bytes(whole)


@pytest.mark.long
def test_a_file_too_few_is_found(made: Finished, tampered: Path) -> None:
    for name in all_files(made.folder):
        (tampered / name).rename(tampered.parent / "aside")
        assert kinds(tampered) & {"file_missing", "manifest_damaged"}, name
        (tampered.parent / "aside").rename(tampered / name)


@pytest.mark.parametrize("name", ["more.txt", "files/99-0.txt", ".hidden", "plan-1/plan.gpkg-journal"])
def test_a_file_too_many_is_found(tampered: Path, name: str) -> None:
    (tampered / name).write_text("", encoding="utf-8")
    assert kinds(tampered) == {"file_extra"}


def test_a_link_and_an_empty_folder_are_found(tampered: Path) -> None:
    (tampered / "link").symlink_to(tampered / "log.jsonl")
    (tampered / "empty").mkdir()
    assert [finding.where for finding in verify(tampered).findings] == ["empty", "link"]


# ---- without the office's key: the manifest is made to fit, and no longer the signed one ----


def test_an_edited_opinion_is_found(tampered: Path) -> None:
    lines = lines_of(tampered)
    opinion(lines, 1)["body"]["text"] = "Made-up opinion 1!"
    put_lines(tampered, lines)
    assert kinds(tampered) == {"manifest_changed", "body_changed"}


def test_a_dropped_entry_is_found(tampered: Path) -> None:
    lines = lines_of(tampered)
    put_lines(tampered, lines[:6] + lines[7:])
    assert {"manifest_changed", "entry_number", "log_short"} <= kinds(tampered)


def test_a_dropped_end_is_found(tampered: Path) -> None:
    put_lines(tampered, lines_of(tampered)[:-1])
    assert {"manifest_changed", "log_short"} <= kinds(tampered)


def test_entries_in_another_order_are_found(tampered: Path) -> None:
    lines = lines_of(tampered)
    lines[1], lines[2] = lines[2], lines[1]
    put_lines(tampered, lines)
    assert {"manifest_changed", "entry_number", "time_backwards", "fork"} <= kinds(tampered)


def test_a_late_opinion_dated_back_is_found(tampered: Path) -> None:
    lines = lines_of(tampered)
    late = opinion(lines, 9)
    late["leaf"]["at"] = "2026-04-10T15:59:59.000000Z"
    put_lines(tampered, lines)
    assert {"manifest_changed", "fork", "law_broken"} <= kinds(tampered)


def test_swapped_attachments_are_found(tampered: Path) -> None:
    one, two = tampered / "files" / "1-0.txt", tampered / "files" / "2-0.txt"
    first = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(first)
    refresh_manifest(tampered)
    assert kinds(tampered) == {"manifest_changed", "file_swapped"}


def test_a_changed_plan_file_is_found(tampered: Path) -> None:
    plan = tampered / "plan-1" / "plan.gpkg"
    plan.write_bytes(plan.read_bytes().replace(b"1401", b"0701"))
    refresh_manifest(tampered)
    assert {"manifest_changed", "plan_changed", "file_swapped"} <= kinds(tampered)


def test_a_changed_answer_is_found(tampered: Path) -> None:
    lines = lines_of(tampered)
    answer = next(line for line in lines if line["leaf"]["kind"] == "answered")
    answer["body"]["answer"]["kind"] = "not_adopted"
    put_lines(tampered, lines)
    assert kinds(tampered) == {"manifest_changed", "body_changed"}


def test_an_opinion_that_is_hidden_without_ground_is_found(tampered: Path) -> None:
    for ground in ("withheld", "erased", "withdrawn", "publication", "redacted", "replaced"):
        lines = lines_of(tampered)
        line = opinion(lines, 1)
        for key in ("body", "body_key", "files"):
            line.pop(key, None)
        put_lines(
            tampered,
            [
                line | {"kept_back": ground, "opinion": "O-1"} if line["leaf"]["seq"] == 1 else line
                for line in lines
            ],
        )
        assert "ground_missing" in kinds(tampered), ground


def test_a_record_signed_by_another_key_is_found_by_the_published_one(made: Finished, tampered: Path) -> None:
    rewrite(tampered, Signer.new("blockplan/made-up"), lambda lines: lines)
    assert kinds(tampered) == set()  # it fits itself: the key must come from elsewhere
    assert {"key_other", "seal_forged"} <= kinds(tampered, key=made.key)


# ---- with the office's key: laws, receipts and checkpoints that others hold ----


def reordered(lines: Lines) -> Lines:
    one, two = opinion(lines, 1), opinion(lines, 2)
    lines[1], lines[2] = two, one
    one["leaf"]["at"], two["leaf"]["at"] = two["leaf"]["at"], one["leaf"]["at"]
    one["body"]["opinion"], two["body"]["opinion"] = "O-2", "O-1"
    return lines


def dated_back(lines: Lines) -> Lines:
    late = opinion(lines, 9)
    late["leaf"]["at"] = "2026-04-10T15:59:59.000000Z"
    late["body"]["late"] = False
    return lines


@pytest.mark.parametrize(
    "change", [texted, dropped, cut, reordered, dated_back], ids=lambda change: change.__name__
)
def test_another_history_signed_anew_is_found_by_checkpoints_and_receipts(
    made: Finished, tampered: Path, change: Callable[[Lines], Lines]
) -> None:
    rewrite(tampered, made.signer, change)
    assert kinds(tampered, checkpoints=made.checkpoints) & {"witness_fork", "witness_smaller"}
    assert "receipt_not_in_record" in kinds(tampered, receipts=made.receipts)


def test_a_smaller_tree_signed_anew_is_found_by_a_checkpoint(made: Finished, tampered: Path) -> None:
    rewrite(tampered, made.signer, cut)
    assert "witness_smaller" in kinds(tampered, checkpoints=made.checkpoints[-1:])


def test_a_fork_is_found_by_the_checkpoint_of_the_other_branch(made: Finished, tampered: Path) -> None:
    rewrite(tampered, made.signer, texted)
    other = (tampered / "checkpoint.txt").read_text(encoding="utf-8")
    assert kinds(made.folder, checkpoints=[other]) == {"witness_fork"}


def published_at_once(lines: Lines) -> Lines:
    return [line for line in lines if line["leaf"]["kind"] not in {"answers_complete", "approved"}]


def approved_alone(lines: Lines) -> Lines:
    body = next(line for line in lines if line["leaf"]["kind"] == "approved")["body"]
    body["second"] = body["by"]
    return lines


@pytest.mark.parametrize(
    "change",
    [shortened, closed_early, called_in_time, published_at_once, approved_alone],
    ids=lambda change: change.__name__,
)
def test_an_entry_that_the_law_forbids_is_found_even_with_every_signature_right(
    made: Finished, tampered: Path, change: Callable[[Lines], Lines]
) -> None:
    rewrite(tampered, made.signer, change)
    assert "law_broken" in kinds(tampered)


def hurried(lines: Lines) -> Lines:
    """A notice of five days, by a law that was written to fit."""
    opening = lines[0]["body"]
    opening["rule"]["limits"] = [{"from": None, "minimum": 5, "unit": "day", "at_least_days": None}]
    span = {"first": "2026-03-02", "last": "2026-03-06", "days": 5}
    opening["period"] |= {
        "submission": span,
        "inspection": span,
        "ends_before": "2026-03-06T16:00:00.000000Z",
    }
    return lines


def test_a_period_shorter_than_the_law_of_that_name_is_found(made: Finished, tampered: Path) -> None:
    rewrite(tampered, made.signer, hurried)
    assert "period_short" in kinds(tampered)


def test_a_rule_that_nobody_knows_is_found_unless_its_ordinance_is_given(
    made: Finished, tampered: Path, tmp_path: Path
) -> None:
    rewrite(tampered, made.signer, by_a_rule_of_their_own)
    found = verify(tampered)
    assert "rule_unknown" in {finding.kind for finding in found.findings}
    assert "town-ordinance-7" in found.findings[0].message()
    shown = run("notice", "verify", tampered)
    assert shown.returncode == 1
    assert "with --law\n" in shown.stderr
    assert "`" not in shown.stderr + shown.stdout
    ordinance = tmp_path / "town.yaml"
    text = (FOLDER / "cn.yaml").read_text(encoding="utf-8").replace("id: cn-art26", "id: town-ordinance-7")
    ordinance.write_text(text, encoding="utf-8")
    assert verify(tampered, laws=[country(str(ordinance))]).findings == []


def test_a_period_is_told_with_its_rule_source_and_days(made: Finished) -> None:
    opened, extended = verify(made.folder).to_dict()["periods"]
    assert (opened["rule"], opened["first"], opened["last"]) == ("cn-art26", "2026-03-02", "2026-03-31")
    assert opened["source"]
    assert (extended["last"], extended["earliest"], extended["short"]) == ("2026-04-10", "2026-03-31", None)


def transcribed(lines: Lines) -> Lines:
    """Another text in the place of an opinion's own words, as if it had been a scan."""
    line = copy.deepcopy(opinion(lines, 6))
    line["leaf"] = {key: value for key, value in line["leaf"].items() if key not in {"files", "person"}}
    del line["files"]
    line["leaf"]["kind"] = "transcribed"
    line["leaf"]["at"] = lines[7]["leaf"]["at"]
    line["body"] = {"opinion": "O-6", "text": "I praise the plan.", "by": "clerk 1"}
    lines.insert(8, line)
    return lines


def test_other_words_in_the_place_of_an_opinion_are_found(made: Finished, tampered: Path) -> None:
    rewrite(tampered, made.signer, transcribed)
    assert "law_broken" in kinds(tampered)


def still_there(lines: Lines) -> Lines:
    line = opinion(lines, 5)
    del line["kept_back"], line["opinion"]
    line |= {"body": {"text": "Made-up opinion 5."}, "body_key": "00" * 32, "files": [None, None]}
    return lines


def test_what_was_erased_and_is_still_there_is_found(made: Finished, tampered: Path) -> None:
    rewrite(tampered, made.signer, still_there)
    assert "erased_present" in kinds(tampered)


# ---- whatever the bytes say, the verifier answers ----

anything = (
    st.none()
    | st.booleans()
    | st.integers(-9, 99)
    | st.text(max_size=3)
    | st.just([])
    | st.just({})
    | st.just([[]])
)


def put_anything(data: st.DataObject, value: Any) -> Any:
    """A document with one of its values, or keys, exchanged for anything."""
    if isinstance(value, dict) and value and data.draw(st.integers(0, 5)):
        key = data.draw(st.sampled_from(sorted(value)))
        if not data.draw(st.integers(0, 9)):
            return {other: item for other, item in value.items() if other != key}
        return value | {key: put_anything(data, value[key])}
    if isinstance(value, list) and value and data.draw(st.integers(0, 5)):
        at = data.draw(st.integers(0, len(value) - 1))
        return [*value[:at], put_anything(data, value[at]), *value[at + 1 :]]
    return data.draw(anything)


@pytest.mark.long
@given(st.data())
def test_a_record_made_to_break_the_verifier_is_answered(made: Finished, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = copied(made, Path(place))
        lines = lines_of(folder)
        at = data.draw(st.integers(0, len(lines) - 1))
        changed = put_anything(data, lines[at])

        def change(lines: Lines) -> Lines:
            return [*lines[:at], changed, *lines[at + 1 :]]

        try:
            rewrite(folder, made.signer, change)
        except (TypeError, KeyError, ValueError, AttributeError):
            put_lines(folder, change(lines))
        assert changed == lines[at] or isinstance(kinds(folder, receipts=made.receipts[:1]), set)
        _check_answers(verify(folder))


@given(st.data())
def test_a_receipt_made_to_break_the_verifier_is_answered(made: Finished, data: st.DataObject) -> None:
    document = put_anything(data, made.receipts[0])
    assert (
        document == made.receipts[0]
        or faults_of_receipt(document)
        or document["file_keys"] != made.receipts[0]["file_keys"]
    )


def unanswered(lines: Lines) -> Lines:
    return [line for line in lines if line["leaf"]["kind"] != "answered"]


def miscounted(lines: Lines) -> Lines:
    published = next(line for line in lines if line["leaf"]["kind"] == "published")
    published["body"]["reconciliation"]["received"] = 7
    return lines


@pytest.mark.parametrize(("change", "kind"), [(unanswered, "unanswered"), (miscounted, "count_differs")])
def test_a_publication_past_the_office_is_found(
    made: Finished, tampered: Path, change: Any, kind: str
) -> None:
    found = verify(made.folder)
    _check_answers(found)
    assert found.findings == []
    rewrite(tampered, made.signer, change)
    found = verify(tampered)
    _check_answers(found)
    assert {finding.kind for finding in found.findings} == {kind}


def test_the_late_opinion_is_in_the_record_and_marked(made: Finished) -> None:
    body = opinion(lines_of(made.folder), 9)["body"]
    assert (body["opinion"], body["late"]) == (LATE, True)


def test_what_is_no_folder_is_no_record(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no folder"):
        verify(tmp_path / "nothing")
    assert "file_missing" in kinds(tmp_path)


def test_the_seal_of_a_tampered_record_can_be_made_with_the_key_alone(made: Finished, tampered: Path) -> None:
    (tampered / "README.txt").write_text("x", encoding="utf-8")
    seal(tampered, made.signer)
    assert kinds(tampered) == set()  # the words to people are the office's; all else is held by the log
    (tampered / "more.txt").write_text("x", encoding="utf-8")
    seal(tampered, made.signer)
    assert kinds(tampered) == {"file_extra"}

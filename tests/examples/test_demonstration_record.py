"""
The record that lies among the examples: it holds by both verifiers, shows every act, and is marked
as made up.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from blockplan.notice.disclosure import GROUNDS
from blockplan.notice.events import KINDS
from blockplan.notice.verify import read_document, verify
from blockplan.respond import Desk

if TYPE_CHECKING:
    from pathlib import Path

MARKS = ("【演示文本】", "[Demonstration text]", "［デモ用文章］")


@pytest.fixture(scope="module")
def record(repo: Path) -> Path:
    return repo / "examples" / "demonstration-record"


@pytest.fixture(scope="module")
def held(repo: Path) -> Path:
    """What others hold of it."""
    return repo / "examples" / "demonstration-record-held"


@pytest.fixture(scope="module")
def lines(record: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (record / "log.jsonl").read_text(encoding="utf-8").splitlines()]


def test_it_holds_by_the_published_key_the_checkpoint_and_the_receipts(record: Path, held: Path) -> None:
    found = verify(
        record,
        key=(held / "key.txt").read_text(encoding="utf-8"),
        checkpoints=[(held / "checkpoint.txt").read_text(encoding="utf-8")],
        receipts=[read_document(path) for path in held.glob("receipt-*.json")],
    )
    assert found.findings == []
    assert found.witnesses == 3
    assert found.to_dict()["state"] == "in_force"


def test_it_holds_by_the_second_verifier(repo: Path, record: Path, held: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("needs Node (Debian package nodejs)")
    verifier = repo / "src" / "blockplan" / "notice" / "verifier" / "cli.mjs"
    receipts = [word for path in sorted(held.glob("receipt-*.json")) for word in ("--receipt", path)]
    key = (held / "key.txt").read_text(encoding="utf-8")
    call = [
        "node",
        "--no-warnings",
        verifier,
        record,
        "--key",
        key,
        "--checkpoint",
        held / "checkpoint.txt",
        *receipts,
    ]
    done = subprocess.run(call, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["root"] == verify(record).to_dict()["root"]


def test_it_shows_every_way_an_opinion_can_go(lines: list[dict[str, Any]]) -> None:
    kinds = {line["leaf"]["kind"] for line in lines}
    assert set(KINDS) - kinds == {
        "grouped", "restarted", "restored", "notice_withdrawn", "answers_reopened", "superseded",
        "shown", "clock_repaired", "recovered",
    }  # fmt: skip
    grounds = {line["kept_back"] for line in lines if "kept_back" in line}
    assert grounds == {"erased", "withdrawn", "withheld", "redacted", "replaced"} <= set(GROUNDS)


def test_the_last_second_is_in_time_and_the_next_is_late(lines: list[dict[str, Any]]) -> None:
    late = {
        line["leaf"]["at"]: line["body"]["late"]
        for line in lines
        if line["leaf"]["kind"] == "submitted" and "body" in line
    }
    assert late["2026-04-10T15:59:59.000000Z"] is False
    assert late["2026-04-10T16:00:00.000000Z"] is True
    assert sum(late.values()) == 1


def test_every_opinion_and_answer_in_it_says_that_it_is_made_up(lines: list[dict[str, Any]]) -> None:
    words = [line for line in lines if KINDS[line["leaf"]["kind"]].words]
    texts = [line["body"]["text"] for line in words if "body" in line]
    for line in lines:
        if line["leaf"]["kind"] == "answered":
            texts += line["body"]["answer"]["reason"].values()
    assert len(texts) > 20
    assert all(text.startswith(MARKS) for text in texts)


def test_its_count_comes_out_even(lines: list[dict[str, Any]]) -> None:
    (published,) = (line["body"] for line in lines if line["leaf"]["kind"] == "published")
    counts = published["reconciliation"]
    assert counts["received"] == 19 == sum(line["leaf"]["kind"] == "submitted" for line in lines)
    parts = ("published_whole", "published_redacted", "withheld", "withdrawn", "erased")
    assert sum(counts[part] for part in parts) == counts["received"]


def test_its_script_makes_such_a_record(repo: Path, tmp_path: Path) -> None:
    script = repo / "examples" / "source" / "make_demonstration_record.py"
    spec = importlib.util.spec_from_file_location("make_demonstration_record", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main(tmp_path / "record")
    assert verify(tmp_path / "record").findings == []
    assert Desk is module.Desk

"""The page on notices lists what there is: kinds of entry, kinds of finding, rules of the countries."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from typing import TYPE_CHECKING, Any

from blockplan.notice import KINDS
from blockplan.notice.countries import FOLDER, country
from blockplan.notice.disclosure import GROUNDS
from blockplan.notice.intake.buckets import RATES
from blockplan.notice.intake.challenge import ChallengeOutcome
from blockplan.notice.intake.limits import UploadLimits

if TYPE_CHECKING:
    from pathlib import Path


def page(repo: Path) -> str:
    return (repo / "docs" / "notice.md").read_text(encoding="utf-8")


def test_every_kind_of_entry_is_listed_and_has_its_words(repo: Path) -> None:
    texts = tomllib.loads((repo / "src/blockplan/notice/texts.toml").read_text(encoding="utf-8"))
    assert set(texts["kind"]) == set(KINDS)
    assert {kind for kind in KINDS if f"`{kind}`" not in page(repo)} == set()


def test_every_kind_of_finding_is_listed_and_has_its_words(repo: Path) -> None:
    texts = tomllib.loads((repo / "src/blockplan/notice/texts.toml").read_text(encoding="utf-8"))
    table = page(repo).partition("## What `verify` finds")[2].partition("##")[0]
    rows = "".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`(\w+)`", rows)) == set(texts["finding"])


def test_every_rule_and_every_ground_is_listed(repo: Path) -> None:
    rules = [rule.id for file in FOLDER.glob("*.yaml") for rule in country(file.stem).rules]
    assert [rule for rule in rules if f"`{rule}`" not in page(repo)] == []
    assert [ground for ground in GROUNDS if ground not in page(repo)] == []


def test_every_limit_is_documented_with_its_default(repo: Path) -> None:
    page = (repo / "docs" / "intake.md").read_text(encoding="utf-8")
    for field in dataclasses.fields(UploadLimits):
        assert f"| `{field.name}` | {field.default:,} |" in page


def test_every_ground_and_note_has_its_words_and_every_word_its_use(repo: Path) -> None:
    room = repo / "src" / "blockplan" / "notice"
    texts = tomllib.loads((room / "intake" / "texts.toml").read_text(encoding="utf-8"))

    def codes(node: dict[str, Any], path: str = "") -> set[str]:
        found = {path} if "zh" in node else set()
        return found.union(
            *(
                codes(child, f"{path}.{key}".lstrip("."))
                for key, child in node.items()
                if isinstance(child, dict)
            )
        )

    known = codes(texts["refused"]) | codes(texts["note"])
    written = " ".join(file.read_text(encoding="utf-8") for file in sorted(room.rglob("*.py")))
    used = set(re.findall(r"\"((?:\w+)\.(?:\w+))\"", written))
    raised = set(re.findall(r"(?:refused|note)\(\"([\w.]+)\"", written))
    assert raised <= known
    assert known <= used


def test_every_verdict_and_every_bucket_is_documented(repo: Path) -> None:
    page = (repo / "docs" / "intake.md").read_text(encoding="utf-8")
    for verdict in ChallengeOutcome:
        assert f"| `{verdict}` |" in page
    for name, rate in RATES.items():
        assert f"| `{name}` | {rate.capacity} | {1 / rate.per_s:g} s |" in page

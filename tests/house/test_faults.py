"""Every kind of fault is documented and has its words; every tolerance is documented with its default."""

from __future__ import annotations

import dataclasses
import re
import tomllib

from blockplan.plan.model.faults import GRADES, titles
from blockplan.plan.validity.checked_layers import Tolerances
from blockplan.texts import LANGUAGES


def listed(repo):
    """(kind, case) -> grade, as faults.toml has them; a kind that has only cases has no words of its own."""
    text = (repo / "src" / "blockplan" / "plan" / "model" / "faults.toml").read_text(encoding="utf-8")
    found = {}
    for kind, node in tomllib.loads(text).items():
        if "message" in node:
            found[kind, ""] = node["grade"]
        cases = {case: child for case, child in node.items() if isinstance(child, dict)}
        for case in set(cases) - {"message", "remedy", "title"}:
            assert set(cases[case]) - {"grade"} == {"message", "remedy"}, f"{kind}.{case}"
            found[kind, case] = cases[case].get("grade", node["grade"])
    return found


def documented(repo):
    found = {}
    kind = ""
    for line in (repo / "docs" / "validate.md").read_text(encoding="utf-8").splitlines():
        row = re.fullmatch(r"\| (?:`(pq-\w+)`)? ?\| ?(.*?) ?\| (error|warning|note) \| .+ \|", line)
        if row is None:
            continue
        kind = row[1] or kind
        for case in re.findall(r"`([\w-]+)`", row[2]) or [""]:
            found[kind, case] = row[3]
    return found


def test_every_kind_and_case_of_fault_is_documented_with_its_grade(repo):
    assert documented(repo) == listed(repo)


def test_every_kind_of_fault_is_called_something_of_its_own_in_every_language(repo):
    called = titles()
    assert set(called) == {kind for kind, _ in listed(repo)}
    for lang in LANGUAGES:
        assert len({one[lang] for one in called.values()}) == len(called)


def test_every_grade_is_one_of_three(repo):
    assert set(listed(repo).values()) == set(GRADES)


def test_messages_are_sentences(repo):
    text = (repo / "src" / "blockplan" / "plan" / "model" / "faults.toml").read_text(encoding="utf-8")
    short = [
        line for line in text.splitlines() if line.split(" = ")[0] in LANGUAGES and line[-2] not in ".。"
    ]
    assert not short


def test_every_case_that_the_code_raises_has_words(repo):
    known = {case for _, case in listed(repo)}
    for file in sorted((repo / "src" / "blockplan" / "plan").rglob("*.py")):
        for case in re.findall(r"\b(?:case|whole)=\"([\w-]+)\"", file.read_text(encoding="utf-8")):
            assert case in known, f"{file.name}: {case}"


def test_every_tolerance_is_documented_with_its_default(repo):
    page = (repo / "docs" / "validate.md").read_text(encoding="utf-8")
    for field in dataclasses.fields(Tolerances):
        assert f"| `{field.name}` | {field.default} |" in page

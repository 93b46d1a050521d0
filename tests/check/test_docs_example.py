"""The rule that docs/rules.md shows is a rule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.check.fakes import MEASURES

from blockplan.check import show_rule
from blockplan.check.loader import read_rules, run_cases
from blockplan.check.packs import load

if TYPE_CHECKING:
    from pathlib import Path


def test_the_rule_on_the_page_is_read_and_its_cases_hold(repo: Path, tmp_path: Path) -> None:
    page = (repo / "docs" / "rules.md").read_text(encoding="utf-8")
    shown = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert shown is not None
    path = tmp_path / "shown.yaml"
    path.write_text(shown[1], encoding="utf-8")
    (rule,) = read_rules(path, MEASURES)
    assert all(result.holds for result in run_cases(rule))


def test_every_rule_and_parameter_of_pack_zone_is_on_the_page(repo: Path) -> None:
    page = (repo / "docs" / "packs.md").read_text(encoding="utf-8")
    (pack,) = load(["zone"], MEASURES)
    for rule in pack.rules:
        assert rule.id in page or rule.id.startswith("zone-area-")
        for name, parameter in show_rule(rule.id)["parameters"].items():
            if parameter["open_point"]:
                assert f"`{name}`" in page, name

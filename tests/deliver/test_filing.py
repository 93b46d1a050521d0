"""What an office fills into the filing form is read as it means it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from blockplan.deliver.filing import read_answers
from blockplan.deliver.profile import load_delivery_profile
from blockplan.errors import MappingError

if TYPE_CHECKING:
    from pathlib import Path


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

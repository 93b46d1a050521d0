"""What a part of an entry was committed to."""

from __future__ import annotations

import pytest

from blockplan.notice.events import EntryPart
from blockplan.notice.leaves import commitment, holds

KEY = b"k" * 32


@pytest.mark.parametrize("made_up", ["", "é", "\ud800", "0" * 64])
def test_a_commitment_that_is_none_is_not_held(made_up: str) -> None:
    assert holds(EntryPart(commitment(KEY, b"said"), KEY, b"said"))
    assert not holds(EntryPart(made_up, KEY, b"said"))

"""What is said to somebody whose file, text or place is refused or was changed on its way in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blockplan.errors import IntakeError
from blockplan.texts import Catalog, pick

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS = Catalog("blockplan.notice.intake", "texts.toml")


@dataclass(frozen=True, slots=True)
class IntakeNote:
    """
    What was taken away from something, or should be known about it; it was taken in all the same.

    Attributes
    ----------
    code
        Its place in the catalog (``image.metadata``): for programs and tests.
    text
        The sentence in zh, en and ja.
    """

    code: str
    text: Mapping[str, str]

    def said(self, lang: str = "en") -> str:
        """The sentence in one language."""
        return pick(self.text, lang)


def note(code: str, **values: Any) -> IntakeNote:
    """A note for whoever sent something."""
    return IntakeNote(code, TEXTS.text(f"note.{code}", **values))


def refused(code: str, **values: Any) -> IntakeError:
    """The error to raise where something is not taken in."""
    return IntakeError(code, TEXTS.text(f"refused.{code}", **values))

"""A land use in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.plan import landuse
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS

if TYPE_CHECKING:
    from blockplan.report.public.speech import Speech


def use_said(speech: Speech, code: str | None, list_name: str | None) -> str:
    """A land use in words; easy Japanese says the class that holds it where it has no word of its own."""
    name = list_name or DEFAULT_LIST
    if not code:
        return speech("plain.landuse.unknown")
    if name not in LISTS:
        return code
    codes = landuse(name)
    national = code if name == DEFAULT_LIST else codes.to_national(code)
    while speech.easy and national:
        if speech.known(f"easy.use.{national}"):
            return speech(f"easy.use.{national}")
        national = landuse().parent(national)
    return speech.read(codes.label(code, speech.lang))

"""Records of many opinions, grouped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.handmade import result, text, verdict

if TYPE_CHECKING:
    from blockplan.check.verdict import CheckResult, Verdict

OUTCOMES = ("pass", "fail", "unknown", "pass", "not_applicable")


def many(packs: int = 10, rules: int = 11, blocks: int = 5) -> tuple[Verdict, ...]:
    """Verdicts of many packs: the first rule of each judges block by block."""
    found = []
    for pack in range(packs):
        for block in range(blocks):
            each = {"scope_kind": "block", "scope_id": f"B-{block}", "pack": f"pack{pack}"}
            found.append(verdict(f"p{pack}-each", OUTCOMES[block % 3], margin=0.5 - block, **each))
        for rule in range(rules - 1):
            outcome = OUTCOMES[(pack + rule) % len(OUTCOMES)]
            notes = (
                (text("城市层面。", "A city's figure.", "都市の値。"),) if outcome == "not_applicable" else ()
            )
            confidence = "ABC"[rule % 3]
            found.append(
                verdict(f"p{pack}-r{rule}", outcome, pack=f"pack{pack}", confidence=confidence, notes=notes)
            )
    return tuple(found)


def of_many() -> CheckResult:
    return result(verdicts=many(), packs=tuple(f"pack{pack}" for pack in range(10)))

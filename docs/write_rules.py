"""Write docs/rules-reference.md, the reference of all rules, from the packs: python docs/write_rules.py."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan.check.instruments import House
from blockplan.check.limits import required_by, required_of
from blockplan.check.packs import available, load
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from blockplan.check.packs import Pack
    from blockplan.check.rules import Limit, Reported, Rule, Source
    from blockplan.check.verdict import Required

HEAD = """\
# All rules

This page is made from the packs (`python docs/write_rules.py`). {doc}`rules` says what the keys
mean, {doc}`measures` how each value is measured, {doc}`rules-not-encoded` which figures are not rules and
what is missing.

Confidence: **A** the primary text was read, **B** a secondary source, **C** from memory and not verified.
Only a rule of force `must` decides exit codes, and none of confidence C is one. Shares are 0 to 1.
"""


def page() -> str:
    """The whole page, as Markdown."""
    packs = load(sorted(available()), House().measures())
    return HEAD + "\n" + "\n".join(_pack(pack) for pack in packs)


def _pack(pack: Pack) -> str:
    lines = [f"## {pack.id}", "", f"{pick(pack.head.title)} · {pick(pack.head.publisher)}", ""]
    if pack.head.note:
        lines += [pick(pack.head.note), ""]
    for rule in pack.rules:
        lines += _rule(rule)
    for entry in pack.head.reported:
        if not isinstance(entry, str):
            lines += _reported(entry)
    plain = [
        f"[`{entry}`](measures.md#{_anchor(entry)})" for entry in pack.head.reported if isinstance(entry, str)
    ]
    if plain:
        lines += [f"Reported beside the verdicts: {', '.join(plain)}.", ""]
    return "\n".join(lines)


def _rule(rule: Rule) -> Iterator[str]:
    yield from (
        f"### {rule.id}",
        "",
        f"{pick(rule.title)} · {pick(rule.title, 'zh')} · {pick(rule.title, 'ja')}",
        "",
    )
    if rule.note:
        yield from (pick(rule.note), "")
    standing = f"{rule.force}, confidence {rule.confidence}, on {_scope(rule)}"
    yield f"- Measure: [`{rule.measure}`](measures.md#{_anchor(rule.measure)}) in `{rule.unit}`; {standing}"
    for limit in rule.limits:
        yield f"- {_limit(limit)}"
    if rule.repealed:
        yield f"- Repealed on {rule.repealed.on} by {rule.repealed.by}"
    for name, value in {**rule.definition, **rule.with_}.items():
        yield f"- `{name}`: {_plain(value)}"
    for name, parameter in rule.parameters.items():
        point = f" ({parameter.open_point})" if parameter.open_point else ""
        yield f"- Open choice `{name}` = {_plain(parameter.value)}{point}: {pick(parameter.note)}"
    yield from (f"- Source last read: {rule.still_in_force_on}", "")


def _reported(entry: Reported) -> Iterator[str]:
    title = f"{pick(entry.title)} · {pick(entry.title, 'zh')} · {pick(entry.title, 'ja')}"
    yield from (f"### {entry.id}", "", title, "")
    if entry.note:
        yield from (pick(entry.note), "")
    measure = f"[`{entry.measure}`](measures.md#{_anchor(entry.measure)})"
    yield f"- Reported without a limit: {measure}, confidence {entry.confidence}"
    for name, value in entry.with_.items():
        yield f"- `{name}`: {_plain(value)}"
    yield from (f"- {_source(entry.source)}", "")


def _scope(rule: Rule) -> str:
    if rule.scope.each:
        return f"each {rule.scope.kind}"
    return f"the {rule.scope.kind}" + (f" `{rule.scope.id}`" if rule.scope.id else "")


def _limit(limit: Limit) -> str:
    if limit.own:
        return f"From {limit.begins}: the bound that the plan sets to each. {_source(limit.source)}"
    if limit.by_class is not None:
        rows = "; ".join(
            f"{name} {_asks(asked)}" for name, row in limit.by_class.items() if (asked := required_of(row))
        )
        return f"From {limit.begins}: {rows}. {_source(limit.source)}"
    whole = f" (of {limit.min:,.12g} to {limit.max:,.12g})" if limit.binding else ""
    return f"From {limit.begins}: {_asks(required_by(limit))}{whole}. {_source(limit.source)}"


def _asks(required: Required) -> str:
    if isinstance(required.value, tuple):
        return f"{required.value[0]:,.12g} to {required.value[1]:,.12g}"
    sign = {">=": "≥", "<=": "≤"}.get(required.op, required.op)
    return f"{sign} {required.value:,.12g}"


def _source(source: Source) -> str:
    page = f", page {source.page}" if source.page else ""
    address = f" ({source.address})" if source.address else ""
    return f"{source.document}, {source.clause}{page}{address}"


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, dict):
        return _pairs(value)
    return str(value)


def _pairs(value: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}: {item}" for key, item in value.items())


def _anchor(name: str) -> str:
    """The heading of a measure as the documentation addresses it."""
    return name.replace("_", "-")


if __name__ == "__main__":
    Path(__file__).with_name("rules-reference.md").write_text(page(), encoding="utf-8")

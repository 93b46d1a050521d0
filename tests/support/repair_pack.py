"""A pack of one rule for tests of repairs."""

from __future__ import annotations

RULE = """\
id: {id}
title: Made for this test
measure: {measure}
unit: "{unit}"
force: must
confidence: A
scope: plan
{with_}limits:
  - from: 2000-01-01
    {limit}
    source: {{ document: Made for this test, clause: "1" }}
still_in_force_on: 2026-01-01
cases:
{cases}
"""


def a_pack(folder, measure, unit, limit, **choices):
    """A pack of one rule; `limit` is ``(min, 3)`` or ``(max, 80)``, `choices` those of the measure."""
    folder.mkdir()
    (folder / "pack.yaml").write_text("id: made\ntitle: Made\npublisher: Made\n")
    kind, at = limit
    worse = -1 if kind == "min" else 1
    values = [(at, "pass"), (at + 0.1 * worse, "fail"), (at - 0.1 * worse, "pass"), ("null", "unknown")]
    lines = [
        f"  - {{ name: case {number}, day: 2020-01-01, {measure}: {value}, expect: {outcome} }}"
        for number, (value, outcome) in enumerate(values)
    ]
    lines.append(f"  - {{ name: early, day: 1999-01-01, {measure}: 1, expect: not_applicable }}")
    told = "".join(f"  {name}: {value}\n" for name, value in choices.items())
    with_ = f"with:\n{told}" if told else ""
    said = {"id": "made", "measure": measure, "unit": unit, "limit": f"{kind}: {at}", "with_": with_}
    (folder / "rule.yaml").write_text(RULE.format(cases="\n".join(lines), **said))
    return str(folder)

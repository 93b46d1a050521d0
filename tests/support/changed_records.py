"""Ways to change the lines of a record, each of which a verifier must find."""

from __future__ import annotations

from typing import Any

Lines = list[dict[str, Any]]


def opinion(lines: Lines, number: int) -> dict[str, Any]:
    return next(line for line in lines if line["leaf"]["seq"] == number)


def texted(lines: Lines) -> Lines:
    opinion(lines, 1)["body"]["text"] = "Made-up opinion 1!"
    return lines


def dropped(lines: Lines) -> Lines:
    return [line for line in lines if line["leaf"]["seq"] != 2]


def cut(lines: Lines) -> Lines:
    return lines[:8]


def shortened(lines: Lines) -> Lines:
    period = next(line for line in lines if line["leaf"]["kind"] == "extended")["body"]["period"]
    period["ends_before"] = "2026-03-20T16:00:00.000000Z"
    period["submission"]["last"] = "2026-03-20"
    return lines


def closed_early(lines: Lines) -> Lines:
    closed = next(line for line in lines if line["leaf"]["kind"] == "closed")
    lines.remove(closed)
    lines.insert(9, closed)
    closed["leaf"]["at"] = "2026-04-09T00:00:00.000000Z"
    return lines


def called_in_time(lines: Lines) -> Lines:
    opinion(lines, 9)["body"]["late"] = False
    return lines


def by_a_rule_of_their_own(lines: Lines) -> Lines:
    """The days are those of the law; its name is one that nobody knows."""
    lines[0]["body"]["rule"]["id"] = "town-ordinance-7"
    return lines

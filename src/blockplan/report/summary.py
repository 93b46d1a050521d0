"""
The summary for print: exactly two pages of A4, as PDF/A.

The template makes room by itself: it takes the largest of a few sizes and list lengths at which a page
holds, and says how many rows it left out. The date is the plan's own, so the same plan gives the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan.figures import is_known
from blockplan.report import charts, fonts, ledger, readings, tables
from blockplan.report.definitions import reading_name
from blockplan.report.maps import themes
from blockplan.report.maps.drawing import FOOT_MM, MapSheet
from blockplan.report.typesetting import REGIONS, desk, typeset
from blockplan.report.view import FORCES, View
from blockplan.report.words import NO_BREAK, Words

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.check.verdict import CheckResult, Verdict
    from blockplan.plan import Plan

#: Room for the map, mm.
MAP_MM = (58.0, 150.0)
#: No list is longer than this, however small its rows.
MOST = 60
SHOWN_FACTS = 6
#: Verdicts that pass are listed where a result holds no more verdicts than these.
MOST_PASSING = 40


def summary(plan: Plan, result: CheckResult, lang: str) -> bytes:
    """The summary as the bytes of a PDF/A-2b file of two pages."""
    view = View(plan, result, Words(lang, NO_BREAK))
    with desk() as folder:
        return typeset(folder, "summary.typ", summary_data(view, folder), lang, plan.manifest.drawn_on)


def summary_data(view: View, folder: Path) -> dict[str, Any]:
    """What the template shows; the map goes into `folder`."""
    words = view.words
    return _head(view) | {
        "kicker": words("brief.title"),
        "facts": [list(fact) for fact in view.facts][:SHOWN_FACTS],
        "overrides_title": words("head.overrides"),
        "overrides": view.overrides,
        "pages": [words("brief.page", n=number) for number in (1, 2)],
        "more": {str(n): words("sheet.more", n=words.number(n)) for n in range(1, MOST + 1)},
        "see": words("brief.see"),
        "map": _map(view, folder),
        "counts": _counts(view),
        "statements": _statements(view),
        "people": _people(view),
        "failing": _failing(view),
        "unknown": _unknown(view),
        "passing": _passing(view),
        "readings": _readings(view),
        "packs": _packs(view),
        "confidence": _confidence(view),
        "words": {
            key: words(f"brief.{key}")
            for key in ("promises", "ledger", "differences", "fails", "unknown", "readings", "confidence")
        }
        | {"people": words("section.residents"), "carries": words("brief.carries")},
        "documents": _documents(view),
    }


def _head(view: View) -> dict[str, Any]:
    """What the head and the foot of a paper say of the plan, as its template reads it."""
    words, manifest = view.words, view.plan.manifest
    return {
        "lang": words.lang,
        "region": REGIONS[words.lang],
        "title": view.title,
        "status": f"{words(f'status.{manifest.status}')} | {words(f'level.{manifest.level}')}",
        "synthetic": words("head.synthetic") if manifest.synthetic else "",
        "synthetic_title": words("head.synthetic_title"),
        "facts": [list(fact) for fact in view.facts],
        "hash_title": words("head.hash"),
        "hash": view.result.content_hash or view.plan.content_hash,
        "made_with": words("head.made_with", version=view.version),
    }


def _map(view: View, folder: Path) -> dict[str, Any] | None:
    frame = view.ground.frame
    if frame is None:
        return None
    sheet = MapSheet(frame, max(frame.width / MAP_MM[0], frame.height / (MAP_MM[1] - FOOT_MM)))
    drawn = themes.land_use_map(view.ground, sheet)
    if drawn is None:
        return None
    (folder / "map.svg").write_text(fonts.printable(drawn.standalone(view.ground)), encoding="utf-8")
    width, height = drawn.size_mm
    return {"file": "map.svg", "width": round(width, 2), "height": round(height, 2), "title": drawn.title}


def _counts(view: View) -> list[dict[str, str]]:
    words = view.words
    return [
        {
            "outcome": outcome,
            "n": words.number(len(found)),
            "said": tables.outcome_said(outcome, words),  # type: ignore[arg-type]
        }
        for outcome, found in view.of_outcome.items()
        if found or outcome in {"pass", "fail", "unknown"}
    ]


def _statements(view: View) -> dict[str, Any]:
    """The ledger in short: what is missed or not evidenced in full, the others by their ids."""
    words, result = view.words, view.result
    told = {"missed": 0, "not_evidenced": 1}
    told_first = sorted(
        (one for one in result.statements if one.state in told), key=lambda one: told[one.state]
    )
    rest = [
        {
            "said": words("brief.in_state", state=view.state(state), n=words.number(n)),
            "ids": words.join(one.statement_id for one in result.statements if one.state == state),
        }
        for state, _, n in ledger.state_counts(result, words)
        if state not in told
    ]
    differing = [row for row in ledger.difference_rows(result, words) if row.agreement != "agrees"]
    return {
        "counts": [
            {"state": state, "said": view.state(state), "n": words.number(n)}
            for state, _, n in ledger.state_counts(result, words)
        ],
        "open": [
            {
                "id": one.statement_id,
                "state": one.state,
                "said": view.state(one.state),
                "text": words.pick(one.text),
                "why": tables.typeset(words.pick(one.why)),
            }
            for one in told_first
        ],
        "none": words("statements.none") if not result.statements else words("brief.none_missed"),
        "rest": rest,
        "heads": [words(f"column.{key}") for key in ("id", "figure", "said", "tabled", "drawn", "agreement")],
        "differing": [
            [row.statement_id, row.subject, row.said, row.tabled, row.drawn, row.outcome] for row in differing
        ],
        "agree": [f"{said} {words.number(n)}" for _, said, n in ledger.agreement_counts(result, words)],
        "none_differ": words("brief.none_differ"),
    }


def _people(view: View) -> dict[str, Any]:
    words, residents = view.words, view.result.residents
    per_person = [
        verdict
        for verdict in view.result.verdicts
        if verdict.rule in view.result.capacity.by_rule and charts.flips(verdict, residents, words)
    ]
    return {
        "range": [
            {"said": words(f"residents.{key}"), "n": words.number(value, 0)}
            for key, value in (
                ("low", residents.low),
                ("central", residents.central),
                ("high", residents.high),
            )
        ],
        "capacity": view.capacity_sentence,
        "bars": [
            {
                "title": words.join(
                    filter(None, (bar["title"], bar["force"] and words(f"force.{bar['force']}")))
                ),
                **{key: bar[key] for key in ("residents", "percent", "binds")},
            }
            for bar in view.capacity_bars
        ],
        "central": view.central_percent,
        "central_said": words("residents.central_line", n=words.number(residents.central, 0)),
        "turns": [
            {"title": view.titled(verdict), "said": charts.flips(verdict, residents, words)}
            for verdict in per_person
        ],
    }


def _failing(view: View) -> dict[str, Any]:
    words = view.words
    ordered = sorted(view.of_outcome["fail"], key=lambda verdict: FORCES.index(verdict.force))
    heads = [words(f"column.{key}") for key in ("title", "measured", "required", "margin", "remedy")]
    return {"heads": heads, "rows": [_fail(view, one) for one in ordered], "none": words("brief.none_fail")}


def _fail(view: View, verdict: Verdict) -> dict[str, str]:
    words, row = view.words, view.row(verdict)
    who = "" if row.who == tables.DASH else row.who
    return {
        "title": view.titled(verdict),
        "rule": f"{verdict.rule} | {words(f'force.{verdict.force}')}",
        "measured": row.measured,
        "required": row.required,
        "margin": row.margin,
        "who": who,
        "remedy": words.pick(verdict.remedy.text) if verdict.remedy else "",
        "confidence": verdict.confidence,
    }


def _passing(view: View) -> dict[str, Any]:
    """The verdicts that pass, where there are so few that two pages hold them."""
    found = view.of_outcome["pass"] if len(view.result.verdicts) <= MOST_PASSING else []
    rows = [view.named_row(verdict) for verdict in found]
    return {
        "title": tables.outcome_said("pass", view.words),
        "heads": [view.words(f"column.{key}") for key in ("title", "measured", "required", "margin")],
        "rows": [[row.title, row.measured, row.required, row.margin] for row in rows],
    }


def _unknown(view: View) -> list[dict[str, str]]:
    words = view.words
    return [
        {
            "title": view.titled(one),
            "needs": one.doubts[0].message(words.lang) if one.doubts else view.needs(one.missing, 2),
            "confidence": one.confidence,
        }
        for one in view.of_outcome["unknown"]
    ]


def _readings(view: View) -> list[dict[str, Any]]:
    words = view.words
    return [
        {
            "title": view.titled(verdict),
            "spread": readings.spread(verdict, words),
            "required": _percent(readings.required_share(verdict)),
            "rows": [
                {
                    "name": reading_name(reading, words),
                    "share": words.share(reading.share),
                    "percent": _percent(reading.share),
                    "outcome": reading.outcome,
                    "sign": tables.SYMBOLS[reading.outcome],
                }
                for reading in verdict.readings
            ],
        }
        for verdict in view.coverage
    ]


def _percent(share: float | None) -> float | None:
    return round(100 * max(0.0, min(1.0, share)), 2) if is_known(share) else None


def _packs(view: View) -> dict[str, Any]:
    words, outcomes = view.words, ("pass", "fail", "unknown", "not_applicable")
    heads = [words("column.pack"), *(tables.outcome_said(one, words) for one in outcomes)]  # type: ignore[arg-type]
    rows = [
        [view.pack_title(pack.id), *(words.number(len(pack.of(one))) for one in outcomes)]
        for pack in view.packs
    ]
    return {"heads": heads, "rows": rows if len(rows) > 1 else []}


def _confidence(view: View) -> list[dict[str, str]]:
    words = view.words
    judged = [verdict for pack in view.packs for verdict in pack.judged]
    return [
        {
            "grade": grade,
            "said": words.count(
                "brief.of_confidence",
                sum(one.confidence == grade for one in judged),
                said=words(f"confidence.{grade}"),
            ),
        }
        for grade in "ABC"
    ]


def _documents(view: View) -> dict[str, Any]:
    found = dict.fromkeys(
        str(verdict.source["document"]) for verdict in view.result.verdicts if verdict.source.get("document")
    )
    return {"title": view.words("brief.documents"), "rows": list(found)}

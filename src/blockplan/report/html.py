"""
The report as one HTML file that needs nothing else.

Fonts, styles and maps stand inside; no script, no outside request. The same
plan and result give the same bytes.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from blockplan.report import charts, ledger, parcelwise, readings, sums, tables, trace
from blockplan.report.public import verdict_places
from blockplan.report.renderers.html import font_faces
from blockplan.report.view import View
from blockplan.report.words import NO_BREAK, Words
from blockplan.templates import environment

if TYPE_CHECKING:
    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan


def page(plan: Plan, result: CheckResult, lang: str) -> str:
    """The report as the text of an HTML file."""
    view = View(plan, result, Words(lang, NO_BREAK))
    templates = environment("blockplan.report")
    templates.globals |= {
        "view": view,
        "w": view.words,
        "charts": charts,
        "ledger": ledger,
        "parcelwise": parcelwise,
        "places_of": verdict_places,
        "readings": readings,
        "sums": sums,
        "tables": tables,
        "trace": trace,
    }
    body = templates.get_template("report.html.j2").render()
    faces = font_faces(body, lang)
    style = (
        resources.files("blockplan.report").joinpath("templates", "report.css").read_text(encoding="utf-8")
    )
    running = f'@page {{ @top-left {{ content: "{css_text(view.title)}"; }} }}\n'
    return body.replace("/*STYLE*/", f"{faces}{style}{running}", 1)


def css_text(said: str) -> str:
    """A text inside a CSS string: everything but letters, digits and spaces is escaped."""
    return "".join(
        character if character.isalnum() or character == " " else f"\\{ord(character):06x}"
        for character in said
    )

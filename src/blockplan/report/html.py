"""
The report as one HTML file that needs nothing else.

Fonts, styles and maps stand inside; no script, no outside request. The same
plan and result give the same bytes.
"""

from __future__ import annotations

import base64
import html
import re
from importlib import resources
from typing import TYPE_CHECKING

from blockplan.report import charts, fonts, ledger, readings, sums, tables, trace
from blockplan.report.public import verdict_places
from blockplan.report.view import NO_BREAK, View
from blockplan.report.words import Words
from blockplan.templates import environment

if TYPE_CHECKING:
    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan

HOLLOW = re.compile(r"<(style|script)\b.*?</\1>|<[^>]+>", re.DOTALL)


def page(plan: Plan, result: CheckResult, lang: str) -> str:
    """The report as the text of an HTML file."""
    view = View(plan, result, Words(lang, NO_BREAK))
    templates = environment("blockplan.report")
    templates.globals |= {
        "view": view,
        "w": view.words,
        "charts": charts,
        "ledger": ledger,
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


def _characters(body: str) -> str:
    return html.unescape(HOLLOW.sub(" ", body))


def font_faces(body: str, lang: str) -> str:
    """The ``@font-face`` rules of a page: the report's font, of the characters that its words have."""
    text = _characters(body)
    return "".join(
        f"@font-face{{font-family:'{fonts.FAMILY}';font-weight:{weight};font-style:normal;"
        f"src:url(data:font/woff2;base64,{base64.b64encode(data).decode('ascii')}) format('woff2')}}\n"
        for weight, data in fonts.embedded(text, lang).items()
    )

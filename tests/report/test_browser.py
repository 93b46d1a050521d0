from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from blockplan.report import write_html
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_report_opens_on_phone_and_desk(
    chromium: Any, plan: Plan, found: CheckResult, tmp_path: Path, lang: str, width: int
) -> None:
    path = write_html(plan, found, tmp_path / "report.html", lang)
    page = chromium.new_page(viewport={"width": width, "height": 800})
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.evaluate("document.fonts.ready")
    assert said == []
    assert [address for address in asked if not address.startswith(("file:", "data:font/"))] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("[...document.fonts].map(face => face.status)") == ["loaded", "loaded"]
    page.close()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [768, 1440])
def test_no_word_of_a_key_beside_an_amount_is_squeezed(
    chromium: Any, plan: Plan, found: CheckResult, tmp_path: Path, lang: str, width: int
) -> None:
    path = write_html(plan, found, tmp_path / "report.html", lang)
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.goto(path.as_uri())
    page.evaluate("document.fonts.ready")
    narrowest = """() => {
        const rows = [...document.querySelectorAll(':is(.wide, .atlas) .legend tbody tr')];
        for (const row of rows) row.children[2].textContent = '99,999 residents (99 places)';
        return [rows.length, Math.min(...rows.map(row => row.children[1].offsetWidth))];
    }"""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    number, pixels = page.evaluate(narrowest)
    assert number
    assert pixels > 60
    page.close()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_how_far_a_rule_can_be_trusted_is_not_squeezed_beside_its_verdict(
    chromium: Any, plan: Plan, found: CheckResult, tmp_path: Path, lang: str
) -> None:
    path = write_html(plan, found, tmp_path / "report.html", lang)
    page = chromium.new_page(viewport={"width": 768, "height": 800})
    page.goto(path.as_uri())
    page.evaluate("document.fonts.ready")
    cells = "[...document.querySelectorAll('#verdicts .cards td:has(.badge)')].map(one => one.offsetWidth)"
    assert min(page.evaluate(cells)) > 80
    page.close()


def test_what_is_said_of_a_statement_keeps_to_its_column(
    chromium: Any, plan: Plan, found: CheckResult, tmp_path: Path
) -> None:
    path = write_html(plan, found, tmp_path / "report.html", "en")
    page = chromium.new_page(viewport={"width": 768, "height": 800})
    page.goto(path.as_uri())
    page.evaluate("document.fonts.ready")
    cells = page.evaluate(
        "[...document.querySelectorAll('#statements td:has(> .chip)')]"
        ".map(one => one.clientWidth - one.scrollWidth)"
    )
    assert cells
    assert min(cells) == 0
    page.close()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_character_comes_from_the_embedded_font(
    chromium: Any, plan: Plan, found: CheckResult, tmp_path: Path, lang: str
) -> None:
    path = write_html(plan, found, tmp_path / "report.html", lang)
    page = chromium.new_page()
    page.goto(path.as_uri())
    page.evaluate("document.fonts.ready")
    tools = page.context.new_cdp_session(page)
    tools.send("DOM.enable")
    tools.send("CSS.enable")
    root = tools.send("DOM.getDocument")["root"]["nodeId"]
    for selector in ("main", "header", "footer", "figure svg"):
        for node in tools.send("DOM.querySelectorAll", {"nodeId": root, "selector": selector})["nodeIds"]:
            used = tools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
            strange = [font["familyName"] for font in used if not font["isCustomFont"]]
            assert all("Mono" in name for name in strange), strange
    page.close()

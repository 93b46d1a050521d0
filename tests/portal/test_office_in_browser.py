"""
The office in a browser: the whole way of a notice without a script, from an empty folder to a record that
the verifier of the command line holds, and every page of it in three languages.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from tests.portal.office_world import STAGES, Office, Person
from tests.support.browser import CUT_WORDS, faults_of, in_turn, invalid
from tests.support.looked_at import PUBLIC
from tests.support.staff import PASSWORD

from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

pytestmark = [pytest.mark.browser, pytest.mark.long(30)]
INBOX_PAGE = Path(__file__).parents[2] / "src/blockplan/portal/pages/static/portal/inbox-page.mjs"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, chromium: Any) -> Iterator[Office]:
    """
    Where all is answered, and a second person is asked to publish it: answers can still be changed.

    What was against its pages on the way is kept, because no stage comes back.
    """
    made = Office(tmp_path_factory.mktemp("office"), chromium)
    try:
        goes_on(made, until="asked")
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def office(asked: Office) -> Office:
    """At the end of the way; tests of what comes before it stand above."""
    goes_on(asked, until="published")
    return asked


def goes_on(office: Office, until: str) -> None:
    """On the way to a stage; the pages of each are looked at."""
    for stage in office.stages:
        for number, (pages, session) in enumerate(eyes_on(office, stage)):
            office.found += [fault for lang in LANGUAGES for fault in looked_at(office, pages, session, lang)]
            office.sources |= {
                f"{stage} {number} {page}": said for page, said in read(office, pages, session)
            }
        if stage == until:
            return


def eyes_on(office: Office, stage: str) -> Iterator[tuple[Sequence[str], dict[str, Any]]]:
    """Pages that look otherwise at a stage, and the session of those who see them."""
    for eyes, pages in STAGES.get(stage, ()):
        person = office.reader() if eyes == "reader" else getattr(office, eyes)
        yield pages, {"storage_state": person.context.storage_state()}


def looked_at(office: Office, pages: Sequence[str], session: dict[str, Any], lang: str) -> list[str]:
    """What is against pages in a language, on a phone and on a desk."""
    found = []
    with office.service.tab(office.chromium, locale=lang, **session) as tab:
        for number, page in enumerate(pages):
            answer = tab.goto(office.service.url(in_language(page, lang)))
            assert answer.status == 200, f"{page} is no page that these eyes can see"
            assert urlsplit(tab.url).path == urlsplit(in_language(page, lang)).path, f"{page} leads elsewhere"
            found += faults_of(tab, in_turn(number, lang))
    return found


def read(office: Office, pages: Sequence[str], session: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The sources of pages."""
    context = office.chromium.new_context(locale="en", **session)
    for page in pages:
        yield page, context.request.get(office.service.url(in_language(page, "en"))).text()
    context.close()


def test_a_moment_in_the_lists_of_acts_and_entries_takes_one_line_on_a_phone(
    asked: Office, chromium: Any
) -> None:
    lines = """times => times.filter(one => one.getClientRects().length > 1
        || one.getBoundingClientRect().height > 1.6 * parseFloat(getComputedStyle(one).lineHeight))
        .map(one => one.textContent)"""
    for person, page in ((asked.admin, "acts/"), (asked.planner, "notices/town/record/")):
        state = person.context.storage_state()
        with asked.service.tab(chromium, storage_state=state, width=390) as tab:
            for lang in LANGUAGES:
                tab.goto(asked.service.url(f"/{lang}/office/{page}"))
                times = tab.locator("tbody time")
                assert times.count() > 10
                assert times.evaluate_all(lines) == []
                assert tab.evaluate("document.documentElement.scrollWidth") == 390


def test_a_planner_answers_by_keys_which_can_be_switched_off_and_loses_no_word(
    asked: Office, chromium: Any
) -> None:
    state = asked.planner.context.storage_state()
    with asked.service.tab(chromium, storage_state=state) as tab:
        tab.goto(asked.service.url("/en/office/notices/town/desk/segments/?show=all"))
        tab.keyboard.press("j")
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/desk/segments/O-1.1/?show=all")
        tab.keyboard.press("j")
        tab.wait_for_url("**/desk/segments/O-2.1/?show=all")
        tab.keyboard.press("2")
        assert tab.locator(".kinds input").nth(1).is_checked()
        tab.keyboard.press("r")
        tab.keyboard.type(" 1 jkx")
        assert tab.locator("#id_reason_en").input_value() == "Thank you. 1 jkx"
        tab.reload()
        assert tab.locator("#id_reason_en").input_value() == "Thank you. 1 jkx"
        assert tab.locator("#kept").is_visible()

        # Words that were given as an answer by now, as those that were used for the theme, are not unsent.
        def given(route: Any) -> None:
            got = route.fetch()
            route.fulfill(response=got, body=got.text().replace("Thank you.&quot;", "Thank you. 1 jkx&quot;"))

        kept = tab.evaluate("() => ({...sessionStorage})")
        tab.route("**/O-2.1/*", given)
        tab.reload()
        assert not tab.locator("#kept").is_visible()
        assert tab.evaluate("Object.keys(sessionStorage).filter(key => key.includes('O-2.1'))") == []
        tab.unroute("**/O-2.1/*")
        tab.evaluate("kept => Object.entries(kept).forEach(one => sessionStorage.setItem(...one))", kept)
        # Whoever else signs in in this tab neither sees it nor has it.
        tab.evaluate("""() => Object.entries(sessionStorage).forEach(([key, words]) => {
            sessionStorage.removeItem(key);
            sessionStorage.setItem(key.replace(/ [0-9]+ /, " 99999 "), words);
        })""")
        tab.reload()
        assert tab.locator("#id_reason_en").input_value() == "Thank you."
        assert tab.evaluate("Object.keys(sessionStorage).filter(one => one.includes('answer'))") == []
        tab.keyboard.press("?")
        tab.locator("#keys-on").uncheck()
        tab.locator("h1").click()
        tab.keyboard.press("1")
        assert not tab.locator(".kinds input").first.is_checked()
        assert tab.url.endswith("/O-2.1/?show=all")


def test_a_template_comes_after_what_was_typed_in_the_tab_and_both_are_there_after_a_look_elsewhere(
    asked: Office, chromium: Any
) -> None:
    state = asked.planner.context.storage_state()
    with asked.service.tab(chromium, storage_state=state) as tab:
        there = asked.service.url("/en/office/notices/town/desk/segments/O-2.1/?show=all")
        tab.goto(there)
        reason = tab.locator("#id_reason_en")
        reason.fill("We looked.")
        tab.locator("#template").select_option(label="Thanks")
        tab.locator("button[name=use]").click()
        tab.wait_for_load_state()
        assert reason.input_value().startswith("We looked.\n\n2: thank you.")
        assert not tab.locator("#kept").is_visible()
        tab.goto(asked.service.url("/en/office/notices/town/"))
        tab.goto(there)
        assert reason.input_value().startswith("We looked.\n\n2: thank you.")
        assert tab.locator("#kept").is_visible()


def test_a_notice_goes_the_whole_way_without_a_script(office: Office) -> None:
    assert "published" in office.planner.go("notices/town/")
    with office.approver.tab.expect_download() as waiting:
        office.approver.go("notices/town/record/")
        office.approver.tab.get_by_role("link", name="Take the archive").click()
    with zipfile.ZipFile(waiting.value.path()) as packed:
        packed.extractall(office.folder / "archive")
    program = str(Path(sys.executable).with_name("blockplan"))
    done = subprocess.run(
        [program, "notice", "verify", str(office.folder / "archive" / "town")], capture_output=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def eyes_of(office: Office) -> Iterator[tuple[list[str], dict[str, Any]]]:
    """Pages below the language, and the session of those who see them."""
    half, new = Person(office.service, office.chromium), Person(office.service, office.chromium)
    office.newcomers += 1
    new.begin(office.link("approver"), f"Newcomer-{office.newcomers}")
    half.go("sign-in/")
    half.fill("Sign in", login="wang", password=PASSWORD)
    office.planner.show_again()
    for eyes, person in {"planner": office.planner, "admin": office.admin, "half": half, "new": new}.items():
        yield [path for _, path in office.visits(eyes)], {"storage_state": person.context.storage_state()}
    public = [*(f"/notices/town/{page}" for page in PUBLIC), office.news]
    yield [*(path for _, path in office.visits("nobody")), *public], {}


def in_language(page: str, lang: str) -> str:
    """An address in a language; the identity service knows one alone."""
    return page if page.startswith("/office/openid/") else f"/{lang}{page}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_on_any_page_and_nobody_scrolls_sideways(office: Office, lang: str) -> None:
    found = []
    for pages, session in eyes_of(office):
        found += looked_at(office, pages, session, lang)
    assert found == [], "\n".join(found)


def test_sender_and_number_stand_on_one_line_of_the_list_beside_a_point(
    office: Office, chromium: Any
) -> None:
    session = {"storage_state": office.planner.context.storage_state()}
    with office.service.tab(chromium, width=768, **session) as tab:
        tab.goto(office.service.url("/en/office/notices/town/desk/segments/?show=all"))
        heights = [one.bounding_box()["height"] for one in tab.locator(".rows .who").all()]
        assert heights
        assert max(heights) < 30


@pytest.fixture
def styles(repo: Path) -> str:
    """The sheets of the office's pages."""
    portal = repo / "src" / "blockplan" / "portal"
    sheets = (portal / "pages/static/portal/page.css", portal / "office/static/office/office.css")
    return "<!doctype html>" + "".join(f"<style>{one.read_text(encoding='utf-8')}</style>" for one in sheets)


def test_the_bar_with_undo_is_as_wide_as_the_desk(chromium: Any, styles: str) -> None:
    tab = chromium.new_page(viewport={"width": 1440, "height": 900})
    tab.set_content(f'{styles}<main><form class="moved">undo</form><div class="inbox"></div></main>')
    assert tab.locator(".moved").bounding_box()["width"] == pytest.approx(1440, abs=20)
    tab.close()


def test_on_a_tablet_each_row_of_filters_says_what_it_is_about(chromium: Any, styles: str) -> None:
    tab = chromium.new_page(viewport={"width": 768, "height": 1024})
    row = "<ul><li><a href='/'>Park <span class=n>0/7</span></a></li></ul>"
    tab.set_content(
        f"{styles}<main><div class=inbox><nav class=sift><h2>Filter</h2>{row}<details open><summary>Themes"
        f"</summary>{row}</details><details open><summary>In hand</summary>{row}</details></nav></div></main>"
    )
    heads, rows = (tab.locator(one).all() for one in (".sift h2, .sift summary", ".sift ul"))
    places = [(head.bounding_box(), row.bounding_box()) for head, row in zip(heads, rows, strict=True)]
    for head, listed in places:
        assert head["x"] + head["width"] <= listed["x"]
        assert head["y"] == pytest.approx(listed["y"], abs=2)
        assert head["height"] == pytest.approx(listed["height"], abs=2), "words stand on one line"
    assert len({listed["x"] for _, listed in places}) == 1
    tab.close()


@pytest.mark.parametrize(("width", "wide", "reading"), [(1200, 260, 400), (1440, 320, 500)])
def test_the_map_of_a_place_is_wide_enough_for_its_street_names_beside_the_words(
    chromium: Any, styles: str, width: int, wide: int, reading: int
) -> None:
    tab = chromium.new_page(viewport={"width": width, "height": 900})
    drawn = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='393' height='374'/>"
    tab.set_content(
        f'{styles}<main><div class="inbox"><nav class="sift"></nav><section class="listed"></section>'
        f'<div class="reading"></div><aside class="side"><img class="place-map" src="{drawn}"></aside>'
    )
    assert tab.locator(".place-map").bounding_box()["width"] >= wide
    assert tab.locator(".reading").bounding_box()["width"] >= reading
    tab.close()


def test_what_belongs_to_an_opinion_stands_right_below_it_beside_a_long_list(
    chromium: Any, styles: str
) -> None:
    tab = chromium.new_page(viewport={"width": 768, "height": 1024})
    tab.set_content(
        f"{styles}<main><div class=inbox><nav class=sift></nav><div class=listed style='height: 900px'></div>"
        "<div class=reading style='height: 200px'></div><div class=side>Theme</div></div></main>"
    )
    read, beside = (tab.locator(one).bounding_box() for one in (".reading", ".side"))
    assert beside["y"] == pytest.approx(read["y"] + read["height"], abs=2)
    tab.close()


def test_three_languages_of_a_particular_stand_beside_each_other_on_a_tablet(
    chromium: Any, styles: str
) -> None:
    tab = chromium.new_page(viewport={"width": 768, "height": 1024})
    field = "<p class=field><label>x</label><textarea></textarea></p>"
    tab.set_content(
        f"{styles}<main><form class='act particulars'><fieldset>{field * 3}</fieldset></form></main>"
    )
    assert len({one.bounding_box()["y"] for one in tab.locator("textarea").all()}) == 1
    tab.close()


def test_a_label_in_a_group_stands_apart_from_that_it_is_optional(chromium: Any, styles: str) -> None:
    tab = chromium.new_page()
    tab.set_content(
        f'{styles}<main><form class="act"><fieldset class="field"><div class="field">'
        '<label><span id="said">Your title for it</span> <span class="optional">(optional)</span></label>'
    )
    said, optional = (tab.locator(one).bounding_box() for one in ("#said", ".optional"))
    assert optional["x"] - said["x"] - said["width"] >= 3
    tab.close()


def test_labels_begin_with_a_capital_and_buttons_stand_apart(chromium: Any, styles: str, repo: Path) -> None:
    sheet = (repo / "src/blockplan/portal/submissions/static/portal/opinion.css").read_text(encoding="utf-8")
    tab = chromium.new_page(viewport={"width": 390, "height": 844})
    tab.set_content(
        f"{styles}<style>{sheet}</style><main><nav class=sift><a href='/'><span>redacted</span> 1</a></nav>"
        "<fieldset class=kinds><label><input type=radio> <span>adopted</span></label></fieldset>"
        "<div class=time><p class=deadline>until 2 January</p></div>"
        "<ul class=chosen><li><span class=what>parcel A</span></li></ul>"
        "<form><p><button>Enter it</button> <button class=quiet>Refuse</button></p></form>"
        "<div class='try of-templates'><div><select><option>Choose</select></div><button>Use</button></div>"
    )
    for label in (".sift a > span", ".kinds span", ".deadline", ".what"):
        told = tab.locator(label).evaluate("one => getComputedStyle(one, '::first-letter').textTransform")
        assert told == "uppercase", label
    one, other, select, use = (
        tab.locator(part).bounding_box()
        for part in ("p > button:first-child", "p > .quiet", "select", ".of-templates button")
    )
    assert other["x"] - one["x"] - one["width"] >= 8
    assert use["x"] - select["x"] - select["width"] < 20, "a button is beside what it acts on"
    tab.close()


def test_neither_a_moment_nor_the_label_of_an_action_is_torn(chromium: Any, repo: Path) -> None:
    sheet = (repo / "src/blockplan/portal/pages/static/portal/page.css").read_text(encoding="utf-8")
    tab = chromium.new_page(viewport={"width": 768, "height": 1024})
    moments = "".join(
        f"<p style='width: {width}px' lang=zh-Hans><time>2026年12月2日 09:02，北京时间</time></p>"
        for width in range(150, 260, 10)
    )
    actions = ("<div class=first style='width: 323px'><p class=actions><a class='button plain'>Opinions</a>"
               "<a class=button>Read the consultation report</a></p></div>")  # fmt: skip
    tab.set_content(f"<!doctype html><style>{sheet}</style>{moments}{actions}")
    lines = tab.locator("time").evaluate_all("""all => all.map(one => ["北", "间"].map(sign => {
        const part = document.createRange(), at = one.textContent.indexOf(sign);
        part.setStart(one.firstChild, at);
        part.setEnd(one.firstChild, at + 1);
        return part.getBoundingClientRect().top;
    }))""")
    assert all(first == last for first, last in lines)
    assert tab.locator("a.button:not(.plain)").bounding_box()["height"] < 60
    tab.close()


def test_no_month_is_cut_in_two_in_a_narrow_table(chromium: Any, styles: str) -> None:
    tab = chromium.new_page(viewport={"width": 360, "height": 800})
    when = "<td><time>4 December 2026, 09:15 (UTC+8)</time></td>"
    cells = "".join(
        f"<td>{one}</td>" for one in ("Newcomer-1", "invited somebody", "administrator, approver")
    )
    tab.set_content(f"{styles}<main><section class=wide><table><tr>{when}{cells}</table></section></main>")
    assert "December" not in tab.evaluate(CUT_WORDS)
    tab.close()


def test_links_below_the_desk_are_large_enough_for_a_finger(chromium: Any, styles: str) -> None:
    tab = chromium.new_page(viewport={"width": 1440, "height": 900})
    foot = '<footer class="foot"><ul><li><a href="/">Privacy</a></li></ul></footer>'
    tab.set_content(f'{styles}<body><main><div class="inbox"></div></main>{foot}</body>')
    assert tab.locator(".foot a").bounding_box()["height"] >= 24
    tab.close()


def test_axe_finds_nothing_on_the_way_and_in_the_preview_of_a_draft(office: Office) -> None:
    assert len(office.sources) == sum(len(pages) for stage in STAGES.values() for _, pages in stage)
    assert office.found == []


def test_axe_finds_nothing_where_a_form_says_what_is_wrong(office: Office) -> None:
    found = []
    for person, page in ((office.admin, "staff/"), (office.planner, "notices/new/")):
        # Not a tab of ours: the browser complains of status 400, which is right here.
        context = office.chromium.new_context(storage_state=person.context.storage_state())
        tab = context.new_page()
        for lang in LANGUAGES:
            tab.goto(office.service.url(f"/{lang}/office/{page}"))
            # The browser would ask first; the page of the service is the one to look at.
            tab.locator("main form.act").first.evaluate("form => { form.noValidate = true }")
            tab.locator("main form.act button[type=submit]").first.click()
            tab.wait_for_selector(".faults")
            found += faults_of(tab, in_turn(0, lang))
        context.close()
    assert found == []


def test_the_pages_are_valid_html(office: Office, tmp_path: Path) -> None:
    sources = dict(office.sources)
    for pages, session in eyes_of(office):
        sources |= dict(read(office, pages, session))
    assert invalid(sources, tmp_path) == []


def test_a_planner_begins_a_draft_by_keyboard_alone(office: Office, chromium: Any) -> None:
    state = office.planner.context.storage_state()
    with office.service.tab(chromium, storage_state=state) as tab:
        tab.goto(office.service.url("/en/office/notices/new/"))
        for name, text in (("id", "by-keyboard"), ("rule", "")):
            _tab_to(tab, name)
            tab.keyboard.type(text or "DE")
        _tab_to(tab, None)
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/notices/by-keyboard/draft/")
        assert "by-keyboard" in tab.content()


def test_a_key_leads_to_undo_and_takes_nothing_back_by_itself(chromium: Any) -> None:
    tab = chromium.new_page()
    tab.set_content("<form onsubmit='window.sent = (window.sent ?? 0) + 1; return false'><p id=last-move></p>"
                    "<button id=undo aria-describedby=last-move>Undo</button></form>")  # fmt: skip
    tab.evaluate(INBOX_PAGE.read_text(encoding="utf-8").replace("export {};", ""))
    tab.keyboard.press("z")
    tab.keyboard.press("z")
    assert tab.evaluate("document.activeElement.id") == "undo"
    assert tab.evaluate("window.sent ?? 0") == 0
    tab.keyboard.press("Enter")
    assert tab.evaluate("window.sent") == 1
    tab.close()


def _tab_to(tab: Any, name: str | None) -> None:
    """Press Tab until a field of that name, or the button of the form, has the focus."""
    for _ in range(60):
        tab.keyboard.press("Tab")
        where = tab.evaluate("[document.activeElement.name || '', document.activeElement.tagName, "
                             "document.activeElement.closest('main form.act') !== null]")  # fmt: skip
        if where[0] == name or (name is None and where[1:] == ["BUTTON", True]):
            return
    raise AssertionError(f"nobody reaches {name or 'the button'} by keyboard")

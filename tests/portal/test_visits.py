"""Every address of the service is a page that a browser test looks at, or says why it is none."""

from __future__ import annotations

import pytest
from django.urls import resolve
from tests.portal import office_world
from tests.support.looked_at import FORM, PAGES, PUBLIC
from tests.support.office_addresses import addresses, of_office

pytestmark = pytest.mark.no_database

#: Of what everybody can read: name of an address -> why no browser looks at it as a page.
NO_PAGE = {
    "home": "leads on", "robots": "text", "sitemap": "XML", "notices_feed": "Atom", "notice_feed": "Atom",
    "theme_feed": "Atom", "object_feed": "Atom", "plan_file": "a file", "attachment": "a file",
    "response_file": "a file", "picture": "a picture", "card": "PDF", "parcel_pdf": "PDF",
    "record_zip": "a file", "verifier_zip": "a file", "map_plan": "JSON", "map_opinions": "JSON",
    "map_tiles": "tiles", "map_ground": "pictures", "map_file": "a file", "checkpoint": "text", "key": "text",
}  # fmt: skip
#: Looked at as a step of the form, and as what a mail leads to.
IN_STEPS = {"draft", "follow", "subscription"}


def test_every_page_that_everybody_reads_is_looked_at_by_axe_and_the_checker_of_html() -> None:
    looked = [f"/en/{page}" for page in PAGES]
    looked += [f"/en/notices/town/{page}" for page in PUBLIC]
    looked += ["/en" + FORM]
    names = {resolve(path.partition("?")[0]).url_name for path in looked}
    public = {
        str(one.name) for path, one in addresses() if "office/" not in path and not path.startswith("api/")
    }
    assert public - names - IN_STEPS - set(NO_PAGE) == set(), "these pages are looked at by nobody"
    assert set(NO_PAGE) <= public, "these addresses are gone"


def test_every_page_of_the_office_is_visited_or_says_why_not() -> None:
    names = {str(one.name) for one in of_office()}
    assert set(office_world.NO_PAGE) <= names
    assert set(office_world.OTHERS) <= names
    assert set(office_world.OF_DRAFT) <= names

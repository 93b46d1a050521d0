"""Moments as they are written in each language, with whose time it is."""

from __future__ import annotations

import pytest
from django.template import engines

from blockplan.notice.countries import country
from blockplan.portal import words
from blockplan.portal.config import read_config
from blockplan.portal.words import catalogs

AT = "2026-11-25T10:05:59.000000Z"


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("lang", "zone", "said"),
    [
        ("zh", "Asia/Shanghai", "2026年11月25日 18:05，北京时间"),
        ("ja", "Asia/Tokyo", "2026年11月25日 19時05分（日本時間）"),
        ("en", "Asia/Shanghai", "25 November 2026, 18:05 (UTC+8)"),
        ("ja", "Asia/Shanghai", "2026年11月25日 18時05分（北京時間）"),
        ("en", "Europe/Berlin", "25 November 2026, 11:05 (UTC+1)"),
        ("zh", "Asia/Kolkata", "2026年11月25日 15:35，UTC+5:30"),
        ("en", "UTC", "25 November 2026, 10:05 (UTC)"),
    ],
)
def test_a_moment_reads_as_a_clerk_writes_it(lang: str, zone: str, said: str) -> None:
    assert words.said(AT, zone, lang) == said


@pytest.mark.no_database
def test_summer_time_is_said_of_the_moment_and_not_of_today() -> None:
    assert words.said("2026-07-01T10:00:00.000000Z", "Europe/Berlin", "en") == "1 July 2026, 12:00 (UTC+2)"


@pytest.mark.no_database
def test_every_country_whose_rules_we_have_has_a_name_for_its_time() -> None:
    for code in ("CN", "JP", "DE"):
        assert country(code).zone in catalogs()["zone"]


def test_a_page_says_the_moment_to_programs_too_and_escapes_what_stands_beside_it(config: object) -> None:
    source = (
        '{% moment at "Asia/Shanghai" as when %}{% t "office.received" at=when %}'
        '{% t "office.received" at=typed %}'
    )
    page = engines["django"].from_string(source).render({"at": AT, "lang": "en", "typed": "<b>"})
    assert '<time datetime="2026-11-25T18:05:59+08:00">25 November 2026, 18:05 (UTC+8)</time>' in page
    assert "&lt;b&gt;" in page


@pytest.mark.no_database
def test_a_time_zone_that_does_not_exist_is_refused_with_its_key() -> None:
    from blockplan.errors import UsageError

    with pytest.raises(UsageError, match=r"zone: .*write it like Asia/Shanghai"):
        read_config({"BLOCKPLAN_ZONE": "Peking"})

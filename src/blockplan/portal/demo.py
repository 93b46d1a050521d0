"""
The demonstration notice: the reference plan, synthetic and saying so, on notice from today on.

It goes the way of every other notice: a draft, its dates and particulars, a public package that is built, a
release check that two sign by its hash. Both are the program, and their names in the record say so.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from blockplan.notice.countries import country
from blockplan.notice.particulars import particulars_from
from blockplan.portal import clock
from blockplan.portal.office import drafts
from blockplan.portal.office.edit_conflicts import of_release, of_values
from blockplan.portal.office.models import Draft, Staff
from blockplan.portal.office.permissions import Actor
from blockplan.portal.record.models import Notice
from blockplan.texts import toml_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from blockplan.portal.preloading import Judged

PARTICULARS = "demo.toml"
NAME = "demo"
COUNTRY = "CN"
#: No accounts: nobody signs in as these.
FIRST = Actor(Staff(pk=-1, name="demonstration, for a planner"), frozenset({"planner"}))
SECOND = Actor(Staff(pk=-2, name="demonstration, for an approver"), frozenset({"approver"}))
RELEASE = {
    "secrecy_mark": "none: the geometry is synthetic",
    "public_copy": "not generalised: no real place is shown",
    "privacy": "no layer names a person; columns for owners and remarks are not in the package",
}


def open_demo(plan: Path, judged: Callable[[], Judged]) -> str:
    """
    Open the demonstration notice, where there is none yet; gives back its id.

    Parameters
    ----------
    judged
        Gives its public package and what `check` says of it; asked only where the notice is opened.
    """
    if Notice.objects.filter(id=NAME).exclude(state="draft").exists():
        return NAME
    draft = Draft.objects.filter(pk=NAME).first()  # left from a start that was cut off
    if draft is None:
        draft = drafts.begin_draft(NAME, COUNTRY, country(COUNTRY).rules[0].id, by=FIRST.name)
    drafts.use_plan(draft, plan, judged=judged())
    today = clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date()
    dates = {"first": today, "last": None, "inspection_last": None, "publication": "live"}
    drafts.keep_dates(draft, dates, FIRST, of_values(drafts.dates_of(draft))[0])
    said = particulars_from(toml_table("blockplan.portal", PARTICULARS)).to_dict()
    drafts.keep_particulars(draft, said, FIRST, of_values(draft.particulars)[0])
    draft.refresh_from_db()
    drafts.answer_release(draft, RELEASE, FIRST, of_release(draft)[0])
    drafts.sign_release(draft, SECOND, drafts.looked_at(draft))
    steps = [("expert_review", (today - dt.timedelta(days=1)).isoformat())]
    drafts.open_draft(draft, FIRST, steps=steps)
    return NAME

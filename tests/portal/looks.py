"""Opinions that wait until somebody of the office has looked at them, and the look."""

from __future__ import annotations

from blockplan.notice import submissions as intake
from blockplan.notice.disclosure import stands_on
from blockplan.portal.record.models import Opinion
from blockplan.portal.record.store import open_store
from blockplan.portal.submissions.services import Said, new_form, take


def send_without_work(text: str, **more: object) -> str:
    """Somebody sends an opinion without proof of work, so that it waits; gives back its number."""
    found = take("town", Said(opinion=intake.Submission(text=text, more=more), form=new_form()))
    assert found.held
    return found.opinion


def look_at_all() -> None:
    """A clerk looks at every opinion that waits: an entry of the record for each."""
    store = open_store("town")
    waiting = [f"O-{seq}" for seq in Opinion.objects.filter(held=True).values_list("seq", flat=True)]
    assert waiting
    for opinion in waiting:
        of = stands_on(store.events(about=opinion), opinion)
        store.append("shown", {"opinion": opinion, "of": of, "by": "Chen"})
    assert not Opinion.objects.filter(held=True).exists()

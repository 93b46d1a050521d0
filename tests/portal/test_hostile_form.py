"""The hostile corpus through the form: no script of a stranger in a page and no fault of ours, ever."""

from __future__ import annotations

import os
import re
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from tests.support.hostile.corpus import files, places, texts
from tests.support.opinion_form import draft_of, page

from blockplan.portal.record.models import Entry, Opinion

if TYPE_CHECKING:
    from tests.support.hostile.entries import Hostile

    from blockplan.portal.record.store import DatabaseStore

#: Every file in a long run; the library's own tests take in all of them each time.
EACH = 1 if os.environ.get("BLOCKPLAN_SOAK") == "1" else 5
FORM = "/en/notices/town/opinion/"
#: What runs in a page: our own scripts are files, so that any of these is a stranger's.
RUNS = re.compile(r"<script|<svg on|<img|<iframe|\son\w+=|javascript:", re.IGNORECASE)
#: Our own, which stands in a file.
OURS = '<script type="module" src="/static/portal/opinion.js"></script>'


def harmless(html: str) -> bool:
    """Whether nothing of a stranger stands in the page as a mark."""
    marks = re.sub(r'"[^"]*"', '""', html.replace(OURS, ""))  # what is quoted is no mark
    return not any(RUNS.search(tag) for tag in re.findall(r"<[^>]*>", marks))


def sent(entry: Hostile) -> str:
    """A text as a form carries it: half signs cannot travel."""
    assert isinstance(entry.content, str)
    return entry.content.encode("utf-8", "replace").decode()


class Named(BytesIO):
    """A file with a name as somebody's program sends it."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name


@pytest.mark.long(40)
def test_hostile_texts_are_shown_as_words(opened: DatabaseStore) -> None:
    count = 0
    for number, entry in enumerate(texts()):
        client = Client(REMOTE_ADDR=f"10.1.0.{number % 250}")
        said = dict.fromkeys(("text", "title", "reason", "name", "contact"), sent(entry))
        said |= {"target[]": "parcels:" + sent(entry)[:200], "do": "check"}
        answer = client.post(FORM, said)
        assert answer.status_code in {200, 413}, entry.name
        assert harmless(page(answer)), entry.name
        only = client.post(FORM, {"do": "check", "text": sent(entry)})
        assert only.status_code in {200, 413}, entry.name
        if 'value="send"' in page(only):
            receipt = client.post(FORM, {"do": "send", "draft": draft_of(page(only))})
            assert receipt.status_code == 200, entry.name
            assert harmless(page(receipt)), entry.name
            count += 1
    assert count == Opinion.objects.count() == Entry.objects.filter(kind="submitted").count()
    assert count > 20


@pytest.mark.long(20)
def test_hostile_files_are_refused_with_a_reason_or_made_harmless(opened: DatabaseStore) -> None:
    for number, entry in enumerate(islice(files(), None, None, EACH)):
        content = entry.content
        assert isinstance(content, bytes)
        client = Client(REMOTE_ADDR=f"10.2.{number // 250}.{number % 250}")
        file = Named(content, entry.file_name.encode("utf-8", "replace").decode())
        answer = client.post(FORM, {"do": "check", "text": "See the file.", "files": file})
        assert answer.status_code in {200, 400, 413}, entry.name
        assert harmless(page(answer)), entry.name
        if entry.code and answer.status_code == 200 and content:
            assert 'id="files-error"' in page(answer), entry.name


@pytest.mark.long
def test_hostile_places_are_no_fault_of_ours(shown: DatabaseStore) -> None:
    for entry in places():
        answer = Client().post(FORM, {"do": "find", "find": sent(entry)})
        assert answer.status_code == 200, entry.name
        assert harmless(page(answer)), entry.name

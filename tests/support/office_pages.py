"""What tests do and read on the pages of the office."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support.town import town

from blockplan.plan import write

if TYPE_CHECKING:
    from django.test import Client


EXAMPLE = Path(__file__).parents[2] / "examples" / "demonstration-zone"
HERE = "/en/office/notices/town/"
ANSWERS = {"secrecy_mark": "none", "public_copy": "synthetic", "withheld_layers": "", "privacy_seen": "read"}


@cache
def _small_plan() -> bytes:
    """A small plan as an office packs it."""
    with tempfile.TemporaryDirectory() as folder:
        write(town(packs=["zone"]), folder)
        return _packed(Path(folder))


def _packed(folder: Path) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in ("plan.toml", "plan.gpkg"):
            packed.write(folder / name, name)
    return made.getvalue()


def a_package(folder: Path | None = None) -> SimpleUploadedFile:
    """A plan that an office hands in: the one in a folder, or a small one, because judging takes time."""
    packed = _small_plan() if folder is None else _packed(folder)
    return SimpleUploadedFile("plan.zip", packed, "application/zip")


def the_particulars() -> dict[str, str]:
    names = ("authority", "preparer", "legal_basis", "extent", "purpose", "change", "reasons", "media",
             "contact", "privacy", "place_1_name", "place_1_address", "place_1_hours", "post", "counter",
             "no_map_review")  # fmt: skip
    said = {f"{name}_{code}": "" for name in names for code in ("zh", "en", "ja")}
    said |= {f"{name}_en": f"made-up {name}" for name in names}
    return said | {"email": "plans@example.org", "phone": "", "map_review": ""}


def faults(response: Any) -> str:
    """The summary of what was refused."""
    return str(response.content.decode().partition('class="faults"')[2].partition("</div>")[0])


#: Pages that carry a mark of what stands, beside which step it is for.
MARKED = re.compile(
    r"/draft/(dates|particulars|plan|release)/$|/desk/(segments|themes)/[^/]+/$|/staff/\d+/$"
    r"|/opinions/O-\d+/(redact|withhold|restore|take-back|erase)/$"
)


def as_shown(client: Client, path: str, said: dict[str, Any]) -> dict[str, str]:
    """The mark of what a page shows for a step, as a browser sends it back."""
    if not MARKED.search(path) or {"seen", "sign"} & set(said):
        return {}
    forms = {
        "answer": 'value="answer"', "name": 'value="name"', "merge": 'value="name"', "theme": 'value="theme"',
    }  # fmt: skip
    page = client.get(path).content.decode()
    shown = page.partition(forms.get(said.get("do", ""), ""))[2] if said.get("do") in forms else page
    return {"seen": shown.partition('name="seen" value="')[2].partition('"')[0]}


def told(client: Client, path: str, said: dict[str, Any]) -> None:
    """Send a form that is taken in, with the mark of what its page showed."""
    response = client.post(path, as_shown(client, path, said) | said)
    assert response.status_code == 302, faults(response)


def drafted(planner: Client, plan: Path | None = None) -> None:
    """A notice with its days, a plan (a small one where none is given) and its particulars."""
    told(planner, "/en/office/notices/new/", {"id": "town", "rule": "CN cn-art26"})
    told(planner, HERE + "draft/dates/", {"first": "2026-03-02", "publication": "after_close_full"})
    told(planner, HERE + "draft/plan/", {"package": a_package(plan)})
    told(planner, HERE + "draft/particulars/", the_particulars())


def released(planner: Client, approver: Client) -> None:
    told(planner, HERE + "draft/release/", ANSWERS)
    page = approver.get(HERE + "draft/release/").content.decode()
    looked = page.partition('name="sign" value="')[2].partition('"')[0]
    told(approver, HERE + "draft/release/", {"sign": looked})


def a_letter(**more: str) -> dict[str, str]:
    from blockplan.portal.submissions.services import new_form

    said = {
        "channel": "post", "sender": "public", "received_at": "2026-03-02", "received_time": "",
        "title": "",
        "text": "More trees.",
        "objects": "P-1, statements:S-1", "person_name": "somebody", "person_address": "",
        "person_contact": "", "person_standing": "", "reason_given": "", "form_key": new_form(),
    }  # fmt: skip
    return said | more


ANSWER = {
    "do": "answer", "kind": "noted", "reason_zh": "", "reason_en": "Thank you.", "reason_ja": "", "links": "",
    "changes": "",
}  # fmt: skip

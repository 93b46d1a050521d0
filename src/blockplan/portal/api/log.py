"""The log behind it all: checkpoints, proofs, and the entries with what of them is open."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from blockplan.notice.disclosure import Disclosure
from blockplan.notice.events import STANDING, Event
from blockplan.notice.leaves import leaf, leaf_document
from blockplan.notice.proof import merkle
from blockplan.notice.proof.notes import read_checkpoint
from blockplan.notice.standing import standing
from blockplan.portal.api.answers import Refused, as_json, documented
from blockplan.portal.api.notices import NoticeId
from blockplan.portal.api.schemas import CheckpointPage, Consistency, EventPage, Inclusion
from blockplan.portal.record.models import Checkpoint
from blockplan.portal.record.store import DatabaseStore, open_store
from blockplan.portal.visible_notices import seen

router = Router(tags=["log"])
LARGEST = 10**15


class Page(Schema):
    """A page, newest first: only what has a smaller size than the cursor."""

    cursor: int | None = Field(None, ge=0, le=LARGEST)
    limit: int = Field(20, ge=1, le=100)


class Events(Schema):
    """Which entries, oldest first: only numbers larger than the cursor."""

    kind: str | None = Field(None, pattern="^[a-z_]{1,40}$")
    cursor: int | None = Field(None, ge=0, le=LARGEST)
    limit: int = Field(50, ge=1, le=200)


class OfEntry(Schema):
    """An entry, and the size of a tree that holds it; without it that of the newest checkpoint."""

    entry: int = Field(ge=0, le=LARGEST)
    size: int | None = Field(None, ge=1, le=LARGEST)


class Between(Schema):
    """Sizes of two trees; without `new` that of the newest checkpoint."""

    old: int = Field(ge=1, le=LARGEST)
    new: int | None = Field(None, ge=1, le=LARGEST)


@router.get(
    "/notices/{notice}/checkpoints",
    response={200: CheckpointPage, **documented()},
    operation_id="checkpoints",
)
def checkpoints(request: HttpRequest, asked: Query[Page], notice: NoticeId) -> HttpResponse:
    """Signed checkpoints, newest first: keep one, and nobody can show you another history."""
    store = open_store(seen(notice).id)
    rows = Checkpoint.objects.filter(notice_id=notice).order_by("-size")
    if asked.cursor is not None:
        rows = rows.filter(size__lt=asked.cursor)
    found = list(rows[: asked.limit + 1])
    said = [
        {
            "size": row.size,
            "root": read_checkpoint(row.note, store.notary.verifier).root.hex(),
            "note": row.note,
        }
        for row in found[: asked.limit]
    ]
    more = found[asked.limit - 1].size if len(found) > asked.limit else None
    return as_json({"key": str(store.notary.verifier), "checkpoints": said, "next": more})


@router.get(
    "/notices/{notice}/proofs/inclusion", response={200: Inclusion, **documented()}, operation_id="inclusion"
)
def inclusion(request: HttpRequest, asked: Query[OfEntry], notice: NoticeId) -> HttpResponse:
    """The proof that an entry stands in a signed tree."""
    store = open_store(seen(notice).id)
    size = _size(store, asked.size)
    event = store.some([asked.entry]).get(asked.entry)
    if event is None or asked.entry >= size:
        raise Refused("not_found")
    proof = merkle.inclusion_proof(store, asked.entry, size)
    return as_json({
        "entry": asked.entry, "size": size, "leaf_hash": merkle.leaf_hash(leaf(event)).hex(),
        "proof": [step.hex() for step in proof],
    })  # fmt: skip


@router.get(
    "/notices/{notice}/proofs/consistency",
    response={200: Consistency, **documented()},
    operation_id="consistency",
)
def consistency(request: HttpRequest, asked: Query[Between], notice: NoticeId) -> HttpResponse:
    """The proof that an older signed tree is the beginning of a newer one."""
    store = open_store(seen(notice).id)
    new = _size(store, asked.new)
    if asked.old > new:
        raise Refused("not_valid", f"old: {asked.old} > {new}")
    proof = merkle.consistency_proof(store, asked.old, new)
    return as_json({"old": asked.old, "new": new, "proof": [step.hex() for step in proof]})


@router.get("/notices/{notice}/events", response={200: EventPage, **documented()}, operation_id="events")
def events(request: HttpRequest, asked: Query[Events], notice: NoticeId) -> HttpResponse:
    """The log, entry by entry: every leaf, and the body where it is open."""
    store = open_store(seen(notice).id)
    found = store.after(-1 if asked.cursor is None else asked.cursor, asked.limit + 1, kind=asked.kind)
    shown = found[: asked.limit]
    disclosure = _disclosure(store, shown)
    said = [_event(event, disclosure) for event in shown]
    return as_json({"events": said, "next": shown[-1].seq if len(found) > asked.limit else None})


def _disclosure(store: DatabaseStore, events: list[Event]) -> Disclosure:
    """What is open of these entries: only the entries about their opinions decide it."""
    names = sorted({event.opinion for event in events if event.opinion is not None})
    return Disclosure.of(store.about(names), standing(store.events(STANDING)))


def _event(event: Event, disclosure: Disclosure) -> dict[str, Any]:
    ground = disclosure.ground(event)
    return {
        "entry": event.seq,
        "kind": event.kind,
        "at": event.at,
        "opinion": event.opinion,
        "leaf": leaf_document(event),
        "body": event.payload if ground is None else None,
        "kept_back": ground,
    }


def _size(store: DatabaseStore, asked: int | None) -> int:
    """The size asked for, which must not be larger than what was signed."""
    note = store.checkpoint()
    newest = 0 if note is None else read_checkpoint(note, store.notary.verifier).size
    if asked is None:
        return newest
    if asked > newest:
        raise Refused("not_found")
    return asked

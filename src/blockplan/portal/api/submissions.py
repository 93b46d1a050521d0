"""
Submitting, amending and withdrawing by program: the same taking-in as the form's.

A key of the sender's own (header ``Idempotency-Key``) makes trying again safe: the same key is one opinion,
and gets the same receipt and the same secret, however often it is sent and whatever was heard of the answer.
"""

from typing import Annotated, Any, TypeVar

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from ninja import HeaderEx, P, Schema
from ninja.errors import ValidationError
from pydantic import Field
from pydantic import ValidationError as NotValid

from blockplan.notice import Attachment, Event, submissions
from blockplan.notice.intake.limits import LIMITS
from blockplan.notice.intake.texts_in import made_fit
from blockplan.notice.intake.uploads import take_files
from blockplan.notice.receipts import receipt
from blockplan.portal.api.answers import Refused, as_json, documented
from blockplan.portal.api.notices import NoticeId
from blockplan.portal.api.opinions import Number, router
from blockplan.portal.api.parse import document
from blockplan.portal.api.places import Geometry, PlaceIn, System, placed, told
from blockplan.portal.api.schemas import PromiseOut, ReceiptOut, Strict
from blockplan.portal.arrival import arrived
from blockplan.portal.record.models import Notice
from blockplan.portal.record.store import UnavailableError, open_store
from blockplan.portal.submissions import rate_limits
from blockplan.portal.submissions.promised import PromisedError
from blockplan.portal.submissions.services import SHORTEST_KEY, Receipt, Said, take, was_sent
from blockplan.portal.visible_notices import seen

S = TypeVar("S", bound=Schema)
Line = Annotated[str, Field(max_length=LIMITS.line_characters)]
IdempotencyKey = HeaderEx[
    str, P(alias="Idempotency-Key", min_length=SHORTEST_KEY, max_length=200, pattern=r"^[\x21-\x7e]+$")
]
MULTIPART = "multipart/form-data"


class TargetIn(Strict):
    """An object, a clause (layer ``statements``) or a rule (layer ``rules``) of the plan."""

    layer: str = Field(pattern="^[a-z_]{1,40}$")
    id: str = Field(min_length=1, max_length=200)


class OpinionIn(Strict):
    """An opinion; `name`, `address`, `contact` and `standing` are kept apart and never published."""

    text: str = Field("", max_length=LIMITS.text_characters)
    title: Line = ""
    reason: str = Field("", max_length=LIMITS.reason_characters)
    language: str = Field("", max_length=20, pattern="^[A-Za-z0-9-]*$")
    clause: Line = ""
    targets: list[TargetIn] = Field(default_factory=list, max_length=50)
    place: PlaceIn | None = None
    geometry: Geometry = None
    geometry_system: System | None = Field(
        None, description="wgs84: longitude, latitude; plan: the plan's metres; null tells them apart"
    )
    name: Line = ""
    address: Line = ""
    contact: Line = ""
    standing: Line = ""
    challenge: str = Field(
        "", max_length=4_000, description="a solved challenge; without one a clerk looks before others see it"
    )


class AmendIn(Strict):
    """What stands in the place of the opinion before; what is not given stays, what is empty is taken out."""

    secret: str = Field(min_length=8, max_length=100)
    text: str | None = Field(None, max_length=LIMITS.text_characters)
    title: Line | None = None
    reason: str | None = Field(None, max_length=LIMITS.reason_characters)
    clause: Line | None = None
    targets: list[TargetIn] | None = Field(None, max_length=50)
    place: PlaceIn | None = Field(None, description="with `geometry` it replaces both; null takes them out")
    geometry: Geometry = None
    geometry_system: System | None = None
    keep_files: list[int] | None = Field(
        None, max_length=100, description="numbers of the files that stay; without it all of them"
    )
    of: int | None = Field(
        None, ge=0, le=10**15, description="`words_of` as it was read: refused where other words stand by now"
    )


class WithdrawIn(Strict):
    """Taking an opinion back."""

    secret: str = Field(min_length=8, max_length=100)
    reason: str = Field("", max_length=LIMITS.reason_characters)


class Nothing(Strict):
    """An empty body."""


class ChallengeOut(Schema):
    """A challenge as altcha has it; its solution goes into `challenge` of an opinion."""

    parameters: dict[str, Any]
    signature: str | None = None


class SubmittedOut(Schema):
    """What a submitter is given; the secret is shown to nobody else."""

    notice: str
    opinion: str
    number: int = Field(ge=1, description="1, 2, 3 in order of arrival: what people are told")
    entered_at: str
    arrived_at: str = Field(description="when it reached the service: what counts for `late`")
    late: bool
    ends_before: str
    defects: list[str] = Field(description="what the law asks for and was not given; taken in all the same")
    notes: list[str] = Field(description="what was changed or assumed of a place, in the language asked for")
    held: bool = Field(description="whether a clerk looks before others see it")
    leaf_hash: str
    secret: str | None
    receipt: ReceiptOut


class PromisedOut(Schema):
    """What a submitter is given where the record stands still: it is entered by the time that is promised."""

    notice: str
    arrived_at: str
    until: str = Field(description="when it is in the record at the latest")
    secret: str
    promise: PromiseOut


class EnteredOut(Schema):
    """An entry about an opinion."""

    opinion: str
    entry: int
    kind: str
    entered_at: str
    receipt: ReceiptOut = Field(
        description="of this entry: what stands from now on, or that it was taken back"
    )


def _bodies(schema: str) -> dict[str, Any]:
    """A body in JSON, or in parts with files."""
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}},
                MULTIPART: {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "opinion": {"type": "string", "description": f"{schema} as JSON"},
                            "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        },
                        "required": ["opinion"],
                        "additionalProperties": False,
                    }
                },
            },
        }
    }


@router.post(
    "/notices/{notice}/opinions",
    response={201: SubmittedOut, 202: PromisedOut, **documented(403, 409, 413, 415, 429)},
    operation_id="submit",
    openapi_extra=_bodies("OpinionIn"),
)
def submit(request: HttpRequest, notice: NoticeId, key: IdempotencyKey) -> HttpResponse:
    """
    Submit an opinion; with 201 it is in the record, and the receipt proves it. With 202 the database stands
    still just now: it is on the disk, and the promise is signed. Send it again with the same key for the
    receipt.
    """
    row = seen(notice)
    if not was_sent(notice, key):
        _admit(request, notice)
    given, files = _read(request, OpinionIn)
    where, notes = placed(row, given.place, given.geometry, given.geometry_system)
    person = {name: said for name in submissions.ABOUT_PERSON if (said := _line(getattr(given, name)))}
    more: dict[str, Any] = {
        "title": _line(given.title),
        "reason": made_fit(given.reason)[0].strip(),
        "language": given.language,
        "clause": _line(given.clause),
        "targets": [target.dict() for target in given.targets],
        **where,
    }
    opinion = submissions.Submission(
        text=made_fit(given.text)[0], more=more, person=person,
        files=[upload.attachment() for upload in take_files(files)], arrived=arrived(request),
    )  # fmt: skip
    sent = Said(
        opinion=opinion, form=key, solution=given.challenge or None, sender=rate_limits.sender_of(request)
    )  # fmt: skip
    try:
        made = take(notice, sent)
    except PromisedError as error:
        return as_json(_promised(notice, error), status=202)
    return as_json(_submitted(made) | {"notes": told(notes, request)}, status=201)


@router.post(
    "/notices/{notice}/challenges",
    response={201: ChallengeOut, **documented(413, 415, 429)},
    operation_id="challenge",
)
def challenge(request: HttpRequest, given: Nothing, notice: NoticeId) -> HttpResponse:
    """A challenge (altcha): its solution, sent with an opinion, shows work once, for this notice."""
    seen(notice)
    _require_room("challenge", request, notice)
    return as_json(rate_limits.challenge_for(notice), status=201)


@router.post(
    "/notices/{notice}/opinions/{opinion}/amend",
    response={200: EnteredOut, **documented(403, 409, 413, 415, 429)},
    operation_id="amend",
    openapi_extra=_bodies("AmendIn"),
)
def amend(request: HttpRequest, notice: NoticeId, opinion: Number) -> HttpResponse:
    """Change one's own opinion while the period runs: words, title, reason, objects, files."""
    _admit(request, seen(notice).id)
    given, came = _read(request, AmendIn)
    store = _own(request, notice, opinion, given.secret)
    before = submissions.newest_words(store, opinion)
    said = before.payload if before is not None else {}
    new = submissions.Amendment(
        text=str(said.get("text") or "") if given.text is None else made_fit(given.text)[0],
        more=_amended(given, seen(notice)), files=_files(store, before, given.keep_files, came),
        of=given.of if given.of is not None or before is None else before.seq, arrived=arrived(request),
    )  # fmt: skip
    with rate_limits.amending(request, notice, opinion):
        event = submissions.amend(store, opinion, new, secret=given.secret)
    return as_json(_entered(store, event, opinion))


def _amended(given: AmendIn, row: Notice) -> dict[str, Any]:
    """What is said to stand beside the words from now on."""
    more: dict[str, Any] = {
        name: _line(words) for name in ("title", "clause") if (words := getattr(given, name)) is not None
    }
    if given.reason is not None:
        more["reason"] = made_fit(given.reason)[0].strip()
    if given.targets is not None:
        more["targets"] = [target.dict() for target in given.targets]
    if {"place", "geometry"} & given.model_fields_set:
        where, _ = placed(row, given.place, given.geometry, given.geometry_system)
        more |= {"place": None, "geometry": None, **where}
    return more


def _files(
    store: Any, before: Event | None, keep: list[int] | None, came: list[tuple[str, bytes]]
) -> list[Attachment]:
    """The files of an amended opinion: those that stay, and those that came."""
    there = submissions.files_of(store, before)
    if keep is not None and any(not 0 <= at < len(there) for at in keep):
        raise Refused("not_valid", f"body.keep_files: 0 to {len(there) - 1}")
    stay = there if keep is None else [there[at] for at in dict.fromkeys(keep)]
    if len(stay) + len(came) > LIMITS.files:
        raise Refused("not_valid", f"body.file: {LIMITS.files}")
    return [*stay, *(upload.attachment() for upload in take_files(came))]


@router.post(
    "/notices/{notice}/opinions/{opinion}/withdraw",
    response={200: EnteredOut, **documented(403, 409, 413, 415, 429)},
    operation_id="withdraw",
)
def withdraw(request: HttpRequest, given: WithdrawIn, notice: NoticeId, opinion: Number) -> HttpResponse:
    """Take one's own opinion back; it stays counted, as withdrawn, and is not shown."""
    store = _own(request, notice, opinion, given.secret)
    event = submissions.withdraw(
        store, opinion, secret=given.secret, reason=made_fit(given.reason)[0] or None
    )
    return as_json(_entered(store, event, opinion))


def _read(request: HttpRequest, schema: type[S]) -> tuple[S, list[tuple[str, bytes]]]:
    """The opinion and its files, of a body in JSON or in parts."""
    files: list[tuple[str, bytes]] = []
    if request.content_type == MULTIPART:
        unknown = sorted({*request.POST, *request.FILES} - {"opinion", "file"})
        if unknown or len(request.POST.getlist("opinion")) != 1:
            raise Refused(
                "not_valid", f"body.{unknown[0][:60]}: unknown" if unknown else "body.opinion: once"
            )
        body = request.POST["opinion"].encode("utf-8", "surrogatepass")
        files = [(file.name or "", file.read()) for file in request.FILES.getlist("file")]
    else:
        body = request.body
    try:
        return schema.model_validate(document(body)), files
    except NotValid as error:
        raise ValidationError([{**one, "loc": ("body", *one["loc"])} for one in error.errors()]) from None


def _admit(request: HttpRequest, notice: str) -> None:
    """Turn somebody away who sends too much, before anything of it is read."""
    wait_s = rate_limits.peek("opinion", request, notice)
    if wait_s:
        raise rate_limits.BusyError(wait_s)


def _require_room(what: str, request: HttpRequest, notice: str) -> None:
    wait_s = rate_limits.wait(what, request, notice)
    if wait_s:
        raise rate_limits.BusyError(wait_s)


def _own(request: HttpRequest, notice: str, opinion: str, secret: str) -> Any:
    """The record, for whoever has the secret of the opinion."""
    store = open_store(seen(notice).id)
    _require_room("secret", request, notice)
    first = store.some([int(opinion[2:])]).get(int(opinion[2:]))
    if first is None or first.kind != "submitted":
        raise Refused("not_found")
    if not submissions.holds_secret(first, secret):
        raise Refused("secret_wrong")
    rate_limits.wait("secret", request, notice, tokens=-1.0)  # only guessing is slowed down
    return store


def _line(said: str) -> str:
    return " ".join(made_fit(said)[0].split())


def _entered(store: Any, event: Any, opinion: str) -> dict[str, Any]:
    try:
        covering = store.covering(event.seq)
    except DatabaseError as error:
        raise UnavailableError(str(error), entered=True) from error
    return {
        "opinion": opinion, "entry": event.seq, "kind": event.kind, "entered_at": event.at,
        "receipt": receipt(event, store, covering, store.notary.verifier),
    }  # fmt: skip


def _submitted(found: Receipt) -> dict[str, Any]:
    return {
        "notice": found.notice,
        "opinion": found.opinion,
        "number": found.number,
        "entered_at": found.at,
        "arrived_at": found.arrived,
        "late": found.late,
        "ends_before": found.ends_before,
        "defects": list(found.defects),
        "held": found.held,
        "leaf_hash": found.leaf,
        "secret": found.secret,
        "receipt": found.document,
    }


def _promised(notice: str, error: PromisedError) -> dict[str, Any]:
    return {
        "notice": notice, "arrived_at": error.arrived, "until": error.until, "secret": error.secret,
        "promise": dict(error.promise),
    }  # fmt: skip


def described() -> dict[str, Any]:
    """The schemas of bodies that routes read themselves."""
    described: dict[str, Any] = {}
    for schema in (OpinionIn, AmendIn):
        found = schema.model_json_schema(ref_template="#/components/schemas/{model}")
        described |= {**found.pop("$defs", {}), schema.__name__: found}
    return described

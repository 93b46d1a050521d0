"""What the API answers, as OpenAPI describes it."""

from typing import Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

Text = dict[str, str]
MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"
NUMBER = r"^O-(0|[1-9][0-9]{0,14})$"


class Strict(Schema):
    """A body in which every name is known."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Days(Schema):
    """Days of a part of the period, both counted."""

    first: str
    last: str
    days: int


class Period(Schema):
    """When the plan can be seen and opinions can be sent."""

    zone: str
    begins: str
    ends_before: str
    inspection: Days
    submission: Days


class NoticeOut(Schema):
    """A notice, where it stands by the server's clock."""

    id: str
    title: Text
    state: str = Field(description="draft is never shown; see the states of a plan in the documentation")
    round: int = Field(description="1, and one more after each restart")
    running: bool = Field(description="whether an opinion that comes now is in time")
    days_left: int | None = Field(description="the last day counts as one; null where it does not run")
    period: Period
    authority: str | None
    publication: str = Field(description="when the words of opinions are open to everybody")
    plan_id: str | None
    content_hash: str | None = Field(description="of the frozen plan package")
    synthetic: bool | None = Field(description="true: an invented plan")
    wants: list[str] = Field(
        description="particulars that the law asks for; without them it is a formal defect"
    )


class NoticePage(Schema):
    """Notices, and the cursor of the next page."""

    notices: list[NoticeOut]
    next: str | None


class ObjectOut(Schema):
    """An object of the plan as a GeoJSON feature; coordinates in the system that `crs` names."""

    type: Literal["Feature"]
    id: str
    layer: str
    title: Text
    geometry: dict[str, Any] | None
    bbox: list[float] | None
    properties: dict[str, Any]


class ObjectPage(Schema):
    """Objects of the plan as a GeoJSON collection."""

    type: Literal["FeatureCollection"]
    crs: str
    features: list[ObjectOut]
    next: int | None


class VerdictPage(Schema):
    """What the rules say of the plan; each verdict has the keys that the documentation lists."""

    content_hash: str
    on: str | None
    verdicts: list[dict[str, Any]]
    next: int | None


class TargetOut(Schema):
    """An object, a clause (``statements``) or a rule (``rules``) of the plan."""

    layer: str
    id: str


class FileOut(Schema):
    """A file of an opinion; fetch it below ``files/NUMBER``."""

    number: int
    name: str
    media_type: str
    bytes: int | None


class OpinionOut(Schema):
    """An opinion of the register; its words are null where `kept_back` says why."""

    opinion: str = Field(pattern=NUMBER)
    number: int = Field(ge=1, description="1, 2, 3 in order of arrival: what people are told")
    entry: int
    entered_at: str = Field(pattern=MOMENT)
    received_at: str | None
    round: int
    late: bool | None
    channel: str | None
    sender: str | None
    standing: Literal["whole", "redacted", "withheld", "withdrawn", "erased"]
    kept_back: Literal["withheld", "withdrawn", "erased", "publication"] | None
    ground: str | None = Field(description="as it was entered, where something is left out")
    title: str | None
    text: str | None
    language: str | None
    reason: str | None
    clause: str | None
    place: dict[str, Any] | None = Field(
        description="a place as it was said (`said`), with its conversion where coordinates were given"
    )
    geometry: dict[str, Any] | None = Field(description="GeoJSON in the plan's coordinates")
    targets: list[TargetOut]
    files: list[FileOut]
    words_of: int | None = Field(description="number of the entry whose words these are")


class StepOut(Schema):
    """An entry about an opinion."""

    kind: str
    at: str = Field(pattern=MOMENT)
    entry: int


class PointOut(Schema):
    """What was answered to a point of an opinion; `theme` where the answer is that of a theme."""

    segment: str
    theme: str | None
    title: Text | str | None
    answer: dict[str, Any] | None
    own: bool = Field(description="whether the point has an answer of its own")


class WholeOpinionOut(OpinionOut):
    """An opinion with what was entered about it, and what was answered once the response is published."""

    steps: list[StepOut]
    answers: list[PointOut]


class OpinionPage(Schema):
    """Opinions, newest first, and the cursor of the next page."""

    opinions: list[OpinionOut]
    next: int | None


class CheckpointOut(Schema):
    """A signed checkpoint: the note (C2SP), and what it says."""

    size: int
    root: str = Field(pattern="^[0-9a-f]{64}$")
    note: str


class CheckpointPage(Schema):
    """Checkpoints, newest first, with the key that verifies them."""

    key: str
    checkpoints: list[CheckpointOut]
    next: int | None


class Inclusion(Schema):
    """That an entry stands in the tree of a size; RFC 9162, section 2.1.3."""

    entry: int
    size: int
    leaf_hash: str
    proof: list[str]


class Consistency(Schema):
    """That the tree of `old` entries is the beginning of the one of `new`; RFC 9162, section 2.1.4."""

    old: int
    new: int
    proof: list[str]


class EventOut(Schema):
    """An entry of the log: its leaf, and its body where that is open."""

    entry: int
    kind: str
    at: str
    opinion: str | None
    leaf: dict[str, Any]
    body: dict[str, Any] | None
    kept_back: str | None


class EventPage(Schema):
    """Entries, oldest first, and the cursor of the next page."""

    events: list[EventOut]
    next: int | None


class PromiseOut(Schema):
    """What was promised before entry; its form stands in the documentation, to the byte."""

    format: Literal["blockplan-promise-1"]
    note: str
    said: dict[str, Any]
    said_key: str
    key: str


class ReceiptOut(Schema):
    """A receipt, against the newest checkpoint; its form stands in the documentation, to the byte."""

    format: Literal["blockplan-receipt-1"]
    leaf: dict[str, Any]
    body: dict[str, Any] | None
    body_key: str | None
    file_keys: list[str | None]
    proof: list[str]
    checkpoint: str
    key: str
    promise: PromiseOut | None = Field(
        None, description="what was promised before entry; only to who has the secret, else it is left out"
    )


class ResponseOut(Schema):
    """The published response: what became of what was received, and the files of the report."""

    published_at: str = Field(pattern=MOMENT)
    entry: int
    reconciliation: dict[str, Any]
    report: dict[str, str] = Field(description="file -> SHA-256, as it stands in the log")
    files: list[FileOut]

"""What pages say in words: particulars of a notice, the plan in plain words, what is said of an object."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from blockplan import __version__
from blockplan.errors import UsageError
from blockplan.portal.api.answers import Refused, as_json, documented
from blockplan.portal.api.notices import Layer, NoticeId, ObjectId
from blockplan.portal.api.schemas import Text
from blockplan.portal.config import config_of_environment
from blockplan.portal.pages import pictures
from blockplan.portal.pages.notices import documents, facts
from blockplan.portal.pages.plan_sections import EASY, OF_ITSELF, kind_of
from blockplan.portal.plans.models import PlanVersion
from blockplan.portal.plans.places import places_of
from blockplan.portal.record import register
from blockplan.portal.record.store import open_store
from blockplan.portal.visible_notices import seen, version_of
from blockplan.report.document import section_json
from blockplan.report.public.furigana import bare
from blockplan.texts import LANGUAGES

router = Router(tags=["notices and plans"])


class Spoken(Schema):
    """In which language; ``ja-easy`` is easy Japanese."""

    lang: Literal["zh", "en", "ja", "ja-easy"] = "en"


class ServiceOut(Schema):
    """Who runs the service, and by what."""

    office: str
    imprint: str
    languages: list[str]
    version: str


class DocumentOut(Schema):
    """A file of the plan on notice, the bytes that the record has frozen."""

    name: str
    bytes: int
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    href: str | None


class FactsOut(Schema):
    """What the notice says of itself; null where the office gave nothing."""

    particulars: dict[str, Any] = Field(description="authority, preparer, legal_basis, extent, purpose ...")
    places: list[dict[str, Any]] = Field(description="where the plan is displayed, and when")
    manner: dict[str, Any] = Field(description="ways to answer besides this service")
    channels: list[Any]
    map_review: dict[str, Any] | None
    rule: dict[str, Any] = Field(description="the law that the period was counted by")
    publish_within: dict[str, Any] | None
    asked: list[str] = Field(description="particulars that the country asks for")
    received: int = Field(description="opinions that came in")
    held: int = Field(description="of these, how many wait for a clerk to look")
    words_open: bool = Field(description="whether words of opinions are open to everybody now")
    documents: list[DocumentOut]


class SectionOut(Schema):
    """A section of a page in words."""

    id: str
    title: str
    sentences: list[str]
    rows: list[dict[str, str]]
    table: dict[str, Any] | None
    notes: list[str]


class PlainOut(Schema):
    """The plan on notice in plain words."""

    lang: str
    sections: list[SectionOut]


class MapOut(Schema):
    """A map as SVG, with words for who cannot see it."""

    name: str
    title: Text | str
    said: str
    href: str


class MapsOut(Schema):
    """The maps of the whole plan."""

    lang: str
    maps: list[MapOut]


class SaidOut(Schema):
    """What the plan says of an object: in figures with units, and in words as its page has them."""

    lang: str
    title: str
    record: dict[str, Any] = Field(description="figures; a column's name ends in its unit, unknown is null")
    sections: list[SectionOut]
    opinions: int = Field(description="about it, as far as words are open; counting stops at 1,001")
    map: MapOut | None


@router.get("/service", response={200: ServiceOut, **documented()}, operation_id="service")
def service(request: HttpRequest) -> HttpResponse:
    """Who runs the service."""
    config = config_of_environment()
    return as_json({
        "office": config.office, "imprint": config.imprint, "languages": list(LANGUAGES),
        "version": __version__,
    })  # fmt: skip


@router.get("/notices/{notice}/facts", response={200: FactsOut, **documented()}, operation_id="facts")
def facts_of(request: HttpRequest, notice: NoticeId) -> HttpResponse:
    """Law, authority, extent, places, manner, documents: what the page of the notice lists."""
    row = seen(notice)
    told = facts(row)
    keys = ("places", "manner", "channels", "map_review", "rule", "publish_within")
    return as_json({
        "particulars": dict(told["texts"]),
        **{key: list(said) if isinstance(said := told[key], tuple) else said for key in keys},
        "asked": sorted(told["asked"]),
        **register.counts(row),
        "words_open": register.is_open(row),
        "documents": [
            {key: one[key] for key in ("name", "bytes", "sha256", "href")}
            for one in documents(open_store(row.id), row)
        ],
    })  # fmt: skip


@router.get("/notices/{notice}/plain", response={200: PlainOut, **documented()}, operation_id="plain")
def plain(request: HttpRequest, asked: Query[Spoken], notice: NoticeId) -> HttpResponse:
    """The plan on notice in plain words."""
    from blockplan.report.public.plain import plain_notice  # noqa: PLC0415 (with it come pandas and shapely)

    places = places_of(_version(notice))
    made = plain_notice(places.plan, places.result, asked.lang)
    # What the plan says of its own dates and state, the notice itself says as they are now.
    found = [section_json(section, bare) for section in made if section.id != OF_ITSELF]
    return as_json({"lang": asked.lang, "sections": found})


@router.get("/notices/{notice}/maps", response={200: MapsOut, **documented()}, operation_id="maps")
def maps(request: HttpRequest, asked: Query[Spoken], notice: NoticeId) -> HttpResponse:
    """The maps of the plan on notice."""
    base = _base(asked.lang)
    drawn = pictures.of_plan(_version(notice), notice, base)
    return as_json({"lang": base, "maps": [_map(one) for one in drawn]})


@router.get(
    "/notices/{notice}/objects/{layer}/{any_id:id}/said",
    response={200: SaidOut, **documented()},
    operation_id="said_of_object",
)
def said_of_object(
    request: HttpRequest,
    asked: Query[Spoken],
    notice: NoticeId,
    layer: Layer,
    id: ObjectId,  # noqa: A002
) -> HttpResponse:
    """What the plan says of an object ("my parcel"): now and planned, with its surroundings and verdicts."""
    from blockplan.report.public.place_words import sections, title  # noqa: PLC0415

    version, base = _version(notice), _base(asked.lang)
    try:
        record = places_of(version).record(kind_of(layer), id)
    except UsageError:
        raise Refused("not_found") from None
    drawn = pictures.of_object(version, notice, layer, id, base)
    return as_json({
        "lang": asked.lang,
        "title": title(record, base),
        "record": record.to_dict(base),
        "sections": [section_json(section, bare) for section in sections(record, asked.lang)],
        "opinions": register.count_about(seen(notice), layer, id),
        "map": drawn and _map(drawn),
    })  # fmt: skip


def _version(notice: str) -> PlanVersion:
    found = version_of(seen(notice))
    if found is None:
        raise Refused("not_found")
    return found


def _base(lang: str) -> str:
    return "ja" if lang == EASY else lang


def _map(drawn: dict[str, Any]) -> dict[str, Any]:
    return {"name": drawn["name"], "title": drawn["title"], "said": drawn["said"], "href": drawn["src"]}

"""
What a notice says besides the plan and its dates: who, on what ground, where to see it, how to answer.

A typed document that stands in the entry ``opened`` under ``particulars``, so that pages, cards and exports
show one and the same. Which of its fields a country asks for stands in the YAML of the country.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from blockplan.errors import UsageError
from blockplan.notice.refusals import refused
from blockplan.texts import LANGUAGES, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.notice.countries import Country

LONGEST_TEXT = 20_000


def _text(said: Any) -> Any:
    """A text without its empty languages; None where nothing is left."""
    if not isinstance(said, dict):
        return said
    unknown = set(said) - set(LANGUAGES)
    if unknown:
        raise ValueError(f"unknown languages: {', '.join(sorted(map(str, unknown)))}")
    return {lang: said[lang].strip() for lang in LANGUAGES if str(said.get(lang) or "").strip()} or None


#: A text in the languages that it is given in; None where it is not given in any.
Text = Annotated[
    dict[str, Annotated[str, Field(max_length=LONGEST_TEXT)]] | None, BeforeValidator(_text), Field()
]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DisplayPlace(_Document):
    """Where the plan is on display, and when one can go there."""

    name: Text = None
    address: Text = None
    hours: Text = None
    first: dt.date | None = None
    last: dt.date | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.name is None and self.address is None:
            raise ValueError("a place needs a name or an address")
        if self.first and self.last and self.last < self.first:
            raise ValueError("the last day is before the first")
        return self


class Manner(_Document):
    """Ways in which an opinion can be given besides this web service."""

    email: str | None = Field(default=None, max_length=254)
    post: Text = None
    phone: str | None = Field(default=None, max_length=60)
    counter: Text = None


class MapReview(_Document):
    """The number of the map review (审图号), or the ground on which there is none."""

    number: str | None = Field(default=None, max_length=80)
    ground: Text = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if bool(self.number) == bool(self.ground):
            raise ValueError("give either the number of the map review or the ground for none")
        return self


class Particulars(_Document):
    """
    What a notice says of itself; what is not given is None, and pages do not show it.

    Attributes
    ----------
    authority, preparer
        Who puts the plan on notice, and who drew it.
    legal_basis, extent, purpose
        The law, the area in words, what the plan is for.
    change
        What changes against the plan in force; or that there is none.
    reasons
        Statement of reasons (Japan: 理由書).
    places, manner, media
        On-site display with hours; ways to answer besides the web; main media in which the notice stands.
    contact
        Whom to ask.
    privacy
        What becomes of names and addresses.
    map_review
        See `MapReview`.
    """

    authority: Text = None
    preparer: Text = None
    legal_basis: Text = None
    extent: Text = None
    purpose: Text = None
    change: Text = None
    reasons: Text = None
    places: tuple[DisplayPlace, ...] = Field(default=(), max_length=20)
    manner: Manner = Manner()
    media: Text = None
    contact: Text = None
    privacy: Text = None
    map_review: MapReview | None = None

    def said(self, name: str) -> Any:
        """A field; None where nothing is given in it."""
        found = getattr(self, name)
        if name == "manner":
            return found if any(getattr(found, way) for way in Manner.model_fields) else None
        return found or None

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the record: without what is not given."""
        found: dict[str, Any] = self.model_dump(mode="json", exclude_none=True)
        return {name: value for name, value in found.items() if value not in ({}, [])}


#: Fields that a country may ask for.
FIELDS = tuple(Particulars.model_fields)


def particulars_from(said: Mapping[str, Any]) -> Particulars:
    """
    The particulars that a document holds.

    Raises
    ------
    UsageError
        If a field is unknown, or not what it should be; the message names each.

    Examples
    --------
    >>> found = particulars_from({"authority": {"zh": "规划局", "ja": " "}})
    >>> found.authority, found.to_dict()
    ({'zh': '规划局'}, {'authority': {'zh': '规划局'}})
    """
    try:
        return Particulars.model_validate(said)
    except ValidationError as error:
        faults = [
            {
                "en": f"  {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}",
                # What the reader of documents says besides is in English alone.
                **dict.fromkeys(("zh", "ja"), f"  {'.'.join(str(part) for part in fault['loc'])}"),
            }
            for fault in error.errors()
        ]
        raise refused(UsageError, "particulars_off", faults=listed(faults, "\n")) from None


def asked_and_missing(particulars: Particulars, country: Country) -> list[str]:
    """Names of the fields that the country asks for and that are not given, in the order of `FIELDS`."""
    asked = {name for one in country.particulars for name in one.names}
    return [name for name in FIELDS if name in asked and particulars.said(name) is None]

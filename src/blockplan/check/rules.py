"""
What a rule is: dated limits on a measure, with source, force, parameters and cases.

The models mirror a rule file key by key (``docs/rules.md``); `loader` reads
the files and says what is wrong in them, with file and line.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from blockplan.check.verdict import Force, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

#: What a parameter is used for: handed to the measure, put in the place of a limit, or read by people only.
Use = Literal["measure", "min", "max", "exactly", "reading"]


def _text(value: Any) -> Any:
    return {"en": value} if isinstance(value, str) else value


def _in_languages(*known: str) -> Callable[[dict[str, str]], dict[str, str]]:
    def checked(value: dict[str, str]) -> dict[str, str]:
        for language, text in value.items():
            if language not in known:
                msg = f"unknown language {language!r} (known: {', '.join(known)})"
                raise ValueError(msg)
            if not text.strip():
                msg = f"the text in {language!r} is empty"
                raise ValueError(msg)
        if not set(value) & {"zh", "en", "ja"}:
            msg = "give the text in zh, en or ja"
            raise ValueError(msg)
        return value

    return checked


def _ascending(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] > value[1]:
        msg = f"{value[0]:g} is above {value[1]:g}"
        raise ValueError(msg)
    return value


def _scope(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


#: Words for people by language; a bare string counts as English.
Words = Annotated[dict[str, str], BeforeValidator(_text), AfterValidator(_in_languages("zh", "en", "ja"))]
#: The same, where `en_one` is the English singular.
Nouns = Annotated[
    dict[str, str], BeforeValidator(_text), AfterValidator(_in_languages("zh", "en", "ja", "en_one"))
]
Line = Annotated[str, Field(min_length=1, pattern=r"\S")]


@dataclass(frozen=True, slots=True)
class Gauge:
    """What a rule has to know of a measure: the unit of its value, and the choices that it takes."""

    unit: str
    parameters: frozenset[str]


class StrictModel(BaseModel):
    """A map of a rule file: unknown keys are refused, numbers stay numbers, nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Source(StrictModel):
    """
    Where a figure stands: document and clause at least.

    ``confirmed_by`` is the public text in which the figure was found where the document itself was not read.
    ``said`` is how people of each language cite it; without it, document and clause stand for all.
    """

    document: Line
    clause: Line
    said: Words | None = None
    page: int | None = Field(None, ge=1)
    address: Line | None = None
    published: dt.date | None = None
    confirmed_by: Line | None = None

    @cached_property
    def plain(self) -> dict[str, Any]:
        """As JSON writes it."""
        return self.model_dump(mode="json", exclude_none=True)


class Figures(StrictModel):
    """The least and the most of one row of a table, or of one bound that a plan sets."""

    min: float | None = None
    max: float | None = None


class Limit(StrictModel):
    """
    A limit, from a day until the next one begins.

    min with max is a range, both included; above and below leave their own figure out. `binding` names
    the end of a range that judges where the other one only describes what is usual. `exactly` with
    `rounded_to` is all that round to the figure. A rule that judges each parcel may have a table instead
    (`by_class`: class of a parcel -> figures), or be judged by the bounds that the plan sets to each (`own`).
    """

    begins: dt.date = Field(alias="from")
    min: float | None = None
    max: float | None = None
    above: float | None = None
    below: float | None = None
    exactly: float | None = None
    rounded_to: float | None = Field(None, gt=0)
    binding: Literal["min", "max"] | None = None
    by_class: dict[str, Figures] | None = None
    own: bool = False
    source: Source

    @property
    def numbers(self) -> tuple[float, ...]:
        """The figures of the limit, in the order min, max, above, below, exactly."""
        stated = (self.min, self.max, self.above, self.below, self.exactly)
        return tuple(number for number in stated if number is not None)


class Repealed(StrictModel):
    """From which day a rule no longer holds, and what took its place."""

    on: dt.date
    by: Line


class RuleParameter(StrictModel):
    """
    A choice that the rule makes visible.

    `value` is the default. A plan sets another one under the same name in
    ``plan.toml [parameters]``, unless the parameter is `fixed`; `manifest`
    names the key of ``plan.toml`` that holds it where it stands elsewhere.
    `open_point` is the point that the document leaves open.
    """

    value: Any
    use: Use = "measure"
    fixed: bool = False
    manifest: Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_0-9]+)?$")] | None = None
    open_point: Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}$")] | None = None
    note: Words


class Scope(StrictModel):
    """
    On what the rule judges.

    The plan; each area, block, subblock or living circle of it (one of them where `id` names it); each
    parcel (or building, facility, block) that the measure gives a value of, in one verdict that counts
    them; or a whole city (never a block plan).
    """

    kind: Literal["plan", "area", "block", "subblock", "circle", "parcel", "city"]
    id: Line | None = None

    @property
    def each(self) -> bool:
        """Whether the rule gives a verdict of its own on every object of its kind."""
        return self.id is None and self.kind not in {"plan", "city", "parcel"}


class AppliesTo(StrictModel):
    """
    Which plans the rule speaks of; others get ``not_applicable``.

    `residents` is a range of the plan's residents, both ends included.
    """

    level: tuple[Literal["block", "parcel"], ...] = Field((), strict=False)
    land_use: tuple[Line, ...] = Field((), strict=False)
    residents: Annotated[tuple[float, float], AfterValidator(_ascending)] | None = Field(None, strict=False)


class Beside(StrictModel):
    """A second figure from elsewhere, shown beside the verdict and never judged by."""

    value: float
    source: Source
    note: Words


class RuleCase(StrictModel):
    """
    A worked example of a rule: on this day, this measured value gives this outcome.

    `of_class` is the row of the table, `bound` the plan's own bound, where the rule is judged by one.
    """

    name: Line
    day: dt.date
    measured: float | None
    expect: Outcome
    of_class: Line | None = None
    bound: Figures | None = None


class Rule(StrictModel):
    """
    One rule of a pack.

    `with` holds arguments of the measure that are part of what the rule says; `parameters` hold
    what its text leaves open, and a plan may set.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    title: Words
    subject: Nouns | None = None
    note: Words | None = None
    measure: Line
    unit: Line
    force: Force
    confidence: Literal["A", "B", "C"]
    scope: Annotated[Scope, BeforeValidator(_scope)] = Scope(kind="plan")
    applies_to: AppliesTo | None = None
    definition: dict[str, Any] = Field(default_factory=dict)
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    parameters: dict[str, RuleParameter] = Field(default_factory=dict)
    limits: tuple[Limit, ...] = Field(min_length=1, strict=False)
    note_above: Words | None = None
    beside: Beside | None = None
    repealed: Repealed | None = None
    still_in_force_on: dt.date
    cases: tuple[RuleCase, ...] = Field(min_length=1, strict=False)

    @property
    def first_day(self) -> dt.date:
        """The day from which the rule exists."""
        return self.limits[0].begins


class Reported(StrictModel):
    """A figure that a document names without a limit: a measure that is shown and never judged."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
    measure: Line
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    title: Words
    note: Words | None = None
    confidence: Literal["A", "B", "C"]
    source: Source


class Region(StrictModel):
    """Where a pack holds: its name, and the box round it (west, south, east, north; degrees)."""

    name: Words
    box: tuple[float, float, float, float] = Field(strict=False)

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether a place lies in the box."""
        west, south, east, north = self.box
        return west <= longitude <= east and south <= latitude <= north


class PackHead(StrictModel):
    """
    ``pack.yaml``: what a pack is called and who publishes it.

    `order` lists rule ids as verdicts are shown (others follow in the order of
    file names); `region` is where it holds (plans elsewhere get ``not_applicable``); `reported` names
    measures that are shown and not judged (or holds `Reported` entries); `parameters` are readings that all
    rules of the pack share.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    title: Words
    publisher: Words
    note: Words | None = None
    region: Region | None = None
    order: tuple[Line, ...] = Field((), strict=False)
    reported: tuple[Line | Reported, ...] = Field((), strict=False)
    parameters: dict[str, RuleParameter] = Field(default_factory=dict)

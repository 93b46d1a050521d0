"""What each layer of an office's files is: as the mapping says, else as it is recognised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blockplan.errors import MappingError
from blockplan.exchange.office.assemble import LABEL
from blockplan.exchange.office.duplicate_files import as_it_stands, drawn_again
from blockplan.exchange.office.greens import entrances_by_place
from blockplan.exchange.office.joining import looks
from blockplan.exchange.office.mapping import DOUBLE, GIVEN, IGNORED, LayerChoice, OfficeMapping, Question
from blockplan.exchange.office.messages import joined, refused, worded
from blockplan.exchange.office.recognise import (
    STRANGE,
    UNREADABLE,
    fields_of,
    geometry_kind,
    left_out,
    not_known,
    recognise,
    retake,
    without_tail,
)
from blockplan.exchange.office.source import SourceFinding
from blockplan.exchange.office.titles import plain
from blockplan.exchange.office.values import is_blank, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from blockplan.exchange.office.features import Chosen
    from blockplan.exchange.office.profile import Profile
    from blockplan.exchange.office.source import Findings, SourceLayer, SourceReading

#: Two parcel layers that share this much of their numbers draw the same parcels.
SAME_NUMBERS = 0.5
#: So many areas may be the parcels of a plan.
FEWEST_AREAS = 3
#: What says least of what it bounds comes last: the land that is studied is more than what is planned.
VAGUE_SCOPES = ("范围", "研究范围")


@dataclass(frozen=True, slots=True)
class Choosing:
    """
    How it is decided what a layer is.

    Attributes
    ----------
    ask
        Called where two readings are close; gives the number of the option. None takes the likelier one, and
        says so among the findings.
    """

    profile: Profile
    findings: Findings
    ask: Callable[[Question], int] | None

    def choose(
        self, reading: SourceReading, given: OfficeMapping | None
    ) -> tuple[OfficeMapping, list[Chosen]]:
        """
        What each layer is: as the mapping says, else as it is recognised; close readings are asked.

        A mapping that maps no field is short: what it does not say is recognised.
        """
        if given is not None:
            self._check_layers(reading, given)
            if not given.is_short:
                return given, self._as_given(reading, given)
        pairs = [(layer, self._read_as(layer, given)) for layer in reading.layers]
        _empty(pairs)
        pairs = self._land(pairs)
        _numbers_of_tables(pairs)
        pairs = as_it_stands(pairs, self.profile, self.findings)
        drawn_again(pairs, self.findings)
        pairs = _one_scope(pairs)
        pairs = [(layer, self._asked(layer, choice)) for layer, choice in pairs]
        self.findings.extend(
            left_out(layer) for layer, choice in pairs if choice.why == STRANGE and len(layer.frame)
        )
        self.findings.extend(
            SourceFinding(
                "office-value",
                "warning",
                worded("field_off_correct_or_map_it", field=one.field, why=one.why),
                column=one.field,
                value=one.sample,
                **layer.place,
            )
            for layer, choice in pairs
            if choice.role not in {IGNORED, DOUBLE}
            for one in choice.field
            if getattr(one.why, "code", "") == UNREADABLE
        )
        chosen = (given or OfficeMapping()).model_copy(update={"layer": [choice for _, choice in pairs]})
        unsaid = given is None or "roads" not in given.choices.model_fields_set
        if unsaid and any(layer.tiles and choice.role == "parcels" for layer, choice in pairs):
            chosen.choices = chosen.choices.model_copy(update={"roads": "none"})
        return chosen, pairs

    def by_place(self, layer: SourceLayer, choice: LayerChoice, layers: list[Chosen]) -> LayerChoice:
        """A layer of entrances whose name does not say of what: what lies at its points does."""
        if choice.why == GIVEN:
            return choice
        found = entrances_by_place(layer, choice, layers)
        if found is None:
            return choice
        (role, *close), why, sure = found
        if close:
            question = Question(
                worded("ask_whether_layer_is_of_role_because", file=layer.file, title=layer.name, why=why),
                [role, *close],
            )
            role = question.options[self._decide(question, layer)]
        if role != choice.role:
            choice = retake(choice, layer, self.profile, role)
        if role == IGNORED:
            choice.field = []
        return choice.model_copy(update={"why": why, "confidence": sure, "close": close})

    def _read_as(self, layer: SourceLayer, given: OfficeMapping | None) -> LayerChoice:
        """What a layer is where a mapping says no more than roles, and its fields are recognised."""
        choice = recognise(layer, self.profile)
        for one in given.layer if given is not None else ():
            if (one.file, one.layer) == (layer.file, layer.name):
                found = retake(choice, layer, self.profile, one.role)
                return found.model_copy(update={"crs": one.crs, "confidence": 1.0, "why": GIVEN})
        return choice

    def _check_layers(self, reading: SourceReading, given: OfficeMapping) -> None:
        there = {(layer.file, layer.name) for layer in reading.layers}
        lacking = [
            f"{choice.file}: {choice.layer}"
            for choice in given.layer
            if (choice.file, choice.layer) not in there and choice.role != IGNORED
        ]
        if lacking:
            raise refused(MappingError, "mapping_names_unknown_layers", n=len(lacking), first=lacking[0])
        roles = {*self.profile.layers, *self.profile.tables, IGNORED, DOUBLE}
        strange = [choice.role for choice in given.layer if choice.role not in roles]
        if strange:
            raise refused(
                MappingError,
                "mapping_gives_unknown_role",
                role=strange[0],
                roles=", ".join(sorted(roles)),
            )

    def _as_given(self, reading: SourceReading, given: OfficeMapping) -> list[Chosen]:
        there = {(layer.file, layer.name): layer for layer in reading.layers}
        named = {(choice.file, choice.layer) for choice in given.layer}
        _check_fields(given, there, self.profile)
        for key, layer in there.items():
            if key not in named:
                message = worded("layer_not_in_mapping")
                self.findings.add("office-layer", "warning", message, **layer.place)
                given.layer.append(
                    LayerChoice(
                        file=layer.file,
                        layer=layer.name,
                        role=IGNORED,
                        why=worded("not_in_the_mapping_given"),
                    )
                )
        return [
            (there[choice.file, choice.layer], choice)
            for choice in given.layer
            if (choice.file, choice.layer) in there
        ]

    def _land(self, pairs: list[Chosen]) -> list[Chosen]:
        """
        Where nothing is known to be parcels: blocks that each say a use and its bounds, else the one layer of
        areas of which nothing else is known.
        """
        if any(choice.role == "parcels" for _, choice in pairs):
            return pairs
        zones = [
            layer
            for layer, choice in pairs
            if choice.role == "blocks" and choice.why != GIVEN and self._says_uses(layer)
        ]
        if zones:
            for layer in zones:
                self.findings.add(
                    "office-layer", "warning", worded("blocks_taken_for_parcels"), **layer.place
                )
            return [
                (
                    layer,
                    retake(choice, layer, self.profile, "parcels")
                    if any(layer is one for one in zones)
                    else choice,
                )
                for layer, choice in pairs
            ]
        areas = [
            layer
            for layer, choice in pairs
            if choice.why == STRANGE
            and geometry_kind(layer) == "polygon"
            and len(layer.frame) >= FEWEST_AREAS
        ]
        settled = {choice.role for _, choice in pairs} & {"parcels", "buildings"}
        if settled or len({layer.name for layer in areas}) != 1:
            return pairs
        message = worded("sole_layer_of_areas_taken_for_parcels")
        for layer in areas:
            self.findings.add("office-layer", "warning", message, **layer.place)
        return [
            (layer, retake(choice, layer, self.profile, "parcels") if layer in areas else choice)
            for layer, choice in pairs
        ]

    def _says_uses(self, layer: SourceLayer) -> bool:
        said = {one.column for one in fields_of(layer, "parcels", self.profile)}
        return bool(said & {"land_use", "land_use_name"}) and bool(
            said & {"far", "far_max", "coverage_ratio"}
        )

    def _asked(self, layer: SourceLayer, choice: LayerChoice) -> LayerChoice:
        if choice.close and choice.role != DOUBLE:
            options = [choice.role, *choice.close]
            taken = self._decide(
                Question(worded("ask_whether_layer_is_of_role", file=layer.file, title=layer.name), options),
                layer,
            )
            if taken:
                choice = retake(choice, layer, self.profile, options[taken])
        for one in choice.field:
            if one.close:
                options = [one.field, *one.close]
                question = Question(
                    worded(
                        "ask_which_field_gives_column", file=layer.file, layer=layer.name, column=one.column
                    ),
                    options,
                )
                taken = self._decide(question, layer)
                if taken:
                    other = next(each for each in choice.field if each.field == options[taken])
                    other.column, one.column = one.column, ""
                    other.unit, other.why, other.confidence = one.unit, worded("chosen"), 1.0
                    one.why = worded("other_field_chosen", field=other.field)
        return choice

    def _decide(self, question: Question, layer: SourceLayer) -> int:
        if self.ask is not None:
            return self.ask(question)
        taken, *others = (worded("quoted", title=one) for one in question.options)
        message = worded(
            "nearly_as_likely",
            about=question.about,
            taken=taken,
            others=joined(others, " and "),
            be="are" if len(others) > 1 else "is",
        )
        self.findings.add("office-close", "warning", message, **layer.place)
        return 0


def _check_fields(given: OfficeMapping, there: dict[tuple[str, str], SourceLayer], profile: Profile) -> None:
    wrong = []
    for choice in given.layer:
        layer = there.get((choice.file, choice.layer))
        if layer is None or choice.role in {IGNORED, DOUBLE}:
            continue
        known = profile.of_role(choice.role)
        for one in choice.field:
            if one.field not in layer.fields and one.field != LABEL:
                wrong.append(
                    worded("layer_has_no_field", file=choice.file, layer=choice.layer, field=one.field)
                )
            elif one.column and one.column not in known:
                wrong.append(
                    worded(
                        "role_has_no_column",
                        layer=f"{choice.layer}.{one.field}",
                        role=choice.role,
                        name=one.column,
                        names=", ".join(known),
                    )
                )
    if wrong:
        raise refused(MappingError, "mapping_does_not_fit", n=len(wrong), problems=joined(wrong[:20], "\n  "))


def _one_scope(pairs: list[Chosen]) -> list[Chosen]:
    """
    Where layers of several names bound the planned land, 范围 gives way to any other, 研究范围 to 范围.

    What a mapping says to bound it goes before all of them.
    """
    ranks = [_rank_of_scope(layer, choice) for layer, choice in pairs]
    least = min((one for one in ranks if one is not None), default=0)
    return [
        (layer, not_known(layer) if one is not None and one > least else choice)
        for one, (layer, choice) in zip(ranks, pairs, strict=True)
    ]


def _rank_of_scope(layer: SourceLayer, choice: LayerChoice) -> int | None:
    """Which layers go before others where they bound the planned land; None of what does not."""
    if choice.role != "boundary":
        return None
    return -1 if choice.why == GIVEN else _vague(layer)


def _vague(layer: SourceLayer) -> int:
    name = without_tail(plain(layer.name))
    return VAGUE_SCOPES.index(name) + 1 if name in VAGUE_SCOPES else 0


def _empty(pairs: list[Chosen]) -> None:
    for layer, choice in pairs:
        if not len(layer.frame):
            choice.role, choice.why, choice.close, choice.field = (
                IGNORED,
                worded("it_holds_no_feature"),
                [],
                [],
            )


def _numbers_of_tables(pairs: list[Chosen]) -> None:
    """
    Parcels without a field that is known as their number: the one whose values are
    the numbers of a table.
    """
    without = [
        (layer, choice)
        for layer, choice in pairs
        if choice.role == "parcels" and choice.column("parcel_id") is None
    ]
    listed = {
        looks(text_of(value))
        for table, choice in (pairs if without else ())
        if choice.role == "parcel_table" and (one := choice.column("parcel_id")) is not None
        for value in table.frame[one.field]
        if not is_blank(value)
    }
    for layer, choice in without if listed else ():
        shares = {
            one.field: len(listed & {looks(text_of(value)) for value in layer.frame[one.field]}) / len(listed)
            for one in choice.field
            if not one.column
        }
        best = max(shares, key=lambda name: shares[name], default="")
        if best and shares[best] > SAME_NUMBERS:
            field = next(one for one in choice.field if one.field == best)
            field.column, field.confidence = "parcel_id", 0.8
            field.why = worded("values_are_numbers_of_tables", share=shares[best])

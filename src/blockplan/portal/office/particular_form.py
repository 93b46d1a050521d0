"""The form of what a notice says of itself: texts in three languages, and places of display."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms

from blockplan.portal.lang import NAMES, current
from blockplan.portal.office.forms import FAULTS, Day, Form, Lines, word_field
from blockplan.portal.words import BETWEEN, say
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blockplan.notice.particulars import Particulars

#: Texts of the particulars that stand by themselves, in the order of the page.
TEXTS = (
    "authority", "preparer", "legal_basis", "extent", "purpose", "change", "reasons", "media", "contact",
    "privacy",
)  # fmt: skip
WAYS = ("post", "counter")
LINES = ("email", "phone", "map_review")
PLACE_TEXTS, PLACE_DAYS = ("name", "address", "hours"), ("first", "last")
#: Each has eleven fields, and a form of ours has no more than 200.
MOST_PLACES = 12


class FieldGroup(NamedTuple):
    """Fields that belong together on the page."""

    legend: str
    fields: list[Any]
    name: str


class ParticularsForm(Form):
    """
    Each text in three languages; the office fills in those that it has.

    Parameters
    ----------
    places
        Places of display that the form has room for.
    """

    def __init__(self, *args: Any, places: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups_of: list[tuple[str, str, list[str]]] = []
        self.places = min(max(places, 1), MOST_PLACES)
        for name in TEXTS:
            self._group(name, say(f"office_field.about_{name}", current()), [name])
        for number in range(1, self.places + 1):
            self._place(number)
        for name in (*WAYS, "no_map_review"):
            self._group(name, say(f"office_field.about_{name}", current()), [name])
        for name in LINES:
            self.fields[name] = forms.CharField(max_length=254, required=False)
            word_field(f"about_{name}", self.fields[name])
        self.fields["places"] = forms.IntegerField(
            required=False, widget=forms.HiddenInput, initial=self.places
        )

    def groups(self) -> list[FieldGroup]:
        """The fields of the page, those of one text or one place together."""
        return [
            FieldGroup(legend, [self[field] for field in names], name)
            for name, legend, names in self.groups_of
        ]

    def lines(self) -> list[Any]:
        """The fields that are one line in no language."""
        return [self[name] for name in LINES]

    def last_place(self) -> str:
        """The name of the last group that is a place."""
        return f"place-{self.places}"

    def more(self) -> int:
        """The number of the next place; 0 where there is room for none."""
        return self.places + 1 if self.places < MOST_PLACES else 0

    def clean(self) -> dict[str, Any]:
        """A place is somewhere, and its days are in order."""
        said = super().clean() or {}
        for number in range(1, self.places + 1):
            place = _place(said, number)
            if place and not place.get("name") and not place.get("address"):
                self.add_error(f"place_{number}_name_{current()}", say(f"{FAULTS}.place_nowhere", current()))
            if place.get("first") and place.get("last") and place["last"] < place["first"]:
                self.add_error(f"place_{number}_last", say(f"{FAULTS}.last_before_first", current()))
        return said

    def document(self) -> dict[str, Any]:
        """What was said, as `blockplan.notice.particulars` reads it."""
        said = self.cleaned_data
        found: dict[str, Any] = {name: _text(said, name) for name in TEXTS}
        places = [_place(said, number) for number in range(1, self.places + 1)]
        found["places"] = [place for place in places if place]
        found["manner"] = {name: said[name] or None for name in ("email", "phone")}
        found["manner"] |= {name: _text(said, name) for name in WAYS}
        ground = _text(said, "no_map_review")
        if said["map_review"] or ground:
            found["map_review"] = {"number": said["map_review"] or None, "ground": ground}
        return found

    def _place(self, number: int) -> None:
        legend = say("office.place_of_display", current(), n=number)
        names = [f"place_{number}_{name}" for name in PLACE_TEXTS]
        fields = self._texts(names, [f"about_place_{name}" for name in PLACE_TEXTS])
        for name in PLACE_DAYS:
            field = Day(required=False)
            word_field(f"about_place_{name}", field)
            self.fields[f"place_{number}_{name}"] = field
            fields.append(f"place_{number}_{name}")
        self.groups_of.append((f"place-{number}", legend, fields))

    def _group(self, name: str, legend: str, texts: list[str]) -> None:
        self.groups_of.append((name, legend, self._texts(texts, [""])))

    def _texts(self, names: list[str], words: list[str]) -> list[str]:
        made = []
        # The reader's own language first: most offices fill in no other.
        spoken = sorted(LANGUAGES, key=lambda code: code != current())
        for name, word in zip(names, words, strict=True):
            for code in spoken:
                field = Lines(required=False)
                field.widget.attrs |= {"rows": 2, "lang": code}
                word_field(word or f"about_{name}", field)
                field.label = f"{field.label}{BETWEEN}{NAMES[code]}" if word else NAMES[code]
                self.fields[f"{name}_{code}"] = field
                made.append(f"{name}_{code}")
        return made


def form_of(data: Mapping[str, Any] | None, said: Particulars) -> ParticularsForm:
    """The form of what was sent, or of what is kept; with one more place where that was asked for."""
    if data is None:
        return ParticularsForm(initial=_flat(said), places=len(said.places))
    asked = str(data.get("places", ""))
    places = int(asked) if asked.isdecimal() and len(asked) < 3 else 1
    if "another" in data:
        kept = {name: value for name, value in data.items() if name != "places"}
        return ParticularsForm(initial=kept, places=places + 1)
    return ParticularsForm(data, places=places)


def _flat(said: Particulars) -> dict[str, Any]:
    texts: dict[str, Any] = {name: getattr(said, name) for name in TEXTS}
    days: dict[str, Any] = {}
    for number, place in enumerate(said.places, 1):
        texts |= {f"place_{number}_{name}": getattr(place, name) for name in PLACE_TEXTS}
        days |= {f"place_{number}_{name}": getattr(place, name) for name in PLACE_DAYS}
    texts |= {name: getattr(said.manner, name) for name in WAYS}
    if said.map_review is not None:
        texts["no_map_review"] = said.map_review.ground
    flat = {
        f"{name}_{code}": text.get(code, "") for name, text in texts.items() if text for code in LANGUAGES
    }
    review = said.map_review.number if said.map_review else ""
    return flat | days | {"email": said.manner.email, "phone": said.manner.phone, "map_review": review}


def _text(said: Mapping[str, Any], name: str) -> dict[str, str] | None:
    texts = {code: str(said.get(f"{name}_{code}") or "") for code in LANGUAGES}
    return {code: text for code, text in texts.items() if text.strip()} or None


def _place(said: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A place as it is kept; empty where nothing was filled in."""
    texts = {name: _text(said, f"place_{number}_{name}") for name in PLACE_TEXTS}
    days = {name: said.get(f"place_{number}_{name}") for name in PLACE_DAYS}
    return {name: value for name, value in (texts | days).items() if value}

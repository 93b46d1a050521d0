"""Forms of the office: labels, helps and faults come from the word lists, by the names of the fields."""

from __future__ import annotations

from typing import Any

from django import forms

from blockplan.portal.lang import current
from blockplan.portal.words import catalogs, say

WORDS, FAULTS = "office_field", "office_fault"


class Worded:
    """A form whose fields are called by the word lists."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            word_field(name, field)


class Form(Worded, forms.Form):
    """A form of our own."""


def word_field(name: str, field: forms.Field) -> None:
    """Give a field its words."""
    lang = current()
    known = catalogs()[WORDS]
    field.label = say(f"{WORDS}.{name}", lang)
    field.help_text = say(f"{WORDS}.{name}_help", lang) if f"{name}_help" in known else ""
    field.widget.attrs.pop("placeholder", None)
    for code in field.error_messages:
        fault = code if code in catalogs()[FAULTS] else "invalid"
        field.error_messages[code] = say(f"{FAULTS}.{fault}", lang)
    if isinstance(field, forms.CharField):
        # Django's own sentences of length would speak out of no list.
        field.validators = [one for one in field.validators if type(one).__name__ != "MaxLengthValidator"]
        if field.max_length:
            field.validators.append(_at_most(field.max_length))


def choices(list_name: str, values: Any) -> list[tuple[str, str]]:
    """Values with their words of ``list_name``."""
    return [(value, say(f"{list_name}.{value}", current())) for value in values]


def decision(values: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same for a field that somebody must decide: none of them is chosen before."""
    return [("", say(f"{WORDS}.choose", current())), *values]


def _at_most(length: int) -> Any:
    def check(value: str) -> None:
        if len(value) > length:
            raise forms.ValidationError(say(f"{FAULTS}.too_long", current(), most=length))

    return check

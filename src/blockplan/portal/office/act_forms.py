"""Forms of the acts: what each asks for besides that somebody is sure."""

from __future__ import annotations

from typing import Any

from django import forms

from blockplan.portal.office.fields import Form


class Day(forms.DateField):
    """A day, as browsers pick it."""

    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class Lines(forms.CharField):
    """Some lines of text."""

    widget = forms.Textarea({"rows": 4})

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"max_length": 20_000} | more)


class Sure(Form):
    """Nothing but that somebody has looked and wants it entered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from blockplan.portal.office.fields import word_field  # noqa: PLC0415

        self.fields["sure"] = forms.BooleanField()
        word_field("sure", self.fields["sure"])


class Because(Sure):
    """A reason, which everybody can read in the record."""

    reason = Lines()


class GroundField(Sure):
    """A ground, which everybody can read in the record."""

    ground = Lines(max_length=2000)


class Extend(Because):
    """A later last day."""

    last = Day()
    inspection_last = Day(required=False)


class Correct(Sure):
    """A correction that is no change of the plan."""

    what = forms.CharField(max_length=200)
    text = Lines()


class Display(Sure):
    """Proof that the plan was on display."""

    what = forms.CharField(max_length=200)
    where = forms.CharField(max_length=400)
    photo = forms.FileField(required=False)


class StepField(Sure):
    """A step that the country adds, and its day."""

    step = forms.ChoiceField()
    on = Day()


class OnDay(Sure):
    """A day."""

    on = Day()


class Redact(GroundField):
    """What may be published in the place of an opinion's words."""

    text = Lines(max_length=200_000)
    field_order = ("text", "ground", "sure")


class Transcribe(Sure):
    """The words of a scan, in the place of those that were seen."""

    text = Lines(max_length=200_000)
    seen = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)


class Erase(GroundField):
    """What is erased: names alone, or words and files too."""

    person_only = forms.BooleanField(required=False)

"""
Forms of the acts: what each asks for besides that somebody is sure.

Forms of the desk: a theme and an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from blockplan.portal.lang import NAMES, current
from blockplan.portal.office import desks
from blockplan.portal.office.fields import Form, choices, decision, word_field
from blockplan.respond import KINDS, answer_from
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from blockplan.respond import Answer


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


class ThemeForm(Form):
    """A theme's title and gist, in the language of the page."""

    title = forms.CharField(max_length=200)
    gist = Lines(required=False, max_length=4000)


class AnswerForm(Form):
    """An answer: its kind, the reason in one language or more, what it speaks of and changed."""

    kind = forms.ChoiceField()
    links = forms.CharField(max_length=1000, required=False)
    changes = Lines(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: Any = self.fields["kind"]
        kinds.choices = decision(choices("office_answer", KINDS))
        for code in LANGUAGES:
            field = Lines(required=False)
            field.widget.attrs |= {"lang": code, "rows": 3}
            self.fields[f"reason_{code}"] = field
            word_field("answer_reason", field)
            field.label = f"{field.label} · {NAMES[code]}"
        self.order_fields(["kind", *(f"reason_{code}" for code in LANGUAGES), "links", "changes"])

    def answer(self) -> Answer:
        """The answer; UsageError where it has no reason."""
        said = self.cleaned_data
        reason = {code: said[f"reason_{code}"] for code in LANGUAGES if said[f"reason_{code}"].strip()}
        return answer_from(
            {
                "kind": said["kind"], "reason": reason, "links": desks.links_of(said["links"]),
                "changes": desks.lines_of(said["changes"]),
            }
        )  # fmt: skip


def initial_of(answer: Answer | None) -> dict[str, Any]:
    """An answer that stands, as the form shows it."""
    if answer is None:
        return {}
    reason = answer.reason if isinstance(answer.reason, dict) else {current(): answer.reason}
    changes = [change.to_dict() for change in answer.changes]
    return {
        "kind": answer.kind, **{f"reason_{code}": text for code, text in reason.items()},
        "links": ", ".join(f"{link['layer']}:{link['id']}" for link in answer.links),
        "changes": "\n".join(":".join(str(value) for value in one.values()) for one in changes),
    }  # fmt: skip

"""Forms of the desk: a theme and an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from blockplan.portal.lang import NAMES, current
from blockplan.portal.office import desks
from blockplan.portal.office.act_forms import Lines
from blockplan.portal.office.fields import Form, choices, decision, word_field
from blockplan.respond import KINDS, answer_from
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from blockplan.respond import Answer


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

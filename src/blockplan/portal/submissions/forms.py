"""
What somebody fills in on the form: read from a request, kept as a draft, made into an opinion.

`OpinionForm` reads a request and says what cannot be sent so; a wrong field keeps what was typed. `Filled` is
what stands in it, as a draft keeps it.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxLengthValidator

from blockplan.notice.intake.limits import LIMITS
from blockplan.notice.intake.texts_in import made_fit
from blockplan.notice.submissions import ABOUT_PERSON, Submission
from blockplan.portal.mail.outbox import is_mail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import QueryDict

    from blockplan.notice.events import Attachment

#: In what capacity somebody speaks, as ordinances ask it.
STANDINGS = ("resident", "landowner", "tenant", "works_here", "organisation", "other")
#: Things that one opinion may be about.
MOST_TARGETS = 50
_TARGET = re.compile(r"([a-z_]{1,40}):(.{1,200})", re.DOTALL)


@dataclass(slots=True)
class Filled:
    """
    The form as filled in.

    Attributes
    ----------
    targets
        [{layer, id}] of the plan on notice; ``statements`` are its clauses, ``rules`` its rules.
    place
        A place given by coordinates, `blockplan.notice.intake.places`; None where none is given.
    mail
        Whether the receipt and the answer shall come by e-mail to `contact`.
    """

    text: str = ""
    title: str = ""
    reason: str = ""
    name: str = ""
    address: str = ""
    standing: str = ""
    contact: str = ""
    mail: bool = False
    targets: list[dict[str, str]] = field(default_factory=list)
    place: dict[str, Any] | None = None

    @classmethod
    def of_draft(cls, data: Mapping[str, Any]) -> Filled:
        """What was kept."""
        known = {one.name for one in fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})

    def to_draft(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)

    def opinion(self, files: Sequence[Attachment], lang: str) -> Submission:
        """The opinion that it becomes."""
        more: dict[str, Any] = {
            "title": self.title,
            "reason": self.reason.strip(),
            "language": lang,
            "targets": self.targets,
        }
        if self.place is not None and self.place.get("confirmed"):
            more |= {"place": self.place["said"], "geometry": self.place["geometry"]}
        person = {key: said for key in sorted(ABOUT_PERSON) if (said := getattr(self, key))}
        return Submission(text=self.text, more=more, person=person, files=files)

    @property
    def mail_to(self) -> str:
        """Where receipt and answer go to by mail; empty where none is wished for."""
        return self.contact if self.mail else ""

    def missing(self, wants: Sequence[str]) -> list[str]:
        """What the law of the place asks for and is not filled in: formal defects, never a refusal."""
        return [name for name in wants if not str(getattr(self, name, "") or "").strip()]


class AtMost(MaxLengthValidator):
    """No more characters than the record takes."""

    code = "long"


class WordsField(forms.CharField):
    """Words as the record keeps them: marks that no file can carry are replaced."""

    def __init__(self, most: int) -> None:
        super().__init__(required=False, strip=False)
        self.validators = [AtMost(most)]

    def to_python(self, value: Any) -> str:
        """The words; nothing that is typed is refused here."""
        return made_fit(value or "")[0]


class LineField(WordsField):
    """Words on one line."""

    def __init__(self) -> None:
        super().__init__(LIMITS.line_characters)

    def to_python(self, value: Any) -> str:
        """The words with single blanks between them."""
        return " ".join(super().to_python(value).split())


class TickField(forms.Field):
    """A box that sends ``yes``."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> bool:
        """Whether it is ticked."""
        return bool(value == "yes")


class ObjectsField(forms.Field):
    """Objects of the plan, ``layer:id`` each, as often as a browser sends them."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        """Each once, in order."""
        return list(dict.fromkeys(made_fit(said)[0] for said in value or ()))


class OpinionForm(forms.Form):
    """
    The form in a request. The code of each error is the key of its sentence in ``opinion.problem``.

    Parameters
    ----------
    files
        How many files came along: an opinion may be a file alone.
    """

    text = WordsField(LIMITS.text_characters)
    title = LineField()
    reason = WordsField(LIMITS.reason_characters)
    name = LineField()
    address = LineField()
    standing = LineField()
    contact = LineField()
    mail = TickField(required=False)
    without = ObjectsField(required=False)
    targets = ObjectsField(required=False)

    def __init__(self, post: QueryDict, *, files: int = 0, mails: bool = False) -> None:
        super().__init__(post)
        self.files_there, self.mails = files, mails

    def add_prefix(self, field_name: str) -> str:
        """Fields that a browser sends more than once end in brackets: ``target[]``, ``without[]``."""
        return {"targets": "target[]", "without": "without[]"}.get(field_name, field_name)

    @property
    def filled(self) -> Filled:
        """What stands in it, whether it can be sent so or not."""
        typed: dict[str, Any] = {name: one.to_python(self[name].data) for name, one in self.fields.items()}
        gone = set(typed.pop("without"))
        named = [said for said in typed.pop("targets") if said not in gone]
        targets = [target for said in named[:MOST_TARGETS] if (target := target_of(said))]
        return Filled(**typed, targets=targets)

    @property
    def problems(self) -> dict[str, str]:
        """Field -> key of the sentence that says why it cannot be sent so; empty where it can."""
        return {name: str(found[-1].code) for name, found in self.errors.as_data().items()}

    def clean(self) -> dict[str, Any]:
        """What no field knows by itself."""
        filled = self.filled
        if not filled.text.strip() and not self.files_there:
            self._wrong("text", "empty")
        if filled.standing and filled.standing not in STANDINGS:
            self._wrong("standing", "unknown")
        if self.mails and filled.mail and not is_mail(filled.contact):
            self._wrong("contact", "no_mail")
        return self.cleaned_data

    def _wrong(self, field_name: str, code: str) -> None:
        self.add_error(field_name, forms.ValidationError(code, code=code))


def step_of(post: QueryDict, otherwise: str) -> str:
    """
    The step that a button asks for; Enter in a field goes on, but from new words to be found it finds them.

    Without a script a browser takes Enter for the first button of a form, whichever field it was pressed in.
    """
    asked = post.get("do", otherwise)
    if asked != "enter":
        return asked
    sought = post.get("find", "").strip()
    return "find" if sought and sought != post.get("sought", "").strip() else otherwise


def target_of(said: str) -> dict[str, str] | None:
    """
    What ``layer:id`` names; None where it names nothing.

    Examples
    --------
    >>> target_of("parcels:RD-01:7"), target_of("parcels")
    ({'layer': 'parcels', 'id': 'RD-01:7'}, None)
    """
    found = _TARGET.fullmatch(said)
    return None if found is None else {"layer": found[1], "id": found[2]}

"""What somebody fills in on the form: read from a request, kept as a draft, made into an opinion."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from blockplan.notice.intake.limits import LIMITS
from blockplan.notice.intake.texts_in import made_fit
from blockplan.notice.submissions import ABOUT_PERSON, Opinion
from blockplan.portal.mail.outbox import is_mail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import QueryDict

    from blockplan.notice.events import Attachment

#: In what capacity somebody speaks, as ordinances ask it.
STANDINGS = ("resident", "landowner", "tenant", "works_here", "organisation", "other")
#: Things that one opinion may be about.
MOST_TARGETS = 50
LINES = ("title", "name", "address", "contact", "standing")
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
        A place given by coordinates, `blockplan.portal.intake.places`; None where none is given.
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
    def of_post(cls, post: QueryDict) -> Filled:
        """What a request says; marks that no file can carry are replaced."""
        words: dict[str, Any] = {key: made_fit(post.get(key, ""))[0] for key in ("text", "reason")}
        lines: dict[str, Any] = {key: " ".join(made_fit(post.get(key, ""))[0].split()) for key in LINES}
        gone = set(post.getlist("without[]"))
        targets = [
            said
            for said in dict.fromkeys(made_fit(said)[0] for said in post.getlist("target[]"))
            if said not in gone
        ]
        return cls(
            **words,
            **lines,
            mail=post.get("mail") == "yes",
            targets=[target for said in targets[:MOST_TARGETS] if (target := target_of(said))],
        )

    @classmethod
    def of_draft(cls, data: Mapping[str, Any]) -> Filled:
        """What was kept."""
        known = {one.name for one in fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})

    def to_draft(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)

    def opinion(self, files: Sequence[Attachment], lang: str) -> Opinion:
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
        return Opinion(text=self.text, more=more, person=person, files=files)

    @property
    def mail_to(self) -> str:
        """Where receipt and answer go to by mail; empty where none is wished for."""
        return self.contact if self.mail else ""

    def missing(self, wants: Sequence[str]) -> list[str]:
        """What the law of the place asks for and is not filled in: formal defects, never a refusal."""
        return [name for name in wants if not str(getattr(self, name, "") or "").strip()]

    def problems(self, *, files: int, mails: bool) -> dict[str, str]:
        """Field -> key of the sentence that says why it cannot be sent so; empty where it can."""
        found = {}
        if not self.text.strip() and not files:
            found["text"] = "empty"
        if len(self.text) > LIMITS.text_characters:
            found["text"] = "long"
        if len(self.reason) > LIMITS.reason_characters:
            found["reason"] = "long"
        found |= {key: "long" for key in LINES if len(getattr(self, key)) > LIMITS.line_characters}
        if self.standing and self.standing not in STANDINGS:
            found["standing"] = "unknown"
        if mails and self.mail and not is_mail(self.contact):
            found["contact"] = "no_mail"
        if self.place is not None and not self.place.get("confirmed"):
            found["place"] = "unconfirmed"
        return found


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

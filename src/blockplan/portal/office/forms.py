"""
Forms of the office: of accounts, of the acts (what each asks for besides that somebody is sure), of the desk.

Labels, helps and faults come from the word lists, by the names of the fields. What a notice says of itself
has a module of its own, `blockplan.portal.office.particular_form`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCode
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth import password_validation

from blockplan.notice.intake.limits import LIMITS
from blockplan.portal.config import config_of_environment
from blockplan.portal.lang import NAMES, current
from blockplan.portal.office import desks
from blockplan.portal.office.answer_templates import left_over
from blockplan.portal.office.models import ROLES
from blockplan.portal.plans.models import PlanVersion
from blockplan.portal.record.models import Notice
from blockplan.portal.words import BETWEEN, catalogs, say
from blockplan.respond import KINDS, answer_from
from blockplan.texts import LANGUAGES, pick

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.forms.boundfield import BoundField

    from blockplan.respond import Answer

WORDS, FAULTS = "office_field", "office_fault"
#: So many notices can be chosen from, the newest first.
MOST_NOTICES = 200


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


class SignIn(Worded, LoginForm):  # type: ignore[misc]
    """Login and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = self.fields["login"].help_text = ""


class ChangePassword(Worded, ChangePasswordForm):  # type: ignore[misc]
    """The old password, and the new one twice."""

    def clean_password1(self) -> str:
        """In our words where it is too weak."""
        return strong(self.cleaned_data["password1"], self.user)


class Reauthenticate(Worded, ReauthenticateForm):  # type: ignore[misc]
    """The password again, before something that matters."""


class Code(Worded, AuthenticateForm):  # type: ignore[misc]
    """A code of the authenticator, or one of the recovery codes."""


class CodeAgain(Worded, ReauthenticateByCode):  # type: ignore[misc]
    """A code again, before something that matters."""


class FirstCode(Worded, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator."""


class Join(Form):
    """The account of somebody who followed a link."""

    name = forms.CharField(max_length=80, widget=forms.TextInput({"autocomplete": "name"}))
    login = forms.CharField(max_length=80, widget=forms.TextInput({"autocomplete": "username"}))
    password1 = forms.CharField(strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"}))
    password2 = forms.CharField(strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"}))

    def clean_login(self) -> str:
        """A login that can be typed: letters, digits, and a few signs between."""
        login: str = self.cleaned_data["login"].strip()
        if any(sign.isspace() or not sign.isprintable() for sign in login) or "@" in login:
            raise forms.ValidationError(say(f"{FAULTS}.login_form", current()))
        return login

    def clean_password1(self) -> str:
        """Long enough, and not one that everybody takes."""
        return strong(self.cleaned_data["password1"])

    def clean(self) -> dict[str, Any]:
        """Both passwords alike."""
        said = super().clean() or {}
        if said.get("password1") and said.get("password2") != said["password1"]:
            self.add_error("password2", say(f"{FAULTS}.passwords_differ", current()))
        return said


class RoleBoxes(forms.CheckboxSelectMultiple):
    """Boxes of roles, each with what it may do; a box stands in its label, which then needs no ``for``."""

    option_template_name = "office/box.html"

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """An option as Django makes it, and ``does``."""
        made: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        return made | {"does": say(f"office_role.{value}_does", current())}


class Roles(Form):
    """Roles for all notices or one."""

    roles = forms.MultipleChoiceField(widget=RoleBoxes)
    notice = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _with_roles(self.fields)


class Invite(Roles):
    """Somebody who is invited by a link, which opens in a language."""

    language = forms.ChoiceField(choices=[(code, NAMES[code]) for code in LANGUAGES])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"language": config_of_environment().language or current()}, **kwargs)


class Name(Roles):
    """Somebody whom the identity service is to let in."""

    name = forms.CharField(max_length=80)
    mail = forms.EmailField(max_length=254, widget=forms.EmailInput({"autocomplete": "off"}))

    field_order = ("name", "mail", "roles", "notice")


class Mail(Form):
    """By which mail address the identity service knows one of the staff."""

    mail = forms.EmailField(max_length=254, widget=forms.EmailInput({"autocomplete": "off"}))


class Give(Form):
    """A role that a member of the staff gets."""

    role = forms.ChoiceField()
    notice = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _with_roles(self.fields)


def _with_roles(fields: dict[str, Any]) -> None:
    name = "roles" if "roles" in fields else "role"
    roles = choices("office_role", ROLES)
    fields[name].choices = roles if name == "roles" else decision(roles)
    everywhere = say("office_role.everywhere", current())
    fields["notice"].choices = [("", everywhere), *_newest_notices()]


def _newest_notices() -> list[tuple[str, str]]:
    """Ids of notices, the newest first, each as it is titled."""
    return list(titled(Notice.objects.order_by("-ends_before", "id")[:MOST_NOTICES]).items())


def titled(notices: QuerySet[Notice]) -> dict[str, str]:
    """Ids of notices, each with the title of its plan before it; by the id alone while it has none."""
    titles = dict(notices.values_list("id", "opened__plan__title"))
    untitled = [one for one, title in titles.items() if not title]
    drafts = PlanVersion.objects.filter(draft__in=untitled).values_list("draft", "document__title")
    titles |= dict(drafts)
    said = {one: pick(title, current()) for one, title in titles.items()}
    return {one: f"{title} · {one}" if title else one for one, title in said.items()}


def strong(password: str, user: Any = None) -> str:
    """The password, where Django's validators let it pass."""
    try:
        password_validation.validate_password(password, user)
    except forms.ValidationError as error:
        known = catalogs()[FAULTS]
        codes = [one.code if one.code and one.code in known else "password_weak" for one in error.error_list]
        raise forms.ValidationError([say(f"{FAULTS}.{code}", current()) for code in codes]) from None
    return password


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

    text = Lines(max_length=LIMITS.text_characters)
    field_order = ("text", "ground", "sure")


class Transcribe(Sure):
    """The words of a scan, in the place of those that were seen."""

    text = Lines(max_length=LIMITS.text_characters)
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

    kind = forms.ChoiceField(widget=forms.RadioSelect)
    links = forms.CharField(max_length=1000, required=False)
    changes = Lines(required=False)
    as_it_stands = forms.BooleanField(required=False)

    def __init__(
        self, *args: Any, unedited: Callable[[dict[str, str]], list[str]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._unedited = unedited
        kinds: Any = self.fields["kind"]
        kinds.choices = choices("office_answer", KINDS)
        for code in LANGUAGES:
            field = Lines(required=False)
            field.widget.attrs |= {"lang": code, "rows": 3}
            self.fields[f"reason_{code}"] = field
            word_field("answer_reason", field)
            field.label = f"{field.label}{BETWEEN}{NAMES[code]}"
        self.order_fields(["kind", *(f"reason_{code}" for code in LANGUAGES), "links", "changes"])

    @property
    def first_reason(self) -> BoundField:
        """The reason in the language of the page."""
        return self[f"reason_{current()}"]

    @property
    def other_reasons(self) -> list[BoundField]:
        """The reason in the other languages."""
        return [self[f"reason_{code}"] for code in LANGUAGES if code != current()]

    @property
    def other_states(self) -> list[tuple[str, bool]]:
        """The other languages, and whether the reason is written in them."""
        return [
            (NAMES[code], bool(self[f"reason_{code}"].value())) for code in LANGUAGES if code != current()
        ]

    def clean(self) -> dict[str, Any]:
        """No field of a template is left in it; nor is it a template's words alone, unless they fit."""
        said = super().clean() or {}
        reason = self._reason(said)
        for code, words in reason.items():
            if left := left_over(words):
                self.add_error(f"reason_{code}", say(f"{FAULTS}.field_left", current(), left=" ".join(left)))
        if not self.errors and not said.get("as_it_stands") and self._unedited is not None:
            for code in self._unedited(reason):
                self.add_error(f"reason_{code}", say(f"{FAULTS}.unedited", current()))
        return said

    @staticmethod
    def _reason(said: dict[str, Any]) -> dict[str, str]:
        given = {code: said.get(f"reason_{code}", "") for code in LANGUAGES}
        return {code: words for code, words in given.items() if words.strip()}

    def answer(self) -> Answer:
        """The answer; UsageError where it has no reason."""
        said = self.cleaned_data
        reason = self._reason(said)
        return answer_from(
            {
                "kind": said["kind"], "reason": reason, "links": desks.links_of(said["links"]),
                "changes": desks.lines_of(said["changes"]),
            }
        )  # fmt: skip


class TemplateForm(Form):
    """A template of answers: its title in the office, and its words in one language or more."""

    title = forms.CharField(max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in sorted(LANGUAGES, key=lambda code: code != current()):
            field = Lines(required=False)
            field.widget.attrs |= {"lang": code, "rows": 4}
            self.fields[f"text_{code}"] = field
            word_field("template_text", field)
            field.label = f"{field.label}{BETWEEN}{NAMES[code]}"

    def text(self) -> dict[str, str]:
        """Its words, of the languages that have some."""
        said = {code: self.cleaned_data[f"text_{code}"].strip() for code in LANGUAGES}
        return {code: words for code, words in said.items() if words}

    def clean(self) -> dict[str, Any]:
        """Words in a language at least."""
        said = super().clean() or {}
        if not any(said.get(f"text_{code}", "").strip() for code in LANGUAGES):
            self.add_error(f"text_{current()}", say(f"{FAULTS}.required", current()))
        return said


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

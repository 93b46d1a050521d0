"""Forms of accounts: to sign in, to join, to change a password, to give a code, to invite."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCode
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth import password_validation

from blockplan.portal.config import config_of_environment
from blockplan.portal.lang import NAMES, current
from blockplan.portal.office.fields import FAULTS, Form, Worded, choices, decision
from blockplan.portal.office.models import ROLES
from blockplan.portal.record.models import Notice
from blockplan.portal.words import catalogs, say
from blockplan.texts import LANGUAGES


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


class Boxes(forms.CheckboxSelectMultiple):
    """Boxes of which any number may be ticked; each stands in its label, which then needs no ``for``."""

    option_template_name = "office/box.html"


class Roles(Form):
    """Roles for all notices or one."""

    roles = forms.MultipleChoiceField(widget=Boxes)
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
    newest = Notice.objects.order_by("-ends_before", "id").values_list("id", flat=True)[:200]
    fields["notice"].choices = [("", everywhere), *((one, one) for one in newest)]


def strong(password: str, user: Any = None) -> str:
    """The password, where Django's validators let it pass."""
    try:
        password_validation.validate_password(password, user)
    except forms.ValidationError as error:
        known = catalogs()[FAULTS]
        codes = [one.code if one.code and one.code in known else "password_weak" for one in error.error_list]
        raise forms.ValidationError([say(f"{FAULTS}.{code}", current()) for code in codes]) from None
    return password

"""What every page knows: its language, the same page in the other languages, the office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blockplan import __version__
from blockplan.portal import lang as language
from blockplan.portal.config import config_of_environment
from blockplan.texts import TAGS

if TYPE_CHECKING:
    from django.http import HttpRequest


def every_page(request: HttpRequest) -> dict[str, Any]:
    """Variables of all templates."""
    lang = getattr(request, "lang", "en")
    config = config_of_environment()
    return {
        "lang": lang,
        "html_lang": TAGS[lang],
        "languages": [
            {"code": code, "tag": TAGS[code], "name": name, "href": _in(request, code)}
            for code, name in language.NAMES.items()
        ],
        "office": config.office,
        "program": __version__,
        "site": config.address.rstrip("/"),
        #: The draft that is looked at before it opens, where this page shows one.
        "preview": getattr(request, "previewed", None),
        "staff": hasattr(request, "previewed") and request.user.is_authenticated,
    }


def _in(request: HttpRequest, code: str) -> str:
    """The address of this page in another language; the front page where it has none."""
    path = request.get_full_path()
    now = language.of_path(request.path_info)
    return f"/{code}/" if now is None else f"/{code}/" + path.removeprefix(f"/{now}/")

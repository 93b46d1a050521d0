"""
Words for residents: Chinese, English, Japanese, and easy Japanese with readings.

`Speech` fills the sentences of ``plain.toml`` and ``place.toml``. In easy Japanese (``ja-easy``) what is
filled in gets its readings from the table of words; see `blockplan.report.public.furigana`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from blockplan.errors import UsageError
from blockplan.plan import landuse
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS
from blockplan.report.public.furigana import annotated
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES, Catalog, Phrases

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Japanese in short sentences and plain words, with readings.
EASY = "ja-easy"
#: What a page for residents can be had in.
SPOKEN = (*LANGUAGES, EASY)
#: Where Chinese wants a space, and where it wants none.
BESIDE_FIGURE = re.compile(r"(?<=[\u4e00-\u9fff])(?=[0-9])|(?<=[0-9])(?=[\u4e00-\u9fff])")
BETWEEN_HAN = re.compile(r"(?<=[\u4e00-\u9fff。，：；]) (?=[\u4e00-\u9fff])")
PACKAGE = "blockplan.report.public"
CATALOGS = tuple(Catalog(PACKAGE, name) for name in ("plain.toml", "place.toml", "print.toml"))


class Speech(Phrases):
    """
    Everything that is said to residents in one language.

    Parameters
    ----------
    lang
        ``zh``, ``en``, ``ja`` or ``ja-easy``; UsageError for any other.
    """

    def __init__(self, lang: str) -> None:
        if lang not in SPOKEN:
            raise UsageError(f"There is no language {lang!r}. Known languages: {', '.join(SPOKEN)}.")
        self.easy = lang == EASY
        super().__init__("ja" if self.easy else lang, *CATALOGS)
        self.words = Words(self.lang)

    def __call__(self, key: str, /, **values: Any) -> str:
        """The words under a key, filled with `values`."""
        text = self.text(key)
        template = text["easy"] if self.easy and "easy" in text else self.pick(text)
        return self._filled(template, values)

    def count(self, key: str, n: float, **values: Any) -> str:
        """Words about `n` things; English has a form of its own for one (``en_one``)."""
        text, shown = self.text(key), self.words.number(n)
        if self.lang == "en" and shown == "1" and "en_one" in text:
            return self._filled(text["en_one"], {"n": shown, **values})
        return self(key, n=shown, **values)

    def known(self, key: str) -> bool:
        """Whether there are words under the key; some there are in easy Japanese alone."""
        return any(key in catalog for catalog in self.catalogs)

    def name(self, text: Mapping[str, str] | str | None) -> str:
        """A name or sentence of the plan in this language, with the readings that are known."""
        return self.read(self.pick(text))

    def read(self, said: str) -> str:
        """Words of another catalogue as they stand on this page."""
        return annotated(said) if self.easy else said

    def named(self, key: str, fallback: str) -> str:
        """Words of the report's catalogue, or `fallback` where there are none, as they stand on this page."""
        own = f"easy.{key}"
        if self.easy and self.known(own):
            return self(own)
        return self.read(self.words.or_else(key, fallback))

    def join(self, parts: Iterable[str]) -> str:
        """A list in one line."""
        return self.words.join(parts)

    def _filled(self, template: str, values: Mapping[str, Any]) -> str:
        said = {name: self.read(value) if isinstance(value, str) else value for name, value in values.items()}
        whole = template.format(**said) if said else template
        return spaced(whole) if self.lang == "zh" else whole


def spaced(said: str) -> str:
    """
    Chinese with a space between characters and figures and none between characters.

    Examples
    --------
    >>> spaced("涉及7,792 名居民 的小区")
    '涉及 7,792 名居民的小区'
    """
    return BETWEEN_HAN.sub("", BESIDE_FIGURE.sub(" ", said))


def use_said(speech: Speech, code: str | None, list_name: str | None) -> str:
    """A land use in words; easy Japanese says the class that holds it where it has no word of its own."""
    name = list_name or DEFAULT_LIST
    if not code:
        return speech("plain.landuse.unknown")
    if name not in LISTS:
        return code
    codes = landuse(name)
    national = code if name == DEFAULT_LIST else codes.to_national(code)
    while speech.easy and national:
        if speech.known(f"easy.use.{national}"):
            return speech(f"easy.use.{national}")
        national = landuse().parent(national)
    return speech.read(codes.label(code, speech.lang))

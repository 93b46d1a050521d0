"""
What `import office` says: findings, reasons and refusals, each by its code in ``messages.toml``.

JSON and ``mapping.toml`` say everything in English; in the language of a reader it is said where it is shown.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from numbers import Number
from typing import TYPE_CHECKING, Any, TypeVar

from blockplan.errors import BlockplanError
from blockplan.plan.model.faults import named, with_code
from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES, Catalog

if TYPE_CHECKING:
    from collections.abc import Iterable

E = TypeVar("E", bound=BlockplanError)

TEXTS = Catalog(__package__, "messages.toml")
_QUOTES = {"zh": "“{}”", "ja": "「{}」"}
#: Where a quoted name begins and ends, with the blank that parts it from a zh or ja letter.
_CJK = "[\u3000-\u9fff\uff00-\uffef]"
_BESIDE = re.compile(f"(?<={_CJK}) ?\1|\1|\2 ?(?={_CJK})|\2")
#: Values that are columns of the plan: said by the names that readers know, with what the files call them.
_COLUMNS = frozenset({"column", "columns", "fields", "things"})
_OF_WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
#: What parts sentences, reasons and names of a list; what zh and ja write there.
_BETWEEN = {"; ": "；", ", ": "、", " and ": "、", " or ": "、"}


class Message(str):
    """
    Something said to an office: a string in English, which `in_language` says in another language.

    Attributes
    ----------
    code
        Its place in ``messages.toml``; empty where it is made of several.
    values
        What fills it: names and figures as they stand, messages in the reader's language.
    """

    code: str = ""
    values: Mapping[str, Any]

    def __add__(self, other: str) -> Message:
        """Another sentence behind this one."""
        return joined((self, other), "")

    def said(self, lang: str) -> str:
        """The message in a language."""
        if "text" in self.values:
            return str(self.values["text"][lang])
        if self.code:
            return str(_Filling(lang).vformat(TEXTS(f"message.{self.code}", lang), (), self.values))
        between: str = self.values["between"]
        parts = (in_language(part, lang) for part in self.values["parts"])
        return (between if lang == DEFAULT_LANGUAGE else _BETWEEN.get(between, between)).join(parts)


def worded(code: str, /, **values: Any) -> Message:
    """
    The message of a code.

    Examples
    --------
    >>> said = worded("number_written_otherwise_in_table", written="O2-1", parcel="02-1")
    >>> print(said)
    The table writes 'O2-1' for parcel '02-1'; the two were joined.
    >>> in_language(said, "zh")
    '表中“O2-1”对应地块“02-1”，已合并。'
    >>> in_language(worded("number_in_no_outline", number="A 1", m=5.4), "zh")
    '编号“A 1”不在任何轮廓内（距最近的 5.40 米）。'
    """
    made = Message(TEXTS(f"message.{code}").format(**values))
    made.code, made.values = code, values
    return made


def joined(parts: Iterable[str], between: str = "; ") -> Message:
    """Messages and names one after the other, as each language divides them; what is empty is left out."""
    given = tuple(part for part in parts if part)
    made = Message(between.join(given))
    made.values = {"parts": given, "between": between}
    return made


def in_language(said: str, lang: str) -> str:
    """A message in a language; what is none (a name, a word of a mapping that came back) as it stands."""
    return said.said(lang) if isinstance(said, Message) else said


def first_line(said: Message) -> Message:
    """The first line of a message: what was wrong, without what to do."""
    made = Message(said.partition("\n")[0])
    made.values = {"text": {lang: said.said(lang).partition("\n")[0] for lang in LANGUAGES}}
    return made


def of_error(error: BlockplanError, name: str = "") -> Message:
    """What an error says, as a message; the file that it `name`s is the one spoken of."""
    text = error.text or dict.fromkeys(LANGUAGES, str(error))
    if name:
        text = {lang: said.replace(name, TEXTS("report.it", lang)) for lang, said in text.items()}
    made = Message(text[DEFAULT_LANGUAGE])
    made.values = {"text": text}
    return made


def refused(kind: type[E], code: str, /, **values: Any) -> E:
    """The error to raise where files or a mapping are refused; its sentence stands under `code`."""
    said = worded(code, **values)
    error = kind(str(said))
    error.code, error.text = code, {lang: said.said(lang) for lang in LANGUAGES}
    return error


class _Filling(string.Formatter):
    """Fills a sentence; a name under ``!r``, or of several words, is quoted as its language does."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def get_value(self, key: Any, args: Any, kwargs: Any) -> Any:
        value = super().get_value(key, args, kwargs)
        return self._columns(value) if self.lang != DEFAULT_LANGUAGE and key in _COLUMNS else value

    def _columns(self, value: Any) -> Any:
        if isinstance(value, Message):
            if value.code or "parts" not in value.values:
                return value
            return joined(map(self._columns, value.values["parts"]), value.values["between"])
        codes = str(value).split(", ")
        said = [(code, named("field", code, self.lang)) for code in codes]
        names = [code if name == code else with_code(name, code) for code, name in said]
        return value if names == codes else f"\1{'、'.join(names)}\2"

    def convert_field(self, value: Any, conversion: Any) -> Any:
        if self.lang == DEFAULT_LANGUAGE:
            return super().convert_field(value, conversion)
        if isinstance(value, Message):
            return value.said(self.lang)
        if isinstance(value, Mapping):
            return value[self.lang]
        if not conversion and (isinstance(value, Number) or not _OF_WORDS.search(str(value))):
            return value
        return f"\1{_QUOTES[self.lang].format(repr(str(value))[1:-1])}\2"

    def vformat(self, format_string: str, args: Any, kwargs: Any) -> str:
        return _BESIDE.sub("", super().vformat(format_string, args, kwargs))

"""
Words that people read, in Chinese, English and Japanese.

A *text* is a mapping from language code to string. A room keeps its words in
a TOML file beside its modules and reads them through `Catalog`, so that
code holds no prose in one language.
"""

from __future__ import annotations

import csv
import io
import math
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeVar

from blockplan.errors import BlockplanError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

E = TypeVar("E", bound=BlockplanError)

#: Languages that every text shown to a person exists in.
LANGUAGES = ("zh", "en", "ja")
DEFAULT_LANGUAGE = "en"
#: Our code -> the tag that HTML wants: Chinese and Japanese share code points that are drawn differently.
TAGS = {"zh": "zh-Hans", "en": "en", "ja": "ja"}

#: What begins so is a formula to a spreadsheet, blanks before it or not.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless_cell(text: str) -> str:
    r"""
    A text for a cell of a CSV file: with an apostrophe where a spreadsheet would take it for a formula.

    Examples
    --------
    >>> harmless_cell('=HYPERLINK("x")'), harmless_cell(" -3 trees")
    ('\'=HYPERLINK("x")', "' -3 trees")
    """
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_SIGNS) else text


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """
    A table as CSV: UTF-8 with a byte-order mark, so that Excel reads Chinese as Chinese.

    What is not known is an empty cell, truth is in lower case, and no text is a formula.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(map(_csv_cell, row) for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _csv_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return value if math.isfinite(value) else ""
    return "" if value is None else harmless_cell(str(value))


def pick(text: Mapping[str, str] | str | None, lang: str | None = DEFAULT_LANGUAGE) -> str:
    """
    The string of a text in one language; falls back to English, then to any.

    Examples
    --------
    >>> pick({"zh": "绿地", "en": "green space"}, "zh")
    '绿地'
    >>> pick({"zh": "绿地"}, "ja")
    '绿地'
    """
    if text is None:
        return ""
    if isinstance(text, str):
        return text
    for code in (lang or DEFAULT_LANGUAGE, DEFAULT_LANGUAGE, *LANGUAGES):
        if text.get(code):
            return text[code]
    return next(iter(text.values()), "")


class Catalog:
    """
    Texts of one room, from a TOML file of tables ``[key] zh = ... en = ... ja = ...``.

    Keys may be nested; ``catalog("fault.gap.message", lang, area=3)`` formats
    the string with `str.format`.
    """

    def __init__(self, package: str, name: str) -> None:
        self.package = package
        self.name = name

    def __call__(self, key: str, lang: str = DEFAULT_LANGUAGE, /, **values: Any) -> str:
        """The string for `key` in `lang`, filled with `values`; KeyError if there is none."""
        template = pick(_text(self.package, self.name, key), lang)
        return template.format(**values) if values else template

    def text(self, key: str, /, **values: Any) -> dict[str, str]:
        """The text (all languages) that stands under a dotted key, filled with `values` as `refusal` does."""
        if not values:
            return dict(_text(self.package, self.name, key))
        return _worded(self, key, values)

    def refused(self, kind: type[E], code: str, /, **values: Any) -> E:
        """The error to raise where something is refused; its sentence stands under `code`."""
        return refusal(kind, self, code, **values)

    def __contains__(self, key: str) -> bool:
        try:
            self.text(key)
        except KeyError:
            return False
        return True


class Phrases:
    """
    What catalogs say, in one language.

    Parameters
    ----------
    lang
        ``zh``, ``en`` or ``ja``; UsageError for any other.
    catalogs
        Where words are looked for; of several the first that knows a key.
    """

    def __init__(self, lang: str, *catalogs: Catalog) -> None:
        if lang not in LANGUAGES:
            raise UsageError(f"There is no language {lang!r}. Known languages: {', '.join(LANGUAGES)}.")
        self.lang = lang
        self.catalogs = catalogs

    def __call__(self, key: str, /, **values: Any) -> str:
        """The words that stand under a dotted key, filled with `values`; KeyError if no catalog has it."""
        template = pick(self.text(key), self.lang)
        return template.format(**values) if values else template

    def text(self, key: str) -> dict[str, str]:
        """The text of a key in every language; KeyError if no catalog has it."""
        for catalog in self.catalogs:
            if key in catalog:
                return catalog.text(key)
        raise KeyError(key)

    def known(self, key: str) -> bool:
        """Whether there are words under the key."""
        return any(key in catalog and self.lang in catalog.text(key) for catalog in self.catalogs)

    def or_else(self, key: str, fallback: str) -> str:
        """The words under a key, or `fallback` where there are none (a code from somebody else's plan)."""
        return self(key) if self.known(key) else fallback

    def pick(self, text: Mapping[str, str] | str | None) -> str:
        """The string of a text in this language."""
        return pick(text, self.lang)


def refusal(kind: type[E], catalog: Callable[..., str], code: str, /, **values: Any) -> E:
    """
    An error whose sentence stands in a catalog: `str` gives the English one, ``text`` every one.

    Parameters
    ----------
    catalog
        A `Catalog`, or what is called like one.
    code
        Place of the sentence in the catalog.
    values
        What fills it; a text among them is filled in in the language of the sentence.
    """
    text = _worded(catalog, code, values)
    error = kind(text[DEFAULT_LANGUAGE])
    error.code, error.text = code, text
    return error


def listed(words: Iterable[Mapping[str, str] | str], between: str = ", ") -> dict[str, str]:
    """
    Words one after the other, as each language divides them.

    Examples
    --------
    >>> listed(["zh", "ja"])["zh"]
    'zh、ja'
    """
    words = list(words)
    mark = {"zh": "、", "ja": "、"} if between == ", " else {}
    return {lang: mark.get(lang, between).join(_in(word, lang) for word in words) for lang in LANGUAGES}


def shortened(text: str, most: int) -> str:
    """A text as one line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def by_number(name: str) -> tuple[list[tuple[int, str]], str]:
    """
    What a name is sorted by: numbers in it count as numbers.

    Examples
    --------
    >>> sorted(["Line 10", "Line 9", "A-1"], key=by_number)
    ['A-1', 'Line 9', 'Line 10']
    """
    parts = [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name) if part]
    return parts, name


def _worded(catalog: Callable[..., str], key: str, values: Mapping[str, Any]) -> dict[str, str]:
    return {
        lang: catalog(key, lang, **{name: _in(value, lang) for name, value in values.items()})
        for lang in LANGUAGES
    }


def _in(value: Any, lang: str) -> Any:
    return pick(value, lang) if isinstance(value, Mapping) else value


@cache
def _text(package: str, name: str, key: str) -> dict[str, str]:
    node: Any = toml_table(package, name)
    for part in key.split("."):
        node = node[part] if isinstance(node, dict) else None
    if not isinstance(node, dict):
        raise KeyError(key)
    return node


@cache
def toml_table(package: str, name: str) -> dict[str, Any]:
    """What a TOML file beside the modules of a package holds; it is read once."""
    return tomllib.loads(resources.files(package).joinpath(name).read_text(encoding="utf-8"))

"""
What `import office` says, in the language of whoever reads it.

The modules of this room say everything in English, and JSON and ``mapping.toml`` keep it so. On its way to a
terminal a sentence is known by its English, which stands in ``said.toml`` with the other languages.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

from blockplan.texts import DEFAULT_LANGUAGE, Catalog

REPORT = Catalog(__package__, "said.toml")
_FILLED = re.compile(r"\{(\w+)\}")
#: What is filled in and is a number, one word, a name in quotation marks or lines; else anything on a line.
_FORMS = {
    **dict.fromkeys(("n", "total", "count", "m", "mm", "m2", "area", "pieces"), r"-?[\d.,]+"),
    **dict.fromkeys(("word", "word2"), r"\S+"),
    **dict.fromkeys(("rest", "lines", "what", "way", "again", "reason"), r"(?s:.*?)"),
    "title": r"'.*?'",
}
#: Between lines, sentences, parts of a reason and items of a list; and what zh and ja write there.
_BETWEEN = ((r"\n", "\n"), (r"(?<=\.) (?=[A-Z])", ""), (r"; ", "；"), (r", | and ", "、"))
_QUOTES = {"zh": "“{}”", "ja": "「{}」"}


def translate(said: str, lang: str) -> str:
    """
    A sentence of this room in `lang`; what is filled in, and what nobody knows, as it stands.

    Examples
    --------
    >>> translate("The table writes 'O2-1' for parcel '02-1'; the two were joined.", "zh")
    '表中“O2-1”对应地块“02-1”，已合并。'
    >>> translate("name '站名'; no value in it", "ja")
    '欄名「站名」；値がない'
    """
    if lang == DEFAULT_LANGUAGE or not said.strip():
        return said
    if len(said) > 1 and said[0] in "'\"" and said[0] == said[-1] and said[0] not in said[1:-1]:
        return _QUOTES[lang].format(said[1:-1])
    for pattern, text in _sentences():
        if found := pattern.fullmatch(said):
            return text[lang].format(
                **{name: translate(one, lang) for name, one in found.groupdict().items()}
            )
    for between, mark in _BETWEEN:
        parts = re.split(between, said)
        if len(parts) > 1 and (done := [translate(one, lang) for one in parts]) != parts:
            return mark.join(done)
    return said


@cache
def _sentences() -> list[tuple[re.Pattern[str], dict[str, str]]]:
    """Every sentence as a pattern, that which says most of itself first."""
    read = tomllib.loads((resources.files(__package__) / "said.toml").read_text(encoding="utf-8"))
    ordered = sorted(read["message"].values(), key=lambda text: -len(_FILLED.sub("", text["en"])))
    return [(_pattern(text["en"]), text) for text in ordered]


def _pattern(english: str) -> re.Pattern[str]:
    at, pattern = 0, ""
    for one in _FILLED.finditer(english):
        pattern += re.escape(english[at : one.start()]) + f"(?P<{one[1]}>{_FORMS.get(one[1], '.*?')})"
        at = one.end()
    return re.compile(pattern + re.escape(english[at:]))

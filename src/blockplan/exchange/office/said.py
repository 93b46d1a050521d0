"""
What `import office` says, in the language of whoever reads it.

The modules of this room say everything in English, and JSON and ``mapping.toml`` keep it so. On its way to a
terminal a sentence is known by its English, which stands in ``said.toml`` with the other languages, or among
the refusals of a plan. One that is not known to its last word stays in English: none is of two languages.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES, Catalog

REPORT = Catalog(__package__, "said.toml")
_FILLED = re.compile(r"\{(\w+)\}")
_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
#: What is filled in and is a number, one word, a quoted name, lines, or a reason with its brackets; else a
#: name, in which no sentence and no part of one ends.
_FORMS = {
    **dict.fromkeys(("n", "total", "count", "m", "mm", "m2", "area", "pieces"), r"-?[\d.,]+"),
    **dict.fromkeys(("be", "word", "word2"), r"\S+"),
    **dict.fromkeys(("title", "title2", "value", "plain", "full", "written"), _QUOTED),
    **dict.fromkeys(("rest", "entries", "problems", "example", "lines", "error", "reason"), r"(?s:.*?)"),
    **dict.fromkeys(("first", "layers", "names"), r"(?:(?!; )[^\n])*?"),
    **dict.fromkeys(("why", "where"), r"(?:[^()]|\([^()]*\))*?"),
}
_SAID = r".*?"
_NAME = rf"(?:{_QUOTED}|(?:(?!; |: |\. [A-Z]|\.$)[^\n])*?)"
#: What is filled in and is said by this room, so that it has to be known as well.
_PHRASES = frozenset({
    "about", "advice", "again", "at", "called", "differing", "done", "entries", "fault", "how",
    "known", "like", "lost", "made", "more", "most", "not", "of", "problems", "quantity", "remedy",
    "rest", "said", "unknown", "way", "ways", "what", "where", "who", "why",
})  # fmt: skip
#: What may be a word of this room or a name: said in the language where it is known.
_EITHER = frozenset({"column", "counts", "kind", "layers", "taken", "things", "unit"})
#: What a library says of a file: a quotation.
_REASONS = frozenset({"error", "lines", "reason"})
#: Between lines, sentences and parts of a reason; and what zh and ja write there.
_BETWEEN = (("\n", "\n"), (r"(?<=\.) (?=[A-Z0-9])", ""), ("; ", "；"), (", | and ", "、"))
#: So many items of a list are tried.
_MOST = 8
_OF_WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
_RECORD = re.compile(r"(?P<word>record|row) (?P<n>\d+)")
_RECORDS = {
    ("row", "zh"): "第 {} 行", ("row", "ja"): "{} 行目",
    ("record", "zh"): "第 {} 条记录", ("record", "ja"): "レコード {}",
}  # fmt: skip
_QUOTES = {"zh": "“{}”", "ja": "「{}」"}


def translate(said: str, lang: str) -> str:
    """
    A sentence of this room in `lang`, names in it as they stand; English where nobody knows all of it.

    Examples
    --------
    >>> translate("The table writes 'O2-1' for parcel '02-1'; the two were joined.", "zh")
    '表中“O2-1”对应地块“02-1”，已合并。'
    >>> translate("name '站名'; no value in it", "ja")
    '欄名「站名」；値がない'
    >>> translate("A parcel (land) has no number; it is called rows.", "zh")
    '地块（land）没有编号，命名为 rows。'
    """
    if lang == DEFAULT_LANGUAGE:
        return said
    known = _known(said.strip(), lang)
    return said if known is None else known


@cache
def _known(said: str, lang: str) -> str | None:
    """A text in `lang` where all of it is known."""
    if said != (bare := said.strip()):
        known = _known(bare, lang)
        return None if known is None else said.replace(bare, known)
    if re.fullmatch(rf"[\d.,]*|{_QUOTED}", said):
        return _named(said, lang)
    for pattern, text in _sentences():
        if found := pattern.fullmatch(said):
            filled = {name: _filled(name, one.strip(), lang) for name, one in found.groupdict().items()}
            if None not in filled.values():
                return text[lang].strip().format(**filled)
    for between, mark in _BETWEEN:
        for one in reversed([*re.finditer(between, said)][-_MOST:]):
            parts = _known(said[: one.start()], lang), _known(said[one.end() :], lang)
            if parts[0] is not None and parts[1] is not None:
                return parts[0] + mark + parts[1]
    return None


def _filled(name: str, said: str, lang: str) -> str | None:
    if name in _PHRASES:
        return _known(said, lang)
    if name == "columns":
        return "、".join(_known(one, lang) or one for one in re.split(", | and ", said))
    known = _known(said, lang) if name in _EITHER | _REASONS else None
    return known or (_QUOTES[lang].format(said) if name in _REASONS else _named(said, lang))


def _named(said: str, lang: str) -> str:
    """A name of the office, which is never looked up, in the quotation marks of `lang`; rows have no name."""
    if record := _RECORD.fullmatch(said):
        return _RECORDS[record["word"], lang].format(record["n"])
    if re.fullmatch(_QUOTED, said):
        return _QUOTES[lang].format(said[1:-1])
    return _QUOTES[lang].format(said) if _OF_WORDS.search(said) else said


@cache
def _sentences() -> list[tuple[re.Pattern[str], dict[str, str]]]:
    """Every sentence as a pattern, that which says most of itself first."""
    own, refusals = (
        tomllib.loads((resources.files(room) / name).read_text(encoding="utf-8"))
        for room, name in ((__package__, "said.toml"), ("blockplan.plan.model", "refusals.toml"))
    )
    known = [*own["message"].values(), *(text for text in refusals.values() if "en" in text)]
    # A file that is named among others is said to be unread in the first line alone.
    known += [
        {lang: text[lang].partition("\n")[0] for lang in LANGUAGES}
        for text in known
        if all("\n" in text[lang] for lang in LANGUAGES)
    ]
    ordered = sorted(known, key=lambda text: -len(_FILLED.sub("", text["en"])))
    return [(_pattern(text["en"].strip()), text) for text in ordered]


def _pattern(english: str) -> re.Pattern[str]:
    at, pattern, seen = 0, "", set[str]()
    for one in _FILLED.finditer(english):
        form = _FORMS.get(one[1], _SAID if one[1] in _PHRASES else _NAME)
        filled = f"(?P={one[1]})" if one[1] in seen else f"(?P<{one[1]}>{form})"
        pattern += re.escape(english[at : one.start()]) + filled
        at = one.end()
        seen.add(one[1])
    return re.compile(pattern + re.escape(english[at:]))

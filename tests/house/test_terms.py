"""One term for one thing: what the catalogs say in English, Chinese and Japanese keeps to the glossary."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest
import yaml

from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Rooms whose words a submitter, a clerk or a reader of the consultation report sees.
ROOMS = ("check", "measure", "notice", "portal", "report", "respond")
#: Term of the glossary -> other words for the same thing, by language, that no catalog may hold.
OTHERS = {
    "access code": {
        "en": r"[Yy]our secret|^Secret\b|[Tt]he secret\b",
        "zh": "凭证密码|查询凭证|凭编号和凭证",
        "ja": "確認用の鍵|控えの暗証|暗証が",
    },
    "consultation report": {
        "en": "[Rr]esponse report|Opinions and answers",
        "zh": "意见处理情况|答复报告|采纳情况及理由",
        "ja": "回答書|回答報告|意見の要旨と見解",
    },
    "audit record": {
        "en": "tamper-evident",
        "zh": "防篡改记录|树根|叶哈希",
        "ja": "改ざんを見つけ|葉のハッシュ",
    },
    "redacted": {"en": "with parts covered", "zh": "遮盖|隐去", "ja": "一部を伏せ|一部伏せ|一部を除い"},
    "not adopted": {"zh": "未采纳|不采纳", "ja": "採用しない(?!もの)"},
    "awaiting review": {
        "en": "waits? for a look|once a clerk has looked",
        "zh": "待查看|看过后",
        "ja": "確認待ちの意見",
    },
    "rule, rule pack": {"ja": "規則パック|この規則|規則が"},
    "late": {"ja": "期間外"},
    "approved (of a plan)": {"ja": "承認済み"},
    "point (of an opinion)": {
        "en": r"(?<!\{)\b[Ss]egments?\b(?!\})",
        "zh": "片段|[个一]段落|有段落|段落 \\{",
        "ja": "意見の区切り|未回答の区切り|つの区分|書の区分|区分 \\{",
    },
    "assign (a point to a theme)": {"en": "[Ss]orts? (opinions|by)|[Ss]orting and|segments sorted|^sorted$"},
    "character (of a text)": {"en": r"\} signs;|holds signs"},
    "demo": {"ja": "実演"},
    "the form": {
        "en": "take out$|This cannot go on|Look it through|law of the place asks|When you press it",
        "zh": "登记入册|核对后提交|按下后",
        "ja": "内容の確認と送信|^続けられません|^押すと",
    },
    "per resident, per 1,000 residents": {
        "zh": r"每 (\{n\}|[0-9,]+) 人|每 ?1,?000 ?人",
        "ja": r"([0-9１]|\{n\}) ?人(当|あ)たり",
    },
    "a place, and a verdict on it": {
        "en": "runs short first|No sentence speaks of|synthetic data, no real plan",
        "zh": "最先不够|没有句子专门|合成数据，不是",
        "ja": "最初に足りなく|ここだけを述べた|実演用：合成",
    },
}

#: Words for a term of the glossary that neither docs nor the help of a command nor a docstring may hold.
NOT_IN_PROSE = {"proof of work": r"\bshown work\b", "tampered with": r"\b(be|was|is|or|somebody) bent\b"}


def texts(package: Path, lang: str) -> Iterator[tuple[str, str]]:
    """Every text in a language, with the catalog that holds it."""
    rooms = [path for room in ROOMS for path in sorted((package / room).rglob("*.toml"))]
    for path in [*rooms, *sorted(package.glob("*.toml"))]:
        waiting = [tomllib.loads(path.read_text(encoding="utf-8"))]
        while waiting:
            for key, value in waiting.pop().items():
                if isinstance(value, dict):
                    waiting.append(value)
                elif key == lang and isinstance(value, str):
                    yield str(path.relative_to(package)), value


def prose(node: object, key: str = "") -> Iterator[str]:
    """The sentences of a file of data: what stands in a language, and the words of a rule beside it."""
    if isinstance(node, str) and key in {*LANGUAGES, "note", "clause", "said"}:
        yield node
    for name, value in node.items() if isinstance(node, dict) else ():
        yield from prose(value, name)
    for value in node if isinstance(node, list) else ():
        yield from prose(value, key)


def test_words_in_catalogs_and_packs_write_areas_with_a_superscript(repo):
    package = repo / "src" / "blockplan"
    files = {path: tomllib.loads(path.read_text(encoding="utf-8")) for path in package.rglob("*.toml")}
    files |= {
        path: list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        for path in (package / "packs").rglob("*.yaml")
    }
    said = [(path, text) for path, node in files.items() for text in prose(node)]
    assert len(said) > 10_000
    plain = re.compile(r"(?<![\w{])k?m2\b", re.ASCII)
    assert not {f"{path.relative_to(package)}: {text!r}" for path, text in said if plain.search(text)}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_catalogs_have_one_term_for_one_thing(repo, lang):
    said = list(texts(repo / "src" / "blockplan", lang))
    assert len(said) > 1_000
    other = {
        f"{path}: {text!r} (write: {term})"
        for term, words in OTHERS.items()
        if lang in words
        for path, text in said
        if re.search(words[lang], text)
    }
    assert not other


def test_the_glossary_holds_the_terms(repo):
    glossary = (repo / "docs" / "glossary.md").read_text(encoding="utf-8")
    for term in ("access code", "consultation report", "audit record", "redacted", "awaiting review", "late"):
        assert f"| {term}" in glossary


def test_docs_and_docstrings_have_one_term_for_one_thing(repo):
    files = [*(repo / "docs").rglob("*.md"), *(repo / "src").rglob("*.py"), repo / "README.md"]
    assert len(files) > 500
    said = {path: re.sub(r"\s+", " ", path.read_text(encoding="utf-8")) for path in files}
    assert not {
        f"{path.relative_to(repo)} (write: {term})"
        for term, words in NOT_IN_PROSE.items()
        for path, text in said.items()
        if re.search(words, text)
    }

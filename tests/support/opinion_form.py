"""The form of an opinion, as a browser without scripts fills it in."""

from __future__ import annotations

import re


def page(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined,no-any-return]


def draft_of(html: str) -> str:
    found = re.search(r'name="draft" value="([^"]+)"', html)
    assert found is not None, html
    return found[1]


def unlisted(html: str) -> list[str]:
    """Letters of a page outside of the brackets of words, of what a plan or a person says, and of figures."""
    main = html.split('<main id="content">')[1].replace("&nbsp;", " ")
    for tag in ("pre", "code", "output", "bdi", "b", "small", "title"):
        main = re.sub(rf"<{tag}\b.*?</{tag}>", " ", main, flags=re.DOTALL)
    while "⟦" in main:  # words within words, the inner ones first
        main = re.sub(r"⟦[^⟦⟧]*⟧", " ", main)
    text = re.sub(r"<[^>]*>", "\n", main)
    moments = re.sub(r".*(北京时间|UTC\+8|北京時間).*", "", text)  # as each language writes them
    return [line.strip() for line in moments.splitlines() if re.search(r"\w{2}", line)]

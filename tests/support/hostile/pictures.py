"""Pictures that are more or less than pictures, made byte by byte."""

from __future__ import annotations

import struct
import zipfile
import zlib
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image
from tests.support.hostile.entries import CRASH, DISGUISE, GARBAGE, MEMORY, SCRIPT, SECRET, Hostile, a_file

if TYPE_CHECKING:
    from collections.abc import Iterator

HTML = b"<html><script>alert(document.domain)</script></html>"
PHP = b"<?php system($_GET['c']); ?>"


def a_zip(**parts: bytes) -> bytes:
    """A zip of some files."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


SMALL_ZIP = a_zip(a=b"PAYLOAD")


@cache
def a_picture(kind: str, size: tuple[int, int] = (48, 32), mode: str = "RGB", **how: Any) -> bytes:
    """An honest picture: a gradient with a red corner, so that one sees how it is turned."""
    picture = Image.linear_gradient("L").resize(size).convert(mode)
    if mode == "RGB":
        picture.paste((250, 0, 0), (0, 0, size[0] // 4, size[1] // 4))
    out = BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def exif(orientation: int = 1, *, gps: bool = True, order: str = "<") -> bytes:
    """A camera's block with orientation, maker and the place 39.9 N 116.4 E."""
    entries = [(0x010F, 2, 8, None), (0x0112, 3, 1, orientation)]
    entries += [(0x8825, 4, 1, 80)] if gps else []
    out = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(f"{order}I", 8)
    out += struct.pack(f"{order}H", len(entries))
    for tag, form, count, value in entries:
        body = struct.pack(f"{order}HH", value, 0) if form == 3 and value is not None else None
        out += struct.pack(f"{order}HHI", tag, form, count)
        out += body or struct.pack(f"{order}I", 72 if value is None else value)
    out = out.ljust(72, b"\x00") + b"SpyCam1\x00"
    return (
        out
        + struct.pack(f"{order}H", 1)
        + struct.pack(f"{order}HHI", 1, 2, 2)
        + b"N\x00\x00\x00"
        + b"GPSGPS39.9N"
    )


def segment(marker: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


#: A frame of 16 by 16 grey pixels.
FRAME = segment(0xC0, b"\x08\x00\x10\x00\x10\x01\x01\x11\x00")


def in_jpeg(*segments: bytes, data: bytes | None = None) -> bytes:
    """A JPEG with segments put in after its beginning."""
    whole = data or a_picture("JPEG")
    return whole[:2] + b"".join(segments) + whole[2:]


def with_frame(width: int, height: int, marker: int = 0xC0) -> bytes:
    """A JPEG whose frame header claims another size or method."""
    whole = bytearray(a_picture("JPEG"))
    at = whole.index(b"\xff\xc0")
    whole[at + 1] = marker
    whole[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(whole)


def many_scans(count: int) -> bytes:
    """A progressive JPEG with its last scan many times over."""
    whole = a_picture("JPEG", (64, 64), progressive=True)
    at = whole.rindex(b"\xff\xda")
    return whole[:at] + whole[at:-2] * count + whole[-2:]


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def header(width: int, height: int, depth: int = 8, colour: int = 2, interlace: int = 0) -> bytes:
    """The first chunk of a PNG."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


def a_png(*chunks: bytes) -> bytes:
    """A PNG of the given chunks and its end."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


def in_png(*chunks: bytes) -> bytes:
    """An honest PNG with chunks put in behind its header."""
    whole = a_picture("PNG")
    return whole[:33] + b"".join(chunks) + whole[33:]


def zeros(count: int) -> bytes:
    """So many millions of zero bytes, packed: one million, over and over."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    piece = packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    many = count // 1_000_000
    # The sum of Adler over zeros: 1, and how many there are.
    check = (many * 1_000_000 % 65_521) << 16 | 1
    return b"\x78\xda" + piece * many + b"\x03\x00" + check.to_bytes(4)


def a_webp(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP of the given chunks."""
    body = b"".join(
        name + struct.pack("<I", len(content)) + content + b"\x00" * (len(content) % 2)
        for name, content in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def canvas(width: int, height: int, flags: int = 0) -> tuple[bytes, bytes]:
    """The chunk that says how large a WebP is."""
    return b"VP8X", bytes([flags, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(
        3, "little"
    )


def still(**how: Any) -> tuple[bytes, bytes]:
    """The one chunk of a simple WebP."""
    whole = a_picture("WEBP", **how)
    return whole[12:16], whole[20 : 20 + struct.unpack_from("<I", whole, 16)[0]]


def jpegs() -> Iterator[Hostile]:
    """JPEGs."""
    gone = (b"SpyCam1", b"GPSGPS", b"Exif", b"<script", b"<?php")
    for orientation in range(1, 9):
        block = segment(0xE1, b"Exif\x00\x00" + exif(orientation, order="<>"[orientation % 2]))
        yield a_file(f"jpeg-gps-turned-{orientation}", in_jpeg(block), "IMG_1.JPG", SECRET, gone=gone)
    app = {
        "xmp": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta><GPSGPS/></x:xmpmeta>"),
        "icc": segment(0xE2, b"ICC_PROFILE\x00\x01\x01" + b"GPSGPS" * 50),
        "photoshop": segment(0xED, b"Photoshop 3.0\x00GPSGPS"),
        "comment-html": segment(0xFE, HTML),
        "comment-php": segment(0xFE, PHP),
        "preview": segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x10\x10" + b"GPSGPS" * 128),
        "mpo": segment(0xE2, b"MPF\x00II*\x00\x08\x00\x00\x00\xff\xff" + b"GPSGPS" * 9),
    }  # fmt: skip
    for name, block in app.items():
        yield a_file(f"jpeg-{name}", in_jpeg(block), "photo.jpg", SECRET, gone=gone)
    for name, tail in {"zip": SMALL_ZIP, "html": HTML, "php": PHP, "pdf": b"%PDF-1.4 <script>"}.items():
        yield a_file(f"jpeg-then-{name}", a_picture("JPEG") + tail, f"two.{name}", DISGUISE, gone=(tail,))
    odd = {
        "loop": b"II*\x00\x08\x00\x00\x00\x01\x00\x69\x87\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00",
        "far": b"II*\x00\xff\xff\xff\x7f", "many": b"MM\x00*\x00\x00\x00\x08\xff\xff" + b"\x01\x12" * 40,
        "short": b"II*\x00", "none": b"",
        "ninth": b"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x09\x00\x00\x00",
    }  # fmt: skip
    for name, block in odd.items():
        yield a_file(f"jpeg-exif-{name}", in_jpeg(segment(0xE1, b"Exif\x00\x00" + block)), "odd.jpg", CRASH)
    whole = a_picture("JPEG", (64, 64))
    for share in (10, 40, 70, 95):
        cut = whole[: len(whole) * share // 100]
        yield a_file(f"jpeg-cut-at-{share}", cut, "cut.jpg", GARBAGE, "image.broken")
    broken = {
        "without-end": whole[:-2], "only-beginning": b"\xff\xd8\xff", "no-frame": b"\xff\xd8\xff\xd9",
        "noise": b"\xff\xd8\xff" + bytes(range(256)) * 20,
        "two-frames": in_jpeg(FRAME, data=whole),
        "flat": with_frame(48, 0), "arithmetic": with_frame(48, 32, 0xC9),
        "lossless": with_frame(48, 32, 0xC3),
        "lying-length": b"\xff\xd8\xff\xe1\xff\xff" + b"a" * 99,
        "length-zero": b"\xff\xd8\xff\xe0\x00\x00\xff\xd9",
        "no-tables": b"\xff\xd8" + FRAME + segment(0xDA, b"\x01\x01\x00\x00?\x00") + b"\x11\xff\xd9",
    }  # fmt: skip
    for name, data in broken.items():
        yield a_file(f"jpeg-{name}", data, "broken.jpg", CRASH, "image.broken")
    yield a_file("jpeg-bomb", with_frame(65_500, 65_500), "wide.jpg", MEMORY, "image.pixels")
    yield a_file("jpeg-bomb-progressive", with_frame(8_000, 8_000, 0xC2), "wide.jpg", MEMORY, "image.pixels")
    yield a_file("jpeg-thin", with_frame(65_500, 1), "thin.jpg", MEMORY, "image.pixels")
    yield a_file("jpeg-scans", lambda: many_scans(1_000), "slow.jpg", MEMORY, "image.broken")
    flood = segment(0xFE, b"") * 60_000
    yield a_file("jpeg-segments", in_jpeg(flood), "many.jpg", MEMORY, "image.broken")
    yield a_file("jpeg-fill", lambda: b"\xff\xd8" + b"\xff" * 5_000_000, "fill.jpg", MEMORY, "image.broken")
    start = in_jpeg(data=a_picture("JPEG"))
    scan = start[: start.index(b"\xff\xda") + 14]
    yield a_file("jpeg-fill-in-scan", lambda: scan + b"\xff" * 5_000_000, "fill.jpg", MEMORY, "image.broken")
    yield a_file("jpeg-large", lambda: a_picture("JPEG", (4_900, 3_260), progressive=True), "l.jpg", MEMORY)
    yield a_file("jpeg-cmyk", a_picture("JPEG", mode="CMYK"), "print.jpg", CRASH)
    yield a_file("jpeg-grey", a_picture("JPEG", mode="L"), "grey.jpg", CRASH)


def pngs() -> Iterator[Hostile]:
    """PNGs."""
    gone = (b"SpyCam1", b"GPSGPS", b"<script", b"<?php")
    bomb = zeros(50_000_000)
    more = {
        "text": chunk(b"tEXt", b"Comment\x00" + HTML),
        "itxt": chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00GPSGPS"),
        "exif": chunk(b"eXIf", exif(6)), "ztxt-bomb": chunk(b"zTXt", b"Comment\x00\x00" + bomb),
        "iccp-bomb": chunk(b"iCCP", b"x\x00\x00" + bomb), "time": chunk(b"tIME", b"GPSGPS\x00"),
        "own-chunk": chunk(b"scRp", HTML), "many-frames": chunk(b"acTL", struct.pack(">II", 400, 0)),
    }  # fmt: skip
    for name, block in more.items():
        yield a_file(f"png-{name}", in_png(block), "map.png", SECRET, gone=gone)
    for name, tail in {"zip": SMALL_ZIP, "html": HTML, "php": PHP}.items():
        yield a_file(f"png-then-{name}", a_picture("PNG") + tail, "two.png", DISGUISE, gone=(tail,))
    yield a_file(
        "png-million-frames",
        in_png(chunk(b"acTL", struct.pack(">II", 10**6, 0))),
        "a.png",
        MEMORY,
        "image.frames",
    )
    whole = a_picture("PNG")
    for share in (20, 50, 80, 98):
        yield a_file(
            f"png-cut-at-{share}", whole[: len(whole) * share // 100], "cut.png", GARBAGE, "image.broken"
        )
    pixels = zlib.compress((b"\x00" + b"\x80" * 30) * 10)
    data = chunk(b"IDAT", pixels)
    broken = {
        "only-signature": b"\x89PNG\r\n\x1a\n", "no-header": a_png(data),
        "late-header": a_png(data, header(10, 10)),
        "empty": a_png(header(0, 0), data), "depth-3": a_png(header(10, 10, 3), data),
        "colour-9": a_png(header(10, 10, 8, 9), data),
        "short-pixels": a_png(header(10, 10), chunk(b"IDAT", pixels[:9])),
        "no-pixels": a_png(header(10, 10)), "noise": a_png(header(10, 10), chunk(b"IDAT", bytes(range(200)))),
        "false-sum": a_png(header(10, 10)[:-1] + b"\x00", data),
        "endless-chunk": b"\x89PNG\r\n\x1a\n" + header(10, 10) + b"\x7f\xff\xff\xffIDAT" + pixels,
        "filter-9": a_png(header(10, 10), chunk(b"IDAT", zlib.compress((b"\x09" + b"\x80" * 30) * 10))),
        "chunks": in_png(chunk(b"tEXt", b"") * 60_000),
    }  # fmt: skip
    palette = a_picture("PNG", mode="P")
    broken["false-palette"] = palette.replace(b"PLTE\x00", b"PLTE\x01")
    at = palette.index(b"PLTE") - 4
    broken["no-palette"] = palette[:at] + palette[at + 12 + int.from_bytes(palette[at : at + 4]) :]
    for name, content in broken.items():
        yield a_file(f"png-{name}", content, "broken.png", CRASH, "image.broken")
    for side in (30_000, 100_000, 2**31 - 1):
        yield a_file(
            f"png-bomb-{side}",
            a_png(header(side, side), chunk(b"IDAT", bomb)),
            "b.png",
            MEMORY,
            "image.pixels",
        )
    yield a_file(
        "png-packed-large",
        a_png(header(6_000, 5_000, 8, 6), chunk(b"IDAT", zeros(121_000_000))),
        "l.png",
        MEMORY,
    )
    yield a_file("png-pixels-too-many", a_png(header(10, 10), chunk(b"IDAT", bomb)), "more.png", MEMORY)
    yield a_file(
        "png-deep-colour",
        a_png(header(10, 10, 16), chunk(b"IDAT", zlib.compress((b"\x00" + b"\x80" * 60) * 10))),
        "16.png",
        CRASH,
    )
    yield a_file("png-palette", a_picture("PNG", mode="P"), "p.png", CRASH)


def webps() -> Iterator[Hostile]:
    """WebPs."""
    gone = (b"SpyCam1", b"GPSGPS", b"<script")
    picture = still()
    size = canvas(48, 32, 0x0C)
    yield a_file("webp-exif", a_webp(size, picture, (b"EXIF", exif(6))), "w.webp", SECRET, gone=gone)
    yield a_file(
        "webp-exif-prefixed",
        a_webp(size, picture, (b"EXIF", b"Exif\x00\x00" + exif(3))),
        "w.webp",
        SECRET,
        gone=gone,
    )
    yield a_file(
        "webp-xmp", a_webp(size, picture, (b"XMP ", b"<GPSGPS/>" + HTML)), "w.webp", SECRET, gone=gone
    )
    yield a_file(
        "webp-icc",
        a_webp(canvas(48, 32, 0x20), (b"ICCP", b"GPSGPS" * 9), picture),
        "w.webp",
        SECRET,
        gone=gone,
    )
    yield a_file("webp-then-html", a_webp(picture) + HTML, "w.webp", DISGUISE, gone=gone)
    yield a_file("webp-bomb", a_webp(canvas(16_383, 16_383), picture), "b.webp", MEMORY, "image.pixels")
    yield a_file("webp-bomb-2-to-the-24", a_webp(canvas(2**24, 2**24, 2)), "b.webp", MEMORY, "image.pixels")
    lossless = b"\x2f" + struct.pack("<I", 16_382 | 16_382 << 14) + bytes(20)
    yield a_file("webp-bomb-lossless", a_webp((b"VP8L", lossless)), "b.webp", MEMORY, "image.pixels")
    yield a_file(
        "webp-frame-larger", a_webp(canvas(10, 10), still(size=(480, 320))), "f.webp", MEMORY, "image.broken"
    )
    short = b"VP8X\x07\x00\x00\x00" + canvas(2**18, 2**18)[1] + b"\x00" * 60
    yield a_file("webp-short-canvas", b"RIFF\x56\x00\x00\x00WEBP" + short, "s.webp", MEMORY, "image.broken")
    yield a_file("webp-empty", a_webp(), "e.webp", CRASH, "image.broken")
    yield a_file("webp-no-picture", a_webp(canvas(40, 40)), "e.webp", CRASH, "image.broken")
    yield a_file("webp-noise", a_webp((b"VP8 ", bytes(range(1, 250)))), "n.webp", CRASH, "image.broken")
    yield a_file("webp-cut", a_webp(picture)[:-40], "c.webp", GARBAGE, "image.broken")
    yield a_file(
        "webp-lying-chunk",
        a_webp(picture).replace(
            picture[0] + struct.pack("<I", len(picture[1])), picture[0] + b"\xff\xff\xff\x7f"
        ),
        "l.webp",
        CRASH,
        "image.broken",
    )
    yield a_file("webp-chunks", a_webp(*[(b"none", b"")] * 60_000), "m.webp", MEMORY, "image.broken")
    yield a_file(
        "webp-large", lambda: a_picture("WEBP", (3_500, 2_560), lossless=True, method=0), "l.webp", MEMORY
    )
    frames = [Image.new("RGB", (16, 16), (step, 0, 0)) for step in range(3)]
    out = BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=50)
    yield a_file("webp-animation", out.getvalue(), "a.webp", MEMORY)
    yield a_file(
        "webp-frames",
        a_webp(canvas(16, 16, 2), *[(b"ANMF", bytes(16))] * 501),
        "a.webp",
        MEMORY,
        "image.frames",
    )


def others() -> Iterator[Hostile]:
    """Pictures of kinds that are not taken."""
    gif = a_picture("GIF", mode="P")
    yield a_file("gif", gif, "a.gif", DISGUISE, "file.picture")
    yield a_file("gif-as-jpeg", gif, "a.jpg", DISGUISE, "file.picture")
    yield a_file("gif-script", b"GIF89a/*" + gif[8:40] + b"*/=1;alert(1)//", "a.gif", SCRIPT, "file.picture")
    for kind in ("BMP", "TIFF", "ICO", "JPEG2000"):
        yield a_file(kind.lower(), a_picture(kind, (32, 32)), f"a.{kind.lower()}", CRASH, "file.picture")
    yield a_file("tiff-big-end", b"MM\x00*\x00\x00\x00\x08" + bytes(50), "a.tif", CRASH, "file.picture")
    yield a_file("photoshop", b"8BPS\x00\x01" + bytes(50), "a.psd", CRASH, "file.picture")
    for brand in (b"heic", b"mif1", b"avif", b"msf1"):
        content = b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x00\x00miafMiHB" + bytes(60)
        yield a_file(f"heic-{brand.decode()}", content, "IMG_2.HEIC", CRASH, "file.heic")
    yield a_file("heic-as-jpeg", b"\x00\x00\x00\x18ftypheic" + bytes(80), "IMG_2.jpg", DISGUISE, "file.heic")

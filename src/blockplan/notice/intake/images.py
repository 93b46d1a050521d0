"""
Pictures from strangers: taken apart to what draws them, decoded within limits, and written anew.

What is stored has been written by us, from pixels alone, so that a file which is a picture and something
else as well becomes a picture and nothing else.

What draws a picture, and nothing else: JPEG, PNG and WebP taken apart before any decoder sees them.

Sizes are read from headers. Place and time of a photograph, camera, colour profile, comments, previews
and whatever stands behind a picture's end are left out.
"""

from __future__ import annotations

import re
import struct
import threading
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from blockplan.figures import number
from blockplan.notice.intake.refusals import IntakeNote, note, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from blockplan.errors import IntakeError
    from blockplan.notice.intake.limits import UploadLimits

_EXIF = b"Exif\x00\x00"
_ORIENTATION, _GPS = 0x0112, 0x8825
#: JPEG: tables, frame (baseline, extended, progressive), restart interval.
_JPEG_KEPT = frozenset({0xDB, 0xC4, 0xC0, 0xC1, 0xC2, 0xDD, 0xDA})
_JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_JPEG_OTHER_FRAMES = frozenset({0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xD0)} - {0xCC})
_JPEG_BARE = frozenset({0x01, 0xD8, *range(0xD0, 0xD8)})
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_MARKER = re.compile(rb"\xff++[^\x00\xd0-\xd7]")
#: Behind the data of a scan; each run of fill bytes is looked at once, from its beginning.
_NEXT_MARKER = re.compile(rb"(?<!\xff)\xff++[^\x00\xd0-\xd7]")
#: Segments or chunks of a file; a camera writes a few dozen, an encoder some thousands.
_MOST_PARTS = 50_000
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureContent:
    """
    What draws a picture, without the rest.

    Attributes
    ----------
    data
        The file reduced to what its decoder needs.
    width, height
        In pixels, as stored (before it is turned).
    exif
        The camera's block, from which only the orientation is taken.
    stripped
        Whether anything else was there.
    frames
        Pictures of an animation; 1 for a still.
    passes
        How often a decoder goes over the whole of it.
    halves
        Whether the decoder can halve the picture while it reads it.
    lossless
        Whether it should be written without loss again.
    """

    data: bytes
    width: int
    height: int
    exif: bytes = b""
    stripped: bool = False
    frames: int = 1
    passes: int = 1
    halves: bool = False
    lossless: bool = False


def jpeg(data: bytes) -> PictureContent:
    """A JPEG without application blocks, comments and what follows its end (ITU T.81, annex B)."""
    kept, exif, frame, jfif, passes, stripped = [], b"", b"", b"", 0, False
    end = len(data)
    for marker, body, scan, end in _segments(data):  # noqa: B007 (the last end is the picture's)
        if marker in _JPEG_FRAMES:
            if frame:
                raise _broken("JPEG")
            frame = bytes([marker]) + body
        if marker in _JPEG_KEPT:
            kept.append(b"\xff" + bytes([marker]) + body + scan)
        elif marker == 0xE0 and body[2:7] == b"JFIF\x00":
            jfif = _JFIF
        elif marker == 0xEE and body[2:7] == b"Adobe":
            kept.append(b"\xff\xee\x00\x0e" + body[2:14].ljust(12, b"\x00"))  # how its colours are meant
        else:
            stripped = True
            exif = body[2:] if not exif and marker == 0xE1 and body[2:8] == _EXIF else exif
        passes += marker == 0xDA
    if not frame:
        raise _broken("JPEG")
    height, width = struct.unpack_from(">HH", frame, 4)
    return PictureContent(
        data=b"".join([b"\xff\xd8", jfif, *kept, b"\xff\xd9"]),
        width=width,
        height=height,
        exif=exif,
        stripped=stripped or end < len(data),
        passes=passes,
        halves=frame[0] != 0xC2,
    )


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes, int]]:
    """Marker, segment, the scan that follows it, and where the end marker (2 bytes) would end there."""
    at = 2
    for _ in range(_MOST_PARTS):
        found = _MARKER.match(data, at)
        if found is None:
            raise _broken("JPEG")
        at, marker = found.end(), data[found.end() - 1]
        if marker in _JPEG_BARE:
            continue
        if marker == 0xD9:
            return
        length = int.from_bytes(data[at : at + 2])
        body = data[at : at + length]
        if length < 2 or len(body) < length or marker in _JPEG_OTHER_FRAMES:
            raise _broken("JPEG")
        at += length
        scan = b""
        if marker == 0xDA:
            end = _NEXT_MARKER.search(data, at)
            if end is None:
                raise _broken("JPEG")
            scan, at = data[at : end.start()], end.start()
        yield marker, body, scan, at + 2
    raise _broken("JPEG")


def _broken(kind: str) -> IntakeError:
    return refused("image.broken", kind=kind)


def png(data: bytes) -> PictureContent:
    """A PNG with the chunks that draw it (ISO/IEC 15948): text, profiles, times and further frames go."""
    kept, exif, frames, stripped = [data[:8]], b"", 1, False
    at = 8
    for _ in range(_MOST_PARTS):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise _broken("PNG")
        if name in _PNG_KEPT:
            kept.append(data[at:end])
        else:
            stripped = True
            exif = data[at + 8 : end - 4] if name == b"eXIf" else exif
            if name == b"acTL":
                (frames,) = struct.unpack_from(">I", data, at + 8)
        at = end
        if name == b"IEND":
            break
    else:
        raise _broken("PNG")
    if kept[1][4:8] != b"IHDR":
        raise _broken("PNG")
    width, height = struct.unpack_from(">II", kept[1], 8)
    return PictureContent(
        data=b"".join(kept),
        width=width,
        height=height,
        exif=exif,
        stripped=stripped or at < len(data),
        frames=frames,
    )


def webp(data: bytes) -> PictureContent:
    """A WebP's size, camera block and frames (WebP container specification); its decoder needs the whole."""
    (length,) = struct.unpack_from("<I", data, 4)
    whole = data[: length + 8]
    if len(whole) < length + 8:
        raise _broken("WebP")
    width, height = _webp_size(whole) or (0, 0)
    exif, frames, stripped, lossless = b"", 0, len(whole) < len(data), False
    at = 12
    for _ in range(_MOST_PARTS):
        if at + 8 > len(whole):
            break
        name, size = struct.unpack_from("<4sI", whole, at)
        body = whole[at + 8 : at + 8 + min(size, 64_000)]
        found = _webp_size(whole, at)
        if found and (found[0] > width or found[1] > height):
            raise _broken("WebP")
        exif = body if name == b"EXIF" else exif
        stripped = stripped or name in {b"XMP ", b"ICCP"}
        frames += name == b"ANMF"
        lossless = lossless or name == b"VP8L" or (name == b"ANMF" and body[16:20] == b"VP8L")
        at += 8 + size + size % 2
    else:
        raise _broken("WebP")
    return PictureContent(
        data=whole,
        width=width,
        height=height,
        exif=exif,
        stripped=stripped,
        frames=max(frames, 1),
        lossless=lossless,
    )


def _webp_size(data: bytes, at: int = 12) -> tuple[int, int] | None:
    """
    The size that the chunk at a place names, if it is one that does.

    It is read from where a decoder reads it, whatever length the chunk claims: a canvas chunk of another
    length than its own made a decoder see a picture of 56,000 million pixels.
    """
    name, length = struct.unpack_from("<4sI", data, at)
    body = data[at + 8 : at + 18].ljust(10, b"\x00")
    if name == b"VP8X":
        if length != 10:
            raise _broken("WebP")
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if name == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    if name == b"VP8L":
        (bits,) = struct.unpack_from("<I", body, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


def camera_says(exif: bytes) -> tuple[int, bool]:
    r"""
    How a picture is turned (1 to 8) and whether it names a place, by a camera's block (TIFF 6.0, Exif 2.3).

    Only the first directory is read; anything odd in it means "not turned".

    Examples
    --------
    >>> camera_says(b"II*\0" + struct.pack("<IHHHIHH", 8, 1, 0x0112, 3, 1, 6, 0))
    (6, False)
    """
    block = exif.removeprefix(_EXIF)
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(block[:4])
    if order is None or len(block) < 10:
        return 1, False
    (start,) = struct.unpack_from(f"{order}I", block, 4)
    if start + 2 > len(block):
        return 1, False
    (count,) = struct.unpack_from(f"{order}H", block, start)
    orientation, gps = 1, False
    for at in range(start + 2, min(start + 2 + 12 * count, len(block) - 11), 12):
        tag, form = struct.unpack_from(f"{order}HH", block, at)
        gps = gps or tag == _GPS
        if (tag, form) == (_ORIENTATION, 3):
            (orientation,) = struct.unpack_from(f"{order}H", block, at + 8)
    return orientation, gps


#: Memory is bounded for one picture, so they are decoded one after the other.
_ONE_AT_A_TIME = threading.Lock()
_TAKE_APART = {"JPEG": jpeg, "PNG": png, "WEBP": webp}


def rewritten(content: bytes, kind: str, limits: UploadLimits) -> tuple[bytes, list[IntakeNote]]:
    """
    The picture written anew from its pixels, and what was taken away.

    Raises
    ------
    IntakeError
        If it is damaged or cut off, or has more pixels, pictures or passes than `limits` allow.
    """
    try:
        drawn = _TAKE_APART[kind](content)
    except (struct.error, IndexError):
        raise refused("image.broken", kind=kind) from None
    halvings = _checked(drawn, kind, limits)
    orientation, gps = camera_says(drawn.exif)
    notes = [note("image.place")] if gps else []
    if drawn.stripped or drawn.exif:
        notes.append(note("image.metadata"))
    if drawn.frames > 1:
        notes.append(note("image.first", frames=drawn.frames))
    with _ONE_AT_A_TIME:
        stored, shape = _recoded(drawn, kind, halvings, orientation)
    if halvings > 1:
        notes.append(note("image.smaller", width=shape[0], height=shape[1]))
    return stored, notes


def _checked(drawn: PictureContent, kind: str, limits: UploadLimits) -> int:
    """By how much the picture has to be halved (1, 2, 4, 8); refused where that cannot help."""
    width, height = drawn.width, drawn.height
    most = {"JPEG": limits.image_pixels, "PNG": limits.png_pixels, "WEBP": limits.webp_pixels}[kind]
    if not width or not height:
        raise refused("image.broken", kind=kind)
    if drawn.frames > limits.image_frames:
        raise refused("image.frames", frames=drawn.frames, most=limits.image_frames)
    allowed = limits.photo_pixels if drawn.halves else most
    if drawn.passes > limits.jpeg_scans:
        raise refused("image.broken", kind=kind)
    if width * height > allowed or max(width, height) > limits.image_side:
        raise refused("image.pixels", width=width, height=height, most=number(allowed / 1e6, 0))
    return next(step for step in (1, 2, 4, 8) if -(-width // step) * -(-height // step) <= most)


def _recoded(
    drawn: PictureContent, kind: str, halvings: int, orientation: int
) -> tuple[bytes, tuple[int, int]]:
    try:
        picture = _decoded(drawn, kind, halvings, orientation)
    except Exception:  # noqa: BLE001 (on a damaged file a decoder raises anything, an UnboundLocalError too)
        raise refused("image.broken", kind=kind) from None
    # Pillow writes some of what it read beside the pixels again, unless it is gone.
    picture.info = {}
    out = BytesIO()
    picture.save(out, kind, **_how(kind, drawn))
    return out.getvalue(), picture.size


def _decoded(drawn: PictureContent, kind: str, halvings: int, orientation: int) -> Image.Image:
    from PIL import Image, WebPImagePlugin  # noqa: F401, PLC0415 (loaded only when a picture comes)

    with Image.open(BytesIO(drawn.data), formats=(kind,)) as source:
        if halvings > 1:
            source.draft(source.mode, (drawn.width // halvings, drawn.height // halvings))
        source.load()
        picture = _turned(_plain(source, kind), orientation)
    # WebP's decoder keeps three more canvases until it goes, too much beside its encoder.
    return picture.copy() if kind == "WEBP" else picture


def _how(kind: str, drawn: PictureContent) -> dict[str, Any]:
    if kind == "JPEG":
        return {"quality": 90}
    if kind == "PNG":
        return {"compress_level": 4}
    return {"lossless": True, "quality": 20, "method": 0} if drawn.lossless else {"quality": 90, "method": 1}


def _plain(image: Image.Image, kind: str) -> Image.Image:
    """The picture in a mode that the format can store and a browser shows."""
    if kind == "JPEG":
        return image if image.mode in {"L", "RGB"} else image.convert("RGB")
    if image.mode == "P" and not (image.palette and image.palette.palette):
        msg = "colours by number without a list of them"
        raise ValueError(msg)
    if "transparency" in image.info:
        return image.convert("RGBA")
    return image


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    from PIL.Image import Transpose  # noqa: PLC0415 (as above)

    ways = {2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180, 4: Transpose.FLIP_TOP_BOTTOM,
            5: Transpose.TRANSPOSE, 6: Transpose.ROTATE_270, 7: Transpose.TRANSVERSE,
            8: Transpose.ROTATE_90}  # fmt: skip
    return image.transpose(ways[orientation]) if orientation in ways else image

"""
Pictures from strangers: taken apart to what draws them, decoded within limits, and written anew.

What is stored has been written by us, from pixels alone, so that a file which is a picture and something
else as well becomes a picture and nothing else.
"""

from __future__ import annotations

import struct
import threading
from io import BytesIO
from typing import TYPE_CHECKING, Any

from blockplan.notice.intake.picture_parts import PictureContent, camera_says, jpeg, png, webp
from blockplan.notice.intake.refusals import IntakeNote, note, refused

if TYPE_CHECKING:
    from PIL import Image

    from blockplan.notice.intake.limits import UploadLimits

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
        raise refused("image.pixels", width=width, height=height, most=f"{allowed / 1e6:.0f}")
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

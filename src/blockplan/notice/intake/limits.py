"""How much may come in with one opinion: every limit in one table, which the messages quote."""

from __future__ import annotations

from dataclasses import dataclass

from blockplan.figures import number


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """
    What is taken in at most. Sizes are chosen so that the worst file stays under 512 MB of memory.

    Attributes
    ----------
    files, file_bytes, files_bytes
        Number of files of an opinion; size of one, and of all together.
    text_file_bytes
        Size of a plain text, CSV or GeoJSON file: it is read whole.
    name_characters
        Length of a file's name, ending included.
    image_pixels
        Width times height of a JPEG as it is decoded and kept.
    png_pixels, webp_pixels
        The same for PNG, whose decoder needs less memory, and for WebP, whose decoder needs more.
    photo_pixels
        Of a JPEG that can be halved while it is decoded, until it has `image_pixels` or fewer.
    image_side
        Longest side, in pixels.
    image_frames
        Pictures of an animation; only the first is kept.
    jpeg_scans
        Passes over a JPEG: ordinary progressive ones have about ten, and each costs a decoding.
    office_entries, office_bytes
        Parts of a DOCX, XLSX or ODT, and their size unpacked.
    office_ratio, office_ratio_from_bytes
        Unpacked over packed size of a part that is larger than the second figure.
    pdf_looked_bytes
        How much of a PDF's packed objects is unpacked in the search for scripts.
    json_depth, json_values
        Nesting of a GeoJSON, and its commas and brackets: counted before it is parsed.
    text_characters
        Length of an opinion's text.
    line_characters
        Length of what stands on one line: a title, a name, an address.
    reason_characters
        Length of a reason.
    geometry_bytes, geometry_vertices
        Size of a drawn place, and its vertices.
    margin_m
        How far outside the plan a place may lie.
    """

    files: int = 10
    file_bytes: int = 20_000_000
    files_bytes: int = 50_000_000
    text_file_bytes: int = 5_000_000
    name_characters: int = 100
    image_pixels: int = 16_000_000
    png_pixels: int = 30_000_000
    webp_pixels: int = 9_000_000
    photo_pixels: int = 89_000_000
    image_side: int = 30_000
    image_frames: int = 500
    jpeg_scans: int = 32
    office_entries: int = 2_000
    office_bytes: int = 100_000_000
    office_ratio: float = 200.0
    office_ratio_from_bytes: int = 1_000_000
    pdf_looked_bytes: int = 64_000_000
    json_depth: int = 16
    json_values: int = 400_000
    text_characters: int = 200_000
    line_characters: int = 300
    reason_characters: int = 20_000
    geometry_bytes: int = 200_000
    geometry_vertices: int = 500
    margin_m: float = 1_000.0


LIMITS = UploadLimits()


def size(count: int) -> str:
    """
    A number of bytes for people.

    Examples
    --------
    >>> size(20_000_000), size(999_960), size(1_536), size(12)
    ('20 MB', '1 MB', '1.5 kB', '12 B')
    """
    for step, unit in ((1_000_000, "MB"), (1_000, "kB")):
        if count >= step * 0.99995:  # what rounds to one of a unit is one
            return f"{number(count / step, 1)} {unit}"
    return f"{count} B"

"""Files that come with an opinion: what honest ones lose, and what they keep to the last byte."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.support.hostile.documents import a_docx, a_pdf
from tests.support.hostile.pictures import a_picture, exif, in_jpeg, in_png, segment

from blockplan.errors import IntakeError
from blockplan.notice.intake.limits import UploadLimits
from blockplan.notice.intake.uploads import ENDINGS, Upload, clean_name, take_file, take_files


def codes(found: Any) -> list[str]:
    return [one.code for one in found.notes]


def test_a_stamped_pdf_stays_byte_for_byte_what_it_was() -> None:
    stamped = a_pdf(b"<</Type/Catalog>>", b"<</Type/Sig/Contents<00ff>>>")
    found = take_file("回函（盖章）.pdf", stamped)
    assert found.content == stamped
    assert found.sha256 == found.received_sha256 == hashlib.sha256(stamped).hexdigest()
    assert found.kept
    assert found.download_only
    assert (found.name, found.media_type) == ("回函（盖章）.pdf", "application/pdf")


def test_a_document_stays_byte_for_byte_what_it_was() -> None:
    found = take_file("opinion.docx", a_docx())
    assert found.kept
    assert codes(found) == ["office.kept"]


def test_a_photograph_loses_its_place_and_is_turned_upright() -> None:
    sent = in_jpeg(segment(0xE1, b"Exif\x00\x00" + exif(6)))
    found = take_file("IMG_1.JPG", sent)
    picture = Image.open(BytesIO(found.content))
    assert picture.size == (32, 48)
    assert not picture.getexif()
    # The red corner, top left as stored, stands top right after a quarter turn clockwise.
    red, green, _ = picture.getpixel((30, 2))
    assert (red > 200, green < 80) == (True, True)
    assert codes(found) == ["image.place", "image.metadata", "name.changed"]
    assert found.name == "IMG_1.jpg"
    assert not found.kept
    assert not found.download_only


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_as_pillow_turns_it(orientation: int) -> None:
    from PIL import ImageOps

    sent = in_jpeg(segment(0xE1, b"Exif\x00\x00" + exif(orientation)))
    upright = ImageOps.exif_transpose(Image.open(BytesIO(sent)))
    found = Image.open(BytesIO(take_file("a.jpg", sent).content))
    assert found.size == upright.size
    differences = zip(found.convert("L").tobytes(), upright.convert("L").tobytes(), strict=True)
    assert max(abs(one - other) for one, other in differences) < 60  # written twice as JPEG


def test_the_pixels_of_a_png_stay_as_they_are() -> None:
    sent = a_picture("PNG", mode="RGBA")
    kept = Image.open(BytesIO(take_file("map.png", sent).content))
    assert kept.tobytes() == Image.open(BytesIO(sent)).tobytes()


def test_a_large_photograph_is_made_smaller_and_the_submitter_is_told() -> None:
    found = take_file("a.jpg", a_picture("JPEG", (300, 200)), UploadLimits(image_pixels=20_000))
    assert Image.open(BytesIO(found.content)).size == (150, 100)
    assert "image.smaller" in codes(found)
    assert "150" in found.notes[0].said("ja")


def test_a_picture_that_is_clean_already_is_told_nothing() -> None:
    assert codes(take_file("map.png", in_png())) == []


def test_the_type_is_what_the_file_is_and_not_what_it_says() -> None:
    found = take_file("plan.pdf", a_picture("PNG"))
    assert (found.name, found.media_type) == ("plan.png", "image/png")


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "cp932"])
def test_a_text_keeps_its_bytes_and_its_encoding_is_told(coding: str) -> None:
    words = "緑地をもっと増やしてください。" if coding == "cp932" else "请增加绿地，谢谢。"
    found = take_file("意见.txt", words.encode(coding))
    assert found.kept
    assert found.content.decode(found.charset or "") == words


def test_a_text_of_western_europe_is_a_text() -> None:
    found = take_file("Stellungnahme.txt", "Bitte mehr Bäume an der Straße.".encode("cp1252"))
    assert found.kept
    assert found.media_type == "text/plain"


def test_files_of_the_same_name_get_a_number() -> None:
    picture = a_picture("PNG")
    assert [one.name for one in take_files([("a.png", picture)] * 3)] == ["a.png", "a (2).png", "a (3).png"]


def test_a_refusal_among_several_files_names_the_file() -> None:
    with pytest.raises(IntakeError, match=r"^virus\.exe: The file is a program"):
        take_files([("a.png", a_picture("PNG")), ("../virus.exe", b"MZ" + bytes(60))])


def test_too_many_files_or_bytes_are_refused_with_the_limit() -> None:
    with pytest.raises(IntakeError, match="3 files; an opinion may have 2"):
        take_files([("a.txt", b"a")] * 3, UploadLimits(files=2))
    with pytest.raises(IntakeError, match=r"have 1\.5 kB together; 1 kB is the most"):
        take_files([("a.txt", b"a" * 750)] * 2, UploadLimits(files_bytes=1_000))


def test_heic_is_refused_with_the_way_out() -> None:
    with pytest.raises(IntakeError, match="Save it as JPEG on your phone") as caught:
        take_file("IMG_2.HEIC", b"\x00\x00\x00\x18ftypheic" + bytes(80))
    assert "JPEG" in caught.value.text["zh"]


@given(st.text(max_size=300), st.sampled_from(sorted(ENDINGS)))
def test_a_cleaned_name_is_not_changed_by_cleaning_it_again(name: str, media_type: str) -> None:
    once = clean_name(name, media_type, 100)
    assert clean_name(once, media_type, 100) == once


def taken(name: str, content: bytes) -> Upload | IntakeError:
    """What becomes of a file; any other error is a fault."""
    try:
        return take_file(name, content)
    except IntakeError as error:
        return error


@given(st.binary(max_size=400))
def test_noise_is_refused_or_stored_as_text(noise: bytes) -> None:
    found = taken("a", noise)
    if isinstance(found, IntakeError):
        assert found.code.startswith(("file.", "geojson.", "json.", "image."))
    else:
        assert found.media_type in {"text/plain", "application/geo+json"}


@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.data())
def test_a_picture_with_some_bytes_changed_is_refused_or_a_picture(kind: str, data: st.DataObject) -> None:
    sent = bytearray(a_picture(kind))
    for _ in range(data.draw(st.integers(1, 6))):
        sent[data.draw(st.integers(12, len(sent) - 1))] = data.draw(st.integers(0, 255))
    found = taken("a", bytes(sent))
    if isinstance(found, IntakeError):
        assert found.code.startswith("image.")
    else:
        Image.open(BytesIO(found.content)).load()


@given(st.data())
def test_a_document_with_some_bytes_changed_is_refused_or_kept(data: st.DataObject) -> None:
    sent = bytearray(a_docx())
    for _ in range(data.draw(st.integers(1, 6))):
        sent[data.draw(st.integers(4, len(sent) - 1))] = data.draw(st.integers(0, 255))
    found = taken("a.docx", bytes(sent))
    assert found.code.startswith(("office.", "file.")) if isinstance(found, IntakeError) else found.kept

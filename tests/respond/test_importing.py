"""Lists and mails come in whole: every row is given back, and what is wrong about it is said."""

import csv
import email.message
import email.policy
import io
import mailbox
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import other_workbooks

from blockplan.errors import UsageError
from blockplan.notice.intake.texts_in import UNFIT, made_fit
from blockplan.respond import read_opinions
from blockplan.respond.importing import LARGEST_WORKBOOK


def a_list(folder, text, encoding="utf-8", name="list.csv"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("header", "row", "encoding"),
    [
        ("编号,意见内容,收到日期,提交方式,姓名,联系电话", "7,绿地太少,2026年3月1日,信函,张某,010", "gb18030"),
        ("番号,ご意見,受付日,提出方法,氏名,連絡先", "7,緑地が少ない,令和8年3月1日,郵送,山田,03", "cp932"),
        ("No.,Comment,Received,Channel,Name,E-mail", "7,more green,2026-03-01,letter,Wu,a@b.c", "utf-8"),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_names_in_three_languages(tmp_path, header, row, encoding):
    [opinion] = read_opinions(a_list(tmp_path, f"{header}\n{row}\n", encoding))
    assert opinion.row == 2
    assert opinion.text.startswith(("绿地", "緑地", "more green"))
    assert (opinion.received_at, opinion.channel, opinion.fields["number"]) == ("2026-03-01", "post", "7")
    assert set(opinion.person) == {"name", "contact"}
    assert opinion.faults == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_encodings_and_separators_that_offices_use_are_read(tmp_path, encoding, mark):
    path = a_list(tmp_path, f"标题{mark}意见{mark}备注\n绿地{mark}太少了{mark}急\n", encoding)
    [opinion] = read_opinions(path)
    assert (opinion.title, opinion.text, dict(opinion.other)) == ("绿地", "太少了", {"备注": "急"})


def test_a_row_without_words_and_one_with_a_bad_day_are_given_back_and_say_so(tmp_path):
    path = a_list(
        tmp_path, "text,date,channel\n,2026-03-01,post\nmore green,in spring,pigeon\nok,2026-03-02,\n"
    )
    empty, odd, good = read_opinions(path)
    assert not empty.says_something
    assert (empty.row, empty.faults) == (2, ("no words and no file; it is not entered as an opinion",))
    assert odd.row == 3
    assert odd.faults == (
        "received_at: 'in spring' is no day or time; the day is not known",
        "channel: 'pigeon' is not known; taken as import",
    )
    assert dict(odd.other) == {"received_at": "in spring", "channel": "pigeon"}
    assert good.faults == ()


def test_cells_beyond_the_header_are_kept(tmp_path):
    [opinion] = read_opinions(a_list(tmp_path, "text,colour\nmore green,blue,and,more\n"))
    assert dict(opinion.other) == {"colour": "blue", "column 3": "and", "column 4": "more"}
    assert "more cells than the header" in opinion.faults[0]


def test_line_ends_that_an_export_wrote_out_are_line_ends_again(tmp_path):
    [opinion] = read_opinions(a_list(tmp_path, 'text\n"dear mayor:_x000D_\nmore green"\n'))
    assert opinion.text == "dear mayor:\nmore green"
    assert opinion.faults == ("text: line ends that were written as _x000D_ became line ends",)


def test_a_title_without_a_text_is_the_text(tmp_path):
    [opinion] = read_opinions(a_list(tmp_path, "标题,意见\n反对建高楼,\n"))
    assert (opinion.text, opinion.title) == ("反对建高楼", "")
    assert opinion.faults == ("only a title; it is taken as the text",)


def test_a_heading_above_the_header_is_no_opinion(tmp_path):
    path = a_list(tmp_path, "某街区控规公示意见汇总表,,\n\n序号,意见内容,备注\n1,绿地太少,\n")
    assert [(opinion.row, opinion.text) for opinion in read_opinions(path)] == [(4, "绿地太少")]


def test_formulas_stay_text_in_csv_and_xlsx(tmp_path):
    text = '=HYPERLINK("http://example.org";"x")'
    written = io.StringIO()
    csv.writer(written).writerows([["text"], [text], ["@SUM(1)"]])
    assert [opinion.text for opinion in read_opinions(a_list(tmp_path, written.getvalue()))] == [
        text,
        "@SUM(1)",
    ]
    book = openpyxl.Workbook()
    book.active.append(["意见"])
    book.active.append(["=1+1"])
    book.save(tmp_path / "list.xlsx")
    assert [opinion.text for opinion in read_opinions(tmp_path / "list.xlsx")] == ["=1+1"]


def test_a_workbook_is_read_from_the_sheet_that_holds_opinions(tmp_path):
    import datetime as dt

    book = openpyxl.Workbook()
    book.active.append(["说明", "本表为公示意见"])
    sheet = book.create_sheet("意见")
    sheet.append(["序号", "意见内容", "收到时间", "涉及地块", "单位或个人"])
    sheet.append([1, "绿地太少", dt.datetime(2026, 3, 1, 9, 30), "P-001、P-002", "行政单位"])  # noqa: DTZ001
    book.save(tmp_path / "list.xlsx")
    [opinion] = read_opinions(tmp_path / "list.xlsx")
    assert opinion.payload() == {
        "text": "绿地太少",
        "channel": "import",
        "from": "agency",
        "received_at": "2026-03-01T09:30:00",
        "targets": [{"layer": "parcels", "id": "P-001"}, {"layer": "parcels", "id": "P-002"}],
        "number": "1",
    }


def test_what_no_file_can_carry_is_replaced_and_said(tmp_path):
    [opinion] = read_opinions(a_list(tmp_path, "text\nno\x00 \u202emore\n"))
    assert opinion.text == "no\ufffd \u202emore"
    assert len(opinion.faults) == 2


def test_a_very_long_cell_is_kept_whole(tmp_path):
    [opinion] = read_opinions(a_list(tmp_path, "text\n" + "绿" * 1_000_000 + "\n"))
    assert len(opinion.text) == 1_000_000
    assert "1,000,000 characters long" in opinion.faults[0]
    assert csv.field_size_limit() < 1_000_000


@pytest.mark.long
@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_no_row_of_a_list_is_lost_whatever_it_holds(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("any") / "list.csv"
    written = io.StringIO(newline="")
    csv.writer(written).writerows([["text", "id"], *([text, number] for number, text in enumerate(texts))])
    path.write_bytes(written.getvalue().encode("utf-8", "surrogatepass"))
    try:
        found = read_opinions(path)
    except UsageError:
        assert any("\ud800" <= sign <= "\udfff" for text in texts for sign in text)
        return
    assert [opinion.fields["number"] for opinion in found] == [str(number) for number in range(len(texts))]
    assert all(made_fit(text)[0] == opinion.text for text, opinion in zip(texts, found, strict=True))


@pytest.mark.long
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_older_and_open_workbooks_are_read(tmp_path, kind):
    rows = [["序号", "意见内容"], [1, "绿地太少"], [2, "道路太宽"]]
    path = getattr(other_workbooks, kind)(tmp_path / f"list.{kind}", 意见=rows)
    assert [opinion.text for opinion in read_opinions(path)] == ["绿地太少", "道路太宽"]


@pytest.mark.long
def test_a_workbook_that_unfolds_without_end_is_refused_before_it_is_unfolded(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/a.xml", "w") as part:
        for _ in range((LARGEST_WORKBOOK >> 20) + 1):
            part.write(b"0" * (1 << 20))
    with pytest.raises(UsageError, match="unfolds to 513 MB"):
        read_opinions(path)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("list.pdf", b"%PDF", "opinions are read from .csv"),
        ("list.xlsx", b"PK\x03\x04 broken", "no workbook that can be read"),
        ("list.csv", b"colour,size\nblue,3\n", "no column is known to hold the opinions"),
        ("list.csv", b"", "found: nothing"),
        ("list.csv", b"text\n\x81\x20\x80\n", "neither UTF-8, GB18030 nor Shift_JIS"),
        ("list.mbox", b"no mail", "no mail is in it"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(tmp_path, name, data, said):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError, match=said):
        read_opinions(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match="there is no such file"):
        read_opinions(tmp_path / "none.csv")


# ---- mails ----


def a_mail(text, subject="意见", charset="utf-8", kind="plain", **headers):
    mail = email.message.EmailMessage(policy=email.policy.SMTP)
    mail["From"] = "张某 <zhang@example.org>"
    mail["Subject"] = subject
    mail["Date"] = "Sun, 01 Mar 2026 09:30:00 +0800"
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(
        text, subtype=kind, charset=charset, cte="quoted-printable" if charset == "gb18030" else "base64"
    )
    return mail


def a_box(folder, *mails):
    box = mailbox.mbox(folder / "in.mbox")
    for mail in mails:
        box.add(mail.as_bytes() if hasattr(mail, "as_bytes") else mail)
    box.close()
    return folder / "in.mbox"


def test_mails_in_the_encodings_of_three_languages_are_read(tmp_path):
    path = a_box(
        tmp_path,
        a_mail("绿地太少了。\n", charset="gb18030"),
        a_mail("緑地を増やしてください。\n", subject="意見書", charset="iso-2022-jp"),
        a_mail("more green, naïvely\n", subject="More green", charset="iso-8859-1"),
    )
    found = read_opinions(path)
    assert [(mail.row, mail.title, mail.text) for mail in found] == [
        (1, "意见", "绿地太少了。"),
        (2, "意見書", "緑地を増やしてください。"),
        (3, "More green", "more green, naïvely"),
    ]
    assert {mail.channel for mail in found} == {"email"}
    assert found[0].received_at == "2026-03-01T09:30:00+08:00"
    assert dict(found[0].person) == {"name": "张某", "contact": "zhang@example.org"}
    assert all(mail.faults == () for mail in found)


def test_a_mail_of_html_alone_gives_its_words_and_not_its_scripts(tmp_path):
    body = "<body><p>绿地太少</p><script>x()</script>请<b>增加</b></body>"
    html = f"<html><head><style>p{{color:red}}</style></head>{body}</html>"
    [mail] = read_opinions(a_box(tmp_path, a_mail(html, kind="html")))
    assert mail.text == "绿地太少\n请增加"


def test_the_plain_part_stands_before_the_html_and_files_come_along(tmp_path):
    mail = a_mail("见附件。")
    mail.add_alternative("<p>另一种写法</p>", subtype="html")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="../意见书.pdf")
    [read] = read_opinions(a_box(tmp_path, mail))
    assert read.text == "见附件。"
    assert [(file.name, file.media_type, file.content) for file in read.attachments] == [
        ("意见书.pdf", "application/pdf", b"%PDF-1.7")
    ]


def test_the_name_of_a_mails_file_turns_nothing_and_leads_nowhere(tmp_path):
    mail = a_mail("见附件。")
    mail.add_attachment(b"x", maintype="image", subtype="jpeg", filename="..\\cv\u202egpj.exe")
    [read] = read_opinions(a_box(tmp_path, mail))
    assert [file.name for file in read.attachments] == ["cvgpj.exe"]


def test_the_day_of_arrival_is_what_the_offices_own_server_wrote(tmp_path):
    mail = a_mail("x", Received="from a by office; Mon, 02 Mar 2026 00:00:01 +0800")
    assert read_opinions(a_box(tmp_path, mail))[0].received_at == "2026-03-02T00:00:01+08:00"


def test_a_mail_that_lies_about_its_encoding_or_has_no_day_is_read_and_says_so(tmp_path):
    head = "From: a@b.c\nSubject: =?utf-8?b?5oSP6KeB?=\nContent-Type: text/plain; charset=utf-8\n\n"
    raw = head.encode() + "绿地太少".encode("gbk")
    (tmp_path / "one.eml").write_bytes(raw)
    [mail] = read_opinions(tmp_path / "one.eml")
    assert (mail.title, mail.text, mail.received_at) == ("意见", "绿地太少", None)
    assert any("is not in utf-8" in fault for fault in mail.faults)
    assert any("day is not known" in fault for fault in mail.faults)


@given(st.binary(max_size=300))
def test_no_mail_breaks_the_reading(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("any") / "one.eml"
    path.write_bytes(b"Subject: x\n" + data)
    [mail] = read_opinions(path)
    assert UNFIT.search(mail.text + mail.title) is None
    mail.text.encode()


@pytest.mark.shared
def test_the_real_messages_are_read_without_a_fault(shared):
    found = read_opinions(shared / "opinions" / "zh-messages" / "labelled.csv")
    assert len(found) == 296
    assert all(opinion.says_something and opinion.received_at and opinion.title for opinion in found)
    faults = {fault for opinion in found for fault in opinion.faults}
    assert faults == {"text: line ends that were written as _x000D_ became line ends"}


def test_a_header_that_is_neither_ascii_nor_of_one_encoding_is_read(tmp_path):
    (tmp_path / "one.eml").write_bytes(b"Subject: a\xff=?x?=\xef\xbf\xbd b\n\nwords\n")
    [mail] = read_opinions(tmp_path / "one.eml")
    assert mail.text == "words"

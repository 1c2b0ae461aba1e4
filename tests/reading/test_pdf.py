"""The text layer of PDFs: printed lines, columns apart."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from kg.errors import InputError
from kg.reading import read_bytes
from kg.reading.pdf import read_pdf

PAGES = Path(__file__).parents[3] / "shared" / "gold" / "pages"
FONT = "STSong-Light"
LEFT = [
    "本报讯（记者 王军豪）莘县今年",
    "共有省重点项目十四个，总投资",
    "一百二十三亿元，年度计划投资",
    "三十五亿元，目前已经全部完成",
]
RIGHT = [
    "聊城智慧金融服务平台注册用户",
    "突破十七万户，金融机构全部入",
    "驻，聚合发布金融产品一百九十",
    "款，服务企业融资四百多亿元。",
]


def make_pdf(draw: Callable[[Canvas], None]) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(400, 500))
    canvas.setFont(FONT, 9)
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def lines_of(draw: Callable[[Canvas], None]) -> list[str]:
    return read_pdf(make_pdf(draw))[0].split("\n")


def two_columns(canvas: Canvas, *, row_by_row: bool) -> None:
    places = [(30, LEFT), (172, RIGHT)]  # 14 characters of 9 points, and a gutter of 16
    if row_by_row:
        for number in range(4):
            for x, column in places:
                canvas.drawString(x, 400 - 13 * number, column[number])
    else:
        for x, column in places:
            for number in range(4):
                canvas.drawString(x, 400 - 13 * number, column[number])


@pytest.mark.parametrize("row_by_row", [True, False])
def test_two_columns_at_one_height_never_share_a_line(row_by_row: bool) -> None:
    found = lines_of(lambda canvas: two_columns(canvas, row_by_row=row_by_row))
    assert Counter(found) == Counter([*LEFT, *RIGHT])
    if not row_by_row:
        assert found == [*LEFT, *RIGHT]


def test_characters_drawn_one_by_one_and_spread_by_justification_are_one_line() -> None:
    words = "莘县始终坚持项目为王"

    def draw(canvas: Canvas) -> None:
        for number, character in enumerate(words):
            canvas.drawString(30 + 13.5 * number, 400, character)

    assert lines_of(draw) == [words]


def test_characters_drawn_backwards_are_read_from_the_left() -> None:
    def draw(canvas: Canvas) -> None:
        for number, character in reversed(list(enumerate("项目提速"))):
            canvas.drawString(30 + 9 * number, 400, character)

    assert lines_of(draw) == ["项目提速"]


def test_a_word_space_stays_and_bold_print_by_drawing_twice_is_read_once() -> None:
    def draw(canvas: Canvas) -> None:
        for shift in (0, 0.3):
            canvas.drawString(30 + shift, 400, "本报记者 曹天伟")

    assert lines_of(draw) == ["本报记者 曹天伟"]


def test_a_narrow_gap_in_a_line_set_solid_is_a_space() -> None:
    """A browser draws no space, it moves on by its width: 0.3 em in some fonts."""

    def draw(canvas: Canvas) -> None:
        canvas.drawString(30, 400, "安置区十二栋楼封顶")
        canvas.drawString(30 + 9 * 9.3, 400, "首批居民明年回迁")

    assert lines_of(draw) == ["安置区十二栋楼封顶 首批居民明年回迁"]


def test_the_quarter_em_between_characters_and_digits_is_no_space() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(30, 400, "目前全市已经有")
        canvas.drawString(30 + 9 * 7.25, 400, "12栋楼封顶")

    assert lines_of(draw) == ["目前全市已经有12栋楼封顶"]


def test_a_headline_larger_than_the_body_beside_it_is_a_line_of_its_own() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 28)
        canvas.drawString(30, 400, "劈波斩浪")
        canvas.setFont(FONT, 9)
        canvas.drawString(150, 404, "我市推进经济社会发展")

    text, layout = read_pdf(make_pdf(draw))
    assert text.split("\n") == ["劈波斩浪", "我市推进经济社会发展"]
    assert [round(line.size) for line in layout] == [28, 9]


def test_vertical_writing_is_one_line() -> None:
    def draw(canvas: Canvas) -> None:
        for number, character in enumerate("基层治理有了编外哨兵"):
            canvas.drawString(30, 400 - 11 * number, character)

    assert lines_of(draw) == ["基层治理有了编外哨兵"]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_writing_is_one_line(degrees: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(200, 250)
        canvas.rotate(degrees)
        canvas.drawString(0, 0, "漂浮电站 绿色低碳")

    assert lines_of(draw) == ["漂浮电站 绿色低碳"]


def test_boxes_are_points_from_the_top_left_corner() -> None:
    _, layout = read_pdf(make_pdf(lambda canvas: canvas.drawString(30, 400, "项目提速")))
    box = layout[0].box
    assert (box.page, round(box.left)) == (0, 30)
    assert 88 < box.top < box.bottom < 106  # 500 - 400, ascender and descender around it
    assert 64 < box.right < 68


def test_each_line_of_the_layout_is_a_line_of_the_text() -> None:
    text, layout = read_pdf(make_pdf(lambda canvas: two_columns(canvas, row_by_row=True)))
    assert "\n".join(line.span.of(text) for line in layout) == text


def test_a_pdf_without_text_is_refused() -> None:
    with pytest.raises(InputError, match=r"no text layer.*OCR"):
        read_bytes(make_pdf(lambda canvas: canvas.rect(10, 10, 50, 50)), "scan.pdf")


def test_a_pdf_cut_off_is_refused() -> None:
    data = make_pdf(lambda canvas: canvas.drawString(30, 400, "项目提速"))
    with pytest.raises(InputError, match=r"cut\.pdf: the PDF is damaged or cut off"):
        read_bytes(data[: len(data) // 3], "cut.pdf")


@pytest.mark.skipif(not PAGES.is_dir(), reason="development data is not here")
@pytest.mark.parametrize("name", ["pageA", "pageB", "pageC", "pageD", "pageE", "pageF"])
def test_lines_of_a_newspaper_page_are_those_of_its_text_layer(name: str) -> None:
    text, _ = read_pdf((PAGES / f"{name}.pdf").read_bytes())
    expected = (PAGES / f"{name}.txt").read_text(encoding="utf-8")
    assert sorted("".join(text.split())) == sorted("".join(expected.split()))
    lines = {"".join(line.split()) for line in expected.split("\n")}
    strange = [line for line in text.split("\n") if "".join(line.split()) not in lines]
    assert len(strange) <= 3, strange  # page heads, and captions that pdftotext cuts in two

"""Which of the detector's lines hold up, and how findings at one place become one."""

import numpy as np
import pytest

from cmr_deid.pixels.finding import find, judged, overlap
from cmr_deid.pixels.reading_text import Line
from cmr_deid.pixels.strokes import Strokes

EMPTY = np.zeros((128, 128), bool)
STRIPED = np.zeros((128, 128), bool)
STRIPED[:, ::2] = True


def line(text="", sureness=0.0, score=0.8, length=60.0, height=12.0, row=20.0, column=20.0):
    right, bottom = column + length, row + height
    corners = ((column, row), (right, row), (right, bottom), (column, bottom))
    return Line(corners, score, length, height, text, sureness)


@pytest.mark.parametrize(
    ("one", "strokes", "kind"),
    [
        (line("Novak", 0.6), EMPTY, "text"),
        (line("Novak", 0.4), EMPTY, "line"),
        (line("No", 0.7, score=0.4), EMPTY, ""),
        (line("No", 0.8), EMPTY, "text"),
        (line("FCO", 0.62, length=16), EMPTY, ""),
        (line("FCO", 0.82, length=16), EMPTY, "text"),
        (line("R", 0.99, length=12), EMPTY, ""),
        (line("ao", 0.9, height=60, length=90), EMPTY, ""),
        (line("Mass", 0.9, height=60, length=120), EMPTY, "text"),
        (line("?", 0.1), EMPTY, ""),
        (line("?", 0.1), STRIPED, "line"),
        (line("?", 0.1, length=20), STRIPED, ""),
        (line("?", 0.45, score=0.6), STRIPED, "line"),
        (line("?", 0.45, score=0.6), EMPTY, ""),
        (line("?", 0.3, score=0.6), STRIPED, ""),
        (line("?", 0.9, height=40, length=110), STRIPED, ""),
    ],
)
def test_a_line_holds_up_by_its_reading_or_by_its_look(one, strokes, kind):
    assert judged(one, Strokes(strokes, EMPTY)) == kind


class FakeReader:
    def __init__(self, *lines):
        self.found = lines

    def lines(self, image):
        return list(self.found)


def test_the_surest_reading_of_a_place_is_kept_and_a_code_beside_it():
    frames = np.random.default_rng(0).normal(300, 9, (1, 96, 96)).astype(np.uint16)
    frames[0, 20:44, 20:60:2] = 2000
    reader = FakeReader(line("2O", 0.8, height=24), line("20", 0.9, height=24), line("20", 0.85, height=24))
    found = find(frames, reader)
    assert [(one.kind, one.text) for one in found] == [("text", "20"), ("field", "")]
    assert found[1].box[0] >= 18


def test_letters_that_nobody_reads_are_found_by_their_ink_unless_a_sure_technical_reading_covers_them():
    frames = np.random.default_rng(0).normal(300, 9, (1, 96, 96)).astype(np.uint16)
    frames[0, 22:32, [24, 28, 33, 38, 44, 49, 55]] = 900
    assert [one.kind for one in find(frames, FakeReader())] == ["ink"]
    assert [one.kind for one in find(frames, FakeReader(line("SAT", 0.6)))] == ["text"]
    assert [one.text for one in find(frames, FakeReader(line("3 T", 0.9)))] == ["3 T"]
    assert [one.kind for one in find(frames, FakeReader(line("R", 0.9, score=0.3)))] == []
    assert [one.kind for one in find(frames, FakeReader(line("R", 0.5, score=0.3)))] == ["ink"]


def test_boxes_stay_inside_the_image():
    reader = FakeReader(line("Novak", 0.9, row=-3.0, column=80.0, length=40))
    [found] = find(np.zeros((1, 96, 96), np.uint16), reader)
    assert found.box == (0, 78, 12, 18)


def test_overlap_is_the_share_of_the_smaller_box():
    assert overlap((0, 0, 10, 10), (0, 5, 10, 20)) == 0.5
    assert overlap((0, 0, 10, 10), (20, 0, 5, 5)) == 0.0
    assert overlap((0, 0, 10, 10), (0, 20, 5, 5)) == 0.0


def test_a_place_that_is_too_thin_to_read_has_no_text(reader):
    thin = np.array([[10, 10], [60, 10], [60, 12], [10, 12]], np.float32)
    assert reader._line(np.zeros((96, 96), np.uint8), thin, 0.5, 1).text == ""

"""Tags and filters of the frame."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from cmr_registry.lib.icons import ICONS
from cmr_registry.lib.templatetags.frame import age_words, icon, moment, query_with, short, size

AT = datetime(2024, 7, 1, 22, 30, tzinfo=UTC)


def test_an_instant_is_shown_as_an_age_and_on_the_clock_of_the_center():
    shown = moment(timezone.now() - timedelta(hours=3, minutes=2), "Europe/Berlin")
    assert "3 hours ago" in shown
    assert ("CET" in shown) or ("CEST" in shown)


def test_the_clock_of_the_center_may_show_another_day():
    assert "2 Jul 2024, 00:30 CEST" in moment(AT, "Europe/Berlin")
    assert 'datetime="2024-07-01T22:30:00+00:00"' in moment(AT, "Europe/Berlin")


def test_an_unknown_zone_falls_back_to_utc():
    assert "1 Jul 2024, 22:30 UTC" in moment(AT, "Mars/Olympus")
    assert "22:30 UTC" in moment(AT, "../etc/passwd")


def test_an_instant_that_never_was_reads_never():
    assert moment(None) == "never"


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=65), "2 months ago"),
        (timedelta(days=800), "2 years ago"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(age, words):
    assert age_words(age) == words


def test_an_icon_is_hidden_from_screen_readers():
    drawn = icon("upload", "big")
    assert 'aria-hidden="true"' in drawn
    assert drawn.count("<path") == len(ICONS["upload"])


def test_a_long_pseudonym_is_cut_and_a_short_one_is_not():
    assert short("ABCDEFGHIJKLMNOPQ") == "ABCDEFGH…"
    assert short("ABCDEFGHI") == "ABCDEFGHI"


def test_sizes_are_told_in_words():
    assert size(5 * 2**20) == "5.0 MB"
    assert size(None) == "0 bytes"


def test_a_query_keeps_its_other_parameters_and_escapes_them():
    request = RequestFactory().get("/exams/", {"kind": "cine", "page": "2", "x": "a&b"})
    assert query_with({"request": request}, page=3) == "?kind=cine&page=3&x=a%26b"
    assert query_with({"request": request}, page="", kind=None, x="") == "?"

"""A long list is read in windows, one row ahead."""

import pytest

from cmr_registry.lib.pages import page_number, page_of


def test_the_first_page_tells_that_more_follows():
    page = page_of(list(range(60)), None, size=25)
    assert page.rows == tuple(range(25))
    assert (page.number, page.first, page.last, page.next_number, page.previous_number) == (1, 1, 25, 2, None)


def test_the_last_page_ends_the_list():
    page = page_of(list(range(60)), "3", size=25)
    assert page.rows == tuple(range(50, 60))
    assert (page.first, page.last, page.next_number, page.previous_number) == (51, 60, None, 2)


def test_a_page_that_is_exactly_full_has_no_next():
    assert not page_of(list(range(25)), 1, size=25).has_next


def test_an_empty_list_has_no_first_row():
    page = page_of([], None)
    assert (page.first, page.last, page.has_next) == (0, 0, False)


@pytest.mark.parametrize("text", [None, "", "0", "-3", "one", "1.5", "999999999999"])
def test_what_is_no_page_number_shows_the_first_page(text):
    assert page_number(text) == 1

from datetime import date

import pytest

from cmr_registry.access.windows import WINDOWS, window_of


@pytest.mark.parametrize(
    ("day", "window"),
    [
        (date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 1, 2), date(2026, 4, 1)),
        (date(2026, 3, 31), date(2026, 4, 1)),
        (date(2026, 6, 30), date(2026, 7, 1)),
        (date(2026, 9, 30), date(2026, 10, 1)),
        (date(2026, 10, 2), date(2027, 1, 1)),
        (date(2024, 2, 29), date(2024, 4, 1)),
    ],
)
def test_a_request_is_decided_by_the_next_window(day, window):
    assert window_of(day) == window


def test_there_are_four_windows_a_year():
    assert WINDOWS.days == ((1, 1), (4, 1), (7, 1), (10, 1))
    assert WINDOWS.certificate_length.days == 365

"""The engine on synthetic exams whose planted identifiers are known one by one."""

import pytest

from cmr_deid.leaks import search
from cmr_deid.reading import read_source
from cmr_deid.verify import inspect

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")


@pytest.fixture(scope="module", params=["siemens", "ge"])
def delivered(request, cmr_exam, engine):
    exam = cmr_exam(vendor=request.param, size="tiny", seed=4)
    sources = [path.read_bytes() for path in exam.files]
    return exam, [(source, engine.deidentify(source)) for source in sources]


def test_not_one_planted_identifier_is_left(delivered):
    exam, pairs = delivered
    values = {planted["value"] for planted in exam.planted}
    assert len(values) > 50
    for source, result in pairs:
        output = result.data[: result.data.rindex(b"\xe0\x7f\x10\x00")].lower()
        for value in values:
            assert all(value.lower().encode(encoding) not in output for encoding in ENCODINGS)
        assert any(value.encode() in source for value in values)


def test_the_second_look_and_the_search_find_nothing_in_the_outputs(delivered):
    for source, result in delivered[1]:
        assert inspect(result.data).findings == ()
        assert search(result.data, result.removed_values) == []
        assert inspect(source).findings != ()


def test_kind_of_series_and_timing_stay_readable(delivered):
    for source, result in delivered[1]:
        before, after = read_source(source), read_source(result.data)
        for keyword in (
            "TriggerTime",
            "ImagePositionPatient",
            "SequenceName",
            "InversionTime",
            "PixelSpacing",
        ):
            assert str(before.get(keyword)) == str(after.get(keyword))
        assert after.SeriesDescription
        assert before.SeriesDescription.startswith(after.SeriesDescription)
        assert bytes(before.PixelData) == bytes(after.PixelData)

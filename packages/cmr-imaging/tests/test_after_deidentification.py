"""What crosses the wall is recognized as the source was: de-identification leaves kind and view of every series."""

import io

import pydicom
import pytest

from cmr_deid.engine import Engine
from cmr_deid.identities import Identities
from cmr_deid.keys import new_key
from cmr_imaging.headers import headers_from_dicom_json, with_facts
from cmr_imaging.recognition import recognize_exam
from cmr_testkit.acquire import exam_headers
from cmr_testkit.exam import plan_exam


def read(data):
    return headers_from_dicom_json(pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True).to_json_dict())


@pytest.mark.parametrize("vendor", ["siemens-xa", "ge", "philips"])
def test_every_series_is_recognized_as_its_source_was(vendor):
    engine = Engine(Identities(new_key(bytes(range(32)))))
    exam = plan_exam(vendor=vendor, size="tiny", protocol="complete")
    refused = {series.number for series in exam.series if series.kind == "screen_save"}
    source, output = {}, {}
    for _, dataset in exam_headers(exam):
        file, series = io.BytesIO(), str(dataset.SeriesInstanceUID)
        if dataset.SeriesNumber in refused:
            continue
        pydicom.dcmwrite(file, dataset, enforce_file_format=True)
        done = engine.deidentify(file.getvalue())
        source.setdefault(series, []).extend(read(file.getvalue()))
        known = with_facts(read(done.data), done.facts.venc_cm_s, done.facts.inversion_time_ms)
        output.setdefault(series, []).extend(known)

    before, after = (recognize_exam(list(side.values())) for side in (source, output))
    assert len(after) >= 28
    assert [(r.kind, r.view) for r in after] == [(r.kind, r.view) for r in before]

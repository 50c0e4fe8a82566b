"""The command line of the test kit."""

import json

import pytest

from cmr_testkit.cli import main
from cmr_testkit.errors import UnknownInfarctError, UnknownProtocolError, UnknownSizeError, UnknownVendorError
from cmr_testkit.exam import plan_exam
from cmr_testkit.vendors import VENDORS


def test_it_writes_an_exam_and_says_that_it_is_synthetic(tmp_path, capsys):
    out = tmp_path / "exam"

    code = main(
        [
            "exam",
            str(out),
            "--vendor",
            "ge",
            "--size",
            "tiny",
            "--seed",
            "5",
            "--truth",
            str(tmp_path / "a" / "t.json"),
        ]
    )

    said = capsys.readouterr().out
    assert code == 0
    assert said.startswith("SYNTHETIC exam, ge, tiny, seed 5\n24 instances in 6 series")
    assert json.loads((tmp_path / "a" / "t.json").read_text())["seed"] == 5
    assert len([p for p in out.rglob("*") if p.is_file()]) == 24


def test_reports_go_beside_the_exam_and_not_among_its_images(tmp_path, capsys):
    main(["exam", str(tmp_path / "exam"), "--vendor", "ge", "--size", "tiny"])

    names = {p.name for p in (tmp_path / "exam-reports").iterdir()}
    assert names == {
        "truth.json",
        "planted.json",
        "facts.json",
        "report.csv",
        "report.hl7",
        "report.fhir.json",
    }


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_it_writes_every_vendor(tmp_path, capsys, vendor):
    assert main(["exam", str(tmp_path / "exam"), "--vendor", vendor, "--size", "tiny"]) == 0
    assert f"SYNTHETIC exam, {vendor}, tiny" in capsys.readouterr().out


def test_a_wrong_word_is_a_wrong_usage(tmp_path):
    with pytest.raises(SystemExit) as stop:
        main(["exam", str(tmp_path), "--vendor", "ge", "--size", "huge"])

    assert stop.value.code == 2


def test_the_api_refuses_unknown_words():
    with pytest.raises(UnknownVendorError, match="unknown"):
        plan_exam(vendor="acme")
    with pytest.raises(UnknownSizeError, match="huge"):
        plan_exam(vendor="ge", size="huge")
    with pytest.raises(UnknownProtocolError, match="basic, complete"):
        plan_exam(vendor="ge", size="tiny", protocol="short")
    with pytest.raises(UnknownInfarctError, match="rcx"):
        plan_exam(vendor="ge", size="tiny", infarct="rcx")

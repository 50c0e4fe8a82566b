"""Cases 1 to 12 of the adversarial list: names, numbers and dates in every spelling and character set."""

import struct

import pytest

from cmr_testkit.plants.place import put

SPELLINGS = {
    "reversed": "lixevdronf",
    "upper case": "FNORDVEXIL",
    "lower case": "fnordvexil",
    "without a blank": "FnordvexilZebulonia",
    "letter by letter": "F.n.o.r.d.v.e.x.i.l",
    "initials and birth date": "FZ 17081944",
    "initials and birth year": "F.Z. *1944",
}
DATES = ("17.03.2021", "17/03/2021", "03-17-2021", "2021-03-17", "2021.03.17", "17MAR2021", "17 mar 2021",
         "March 17", "17. Maerz", "2021-W11-3", "2021W113", "20210317", "210317", "1615939200", "2459291",
         "2021076", "R3.3.17")  # fmt: skip


def raw(tag, vr, value):
    """An edit that puts bytes as they are."""
    return lambda dataset: put(dataset, tag, vr, value)


def together(*edits):
    def edit(dataset):
        for one in edits:
            one(dataset)

    return edit


@pytest.mark.parametrize("text", ["cine % sax", "cine_%_sax", "%-cine-sax", "cine sax (%)", "LGE %, 4ch"])
def test_case_01_a_name_between_words_of_technique_goes_and_the_words_stay(mr, gone, text):
    after = gone(mr(SeriesDescription=text.replace("%", "Fnordvexil"), PatientName="Plyx^Q"), "fnordvexil")
    words = after.SeriesDescription.lower()
    assert ("cine" in words and "sax" in words) or ("lge" in words and "4ch" in words)


@pytest.mark.parametrize(
    ("keyword", "text", "secret", "kept"),
    [
        ("SeriesDescription", "cine Dr. Hand sax", b"Hand", "cine"),
        ("ProtocolName", "May LGE", b"May", "LGE"),
        ("PatientName", "Heart^Rose", b"Rose", ""),
        ("PatientName", "Heart^Rose", b"Heart", ""),
        ("StudyDescription", "MR Rose Heart", b"Rose", ""),
        ("OperatorsName", "Cine^Bright", b"Bright", ""),
        ("ImageComments", "Mrs. Short, Mr. Long", b"Mrs", ""),
    ],
)
def test_case_02_a_name_that_is_a_word_goes_where_a_name_stands(mr, gone, keyword, text, secret, kept):
    after = gone(mr(**{keyword: text}), secret)
    assert kept in str(after.get(keyword, ""))


def test_case_03_no_group_of_a_name_is_left(mr, gone):
    name = "Yamada^Tarou=山田^太郎=やまだ^たろう"
    after = gone(mr(SpecificCharacterSet=["", "ISO 2022 IR 87"], PatientName=name), "Yamada", "Tarou",
                 "山田".encode("iso2022_jp")[3:7], "山田".encode(), "やまだ".encode())  # fmt: skip
    assert str(after.PatientName) == after.PatientID


@pytest.mark.parametrize(
    ("declared", "encoding", "name"),
    [
        (b"\\ISO 2022 IR 87", "iso2022_jp", "鷺澤麟"),
        (b"\\ISO 2022 IR 149", "euc_kr", "쌍곽뺨"),
        (b"GB18030", "gb18030", "龘龖爨"),
        (b"ISO_IR 192", "utf-8", "Жщъыэ"),
        (b"ISO_IR 144", "iso8859_5", "Жщъыэ"),
        (b"ISO_IR 100", "utf-8", "Жщъыэ"),
        (b"ISO_IR 100", "shift_jis", "鷺澤麟"),
        (b"ISO_IR 999", "gb18030", "龘龖爨"),
        (b"", "utf-8", "Жщъыэ"),
        (b"\xff\xfe\x00", "latin-1", "Fünördvéxîl"),
    ],
)
def test_case_04_a_name_of_any_right_wrong_or_missing_character_set_goes(
    bent, gone, declared, encoding, name
):
    value = name.encode(encoding)
    edit = together(
        raw(0x00080005, "CS", declared),
        raw(0x00100010, "PN", b"Plyx^Q=" + value),
        raw(0x0008103E, "LO", b"cine " + value + b" sax"),
        raw(0x00181030, "LO", value),
        raw(0x00204000, "LT", value),
    )
    after = gone(bent(edit, SpecificCharacterSet=None), value, name.encode(), name.encode("utf-16-le"))
    assert after.SpecificCharacterSet == "ISO_IR 192"
    assert after.SeriesDescription.startswith("cine")


def test_case_05_a_utf_16_name_in_bytes_goes(bent, gone):
    name = "Fnordvexil"
    edit = together(
        raw(0x00420011, "OB", name.encode("utf-16-le")),
        raw(0x00282000, "OB", name.encode("utf-16-be")),
        raw(0x00290010, "LO", b"SIEMENS CSA HEADER"),
        raw(0x00291010, "OB", name.encode("utf-16-le")),
    )
    gone(bent(edit, PatientName="Plyx^Q", SeriesDescription="cine"), name)


def test_case_06_a_name_split_by_a_backslash_goes(bent, gone):
    edit = together(
        raw(0x0008103E, "LO", b"cine Fnord\\vexil sax"),
        raw(0x00181030, "LO", b"Zebu\\lonia"),
        raw(0x00080008, "CS", b"ORIGINAL\\PRIMARY\\ZEBU\\LONIA"),
    )
    gone(bent(edit, PatientName="Plyx^Q"), "fnord", "vexil", "zebu", "lonia")


@pytest.mark.parametrize("how", SPELLINGS)
def test_case_07_a_name_in_another_spelling_goes(mr, gone, how):
    text = SPELLINGS[how]
    after = gone(mr(SeriesDescription=f"cine {text} sax", ImageComments=text, PatientName="Plyx^Q"), text)
    assert "cine" in after.SeriesDescription


def test_case_07_a_name_without_its_diacritics_goes(bent, gone):
    edit = together(
        raw(0x00080005, "CS", b"ISO_IR 100"),
        raw(0x00100010, "PN", "Grünwälder^Zoé".encode("latin-1")),
        raw(0x0008103E, "LO", b"cine Gruenwaelder Zoe"),
        raw(0x00181030, "LO", b"LGE Grunwalder"),
    )
    gone(bent(edit), "gruenwaelder", "grunwalder", "Grünwälder".encode("latin-1"), b"Zoe")


@pytest.mark.parametrize(
    "written", ["0042177", "42177", "00-421-77", "004.217.7", "0042177.00", "MRN0042177"]
)
def test_case_08_a_patient_number_in_another_spelling_goes(mr, gone, written):
    after = gone(
        mr(PatientID="MRN-0042177", SeriesDescription=f"cine {written}", ImageComments=f"no {written}"),
        written,
    )
    assert after.SeriesDescription == "cine"


@pytest.mark.parametrize(
    ("tag", "vr"),
    [
        *((0x00181316, "DS"), (0x00181318, "DS"), (0x00181049, "DS"), (0x00181086, "IS"), (0x00181094, "IS")),
        *((0x00200012, "IS"), (0x00200100, "IS"), (0x00181060, "DS"), (0x00280051, "DS")),
    ],
)
@pytest.mark.parametrize("number", ["500042177", "+500042177", "500042177.0", "5.00042177e8"])
def test_case_08_a_patient_number_as_a_decimal_or_integer_goes(bent, gone, tag, vr, number):
    gone(bent(raw(tag, vr, number.encode())), number)


@pytest.mark.parametrize("number", [500042177.0, 19440817.0, 1615939200.0])
def test_case_08_a_patient_number_or_date_as_a_double_goes(bent, gone, number):
    edit = together(
        *(raw(tag, "FD", struct.pack("<d", number)) for tag in (0x00189073, 0x00189087, 0x00189030))
    )
    gone(bent(edit), struct.pack("<d", number))


def test_case_09_a_phone_and_an_e_mail_go(bent, gone):
    edit = together(
        raw(0x00102154, "SH", b"+1 555 778 8120"),
        raw(0x00081190, "UR", b"mailto:zebulonia@fnordvexil.example"),
        raw(0x00181250, "SH", b"555 778 8120"),
        raw(0x0008103E, "LO", b"cine call 555-778-8120 zebulonia@fnordvexil.example"),
        raw(0x00181030, "LO", b"LGE (555) 7788120"),
    )
    gone(bent(edit, PatientName="Plyx^Q"), "778 8120", "778-8120", "7788120", "fnordvexil", "zebulonia")


@pytest.mark.parametrize("date", DATES)
def test_case_10_a_date_of_any_spelling_goes_from_descriptions(mr, gone, date):
    after = gone(
        mr(SeriesDescription=f"cine {date} sax", ProtocolName=f"LGE_{date}", StudyDescription=date,
           ImageComments=f"scan of {date}"), date
    )  # fmt: skip
    assert after.SeriesDescription.startswith("cine")


def test_case_10_the_epoch_seconds_of_ge_go(bent, gone):
    seconds = struct.pack("<l", 1615939200)
    edit = together(
        raw(0x00090010, "LO", b"GEMS_IDEN_01"),
        raw(0x00091027, "SL", seconds),
        raw(0x00250010, "LO", b"GEMS_SERS_01"),
        raw(0x00251007, "SL", seconds),
        raw(0x00189073, "FD", struct.pack("<d", 1615939200.0)),
    )
    gone(bent(edit), seconds, struct.pack("<d", 1615939200.0))


def test_case_11_a_zone_a_partial_and_a_range_of_dates(bent, gone):
    edit = together(
        raw(0x0008002A, "DT", b"20210304235959.123456+0530"),
        raw(0x00080022, "DA", b"20210304-20210306"),
        raw(0x00080021, "DA", b"202103"),
        raw(0x00080201, "SH", b"+0530"),
        raw(0x00080032, "TM", b"235959.999999"),
        raw(0x00080033, "TM", b"000000.500000"),
    )
    after = gone(bent(edit), "20210304", "202103", "+0530")
    assert after.AcquisitionTime == "235959.999999"
    assert after.ContentTime == "000000.500000"
    assert after.AcquisitionDateTime[8:] == "235959.123456"
    assert "AcquisitionDate" not in after
    assert "SeriesDate" not in after


def test_case_11_across_midnight_the_interval_stays_exact(mr, gone):
    before = gone(
        mr(AcquisitionDate="20210304", AcquisitionTime="235958", SOPInstanceUID="1.2.3"), "20210304"
    )
    after = gone(mr(AcquisitionDate="20210305", AcquisitionTime="000003", SOPInstanceUID="1.2.4"), "20210305")
    assert int(after.AcquisitionDate) != int(before.AcquisitionDate)
    assert (before.AcquisitionTime, after.AcquisitionTime) == ("235958", "000003")


@pytest.mark.parametrize("vr", ["LO", "SH", "UN", "ST", "OB", "CS"])
@pytest.mark.parametrize("tag", [0x00080012, 0x00080020, 0x00080022, 0x00100030, 0x0008002A, 0x00400244])
def test_case_12_a_date_under_another_vr_goes(bent, gone, tag, vr):
    gone(bent(raw(tag, vr, b"19310817")), "19310817")


def test_case_12_a_date_in_a_text_that_is_kept_goes(bent, gone):
    edit = together(*(raw(tag, vr, b"19310817") for tag, vr in (
        (0x00181020, "LO"), (0x00181250, "SH"), (0x00081090, "LO"), (0x00180024, "SH"), (0x00189005, "SH"),
        (0x00180015, "CS"), (0x00180022, "CS"), (0x00181060, "DS"), (0x00209056, "SH"),
    )))  # fmt: skip
    gone(bent(edit), "19310817")


@pytest.mark.parametrize("text", ["12345", "253000", "106100", "1", "081599", "0815001"])
def test_case_11_what_is_no_time_of_day_goes(bent, gone, text):
    after = gone(bent(raw(0x00080032, "TM", text.encode())))
    assert "AcquisitionTime" not in after or not after.AcquisitionTime


@pytest.mark.parametrize("tag", [0x00080008, 0x00180022, 0x00180021, 0x00180015])
@pytest.mark.parametrize("text", ["H12K34", "PAT_0042", "XK-2291-B", "123-45-6789", "MRN-12-34-56"])
def test_case_08_a_short_number_goes_from_code_strings(bent, gone, tag, text):
    gone(bent(raw(tag, "CS", text.encode())), text)


@pytest.mark.parametrize("tag", [0x00181250, 0x00081090, 0x00181020])
@pytest.mark.parametrize("text", ["123-45-6789", "MRN-12-34-56", "+49 30 450 50", "943 476 5919"])
def test_case_09_a_telephone_or_social_number_goes_from_names_of_equipment(bent, gone, tag, text):
    gone(bent(raw(tag, "LO", text.encode())), text)

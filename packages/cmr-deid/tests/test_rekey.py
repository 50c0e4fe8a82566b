"""A release has its own keys, UIDs, pseudonyms and dates; distances, times of day and pixels stay."""

import datetime
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.encaps import encapsulate

from cmr_deid.errors import KeyFileError, RekeyError
from cmr_deid.identities import check_pseudonym
from cmr_deid.reading import read_source
from cmr_deid.rekey import Place, ReleaseIdentities, rekey
from cmr_deid.values import DUMMY_DATES, band_age, days_between
from cmr_deid.verify import inspect
from cmr_deid.verify.leftovers import leftovers
from cmr_exchange.release import FIRST_STUDY_DATE

RLE = "1.2.840.10008.1.2.5"
KEY, OTHER_KEY = bytes(range(40, 72)), bytes(range(41, 73))
RELEASE, OTHER = ReleaseIdentities(KEY), ReleaseIdentities(OTHER_KEY)
CENTER = "3f0e64c0-6d8a-4f0a-9b0c-0c6f5a1f2b11"
keys = st.binary(min_size=32, max_size=32).filter(lambda key: len(set(key)) > 1)
uids = st.from_regex(r"\A2\.25\.[1-9][0-9]{10,37}\Z")


def place(release=RELEASE, day=0, subject="person", exam="exam", **more):
    return Place(CENTER, release.subject(subject), release.exam(exam), day, **more)


@pytest.fixture(scope="module")
def coded(mr, engine, nested):
    reference = nested(
        {"ReferencedSOPClassUID": "1.2.840.10008.5.1.4.1.1.4", "ReferencedSOPInstanceUID": "1.2.3"}
    )

    def make(**values):
        return engine.deidentify(mr(ReferencedImageSequence=reference, **values)).data

    return make


def dates_of(data):
    dataset = read_source(data)
    return [
        str(element.value) for element in dataset.iterall() if element.VR in ("DA", "DT") and element.value
    ]


def uids_of(data):
    found = [str(one.value) for one in read_source(data).iterall() if one.VR == "UI"]
    return {uid for uid in found if not uid.startswith("1.2.840.10008.")}


def test_the_first_exam_stands_on_the_fixed_day_and_the_next_at_its_exact_distance(coded):
    first = rekey(coded(), RELEASE, place())
    later = rekey(coded(StudyDate="20210403", ContentDate="20210404"), RELEASE, place(day=30, exam="next"))
    assert read_source(first.data).StudyDate == FIRST_STUDY_DATE
    assert read_source(later.data).StudyDate == "19700131"
    assert read_source(later.data).ContentDate == "19700201"


def test_times_of_day_and_pixels_stay_as_they_are(coded):
    before, after = read_source(coded()), read_source(rekey(coded(), RELEASE, place()).data)
    assert after.StudyTime == before.StudyTime
    assert str(after.AcquisitionDateTime) == "19700101" + str(before.AcquisitionDateTime)[8:]
    assert bytes(after.PixelData) == bytes(before.PixelData)
    assert after.PixelSpacing == before.PixelSpacing


def test_nothing_of_the_center_is_left(coded, identities):
    before = coded()
    after = rekey(before, RELEASE, place())
    old = read_source(before)
    assert inspect(after.data).findings == ()
    assert not uids_of(before) & uids_of(after.data)
    for value in (
        old.PatientID,
        old.DeviceSerialNumber,
        *old.DeidentificationMethod[1].split(),
        identities.key_id,
    ):
        assert value.encode() in before
        assert value.encode() not in after.data


def test_subject_exam_device_and_mark_are_those_of_the_release(coded):
    after = read_source(rekey(coded(), RELEASE, place()).data)
    assert after.PatientID == str(after.PatientName) == RELEASE.subject("person")
    profile, names = after.DeidentificationMethod
    assert profile.startswith("CMR Registry cmr-mr-1")
    assert names.split()[:2] == [RELEASE.key_id, RELEASE.exam("exam")]
    assert after.DeviceSerialNumber.startswith("D")
    assert len(after.DeviceSerialNumber) == 16


def test_an_instance_without_a_device_gets_none(coded):
    assert read_source(rekey(coded(DeviceSerialNumber=""), RELEASE, place()).data).DeviceSerialNumber in (
        "",
        None,
    )


def test_uids_keep_pointing_at_each_other(coded):
    first, second = coded(SOPInstanceUID="1.2.3"), coded()
    target, source = (rekey(data, RELEASE, place()) for data in (first, second))
    reference = read_source(source.data).ReferencedImageSequence[0]
    assert reference.ReferencedSOPInstanceUID == target.sop_instance_uid
    assert reference.ReferencedSOPClassUID == "1.2.840.10008.5.1.4.1.1.4"
    assert target.study_instance_uid == source.study_instance_uid
    assert target.series_instance_uid == source.series_instance_uid


def test_the_same_key_gives_the_same_bytes_and_another_shares_nothing(coded):
    before = coded()
    one, again = rekey(before, RELEASE, place()), rekey(before, ReleaseIdentities(KEY), place())
    other = rekey(before, OTHER, place(OTHER))
    assert one == again
    assert not uids_of(one.data) & uids_of(other.data)
    first, second = read_source(one.data), read_source(other.data)
    assert first.PatientID != second.PatientID
    assert first.DeviceSerialNumber != second.DeviceSerialNumber
    assert not set(first.DeidentificationMethod[1].split()) & set(second.DeidentificationMethod[1].split())


def test_an_exam_without_a_known_day_keeps_no_date(coded):
    after = rekey(coded(), RELEASE, place(day=None)).data
    assert {date[:8] for date in dates_of(after)} == {DUMMY_DATES["DA"]}


def test_an_exam_whose_coded_date_is_unknown_keeps_no_date(coded):
    after = rekey(coded(StudyDate=""), RELEASE, place()).data
    assert {date[:8] for date in dates_of(after)} == {DUMMY_DATES["DA"]}


def test_an_empty_date_and_a_dummy_stay(coded, mr):
    after = read_source(rekey(coded(ContentDate=""), RELEASE, place()).data)
    assert after.ContentDate == ""


def test_old_ages_become_one_band(coded):
    assert read_source(rekey(coded(), RELEASE, place(oldest_age_years=70)).data).PatientAge == "070Y"
    assert read_source(rekey(coded(), RELEASE, place(oldest_age_years=80)).data).PatientAge == "076Y"
    assert read_source(rekey(coded(), RELEASE, place()).data).PatientAge == "076Y"
    assert band_age("", 80) == ""
    assert band_age("011M", 80) == "011M"


def test_compressed_pixels_keep_their_bytes_and_syntax(mr, engine):
    def compress(dataset):
        runs = b"\xe9\x07" + b"\x17" + bytes(range(24)) + b"\0"
        frame = struct.pack("<16L", 2, 64, 66, *[0] * 13) + runs
        dataset.file_meta.TransferSyntaxUID = RLE
        dataset.PixelData = encapsulate([frame])
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True

    before = engine.deidentify(mr(edit=compress)).data
    old, new = read_source(before), read_source(rekey(before, RELEASE, place()).data)
    assert new.file_meta.TransferSyntaxUID == RLE
    assert bytes(new.PixelData) == bytes(old.PixelData)


@pytest.mark.parametrize("data", [b"", b"x" * 200])
def test_it_refuses_what_cannot_be_read(data):
    with pytest.raises(RekeyError, match="cannot be read"):
        rekey(data, RELEASE, place())


def test_it_refuses_what_is_not_coded(mr):
    with pytest.raises(RekeyError, match="mark"):
        rekey(mr(), RELEASE, place())


def test_it_hands_nothing_out_where_the_second_look_finds_something(coded, identities, engine):
    before = coded()
    with pytest.raises(RekeyError, match="second look"):
        rekey(before, RELEASE, Place(CENTER, "Fnordvexil", RELEASE.exam("exam"), 0))
    kept = read_source(before).PatientID
    with pytest.raises(RekeyError, match="second look"):
        rekey(before, RELEASE, Place(CENTER, kept, RELEASE.exam("exam"), 0))


def test_the_second_look_finds_each_kind_of_leftover(coded):
    before = coded()
    paths = {(one.reason_code, one.path) for one in leftovers(before, before, None)}
    assert ("original_uid", "0020000D") in paths
    assert {("identifying_value", path) for path in ("00100020", "00120063", "00181000", "date")} <= paths
    assert "date" in {one.path for one in leftovers(before, before, 5)}
    assert not {one.path for one in leftovers(before, before, 0)} & {"date"}


def test_a_date_that_another_date_moved_to_is_no_leftover(coded):
    before = coded(StudyDate="20210304", ContentDate="20210305")
    distance = days_between(read_source(before).StudyDate, FIRST_STUDY_DATE)
    after = rekey(before, RELEASE, place(day=1 - distance)).data
    assert days_between(read_source(before).StudyDate, read_source(after).StudyDate) == 1


def test_the_second_look_says_why_it_cannot_read(coded):
    assert [one.reason_code for one in leftovers(coded()[:-10], coded(), 0)] == ["truncated"]


def test_a_date_out_of_the_calendar_is_no_crash(coded):
    before = coded()
    assert {one.path for one in leftovers(before, before, -3_000_000)} >= {"date"}


def test_a_day_out_of_the_calendar_leaves_the_dummy(coded):
    after = rekey(coded(), RELEASE, place(day=-3_000_000)).data
    assert {date[:8] for date in dates_of(after)} == {DUMMY_DATES["DA"]}


@settings(max_examples=30)
@given(st.integers(0, 9_000), st.integers(0, 9_000), st.integers(-400, 400))
def test_distances_within_and_between_exams_are_kept(coded, first, distance, content):
    start = datetime.date(1995, 1, 1) + datetime.timedelta(days=first)
    moments = [start, start + datetime.timedelta(days=distance)]
    exams = [
        coded(StudyDate=f"{day:%Y%m%d}", ContentDate=f"{day + datetime.timedelta(days=content):%Y%m%d}")
        for day in moments
    ]
    released = [
        read_source(rekey(data, RELEASE, place(day=day)).data)
        for data, day in zip(exams, (0, distance), strict=True)
    ]
    assert released[0].StudyDate == FIRST_STUDY_DATE
    assert days_between(released[0].StudyDate, released[1].StudyDate) == distance
    assert {days_between(one.StudyDate, one.ContentDate) for one in released} == {content}


def test_days_between_texts_that_are_no_dates_are_unknown():
    assert days_between("20210230", "20210301") is None
    assert days_between("20210228", "20210301") == 1


@given(keys, keys, st.text(max_size=40), uids)
def test_two_keys_share_no_label(one, other, text, uid):
    first, second = ReleaseIdentities(one), ReleaseIdentities(other)
    same = one == other
    for name in ("subject", "exam", "series"):
        label = getattr(first, name)(text)
        assert check_pseudonym(label)
        assert (label == getattr(second, name)(text)) is same
    assert (first.uid("a", uid) == second.uid("a", uid)) is same
    assert (first.device("a", text) == second.device("a", text)) is same
    assert (first.key_id == second.key_id) is same
    assert (first.seal(b"x") == second.seal(b"x")) is same


@given(uids)
def test_the_same_uid_at_two_centers_is_two(uid):
    assert RELEASE.uid("a", uid) == RELEASE.uid("a", f"{uid}\0") != RELEASE.uid("b", uid)


def test_uids_of_the_standard_stay():
    assert RELEASE.uid("a", "1.2.840.10008.1.2.1") == "1.2.840.10008.1.2.1"


@given(st.sets(st.uuids().map(str), min_size=1, max_size=12))
def test_centers_are_numbered_in_an_order_of_the_key(centers):
    labels = RELEASE.centers(centers)
    assert sorted(labels.values(), key=lambda label: int(label[1:])) == [
        f"c{n}" for n in range(1, len(centers) + 1)
    ]
    assert labels == RELEASE.centers(sorted(centers, reverse=True))


def test_the_order_of_centers_tells_nothing_about_their_names():
    names = [f"center-{n:02d}" for n in range(12)]
    assert list(RELEASE.centers(names)) != names
    assert RELEASE.centers(names) != OTHER.centers(names)


def test_a_key_has_thirty_two_bytes_and_never_shows():
    with pytest.raises(KeyFileError):
        ReleaseIdentities(b"short")
    assert RELEASE.key_id in repr(RELEASE)
    assert KEY.hex() not in repr(RELEASE)

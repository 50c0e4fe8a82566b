"""What links a patient's data and what does not: over runs, workers, order, patients and generations of the key."""

import datetime
import io
import itertools
import random
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_deid.engine import Engine
from cmr_deid.identities import DATE_OFFSET_RANGE_DAYS, Identities
from cmr_deid.keys import CenterKey, new_key
from cmr_deid.values import shift_date, shift_datetime

KEY = new_key(bytes(range(32)))
PATIENTS = 2000
ENHANCED = "1.2.840.10008.5.1.4.1.1.4.1"
# critical values of chi-square at p = 0.001
CHI2_19, CHI2_49 = 43.8, 85.4


def derived(numbers):
    """What one worker derives from patient numbers, in the order that it gets them."""
    identities = Identities(new_key(bytes(range(32))))
    return {
        number: (
            identities.subject("H", number),
            identities.date_offset_days("H", number),
            identities.uid(f"1.2.{number}"),
            identities.exam(f"1.3.{number}"),
        )
        for number in numbers
    }


def test_two_workers_in_any_order_derive_what_one_run_does():
    numbers = [str(number) for number in range(300)]
    shuffled = random.Random(3).sample(numbers, len(numbers))
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        halves = list(pool.map(derived, [shuffled[:200], shuffled[100:]]))
    assert {**halves[0], **halves[1]} == derived(numbers)
    assert all(halves[0][number] == halves[1][number] for number in shuffled[100:200])


@pytest.fixture(scope="module")
def patients():
    identities = Identities(KEY)
    low, high = DATE_OFFSET_RANGE_DAYS
    span = high - low + 1
    return [
        (identities.subject("", str(n)), (identities.date_offset_days("", str(n)) - low) / span)
        for n in range(PATIENTS)
    ]


def test_offsets_of_two_thousand_patients_are_spread_evenly(patients):
    counts = [0] * 20
    for _, place in patients:
        counts[int(place * 20)] += 1
    expected = PATIENTS / 20
    assert sum((count - expected) ** 2 / expected for count in counts) < CHI2_19


def test_a_pseudonym_tells_nothing_of_the_offset(patients):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    table = [[0] * 8 for _ in range(8)]
    for subject, place in patients:
        table[letters.index(subject[0]) // 4][int(place * 8)] += 1
    rows, columns = [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]
    statistic = sum(
        (table[i][j] - rows[i] * columns[j] / PATIENTS) ** 2 / (rows[i] * columns[j] / PATIENTS)
        for i in range(8)
        for j in range(8)
    )
    assert statistic < CHI2_49


def test_numbers_beside_each_other_have_offsets_far_apart(patients):
    steps = [abs(one - other) for (_, one), (_, other) in itertools.pairwise(patients)]
    assert 0.30 < sum(steps) / len(steps) < 0.37  # a third, as for independent ones


moments = st.datetimes(datetime.datetime(1975, 1, 1), datetime.datetime(2100, 1, 1))


@given(moments, moments, st.integers(*DATE_OFFSET_RANGE_DAYS))
def test_intervals_between_moments_stay_exact_to_the_microsecond(one, other, days):
    form = "%Y%m%d%H%M%S.%f"
    moved = [datetime.datetime.strptime(shift_datetime(f"{m:{form}}", days), form) for m in (one, other)]
    assert moved[1] - moved[0] == other - one


@pytest.mark.parametrize("days", [-1, -365, -366, -1461, -3652])
def test_midnight_and_leap_days_are_days_like_others(days):
    before = ["20200228", "20200229", "20200301", "20191231", "20200101"]
    moved = [datetime.date.fromisoformat(shift_date(text, days)) for text in before]
    steps = [(later - earlier).days for earlier, later in itertools.pairwise(moved)]
    assert steps == [1, 1, -61, 1]
    assert shift_datetime("20200301000000", days)[8:] == "000000"
    assert shift_datetime("20200229235959.999999", days)[8:] == "235959.999999"


@pytest.mark.parametrize("text", ["2021", "202103", "20210230", "20219999"])
def test_a_date_that_is_none_goes_by_its_type_and_is_never_held(engine, mr, text):
    classic = pydicom.dcmread(
        io.BytesIO(engine.deidentify(mr(AcquisitionDateTime=text, StudyDate="20210230")).data)
    )
    enhanced = pydicom.dcmread(
        io.BytesIO(engine.deidentify(mr(SOPClassUID=ENHANCED, AcquisitionDateTime=text)).data)
    )
    assert "AcquisitionDateTime" not in classic
    assert classic.StudyDate == ""
    assert enhanced.AcquisitionDateTime == "19000101000000"


def test_references_between_instances_stay_intact_whatever_comes_first(mr, nested):
    uids = [f"1.3.12.2.1107.5.2.99.1.20210304.{n}" for n in range(10, 18)]
    files = [
        mr(
            SOPInstanceUID=uid,
            ReferencedImageSequence=nested(
                {"ReferencedSOPClassUID": ENHANCED[:-2], "ReferencedSOPInstanceUID": uids[(place + 3) % 8]}
            ),
        )
        for place, uid in enumerate(uids)
    ]
    straight, other = Engine(Identities(KEY)), Engine(Identities(KEY))
    one = [straight.deidentify(data).data for data in files]
    two = [other.deidentify(data).data for data in reversed(files)][::-1]
    assert one == two
    out = [pydicom.dcmread(io.BytesIO(data)) for data in one]
    assert len({dataset.SOPInstanceUID for dataset in out}) == 8
    for place, dataset in enumerate(out):
        reference = dataset.ReferencedImageSequence[0]
        assert reference.ReferencedSOPInstanceUID == out[(place + 3) % 8].SOPInstanceUID
        assert reference.ReferencedSOPClassUID == ENHANCED[:-2]


def test_a_new_generation_of_the_key_is_a_new_linkage_domain(mr):
    old, new = (Engine(Identities(new_key(bytes(range(n, n + 32))))) for n in (0, 1))
    one, two = old.deidentify(mr()), new.deidentify(mr())
    shared = {one.subject, one.exam, one.sop_instance_uid, one.study_instance_uid, old.identities.key_id}
    assert all(value.encode() not in two.data for value in shared)
    first, second = (pydicom.dcmread(io.BytesIO(result.data)) for result in (one, two))
    assert first.StudyDate != second.StudyDate
    assert first.DeviceSerialNumber != second.DeviceSerialNumber
    assert new.identities.key_id in second.DeidentificationMethod[1]


def test_a_lost_key_that_is_restored_from_its_backup_links_as_before():
    backup = KEY.to_text()
    assert CenterKey.from_text(backup) == KEY
    restored = Identities(CenterKey.from_text(backup))
    assert restored.subject("H", "42") == Identities(KEY).subject("H", "42")
    assert restored.date_offset_days("H", "42") == Identities(KEY).date_offset_days("H", "42")


def test_a_stolen_key_opens_the_pseudonyms_of_its_own_generation_and_no_other():
    wanted_old = Identities(KEY).subject("H", "4217")
    wanted_new = Identities(new_key(bytes(range(1, 33)))).subject("H", "4217")
    thief = Identities(KEY)
    tried = {thief.subject("H", str(number)): number for number in range(10_000)}
    assert tried[wanted_old] == 4217
    assert wanted_new not in tried

"""Follow-up tables: all or nothing, again is harmless, every rejected row has its line, its sentence and its mender."""

import datetime

import pytest

from cmr_connector import follow_up_csv
from cmr_connector.follow_up import Why
from cmr_connector.follow_up_csv import RejectedRow, TableRejected, import_table, read_table
from cmr_connector.states import StatementState

TODAY = datetime.date(2024, 6, 30)
STATUS = "patient_id,source,from,through,died,death,cause,last_alive\n"
GOOD = (
    STATUS
    + "MRN-1,ndi,2020-01-01,2023-12-31,yes,2021-03-04,sudden_cardiac,\n"
    + "MRN-2,chart,2020-01-01,2022-05-04,no,,,2022-05-04\n"
)
EVENTS = (
    "patient_id;event;date;source;fu_nyha\n"
    + "MRN-1;visit;2020-07;chart;2\n"
    + "\n"
    + "MRN-1;stroke;2020-09-01;claims;\n"
)


@pytest.fixture
def bring(workplace, admit):
    """Two patients, and `bring(text)`: import a table about them."""
    admit(workplace, "MRN-1")
    admit(workplace, "MRN-2")

    def take(text, **options):
        data = text if isinstance(text, bytes) else text.encode()
        return import_table(workplace.store, workplace.follow_up, read_table(data, TODAY), **options)

    return take


def queued(workplace):
    return workplace.store.statements.counts()[StatementState.QUEUED]


def test_a_table_of_vital_status_is_taken(bring, workplace):
    result = bring(GOOD)
    assert (result.is_done, result.n_rows, result.n_patients, result.n_queued) == (True, 2, 2, 2)
    assert queued(workplace) == 2


def test_a_table_of_events_is_taken_with_blank_lines_and_semicolons(bring, workplace):
    result = bring(EVENTS)
    assert (result.n_rows, result.n_patients, result.n_queued) == (2, 1, 1)
    [subject] = workplace.store.follow_ups.subjects_of_patient("MRN-1")
    assert len(workplace.store.follow_ups.get(subject).events) == 2


def test_the_same_table_again_changes_nothing(bring, workplace):
    bring(GOOD)
    again = bring(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert (again.is_done, again.n_patients, again.n_queued) == (True, 2, 0)
    assert queued(workplace) == 2


def test_rejected_rows_are_named_by_line_and_nothing_is_half_imported(bring, workplace, log_lines):
    bad = (
        GOOD
        + 'MRN-1,chart,2020-01-01,"2022\n-05-04",no,,,\n'
        + "MRN-1,hearsay,2020-01-01,2022-05-04,no,,,\n"
        + "ZZCANARY,ndi,2020-01-01,2022-05-04,no,,,\n"
        + ",ndi,2020-01-01,2022-05-04,no,,,\n"
    )
    result = bring(bad)
    assert result.rejected == [
        RejectedRow(4, Why.WINDOW_DATES.value, "center coordinator"),
        RejectedRow(6, Why.SOURCE.value, "center coordinator"),
        RejectedRow(7, Why.UNKNOWN_PATIENT.value, "center coordinator"),
        RejectedRow(8, Why.UNKNOWN_PATIENT.value, "center coordinator"),
    ]
    assert (result.is_done, result.n_patients, queued(workplace)) == (False, 0, 0)
    assert "ZZCANARY" not in str(result) + str(log_lines())
    [subject] = workplace.store.follow_ups.subjects_of_patient("MRN-1")
    assert workplace.store.follow_ups.get(subject).statuses == ()


def test_patients_unknown_here_may_be_left_out(bring):
    result = bring(GOOD + "MRN-9,ndi,2020-01-01,2022-05-04,no,,,\n", leave_out_unknown=True)
    assert (result.is_done, result.left_out, result.n_patients) == (True, [4], 2)


def test_two_patients_with_one_number_are_not_guessed(bring, workplace, admit):
    admit(workplace, "MRN-1", issuer="OTHER")
    result = bring(GOOD)
    assert [(row.line, row.sentence) for row in result.rejected] == [(2, Why.TWO_PATIENTS.value)]


def test_a_patient_without_a_first_date_is_named_by_line(bring, workplace, admit):
    admit(workplace, "MRN-3", study_date="")
    result = bring(GOOD + "MRN-3,ndi,2020-01-01,2022-05-04,no,,,\n")
    assert result.rejected == [RejectedRow(4, Why.NO_ORIGIN.value, "hospital IT")]


def test_a_table_that_contradicts_itself_is_rejected(bring):
    row = "MRN-2,chart,2020-01-01,2022-05-04,no,,,2022-05-04\n"
    assert bring(GOOD + row).is_done, "the same row twice is harmless"
    result = bring(GOOD + row.replace("05-04", "05-05"))
    assert [(one.line, one.sentence) for one in result.rejected] == [(4, Why.TWICE.value)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"", "patient_id is missing"),
        (b"patient_id,source,from\n", "through is missing"),
        (b"event,date,source\n", "patient_id is missing"),
        (STATUS.replace("died", "ZZCANARY").encode(), "Column 5"),
        (STATUS.replace("died", "source").encode(), "stands twice"),
        (b"patient_id,event,date,source,lv_edv_ml\n", "Column 5"),
        (GOOD.encode() + b",,,,,,,,x\n", "Line 4: more cells"),
        (STATUS.encode() + b'MRN-1,"ndi\n', "cannot be read near line"),
    ],
)
def test_what_is_no_such_table_is_refused_without_being_repeated(data, said):
    with pytest.raises(TableRejected, match=said) as refused:
        read_table(data, TODAY)
    assert "CANARY" not in str(refused.value)


def test_there_is_a_limit_to_bytes_and_rows(monkeypatch):
    monkeypatch.setattr(follow_up_csv, "MAX_ROWS", 1)
    with pytest.raises(TableRejected, match="more than 1 rows"):
        read_table(GOOD.encode(), TODAY)
    monkeypatch.setattr(follow_up_csv, "MAX_BYTES", 10)
    with pytest.raises(TableRejected, match="larger"):
        read_table(GOOD.encode(), TODAY)


def test_a_short_row_says_nothing_in_its_last_cells():
    table = read_table((STATUS + "MRN-1,ndi,2020-01-01,2022-05-04\n").encode(), TODAY)
    assert (len(table.rows), table.rejected) == (1, ())

"""Nothing is lost between form and storage, whatever the dictionary takes."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmr_dictionary import ItemKind, Missing, coarsened
from cmr_dictionary.case_report import (
    TYPED,
    CaseReportView,
    answer_of,
    case_report_html,
    entered_items,
    read_answers,
    settle,
)
from cmr_dictionary.checks import Severity, check_values

SOURCES = ("desk", "dicom", "report_csv", "report_hl7", "center_profile", "table")
TECHNIQUE = {
    "scanner_model": "MAGNETOM Aera",
    "software_version": "syngo MR XA50",
    "lv_software": "cvi42 5.13",
    "strain_software": "cvi42 5.13",
    "t1_scheme": "MOLLI 5(3)3",
    "indication_icd10": "I25.5",
}


def values_of(item):
    """Strategy for one valid value, as it is stored."""
    if item.kind in (ItemKind.NUMBER, ItemKind.INTEGER):
        low = item.hard_min if item.hard_min is not None else -1000.0
        high = item.hard_max if item.hard_max is not None else 100_000.0
        if item.kind == ItemKind.INTEGER:
            return st.integers(round(low), round(high))
        numbers = st.floats(low, high, allow_nan=False, allow_subnormal=False)
        return numbers.map(lambda number: coarsened(item, float(f"{number:.3f}")))
    if item.kind == ItemKind.YES_NO:
        return st.sampled_from([0, 1])
    codes = [code.code for code in item.code_list]
    if item.kind == ItemKind.CODE:
        return st.sampled_from(codes)
    if item.kind == ItemKind.CODES:
        return st.lists(st.sampled_from(codes), min_size=1, unique=True).map(
            lambda chosen: [code for code in codes if code in chosen]
        )
    return st.just(TECHNIQUE[item.name])


def entries_of(item):
    """Strategy for one stored entry."""
    source = st.sampled_from(SOURCES)
    said = st.one_of(
        values_of(item).map(lambda value: {"value": value}),
        st.sampled_from(list(Missing)).map(lambda reason: {"missing": reason.value}),
    )
    return st.builds(lambda entry, where: {**entry, "source": where}, said, source)


@st.composite
def records(draw):
    """Entries of one exam by item that no check rejects, in the order of the dictionary."""
    items = entered_items()
    names = draw(st.lists(st.sampled_from(list(items)), unique=True, max_size=60))
    entries = {name: draw(entries_of(items[name])) for name in items if name in names}
    while refused := rejected(entries):
        entries = {name: entry for name, entry in entries.items() if name not in refused}
    return entries


def rejected(entries):
    values = {name: entry["value"] for name, entry in entries.items() if "value" in entry}
    return {problem.item for problem in check_values(values) if problem.severity is Severity.REJECT}


@given(records())
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_any_valid_record_survives_storage_form_storage_unchanged(posted, record):
    html = case_report_html(CaseReportView(record, "/save"))
    found = settle(record, read_answers(posted(html)), source=TYPED)
    assert (found.entries, found.changed, found.problems) == (record, frozenset(), {})


@given(records())
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_any_valid_record_survives_form_storage_form_unchanged(posted, record):
    typed = {name: answer_of(entry) for name, entry in record.items()}
    html = case_report_html(CaseReportView({}, "/save", answers=typed))
    answers = read_answers(posted(html))
    found = settle({}, answers, source=TYPED)
    assert found.problems == {}
    assert found.entries == {name: entry | {"source": TYPED} for name, entry in record.items()}
    assert {name: answer_of(found.entries.get(name)) for name in answers} == answers

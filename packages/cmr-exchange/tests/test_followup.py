"""The follow-up document is read strictly, has no field for a date, and fits its shipped JSON Schema."""

import copy
import dataclasses
import json
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmr_exchange.errors import MalformedDocumentError, UnknownVersionError
from cmr_exchange.followup import (
    MOST_OFF,
    DeathCause,
    EventKind,
    FollowUpDocument,
    OutcomeEvent,
    Precision,
    SourceClass,
    VitalStatus,
)
from cmr_exchange.manifest import MissingCode, ReportValue, ValueSource

SCHEMA = json.loads((files("cmr_exchange") / "schemas" / "follow-up-1.json").read_text())
SUBJECT = "ABCDEFGHIJKLMNOP2"

days = st.integers(-9_000, 9_000)
sources = st.sampled_from(SourceClass)
values = st.builds(ReportValue, source=st.just(ValueSource.DESK), value=st.integers(0, 9)) | st.builds(
    ReportValue, source=st.just(ValueSource.DESK), missing=st.sampled_from(MissingCode)
)
events = st.builds(
    OutcomeEvent,
    kind=st.sampled_from(EventKind),
    day=days,
    source=sources,
    precision=st.sampled_from(Precision),
    values=st.dictionaries(st.sampled_from(["nyha", "avr_reason"]), values),
)


@st.composite
def statuses(draw):
    first = draw(days)
    facts = {"source": draw(sources), "from_day": first, "through_day": first + draw(st.integers(0, 900))}
    if draw(st.booleans()):
        facts["death_day"] = draw(days)
        facts |= {
            "death_precision": draw(st.sampled_from(Precision)),
            "cause": draw(st.sampled_from(DeathCause)),
        }
    latest = facts.get("death_day", 9_000)
    return VitalStatus(**facts, last_alive_day=draw(st.none() | st.integers(-9_001, latest)))


documents = st.builds(
    FollowUpDocument,
    exchange_version=st.just(1),
    center=st.just("riverside"),
    subject=st.just(SUBJECT),
    version=st.integers(1, 99),
    dictionary_version=st.just("1.0"),
    software=st.just("cmr-connector 0.1.0"),
    vital_status=st.lists(statuses(), max_size=3).map(tuple),
    events=st.lists(events, max_size=3).map(tuple),
)


@pytest.fixture
def document():
    status = VitalStatus(
        SourceClass.CHART, 0, 900, 850, Precision.DAY, DeathCause.SUDDEN_CARDIAC, last_alive_day=800
    )
    event = OutcomeEvent(
        EventKind.VISIT, 30, SourceClass.CHART, values={"nyha": ReportValue(ValueSource.DESK, "2")}
    )
    stated = FollowUpDocument(1, "riverside", SUBJECT, 1, "1.0", "tests", (status,), (event,))
    return copy.deepcopy(stated.to_document())


@given(documents)
def test_what_is_written_is_read_back_and_fits_the_schema(stated):
    written = json.loads(stated.canonical_bytes())
    assert FollowUpDocument.from_document(written) == stated
    jsonschema.validate(written, SCHEMA)


@given(documents)
def test_the_digest_does_not_depend_on_the_order_of_fields(stated):
    shuffled = dict(reversed(json.loads(stated.canonical_bytes()).items()))
    assert FollowUpDocument.from_document(shuffled).digest() == stated.digest()


def change(document, path, value):
    *parents, last = path
    for step in parents:
        document = document[step]
    if value is ...:
        del document[last]
    else:
        document[last] = value


STATUS, EVENT = ["vital_status", 0], ["events", 0]
REFUSED = {
    "a field that the contract does not know": (["birth_date"], "x"),
    "a missing field": (["subject"], ...),
    "a subject that is no pseudonym": (["subject"], "DOE^JANE"),
    "a version of zero": (["version"], 0),
    "statuses that are no list": (["vital_status"], {}),
    "a status that is no object": (STATUS, "alive"),
    "a date of death": ([*STATUS, "death_date"], "2021-03-04"),
    "a day as a date": ([*STATUS, "death_day"], "2021-03-04"),
    "a day far away": ([*STATUS, "through_day"], 60_000),
    "an unknown source": ([*STATUS, "source"], "hearsay"),
    "an unknown cause": ([*STATUS, "cause"], "fell from a ladder"),
    "an unknown precision": ([*STATUS, "death_precision"], "hour"),
    "a death without a cause": ([*STATUS, "cause"], ...),
    "a death without a precision": ([*STATUS, "death_precision"], ...),
    "a cause without a death": ([*STATUS, "death_day"], ...),
    "an event without a day": ([*EVENT, "day"], ...),
    "an unknown kind of event": ([*EVENT, "kind"], "wedding"),
    "an event with a remark": ([*EVENT, "remark"], "x"),
    "an unknown precision of an event": ([*EVENT, "precision"], "week"),
    "values that are no object": ([*EVENT, "values"], []),
    "an item with capital letters": ([*EVENT, "values", "NYHA"], {"source": "desk", "value": 1}),
    "a value and a missing code": ([*EVENT, "values", "nyha", "missing"], "unknown"),
    "neither": ([*EVENT, "values", "nyha", "value"], ...),
}


@pytest.mark.parametrize(("path", "value"), REFUSED.values(), ids=REFUSED.keys())
def test_it_refuses(document, path, value):
    change(document, path, value)
    with pytest.raises(MalformedDocumentError) as refusal:
        FollowUpDocument.from_document(document)
    for secret in ("DOE", "hearsay", "ladder", "2021"):
        assert secret not in str(refusal.value)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


@pytest.mark.parametrize(
    ("path", "value"), [([*STATUS, "through_day"], -1), ([*STATUS, "last_alive_day"], 851)]
)
def test_it_refuses_what_cannot_be(document, path, value):
    change(document, path, value)
    with pytest.raises(MalformedDocumentError):
        FollowUpDocument.from_document(document)


def test_it_refuses_more_values_than_the_limit(document):
    document["events"][0]["values"] = {f"item_{n}": {"source": "desk", "value": 1} for n in range(101)}
    with pytest.raises(MalformedDocumentError, match="at most 100"):
        FollowUpDocument.from_document(document)


def test_it_refuses_another_exchange_version(document):
    document["exchange_version"] = 2
    with pytest.raises(UnknownVersionError):
        FollowUpDocument.from_document(document)


def test_no_field_of_the_contract_is_a_date():
    for kind in (FollowUpDocument, VitalStatus, OutcomeEvent):
        assert not [field.name for field in dataclasses.fields(kind) if "date" in field.name]


def test_every_precision_says_how_far_off_it_may_be():
    assert set(MOST_OFF) == set(Precision)

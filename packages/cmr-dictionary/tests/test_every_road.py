"""A record that the dictionary takes survives every road: form, document, table, import, and an earlier version."""

import json

import jsonschema
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cmr_dictionary import ItemKind, Missing, load
from cmr_dictionary.case_report import read_answers, settle
from cmr_dictionary.case_report.answers import CHOICES, MISSING_CHOICE, answer_of
from cmr_dictionary.case_report.settling import entered_items
from cmr_dictionary.checks import check_values, is_rejected
from cmr_dictionary.dictionary import VERSION
from cmr_dictionary.history import migrate
from cmr_dictionary.json_schema import report_schema
from cmr_dictionary.mapping import RowReader, checked, read_table, suggest, write_rows
from tests.case_report_values import values_of

ENTERED = list(entered_items().values())
SCHEMA = jsonschema.Draft202012Validator(report_schema())


@st.composite
def sayings(draw):
    """Value or missing code by item, of items that a person enters."""
    chosen = draw(
        st.lists(st.sampled_from(ENTERED), min_size=1, max_size=15, unique_by=lambda item: item.name)
    )
    missing = st.sampled_from(list(Missing))
    return {item.name: draw(st.one_of(values_of(item), values_of(item), missing)) for item in chosen}


def posted(said):
    """The fields that a browser posts for these values."""
    for name, value in said.items():
        kind = load().items[name].kind
        if isinstance(value, Missing):
            yield (f"v-{name}", f"{MISSING_CHOICE}{value}") if kind in CHOICES else (f"m-{name}", value.value)
            continue
        for text in answer_of({"value": value}).texts:
            yield f"v-{name}", text
        if kind not in CHOICES:
            yield f"m-{name}", ""


def entry_of(value):
    return {"missing": value.value} if isinstance(value, Missing) else {"value": value}


def ordered(value):
    return sorted(value) if isinstance(value, list) else value


def same(left, right):
    return {name: ordered(value) for name, value in left.items()} == {n: ordered(v) for n, v in right.items()}


@given(sayings())
@settings(max_examples=60, deadline=None)
def test_a_valid_record_survives_every_road(said):
    values = {name: value for name, value in said.items() if not isinstance(value, Missing)}
    assume(not is_rejected(check_values(values)))

    settled = settle({}, read_answers(posted(said)), source="desk")
    assert settled.problems == {}
    assert settled.entries == {name: entry_of(value) | {"source": "desk"} for name, value in said.items()}

    forms = {}
    for name, entry in json.loads(json.dumps(settled.entries)).items():
        forms.setdefault(load().items[name].form, {})[name] = entry
    assert SCHEMA.is_valid(forms)
    stored = {name: entry for document in forms.values() for name, entry in document.items()}
    exported = {
        name: entry.get("value", Missing(entry.get("missing", "unknown"))) for name, entry in stored.items()
    }

    table = read_table(write_rows([({}, exported)]))
    row = RowReader(checked(_by_name(suggest(table).mapping))).read(next(iter(table.rows())))
    assert row.refused == ()
    assert same(row.values, said)

    moved = migrate(values, VERSION)
    assert (same(moved.values, values), moved.missing, moved.lost) == (True, {}, ())


def _by_name(mapping):
    """The mapping with every column to the item of its name, as a person who looks at it leaves it."""
    for rule in mapping.columns:
        mapping = mapping.with_rule(type(rule)(rule.column, rule.use.ITEM, rule.column))
    return mapping


def test_values_of_every_kind_take_part():
    assert {item.kind for item in ENTERED} >= {
        ItemKind.NUMBER,
        ItemKind.CODE,
        ItemKind.CODES,
        ItemKind.YES_NO,
    }

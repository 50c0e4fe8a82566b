"""Small random snapshots and random questions, for the comparison of the engines."""

import random
import uuid

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from cmr_dictionary import ItemKind, load
from cmr_exchange.followup import EventKind
from cmr_exchange.manifest import MissingCode
from cmr_registry.cohorts.duck import READ
from cmr_registry.cohorts.parquet import ITEM_TYPES, TableWriter, schema_of
from cmr_registry.cohorts.reading import NUMERIC
from cmr_registry.cohorts.reference import PlainSnapshot

ITEMS = (
    "age_at_exam_years",
    "sex",
    "lv_ef_pct",
    "lv_edv_ml",
    "lge_n_ischemic_segments",
    "wm_rest_all_normal",
    "lge_present",
    "race",
    "scanner_model",
)
KINDS, VIEWS = ("cine", "lge", "t1_map"), ("sax", "4ch", "unknown")
EVENTS = ("pci", "aortic_valve_replacement", "visit")
NUMBERS = (0, 1, 2, 3, 40, 54.5, 55, 60)
TEXTS = ("skyra", "aera fit")
CENTERS = {code: str(uuid.UUID(int=n)) for n, code in enumerate(("alpha", "beta", "gamma"), 1)}


def random_snapshot(seed, n_subjects=30):
    """Rows of all tables that questions read."""
    draw = random.Random(seed)
    rows = {table: [] for table in READ}
    for _ in range(draw.randint(0, n_subjects)):
        subject, center = _id(draw), draw.choice(list(CENTERS.values()))
        for _ in range(draw.choice((1, 1, 2, 3))):
            _exam(draw, rows, subject, center)
        for _ in range(draw.choice((0, 0, 1, 3))):
            rows["events"].append(
                {
                    "subject": subject,
                    "kind": draw.choice(EVENTS),
                    "day": draw.randint(-50, 400),
                    "source": "chart",
                    "precision": "day",
                }
            )
    return PlainSnapshot(**rows)


def write_tables(folder, snapshot):
    """The same as Parquet files, in another order than the engines need; returns the path of each table."""
    paths = {table: folder / f"{table}.parquet" for table in READ}
    for table in ("exams", "series", "followup"):
        with TableWriter(paths[table], table) as writer:
            rows = list(reversed(getattr(snapshot, table)))
            writer.append({name: [row[name] for row in rows] for name in schema_of(table).names})
    fixed = ("subject", "kind", "day", "source", "precision")
    types = {field.name: field.type for field in schema_of("events")}
    events = pa.schema([(name, types[name]) for name in fixed])
    pq.write_table(pa.Table.from_pylist(list(snapshot.events), schema=events), paths["events"])
    columns = [("exam", pa.string()), ("subject", pa.string())]
    for name in ITEMS:
        columns += [(name, ITEM_TYPES[load().items[name].kind]), (f"{name}__missing", pa.string())]
    measured = pa.Table.from_pylist(list(snapshot.measurements), schema=pa.schema(columns))
    pq.write_table(measured, paths["measurements"])
    return paths


def values_of(item):
    """Values that may stand in a comparison of the item, as JSON."""
    if item.kind in NUMERIC:
        return st.sampled_from(NUMBERS)
    if item.kind is ItemKind.YES_NO:
        return st.booleans()
    if item.kind is ItemKind.TEXT:
        return st.sampled_from(TEXTS)
    return st.sampled_from([code.code for code in item.code_list[:4]])


@st.composite
def comparisons(draw, subject, values, ops):
    """A comparison with as many values as its operator takes."""
    op = draw(st.sampled_from(ops))
    if op == "known":
        return {**subject, "op": op}
    if op == "missing":
        codes = draw(st.none() | st.lists(st.sampled_from(list(MissingCode)), min_size=1, max_size=2))
        return {**subject, "op": op} | ({} if codes is None else {"value": [code.value for code in codes]})
    if op == "between":
        return {**subject, "op": op, "value": sorted([draw(values), draw(values)])}
    if op == "in":
        return {**subject, "op": op, "value": draw(st.lists(values, min_size=1, max_size=3))}
    return {**subject, "op": op, "value": draw(values)}


PLAIN_OPS = ("=", "!=", "in", "known", "missing")
NUMBER_OPS = ("<", "<=", ">=", ">", "between", *PLAIN_OPS)


def item_conditions():
    """One comparison of one of the items."""
    items = [load().items[name] for name in ITEMS]
    return st.one_of(
        [
            comparisons(
                {"item": item.name},
                values_of(item),
                NUMBER_OPS
                if item.kind in NUMERIC
                else ("=", "!=", "known", "missing")
                if item.kind is ItemKind.YES_NO
                else PLAIN_OPS,
            )
            for item in items
        ]
    )


def exam_conditions():
    """One comparison of a fact of the exam."""
    ops = ("<", "<=", "=", "!=", ">=", ">", "between", "in")
    return st.one_of(
        comparisons({"exam": "year"}, st.integers(2015, 2018), ops),
        comparisons({"exam": "age"}, st.sampled_from(NUMBERS), ops),
        comparisons({"exam": "number"}, st.integers(1, 3), ops),
        comparisons({"exam": "day_gap"}, st.integers(0, 300), ops),
        st.booleans().map(lambda flag: {"exam": "has_images", "op": "=", "value": flag}),
    )


def leaves():
    """Any condition without others inside."""
    days = st.none() | st.integers(-60, 60)
    return st.one_of(
        item_conditions(),
        exam_conditions(),
        st.builds(
            lambda kind, n, view: {"series": kind, "at_least": n} | ({"view": view} if view else {}),
            st.sampled_from(KINDS),
            st.integers(1, 3),
            st.sampled_from((None, *VIEWS)),
        ),
        st.builds(
            lambda kind, first, length, flag: {
                "event": kind,
                "from": first,
                "through": None if length is None else (first or 0) + length,
                "happened": flag,
            },
            st.sampled_from(("death", *EVENTS, EventKind.CABG.value)),
            days,
            st.none() | st.integers(0, 300),
            st.booleans(),
        ),
        st.lists(st.sampled_from(["alpha", "beta", "nowhere"]), min_size=1).map(
            lambda codes: {"center_in": codes}
        ),
    )


def conditions():
    """Any condition."""
    return st.recursive(
        leaves(),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=5,
    )


def documents():
    """Any question, as JSON."""
    steps = st.builds(
        lambda include, where: {"include": include, "where": where}, st.booleans(), conditions()
    )
    return st.builds(
        lambda index, steps, days: {
            "version": 1,
            "index": index,
            "steps": steps,
            "min_follow_up_days": days,
        },
        st.sampled_from(("first", "last", "any")),
        st.lists(steps, max_size=3),
        st.none() | st.integers(1, 400),
    )


def _exam(draw, rows, subject, center):
    exam, day = _id(draw), draw.choice((None, *range(0, 400, 40)))
    rows["exams"].append(
        {
            "exam": exam,
            "subject": subject,
            "center": center,
            "day": day,
            "exam_year": draw.choice((None, 2015, 2016, 2017)),
            "is_index": False,
            "has_images": draw.random() < 0.7,
        }
    )
    if draw.random() < 0.9:
        rows["measurements"].append({"exam": exam, "subject": subject, **_report(draw)})
    if draw.random() < 0.95:
        end = draw.choice(("died", "window_ended", "not_watched"))
        rows["followup"].append(
            {
                "subject": subject,
                "exam": exam,
                "time_zero_day": day,
                "follow_up_days": 0 if end == "not_watched" else draw.randint(0, 500),
                "died": end == "died",
                "end": end,
                "source": None,
                "cause": None,
                "rule": "default-1",
                "is_conflicting": False,
            }
        )
    for _ in range(draw.choice((0, 1, 4))):
        rows["series"].append(
            {
                "series": _id(draw),
                "exam": exam,
                "subject": subject,
                "kind": draw.choice(KINDS),
                "view": draw.choice(VIEWS),
                "n_instances": 1,
                "n_phases": 1,
                "n_positions": 1,
                "has_images": True,
            }
        )


def _report(draw):
    report = {}
    for name in ITEMS:
        is_known = draw.random() < 0.7
        report[name] = _value(draw, load().items[name]) if is_known else None
        report[f"{name}__missing"] = None if is_known else draw.choice(list(MissingCode)).value
    return report


def _value(draw, item):
    if item.kind is ItemKind.INTEGER:
        return draw.choice((0, 1, 2, 3))
    if item.kind in NUMERIC:
        return float(draw.choice(NUMBERS))
    if item.kind is ItemKind.YES_NO:
        return draw.random() < 0.5
    if item.kind is ItemKind.TEXT:
        return draw.choice(TEXTS)
    codes = [code.code for code in item.code_list[:4]]
    return sorted(set(draw.choices(codes, k=2))) if item.kind is ItemKind.CODES else draw.choice(codes)


def _id(draw):
    return str(uuid.UUID(int=draw.getrandbits(128)))

"""Whatever somebody sends, the checks answer with problems and never with an exception."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmr_dictionary import load
from cmr_dictionary.checks import RULES, OtherExam, Surroundings, check_exam, fingerprint

ITEMS = load().items
NAMES = st.sampled_from(sorted(ITEMS))
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(),
    st.text(max_size=20),
    st.lists(st.one_of(st.text(max_size=3), st.integers(), st.none()), max_size=4),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def likely(item):
    """Mostly what the item could hold."""
    codes = [code.code for code in item.code_list]
    by_kind = {
        "code": st.sampled_from(codes) if codes else st.text(max_size=3),
        "codes": st.lists(st.sampled_from(codes), unique=True, max_size=3) if codes else st.text(max_size=3),
        "yes_no": st.sampled_from([0, 1]),
        "integer": st.integers(int(item.hard_min or 0), int(item.hard_max or 500)),
    }
    return by_kind.get(item.kind.value, st.floats(item.hard_min or 0, item.hard_max or 500))


AROUND = st.builds(
    Surroundings,
    kinds=st.none() | st.frozensets(st.sampled_from(["cine", "lge", "perfusion", "t1_map", "unknown", "?"])),
    day=st.none() | st.integers(-10, 10),
    other_exams=st.lists(st.builds(OtherExam, st.none() | st.integers(-10, 10), st.just("")), max_size=3).map(
        tuple
    ),
    missing=st.dictionaries(NAMES, st.just("unknown"), max_size=3),
    measured=st.dictionaries(NAMES, ANYTHING, max_size=3),
)
SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SETTINGS
@given(st.dictionaries(st.one_of(NAMES, st.text(max_size=8)), ANYTHING, max_size=25), AROUND)
def test_anything_gives_problems_of_known_rules(values, around):
    assert {problem.rule for problem in check_exam(values, around)} <= set(RULES)
    assert isinstance(fingerprint(values), str)


@SETTINGS
@given(st.data(), AROUND)
def test_what_items_could_hold_gives_problems_that_name_items(data, around):
    names = data.draw(st.lists(NAMES, max_size=40, unique=True))
    values = {name: data.draw(likely(ITEMS[name])) for name in names}
    problems = check_exam(values, around)
    assert {problem.item for problem in problems} <= set(ITEMS)
    assert all(problem.sentence.endswith(".") for problem in problems)

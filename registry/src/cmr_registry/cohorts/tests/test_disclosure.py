"""Disclosure control: what may be shown of counts, and that nothing follows from it (R31, F8)."""

import random
from dataclasses import replace
from fractions import Fraction

import pytest

from cmr_registry.cohorts.disclosure import THRESHOLD, ZERO, Kind, Number, protect
from cmr_registry.cohorts.ranges import Span, chain_ranges, overlap_ranges, partition_ranges
from cmr_registry.cohorts.raw import RawAnswer, RawCell, RawStep, RawTable
from cmr_registry.cohorts.rounding import BASE, round_days, round_sticky
from drills.disclosure import attacks, leaks, random_answer

SECRET = b"a secret"


def flow(*persons, extra=0):
    return tuple(RawStep(f"step {n}", n, n + extra, b"set %d" % n) for n in persons)


def table(name, *counts, unknown=None, is_partition=True):
    cells = [RawCell(str(i), str(i), n, f"{name} {i}".encode()) for i, n in enumerate(counts)]
    if unknown is not None:
        cells.append(RawCell("", "not known", unknown, f"{name} ?".encode(), is_unknown=True))
    return RawTable(name, name, tuple(cells), is_partition)


def shown(raw, **more):
    return protect(raw, secret=SECRET, **more)


def words(numbers):
    return ["hidden" if n.kind is Kind.HIDDEN else "zero" if n == ZERO else "shown" for n in numbers]


def steps_of(*persons, extra=0):
    return words(step.persons for step in shown(RawAnswer(flow(*persons, extra=extra))).steps)


def cells_of(*counts, **more):
    total = sum(counts) + (more.get("unknown") or 0) if more.get("is_partition", True) else more.pop("total")
    answer = shown(RawAnswer(flow(5_000, total), (table("t", *counts, **more),)))
    return words(cell.persons for cell in answer.tables[0].cells)


def test_large_counts_are_shown_rounded():
    answer = shown(RawAnswer(flow(3_000, 1_234), (table("t", 734, 500),)))
    assert answer.persons.kind is Kind.ROUNDED
    assert abs(answer.persons.value - 1_234) < BASE
    assert [step.left_out.kind for step in answer.steps] == [Kind.EXACT, Kind.ROUNDED]
    assert {cell.persons.value % BASE for cell in answer.tables[0].cells} == {0}


@pytest.mark.parametrize("total", range(11))
def test_a_total_of_ten_or_fewer_hides_itself_and_all_below(total):
    answer = shown(RawAnswer(flow(3_000, total), (table("t", total, 0),), 400, total))
    assert str(answer.persons) == "hidden"
    assert answer.exams.kind is Kind.HIDDEN
    assert {cell.persons.kind for cell in answer.tables[0].cells} == {Kind.HIDDEN}
    assert answer.tables[0].cells[0].percent is None
    assert answer.median_follow_up_days.kind is Kind.HIDDEN


def test_a_total_of_eleven_is_shown():
    assert steps_of(3_000, 11) == ["shown", "shown"]


@pytest.mark.parametrize("drop", [1, 10])
def test_a_step_before_a_small_drop_is_hidden_and_the_total_stays(drop):
    assert steps_of(3_000, 500 + drop, 500) == ["shown", "hidden", "shown"]


def test_a_drop_of_nobody_is_shown_as_the_same_number():
    answer = shown(RawAnswer(flow(3_000, 500, 500)))
    assert answer.steps[1].persons == answer.steps[2].persons
    assert answer.steps[2].left_out.value == 0


def test_a_total_close_to_everybody_is_hidden():
    assert steps_of(3_000, 2_995) == ["shown", "hidden"]
    assert steps_of(3_000, 2_989) == ["shown", "shown"]


def test_small_drops_add_up_until_they_may_be_shown():
    assert steps_of(3_000, 507, 504, 500) == ["shown", "hidden", "hidden", "shown"]
    assert steps_of(3_000, 512, 504, 500) == ["shown", "shown", "hidden", "shown"]


def test_what_a_hidden_step_left_out_is_hidden_too():
    answer = shown(RawAnswer(flow(3_000, 505, 500)))
    assert words(step.left_out for step in answer.steps) == ["zero", "hidden", "shown"]
    assert abs(answer.steps[2].left_out.value - 2_500) < 2 * BASE


def test_a_small_registry_shows_nothing():
    assert steps_of(9, 9) == ["hidden", "hidden"]


def test_exams_are_hidden_where_few_persons_have_more_than_one():
    exams = [step.exams for step in shown(RawAnswer(flow(3_000, 500, extra=5))).steps]
    assert words(exams) == ["hidden", "hidden"]
    exams = [step.exams for step in shown(RawAnswer(flow(3_000, 500, extra=50))).steps]
    assert words(exams) == ["shown", "shown"]


def test_exams_are_hidden_where_few_persons_lost_one():
    steps = (RawStep("a", 3_000, 3_100, b"a"), RawStep("b", 500, 555, b"b"), RawStep("c", 400, 450, b"c"))
    assert words(step.exams for step in shown(RawAnswer(steps)).steps) == ["shown", "hidden", "shown"]


def test_one_exam_per_person_prints_one_number_twice():
    answer = shown(RawAnswer(flow(3_000, 505)))
    assert answer.persons == answer.exams


def test_a_table_without_small_cells_shows_its_zeros():
    assert cells_of(300, 200, 0, unknown=0) == ["shown", "shown", "zero", "zero"]


def test_a_small_cell_takes_the_smallest_other_cell_with_it():
    assert cells_of(300, 200, 3) == ["shown", "hidden", "hidden"]


def test_small_cells_that_cover_each_other_take_no_other():
    assert cells_of(300, 200, 3, 5, 4) == ["shown", "shown", "hidden", "hidden", "hidden"]


def test_a_hidden_cell_may_be_a_zero():
    assert cells_of(300, 200, 8, 8, 0) == ["shown", "shown", "hidden", "hidden", "hidden"]


def test_the_unknown_is_a_cell_like_any_other():
    answer = shown(RawAnswer(flow(5_000, 503), (table("t", 300, 200, unknown=3),)))
    assert words(cell.persons for cell in answer.tables[0].cells) == ["shown", "hidden", "hidden"]
    assert answer.tables[0].known.kind is Kind.HIDDEN


def test_how_many_are_known_follows_from_printed_numbers():
    answer = shown(RawAnswer(flow(5_000, 700), (table("t", 300, 200, unknown=200),)))
    unknown = answer.tables[0].cells[-1].persons.value
    assert answer.tables[0].known == Number(Kind.ROUNDED, answer.persons.value - unknown)
    assert shown(RawAnswer(flow(5_000, 500), (table("t", 300, 200),))).tables[0].known is None


def test_completeness_alone_says_its_known_once():
    answer = shown(RawAnswer(flow(5_000, 703), (table("t", 437, unknown=266),)))
    assert answer.tables[0].known == answer.tables[0].cells[0].persons


def test_shares_follow_from_printed_numbers():
    answer = shown(RawAnswer(flow(5_000, 700), (table("t", 300, 400),)))
    cell = answer.tables[0].cells[0]
    assert cell.percent == round(100 * cell.persons.value / answer.persons.value)


def test_a_cell_close_to_an_earlier_one_is_hidden_with_another():
    raw = RawAnswer(flow(5_000, 700), (table("t", 300, 400),))
    near = replace(raw.tables[0].cells[0], is_near=True)
    raw = replace(raw, tables=(replace(raw.tables[0], cells=(near, raw.tables[0].cells[1])),))
    assert words(cell.persons for cell in shown(raw).tables[0].cells) == ["hidden", "hidden"]


def test_persons_hidden_in_one_table_are_hidden_in_every_table():
    one = table("item", 300, 3, unknown=20)
    same = RawTable("known", "known", (RawCell("k", "k", 303, b"known"), one.cells[-1]))
    other = table("other", 23, 300)
    answer = shown(RawAnswer(flow(5_000, 323), (one, same, other)))
    assert [words(c.persons for c in t.cells) for t in answer.tables] == [
        ["shown", "hidden", "hidden"],
        ["hidden", "hidden"],
        ["shown", "shown"],
    ]


def test_an_answer_that_nearly_all_gave_is_hidden():
    assert cells_of(495, 200, is_partition=False, total=500) == ["hidden", "shown"]


def test_an_answer_of_few_among_several_is_hidden():
    assert cells_of(500, 200, 4, is_partition=False, total=500) == ["shown", "shown", "hidden"]


def test_a_small_unknown_hides_the_answer_that_bounds_it():
    got = cells_of(490, 200, is_partition=False, total=497, unknown=7)
    assert got == ["hidden", "shown", "hidden"]


def test_the_only_answer_of_several_is_hidden_with_the_unknown():
    assert cells_of(490, is_partition=False, total=497, unknown=7) == ["hidden", "hidden"]


def test_a_hidden_answer_is_covered_by_others():
    got = cells_of(200, 5, 4, is_partition=False, total=200, unknown=0)
    assert got == ["shown", "hidden", "hidden", "zero"]
    got = cells_of(195, 5, is_partition=False, total=200)
    assert got == ["hidden", "hidden"]


def test_where_nothing_helps_all_answers_are_hidden():
    only = table("t", 500, is_partition=False)
    near = replace(only, cells=(replace(only.cells[0], is_near=True),))
    answer = shown(RawAnswer(flow(5_000, 500), (near,)))
    assert words(cell.persons for cell in answer.tables[0].cells) == ["hidden"]


def test_median_follow_up_is_coarse_and_of_enough_persons():
    raw = RawAnswer(flow(5_000, 700), (), 1_234, 600)
    assert shown(raw).median_follow_up_days == Number(Kind.ROUNDED, 1_230)
    assert shown(replace(raw, n_watched=10)).median_follow_up_days.kind is Kind.HIDDEN
    assert shown(replace(raw, median_follow_up_days=None)).median_follow_up_days.kind is Kind.HIDDEN
    assert round_days(44) == 30


def test_the_threshold_may_be_raised_and_never_lowered():
    raw = RawAnswer(flow(5_000, 15))
    assert shown(raw).persons.kind is Kind.ROUNDED
    assert shown(raw, threshold=20).persons.kind is Kind.HIDDEN
    with pytest.raises(ValueError, match="never lowered"):
        shown(raw, threshold=10)


@pytest.mark.parametrize(
    "raw",
    [
        RawAnswer(()),
        RawAnswer(flow(100, 200)),
        RawAnswer((RawStep("a", 100, 100, b"a"), RawStep("b", 90, 95, b"b"))),
        RawAnswer((RawStep("a", -1, 5, b"a"),)),
        RawAnswer((RawStep("a", 100, 90, b"a"),)),
        RawAnswer(flow(100), (table("t", 50, 40),)),
        RawAnswer(flow(100), (table("t", 110, -10),)),
        RawAnswer(flow(100), (table("t", 60, 30, is_partition=False),)),
        RawAnswer(flow(100), (table("t", 101, is_partition=False),)),
        RawAnswer(
            flow(100),
            (RawTable("t", "t", (*table("t", 50, unknown=25).cells, *table("u", unknown=25).cells)),),
        ),
    ],
)
def test_counts_that_make_no_sense_are_not_shown(raw):
    with pytest.raises(ValueError, match=r"\."):
        shown(raw)


def test_the_same_persons_give_the_same_number_under_every_name():
    one = shown(RawAnswer((RawStep("as asked first", 777, 777, b"set"),)))
    other = shown(RawAnswer((RawStep("in other words", 777, 777, b"set"),)))
    assert one.persons == other.persons


def test_rounding_is_unbiased_and_sticks_to_the_set():
    marks = [str(n).encode() for n in range(4_000)]
    rounded = [round_sticky(23, mark=mark, secret=SECRET, purpose="persons") for mark in marks]
    assert set(rounded) == {20, 30}
    assert abs(Fraction(sum(rounded), len(rounded)) - 23) < Fraction(1, 3)
    assert rounded == [round_sticky(23, mark=mark, secret=SECRET, purpose="persons") for mark in marks]
    others = [round_sticky(23, mark=mark, secret=b"other", purpose="persons") for mark in marks]
    assert rounded != others


def test_a_multiple_of_the_base_stays():
    assert {round_sticky(40, mark=bytes([n]), secret=SECRET, purpose="p") for n in range(200)} == {40}


def test_ranges_say_what_a_reader_could_work_out():
    assert chain_ranges((100, 60, 50, 20), (True, False, False, True)) == [
        Span(20, 100),
        Span(0, 80),
        Span(20, 100),
        Span(0, 80),
    ]
    assert chain_ranges((100, 60), (False, True)) == []
    assert chain_ranges((100, 100, 100), (True, False, True)) == []
    assert partition_ranges(table("t", 90, 7, 3), (True, False, False)) == [Span(0, 10), Span(0, 10)]
    assert partition_ranges(table("t", 90, 7), (True, False)) == [Span(7, 7)]
    several = table("t", 90, 7, unknown=3, is_partition=False)
    assert overlap_ranges(several, 95, (True, False, True)) == [Span(2, 92)]
    assert overlap_ranges(several, 95, (False, False, True)) == [Span(0, 92), Span(0, 92)]
    assert overlap_ranges(several, 95, (True, True, False)) == [Span(0, 5)]
    assert overlap_ranges(several, 95, (True, False, False)) == [Span(0, 5), Span(0, 95)]


@pytest.mark.parametrize("block", range(20))
def test_no_integer_program_works_a_hidden_count_out(block):
    """500 random answers; each hidden count keeps a range of ten or more, whoever reads it."""
    hidden = 0
    for seed, n_hidden, found in attacks(range(25 * block, 25 * block + 25), both_every=5):
        assert not found, seed
        hidden += n_hidden
    assert hidden > 100


def test_the_attack_finds_what_careless_control_leaks():
    """The same attack on answers in which small counts alone are hidden, nothing beside them."""
    raw = RawAnswer(flow(5_000, 503), (table("t", 300, 200, 3),))
    careful = shown(raw)
    cells = list(careful.tables[0].cells)
    cells[1] = replace(cells[1], persons=Number(Kind.ROUNDED, 200))
    careless = replace(careful, tables=(replace(careful.tables[0], cells=tuple(cells)),))
    assert not leaks(raw, careful, exact=True)
    assert leaks(raw, careless, exact=True)


def test_the_attack_finds_a_small_drop():
    raw = RawAnswer(flow(5_000, 503, 500))
    careful = shown(raw)
    careless = replace(
        careful, steps=(careful.steps[0], replace(careful.steps[1], persons=ZERO), careful.steps[2])
    )
    assert not leaks(raw, careful, exact=True)
    numbers = replace(careful.steps[1], persons=Number(Kind.ROUNDED, 500))
    careless = replace(careful, steps=(careful.steps[0], numbers, careful.steps[2]))
    with pytest.raises(AssertionError, match="contradicts"):
        leaks(raw, careless, exact=True)


def test_a_raised_threshold_widens_every_range():
    for seed in range(60):
        raw = random_answer(random.Random(seed))
        assert not leaks(raw, shown(raw, threshold=25), exact=True, threshold=25), seed


def test_numbers_print_as_they_are_read():
    assert [str(Number(kind)) for kind in (Kind.HIDDEN, Kind.REFUSED, Kind.FAILED)] == [
        "hidden",
        "refused",
        "failed",
    ]
    assert str(Number(Kind.ROUNDED, 154_460)) == "154,460"
    assert THRESHOLD == 11

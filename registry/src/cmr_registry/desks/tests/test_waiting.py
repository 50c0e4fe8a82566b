"""What waits for a center, from plain counts."""

from datetime import UTC, datetime, timedelta

from cmr_registry.desks.waiting import CenterFigures, Urgency, center_waiting

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
NOTHING = CenterFigures(
    with_problems=0, silent=0, conflicts=0, without_report=0, accepted_this_month=3, last_contact=NOW
)


def lines(**changes):
    figures = CenterFigures(**{**{f: getattr(NOTHING, f) for f in NOTHING.__slots__}, **changes})
    return center_waiting(figures, NOW)


def test_where_nothing_waits_every_line_is_calm_and_names_nobody():
    assert all(line.urgency is Urgency.CALM and not line.who for line in lines())


def test_problems_are_urgent_and_say_who_acts():
    line = lines(with_problems=2)[0]
    assert (line.count, line.urgency, line.query) == (2, Urgency.URGENT, "show=problems")
    assert line.sentence == "deliveries have problems."
    assert line.who.startswith("You:")


def test_one_delivery_is_told_in_the_singular():
    assert lines(with_problems=1)[0].sentence == "delivery has problems."


def test_a_center_without_any_contact_is_told_to_install_the_connector():
    line = lines(last_contact=None)[0]
    assert "been in touch yet" in line.sentence
    assert line.who.startswith("Hospital IT")


def test_a_day_of_silence_is_urgent_and_an_hour_is_not():
    assert lines(last_contact=NOW - timedelta(hours=25))[0].urgency is Urgency.URGENT
    assert all(line.urgency is Urgency.CALM for line in lines(last_contact=NOW - timedelta(hours=1)))


def test_every_line_that_waits_leads_somewhere():
    waiting = lines(with_problems=1, silent=1, conflicts=1, without_report=1, last_contact=None)
    assert len(waiting) == 5
    assert all(line.link and line.link_text and line.who for line in waiting)


def test_what_is_urgent_stands_first_and_what_is_in_order_last():
    urgencies = [line.urgency for line in lines(without_report=4, last_contact=NOW - timedelta(days=3))]
    assert urgencies == [Urgency.URGENT, Urgency.WAITS, Urgency.CALM, Urgency.CALM, Urgency.CALM]


def test_who_sees_no_ballots_is_told_of_none():
    assert not [line for line in lines() if "ballot" in line.sentence]


def test_who_sees_ballots_is_told_where_none_waits():
    (line,) = [line for line in lines(ballots=0) if "ballot" in line.sentence]
    assert (line.sentence, line.urgency) == ("No ballot waits for your center's answer.", Urgency.CALM)


def test_an_open_ballot_waits_and_is_urgent_two_days_before_its_deadline():
    (later,) = [
        line
        for line in lines(ballots=1, ballot_deadline=NOW + timedelta(days=9))
        if "ballot" in line.sentence
    ]
    assert (later.count, later.sentence, later.urgency) == (
        1,
        "ballot waits for your center's answer.",
        Urgency.WAITS,
    )
    near = lines(ballots=2, ballot_deadline=NOW + timedelta(hours=47))[0]
    assert (near.sentence, near.urgency) == ("ballots wait for your center's answer.", Urgency.URGENT)
    assert (near.link, near.query) == ("projects:ballots", "")


def test_who_sees_data_quality_is_told_of_errors_and_questions():
    assert not [line for line in lines() if "errors" in line.sentence]
    errors, questions = [line for line in lines(red_exams=1, queries=0) if line.link.startswith("quality:")]
    assert (errors.sentence, errors.urgency) == ("exam has errors in its data.", Urgency.WAITS)
    assert (questions.count, questions.urgency) == (0, Urgency.CALM)

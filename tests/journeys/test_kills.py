"""Twenty SIGKILLs of connector, server and worker during one upload; the drill of the same name adds hundreds."""

from cmr_testkit.exam import make_exam
from drills.kills import disturb


def test_twenty_kills_lose_nothing_and_duplicate_nothing(registry, make_hospital, with_key, tmp_path):
    exam = make_exam(tmp_path / "exam", vendor="siemens", size="small", seed=77)
    hospital = make_hospital("seehafen", registry={"batch_instances": 2})
    outcome = disturb(registry, hospital, with_key("seehafen"), exam, seed=20261121)
    assert outcome.holds, outcome
    assert outcome.while_open >= 5, "the upload was over before it was disturbed"

"""The last look finds ids, pseudonyms and the words of centers, and says what it found without its value."""

import uuid

import pytest

from cmr_registry.releases.errors import ReleaseUnbuildableError
from cmr_registry.releases.second_look import Forbidden

ID = str(uuid.UUID(int=2**120 + 77))
PSEUDONYM = "ABCDEFGHIJKLMNOP2"
LOOK = Forbidden([ID], [PSEUDONYM], ["riverside", "Riverside Heart Hospital", ""]).examiner()


@pytest.mark.parametrize("data", [ID.encode(), ID.replace("-", "").encode(), f"x,{ID}\n".encode()])
def test_it_finds_a_registry_id(data):
    with pytest.raises(ReleaseUnbuildableError, match=r"a registry id in tables/exams\.csv") as found:
        LOOK("tables/exams.csv", data)
    assert ID not in str(found.value)


def test_it_finds_a_pseudonym():
    with pytest.raises(ReleaseUnbuildableError, match="pseudonym"):
        LOOK("README.md", f'"{PSEUDONYM}",1'.encode())


@pytest.mark.parametrize("text", ["Riverside", "at RIVERSIDE HEART HOSPITAL.", "riverside,1"])
def test_it_finds_the_words_of_a_center(text):
    with pytest.raises(ReleaseUnbuildableError, match="name of a center"):
        LOOK("README.md", text.encode())


def test_it_lets_labels_and_other_words_pass():
    LOOK("tables/exams.csv", b"7A7EWCSARTH3AGBZY,c1,riversides,north")
    Forbidden([], [], []).examiner()("README.md", b"anything")

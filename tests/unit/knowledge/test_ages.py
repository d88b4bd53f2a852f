"""An age in a question chooses between records that differ in the age alone."""

import pytest

from knowledge.search.ages import of_that_age
from knowledge.search.found import Hit, Ranked

GROWN = Hit("1", "Cấp thẻ căn cước cho người từ đủ 14 tuổi trở lên", 0.9)
CHILD = Hit("2", "Cấp thẻ căn cước cho người dưới 14 tuổi", 0.1)
OTHER = Hit("3", "Cấp hộ chiếu cho người dưới 14 tuổi", 0.05)


def led(text, *hits):
    return of_that_age(Ranked(hits, 0.9, 0.9), text).hits[0].code


@pytest.mark.parametrize(
    "text", ["làm cccd lần đầu mà chưa 14 tủi", "chưa đủ 14 tuổi làm căn cước", "con 13 tuổi", "lam cccd cho be 10t"]
)
def test_a_child_is_not_answered_as_a_grown_up(text):
    assert led(text, GROWN, OTHER, CHILD) == "2"


@pytest.mark.parametrize("text", ["đủ 14 tuổi làm căn cước", "tôi 40 tuổi, con 10 tuổi", "làm căn cước", "từ 14 tuổi"])
def test_any_other_age_leaves_the_order(text):
    assert led(text, GROWN, CHILD) == "1"


def test_another_matter_is_never_taken_for_its_age():
    assert led("con 10 tuổi làm căn cước", GROWN, OTHER) == "1"


def test_chances_stay_where_they_were():
    hits = of_that_age(Ranked((GROWN, CHILD), 0.9, 0.9), "chưa 14 tuổi").hits
    assert [hit.score for hit in hits] == [0.9, 0.1]

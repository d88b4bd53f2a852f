"""What is to be done with a paper, read alike from titles and from questions."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.search.actions import action_names, actions_in


def named(folded):
    return {name for name, found in zip(action_names(), actions_in(folded), strict=True) if found}


@pytest.mark.parametrize(
    ("folded", "action"),
    [
        ("cap lai the can cuoc", "again"),
        ("lam mat the can cuoc", "again"),
        ("doi giay phep lai xe", "change_over"),
        ("gia han tam tru", "extend"),
        ("thu hoi giay phep", "revoke"),
        ("tam ngung ho kinh doanh", "pause"),
        ("cham dut ho kinh doanh", "end"),
        ("dang ky ket hon", "register"),
        ("xac nhan tinh trang hon nhan", "confirm"),
        ("ket hon voi nguoi han quoc", "foreign"),
        ("cap lan dau", "first"),
        ("sang ten xe", "transfer"),
    ],
)
def test_an_action_is_found_in_titles_and_in_everyday_words(folded, action):
    assert action in named(folded)


@pytest.mark.parametrize(
    ("folded", "action"), [("doi voi nguoi lao dong", "change_over"), ("xoai cat", "delete"), ("tam tru", "register")]
)
def test_a_word_that_only_looks_like_an_action_is_none(folded, action):
    assert action not in named(folded)


def test_one_place_a_name_zero_or_one():
    found = actions_in("dang ky lai khai sinh")
    assert found.shape == (len(action_names()),)
    assert set(np.unique(found)) <= {0.0, 1.0}
    assert len(set(action_names())) == len(action_names())
    assert not actions_in("").any()

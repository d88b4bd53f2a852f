"""The lexicon of papers agrees with itself, and says so where it does not."""

import pytest
import yaml

from knowledge.errors import RecordInvalidError
from knowledge.paper_check.lexicon import load_papers, plain
from knowledge.paper_check.models import CopyAsked
from knowledge.paper_check.naming import asked_paper, copy_asked

GOOD = {"kinds": {"identity": ["giấy tờ tùy thân"]}, "papers": [{"id": "one", "name": "Một", "say": ["giấy một"]}]}


def read(tmp_path, **paper):
    path = tmp_path / "papers.yml"
    data = {**GOOD, "papers": [*GOOD["papers"], {"id": "two", "name": "Hai", "say": ["giấy hai"], **paper}]}
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    return load_papers.__wrapped__(path)


def test_the_shipped_lexicon_is_sound_and_every_everyday_name_leads_to_its_paper():
    lexicon = load_papers()
    assert len(lexicon.papers) > 40
    for paper in lexicon.papers:
        for name in paper.say:
            assert asked_paper(name).paper_id == paper.id, name


@pytest.mark.parametrize(
    ("paper", "said"),
    [
        ({"say": ["Giấy MỘT"]}, "names one and two"),
        ({"id": "one"}, "stands twice"),
        ({"kinds": ["nothing"]}, "no kind nothing"),
        ({"not": ["làm gì đó"]}, "holds none of its names"),
        ({"kind": "x"}, "needs id, name, say"),
    ],
)
def test_a_fault_names_the_entry(tmp_path, paper, said):
    with pytest.raises(RecordInvalidError, match=said):
        read(tmp_path, **paper)


def test_replaced_papers_name_components_that_exist():
    from knowledge.curated import read_all

    known = {f"{r.code}/{part.id}" for r in read_all() for case in r.dossier for part in case.components}
    assert {place for paper in load_papers().papers for place in paper.optional_in} <= known


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("bắt nộp bản sao cccd công chứng", CopyAsked.CERTIFIED),
        ("sao y căn cước", CopyAsked.CERTIFIED),
        ("photo căn cước", CopyAsked.COPY),
        ("đòi sổ đỏ bản gốc", CopyAsked.ORIGINAL),
        ("có cần căn cước không", CopyAsked.ANY),
    ],
)
def test_the_shape_asked_for(text, shape):
    assert copy_asked(text) is shape


def test_names_are_plain():
    assert plain("Giấy  KHAI sinh") == "giay khai sinh"

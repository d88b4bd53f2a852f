"""The small grammar of asking about papers, over a message as a row of letters (`bot.nlu.paper_words.Kind`).

A pattern's group `papers` takes the papers that it asks about. Between two words of a pattern some others may stand
("bắt hai vợ chồng đi xin phiếu …"), but no mark of a sentence's end and no word that begins another clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.nlu.paper_words import Kind, Token

_BETWEEN = "(?:[wGkcNJOSTIHUtyhKFLlYpQX+]|,(?=K))"
_LIST = r"(?P<papers>P(?:[hwGS]{0,3}[,K]+[hwGkN]{0,4}P)*)"

_WHO = "(?:[hwSkpBO]{0,8}O[whK]{0,3}|[hwkOHX]{0,6}U)"

_DEMANDS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!S)D{_BETWEEN}{{0,9}}?{_LIST}",  # phường đòi …, bắt hai vợ chồng đi xin …
        rf"(?<!S)T{_BETWEEN}{{0,5}}?[GkcNLl]{_BETWEEN}{{0,6}}?{_LIST}",  # kêu em về làm …
        rf"t{_BETWEEN}{{0,5}}?[GkcNLJl]{_BETWEEN}{{0,6}}?{_LIST}",  # được báo phải có …
        rf"y{_BETWEEN}{{0,5}}?[NLJl]{_BETWEEN}{{0,6}}?{_LIST}",  # nghe nói phải có …
        rf"[OU][wh]{{0,2}}T[hS]{{0,3}}{_LIST}",  # họ kêu giấy …
        rf"(?<![Iq])[OU][wphSDTGk,]{{0,6}}?(?<!S)[IT]{_BETWEEN}{{0,5}}?[GkNLJl]{_BETWEEN}{{0,6}}?{_LIST}",  # họ nói …
        rf"IS{_BETWEEN}{{0,4}}?[GkNLl]{_BETWEEN}{{0,6}}?{_LIST}",  # nhắn em nộp …
        rf"[OU][wph]{{0,3}}?H{_BETWEEN}{{0,4}}?{_LIST}",  # họ hỏi giấy …
        rf"O[wh]{{0,2}}N{_BETWEEN}{{0,4}}?{_LIST}",  # họ cần …
        rf"pw?I{_BETWEEN}{{0,4}}?[GkNLl]{_BETWEEN}{{0,6}}?{_LIST}",  # chị nói phải nộp …
        rf"L{_BETWEEN}{{0,4}}?{_LIST}",  # hồ sơ thiếu …
        rf"R[^.PXE]{{0,9}}?(?<!k){_LIST}",  # trả hồ sơ vì giấy …
        rf"R[^.P]{{0,20}}?l{_BETWEEN}{{0,4}}?{_LIST}",  # trả hồ sơ vì không có …
        rf"(?:[lNF]|G){_BETWEEN}{{0,5}}?{_LIST}[^.P]{{0,8}}?R",  # không có … họ không nhận
        rf"{_LIST}{_WHO}T[hS]{{0,2}}G(?!{_BETWEEN}{{0,9}}?[Pm])",  # … họ cũng kêu nộp
        rf"{_LIST}(?:{_WHO}[DH]|D)(?!{_BETWEEN}{{0,9}}?[Pm])",  # … họ vẫn đòi
    )
)
"""Somebody demands a paper, or sends back for want of it."""
_NEEDS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"J{_BETWEEN}{{0,6}}?(?<!c){_LIST}",  # có cần …
        rf"[NF]{_BETWEEN}{{0,6}}?(?<!c){_LIST}[^.,;PE]{{0,8}}?(?<!Y)(?:Q[QpSh]*(?=$|[.,BKO])|[Vv])",  # cần … không
        rf"F{_BETWEEN}{{0,5}}?(?<!c){_LIST}[^.P]{{0,14}}?Y[^.,P]{{0,5}}?Q",
        rf"(?:l|QG){_BETWEEN}{{0,5}}?(?<!c){_LIST}[^.]{{0,14}}?Y[^.,P]{{0,9}}?Q",  # khỏi nộp … được không
        rf"W{_BETWEEN}{{0,4}}?[NDTGJk]{_BETWEEN}{{0,4}}?{_LIST}",  # sao phải nộp …
        rf"[GND]{_BETWEEN}{{0,3}}?{_LIST}[hwp]{{0,4}}W",  # nộp … làm gì
        rf"N{_BETWEEN}{{0,4}}?(?<!c){_LIST}[^.Pm]{{0,3}}?M",  # phải có … mới cho làm
        rf"G{_BETWEEN}{{0,4}}?(?<!c){_LIST}[^.Pm]{{0,6}}?M(?=.*[VvQ]|.*O)",  # phải có … mới cho làm hả
        rf"(?<![kc]){_LIST}[^.PDTEQ]{{0,14}}?[JNF](?:[JGNhSpK]{{0,3}}|Gw)Q",  # … có cần nộp không
        rf"(?<![kc]){_LIST}[^.PkcE]{{0,6}}?v",  # … có bắt buộc không
    )
)
"""Somebody asks whether a paper is needed."""
_ANY_GIVEN = re.compile(rf"[GOND]{_BETWEEN}{{0,6}}?{_LIST}")
_DEMANDING = re.compile(r"[DTINLlRJHM]")
CARRIES_ON = re.compile(
    r"^(?:da|vay|the|thi|roi|uh|u|a|con|vay con|the con|\s)*(?:con|vay|the)\s+(?:(?:ban sao|ban chinh|cai|to|ca)\s+)*"
    r"\x00+(?:(?:\s|,|va|voi)+\x00+)*"
    r"(?:\s+cua(?:\s+[^\x00\s]+){1,3}?)?(?:\s+(?:thi|sao|vay|a|ha|em|nua|the nao|khong"
    r"|ko|k|hong|cong chung|chung thuc|duoc|co|can|nhi|ta))*\W*$"
)
"""The whole folded message, papers as marks: "vậy còn … thì sao"."""


def row_of(tokens: list[Token]) -> str:
    """Return the tokens' letters."""
    return "".join(token.letter for token in tokens)


def asked_in(row: str) -> Iterator[tuple[re.Match[str], tuple[int, int]]]:
    """Yield each place where papers are asked about: the match, and the span of its papers in the row.

    Who asks something else of the paper (where, how long) is answered that, unless he asks too whether it is right.
    """
    checks = bool(re.search("[Vv]", row))
    if Kind.ELSEWHERE.value in row or ("E" in row and not checks):
        return
    found = False
    for match in _matches(row, needs=checks or "e" not in row):
        if row[match.end("papers") :].startswith(Kind.WHAT.value):  # "cần hóa đơn gì"
            continue
        found = True
        yield match, match.span("papers")
    if not found and checks and _DEMANDING.search(row) and "X" not in row:
        for match in _ANY_GIVEN.finditer(row):
            yield match, match.span("papers")


def _matches(row: str, needs: bool) -> Iterator[re.Match[str]]:
    for pattern in (*_DEMANDS, *(_NEEDS if needs else ())):
        yield from (match for match in pattern.finditer(row) if not _is_private(row, match))


_ACTS = re.compile(r"X[wphSk]{0,3}[DTIHNt]")


def _is_private(row: str, match: re.Match[str]) -> bool:
    """Say whether a company, bank or school makes the demand: it, and no office, was named last before."""
    names_first = match.start() == match.start("papers")
    at = match.end() if names_first else match.start() + 1
    before = row[:at].rsplit(".", 1)[-1]
    last = max(before.rfind(Kind.OFFICE.value), before.rfind(Kind.PRIVATE.value))
    return last >= 0 and before[last] == Kind.PRIVATE.value and bool(_ACTS.match((before + row[at:])[last:]))

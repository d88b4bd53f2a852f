"""The generated part of tests/evaluation/places.jsonl: every former ward and every unit of today, as people type them.

Each of the 442 former wards is named once with its district, each of the 168 units once by its full name; how it is
written (FORMS), in which sentence (SENTENCES) and with which noise (NOISES) is drawn from a fixed seed, so that the
same records give the same file. What is meant is known from the records; a slip that makes another place's name of it
is drawn again. Run after the records have changed: `python -m tools.generate_places`.
"""

from __future__ import annotations

import json
import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from rapidfuzz.distance import OSA

from knowledge.places import FormerWard, Places, load_places
from knowledge.settings import ROOT
from knowledge.text import fold

PATH = ROOT / "tests" / "evaluation" / "places.jsonl"
SEED = 20251107
_KINDS = ("Phường", "Xã", "Thị trấn", "Quận", "Huyện", "Thành phố")
_SHORT = {"Phường": "P.", "Xã": "X.", "Thị trấn": "TT.", "Quận": "Q.", "Huyện": "H.", "Thành phố": "TP."}
_BY_NUMBER = ["một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười"]
_TELEX = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_TELEX_SHAPE = {"\u0302": None, "\u031b": "w", "\u0306": "w"}
_VNI = {"\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
_VNI |= {"\u0302": "6", "\u031b": "7", "\u0306": "8"}
SENTENCES = (
    "{}", "{}", "nhà tôi ở {}", "em ở {} ạ", "{} giờ thuộc phường nào", "cho hỏi {} nay tên gì", "ủy ban {} ở đâu",
    "tui ở trọ {} thì đăng ký tạm trú ở đâu", "hộ khẩu {}, làm căn cước chỗ nào", "con ở {}, khai sinh cho bé cần gì",
    "bác ở {} con ơi", "đang tạm trú tại {}", "{} sáp nhập vô đâu rồi",
)  # fmt: skip


def split_kind(name: str) -> tuple[str, str]:
    """Return ("Phường", "12") of "Phường 12"."""
    return next((kind, name[len(kind) + 1 :]) for kind in _KINDS if name.startswith(f"{kind} "))


def forms(ward: FormerWard) -> list[str]:
    """Return the ways in which people write a former ward with its district."""
    if ward.name == ward.district:
        return [ward.district]
    kind, name = split_kind(ward.name)
    district_kind, district = split_kind(ward.district)
    short = f"{_SHORT[district_kind]}{district}"
    written = [
        f"{ward.name}, {ward.district}",
        f"{ward.name.lower()} {ward.district.lower()}",
        f"{ward.district.lower()} {ward.name.lower()}",
        f"{_SHORT[kind]}{name} {short}",
        f"{_SHORT[kind]}{name}, {short}",
        f"{kind.lower()} {name} {district if not district.isdecimal() else ward.district.lower()}",
    ]
    if name.isdecimal():
        written += [f"{kind.lower()} {spelt(int(name))} {ward.district.lower()}", f"F{name} {short}"]
        if district.isdecimal():
            written += [f"p{name}q{district}", f"p{name} q{district}", f"q{district} p{name}"]
    elif not district.isdecimal():
        written.append(f"{name} {district}".lower())
    return written


def spelt(number: int) -> str:
    """Return a number up to 28 in words."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _BY_NUMBER[number - 1]
    head = "mười" if tens == 1 else f"{_BY_NUMBER[tens - 1]} mươi"
    tail = {5: "lăm", 1: "một" if tens == 1 else "mốt"}.get(ones, _BY_NUMBER[ones - 1])
    return f"{head} {tail}" if ones else head


def telex(word: str) -> str:
    """Return the keystrokes of a word by Telex, the tone last."""
    letters, tone = "", ""
    for char in unicodedata.normalize("NFD", word):
        if char in _TELEX:
            tone = _TELEX[char]
        elif char in _TELEX_SHAPE:
            letters += _TELEX_SHAPE[char] or letters[-1]
        else:
            letters += "dd" if char == "đ" else char
    return letters.replace("uwow", "uow") + tone


def vni(word: str) -> str:
    """Return the keystrokes of a word by VNI."""
    return "".join(_VNI.get(char, "d9" if char == "đ" else char) for char in unicodedata.normalize("NFD", word))


def _one_word(change: Callable[[str], str]) -> Callable[[str, random.Random], str]:
    """Change one word with diacritics (a word of nothing but a number or two letters stays)."""

    def changed(text: str, chance: random.Random) -> str:
        words = text.split(" ")
        places = [at for at, word in enumerate(words) if len(word) > 2 and word.isalpha() and word.islower()]
        if places:
            at = chance.choice(places)
            words[at] = change(words[at])
        return " ".join(words)

    return changed


def drop(text: str, chance: random.Random) -> str:
    """Leave one letter out, inside a word of at least four."""
    places = [m.start() + 1 + chance.randrange(len(m[0]) - 2) for m in re.finditer(r"[^\W\d_]{4,}", text)]
    at = chance.choice(places) if places else None
    return text if at is None else text[:at] + text[at + 1 :]


def swap(text: str, chance: random.Random) -> str:
    """Let two neighbouring letters change places, inside a word of at least four."""
    places = [m.start() + 1 + chance.randrange(len(m[0]) - 2) for m in re.finditer(r"[^\W\d_]{4,}", text)]
    at = chance.choice(places) if places else None
    return text if at is None else text[:at] + text[at + 1] + text[at] + text[at + 2 :]


NOISES: dict[str, Callable[[str, random.Random], str]] = {
    "as it is": lambda text, _: text,
    "without diacritics": lambda text, _: fold(text),
    "small letters": lambda text, _: text.lower(),
    "capitals": lambda text, _: text.upper(),
    "Telex": _one_word(telex),
    "VNI": _one_word(vni),
    "letter dropped": drop,
    "letters swapped": swap,
}


def generated(places: Places) -> Iterator[dict[str, Any]]:
    """Yield the rows of the file, in the order of the records."""
    chance = random.Random(SEED)  # noqa: S311 - not for secrets
    names = {fold(split_kind(ward.name)[1]) for ward in places.former_wards} | {
        fold(one.bare_name) for one in places.units
    }
    now_of: dict[str, set[tuple[str, ...]]] = {}
    for ward in places.former_wards:
        units = sorted(places.by_code[code].name for code in ward.now)
        kind = "split" if len(units) > 1 else "certain"
        now_of.setdefault(ward.name, set()).add(ward.now)
        yield _row(chance.choice(forms(ward)), {"kind": kind, "units": units}, chance, names)
    for one in places.units:
        # A former ward of the same name that went elsewhere makes the name doubtful; the sentences' "nay" does not.
        if now_of.get(one.name, {(one.code,)}) == {(one.code,)}:
            yield _row(one.name, {"kind": "certain", "units": [one.name]}, chance, names)


def _row(said: str, meant: dict[str, Any], chance: random.Random, names: set[str]) -> dict[str, Any]:
    noise = chance.choice(list(NOISES))
    written = NOISES[noise](said, chance)
    if noise == "without diacritics" and _is_doubtful(written, names):
        written, noise = said, "as it is"
    for _ in range(20):
        if noise not in ("letter dropped", "letters swapped") or not _is_other_name(said, written, names):
            break
        written = NOISES[noise](said, chance)
    else:
        written, noise = said, "as it is"
    sentence = chance.choice(SENTENCES)
    if noise in ("without diacritics", "capitals"):
        sentence = NOISES[noise](sentence, chance)
    return {"text": sentence.format(written), "mentions": [meant], "from": "generated", "noise": noise}


def _is_doubtful(written: str, names: set[str]) -> bool:
    """Say whether a name without its diacritics is that of two places ("phước thành", "phước thạnh")."""
    return any(name in written.lower() for name in names if names_alike(name))


@cache
def names_alike(name: str) -> bool:
    """Say whether places with different diacritics are written so."""
    places = load_places()
    marked = {split_kind(ward.name)[1].lower() for ward in places.former_wards}
    marked |= {one.bare_name.lower() for one in places.units}
    return len({one for one in marked if fold(one) == name}) > 1


def _is_other_name(said: str, written: str, names: set[str]) -> bool:
    """Say whether a slip made another place's name: nobody could tell."""
    before, after = fold(said), fold(written)
    return any(name in after and name not in before for name in names if not name.isdecimal()) or any(
        sum(OSA.distance(name, part) <= 1 for name in names) > 1 for part in [after.split(" ", 1)[-1]]
    )


def main() -> None:
    """Rewrite the generated lines; those written by hand stay as they are, first."""
    kept = [line for line in PATH.read_text("utf-8").splitlines() if json.loads(line)["from"] != "generated"]
    rows = [json.dumps(row, ensure_ascii=False) for row in generated(load_places())]
    PATH.write_text("\n".join([*kept, *rows]) + "\n", "utf-8")
    print(f"{len(kept)} lines by hand, {len(rows)} generated")


if __name__ == "__main__":
    main()

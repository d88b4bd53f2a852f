"""What officers and reviewers see of citizens' words unless they give a reason: no names, days, numbers, addresses.

Numbers, cards and addresses of letters are taken out before a message is stored (docs/safety.md), but for what the
assistant asked for. Here names and days go, too. Names are known by their family name and capitals, so streets that
bear a person's name go with them; those in small letters by `small_names`, which does not know every one.
"""

from __future__ import annotations

import re

from bot.desk.small_names import small_names
from bot.ops.screening.masking import mask

MASK = "•••"
_FAMILY = (
    "Nguyễn|Trần|Lê|Phạm|Huỳnh|Hoàng|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Trương|Lâm|Cao|Châu|Mai|Đào|Đoàn|"
    "Trịnh|Phùng|Tô|Tạ|Quách|Lương|Lưu|Thái|Tăng|Vương|Kiều|Hà|Thạch|Sơn|Danh|Kim|Chu|Nghiêm|Triệu|Mạc"
)
_LETTERS = "".join(char for char in map(chr, (*range(0xC0, 0x1B1), *range(0x1EA0, 0x1EFA))) if char.isalpha())
_BIG = "A-Z" + "".join(char for char in _LETTERS if char.isupper())
_SMALL = "a-z" + "".join(char for char in _LETTERS if char.islower())
_WORD = rf"[{_BIG}][{_SMALL}]+"
_NAME = re.compile(rf"(?<!\w)(?!Hồ Chí Minh)(?:{_FAMILY})(?: {_WORD}){{1,4}}(?!\w)")
_TOLD = r"(?:[Tt]ên|[Hh]ọ tên|[Hh]ọ và tên)(?: (?:là|tôi|em|cháu|con|bé|mình))* ?:? ?"
_SAID = re.compile(rf"({_TOLD})({_WORD}(?: {_WORD}){{0,4}})")
_DAY = re.compile(r"(?<![\d./\-])\d{1,2}[./\-]\d{1,2}[./\-](?:19|20)\d\d(?![\d./\-])")
_ADDRESS = re.compile(r"\S+@\S+\.\S+")
_NUMBER = re.compile(r"(?<![\w.\-])\+?\d(?:[ .]?\d){8,14}(?![\w\-])")
"""Nine digits or more that stand alone. Codes of dossiers and procedures are none."""


def hidden_words(text: str) -> str:
    """Return what somebody wrote with what is personal in it masked."""
    found = mask(text).text
    found = _SAID.sub(rf"\1{MASK}", found)
    for personal in (_NAME, _DAY, _ADDRESS, _NUMBER):
        found = personal.sub(MASK, found)
    for begins, until in reversed(small_names(found)):
        found = found[:begins] + MASK + found[until:]
    return found

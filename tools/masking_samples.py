"""Samples of personal data as people type it, made up by rule: `{"text", "secrets", "kind"}`; and what only looks so.

Numbers are drawn with a fixed seed and belong to nobody we know; what is said around them is written by hand.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

SEED = 20261126
Spelling = Callable[[str], str]


@dataclass(frozen=True)
class Sample:
    """secrets: what must not be left. keep: what must be. kind: of which sort the sample is."""

    text: str
    kind: str
    secrets: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()


def _grouped(*sizes: int, by: str) -> Spelling:
    def spell(digits: str) -> str:
        parts, place = [], 0
        for size in sizes:
            parts.append(digits[place : place + size])
            place += size
        return by.join([*parts, digits[place:]] if place < len(digits) else parts)

    return spell


def _plain(digits: str) -> str:
    return digits


PHONE: tuple[Spelling, ...] = (
    _plain,
    _grouped(4, 3, 3, by=" "),
    _grouped(4, 3, 3, by="."),
    _grouped(4, 3, 3, by="-"),
    _grouped(3, 3, 4, by=" "),
    _grouped(3, 3, 2, 2, by=" "),
    _grouped(2, 2, 2, 2, 2, by=" "),
    lambda digits: "+84" + digits[1:],
    lambda digits: f"+84 {digits[1:4]} {digits[4:7]} {digits[7:]}",
    lambda digits: "84" + digits[1:],
    lambda digits: f"(+84) {digits[1:]}",
    lambda digits: digits.replace("0", "o", 1),
)
CARD: tuple[Spelling, ...] = (
    _plain,
    _grouped(3, 3, 3, 3, by=" "),
    _grouped(4, 4, 4, by=" "),
    _grouped(3, 3, 3, 3, by="."),
    _grouped(4, 4, 4, by="-"),
    _grouped(6, 6, by=" "),
)
NINE: tuple[Spelling, ...] = (_plain, _grouped(3, 3, 3, by=" "), _grouped(3, 3, 3, by="."))
TEN: tuple[Spelling, ...] = (_plain, _grouped(2, 4, 4, by=" "), _grouped(4, 3, 3, by=" "))
SIXTEEN: tuple[Spelling, ...] = (_plain, _grouped(4, 4, 4, 4, by=" "), _grouped(4, 4, 4, 4, by="-"))

SAID = {
    "phone": (
        "sđt tôi là {}",
        "so dt cua e {} a",
        "gọi cho tôi số {} nhé",
        "{}",
        "lh zalo {}",
        "đây là số của má tôi {}, gọi buổi sáng giùm",
        "tôi tên Nguyễn Văn An, điện thoại {}",
        "dt {} gặp chị Ba",
    ),
    "citizen_id": (
        "cccd của tôi {}",
        "số căn cước {} cấp năm 2021",
        "{}",
        "so dinh danh {} nha",
        "căn cước công dân số {}, xem giúp hồ sơ",
        "em mất thẻ căn cước số {}",
    ),
    "identity_number": ("cmnd cũ {}", "chứng minh nhân dân số {}", "cmt {} cấp tại TP.HCM", "so chung minh {}"),
    "passport": ("hộ chiếu {}", "passport so {}", "số hộ chiếu của con tôi là {}", "ho chieu {} sap het han"),
    "insurance_number": ("mã số bhxh {}", "sổ bảo hiểm xã hội số {}", "bhxh {} chưa chốt", "so bhyt {}"),
    "tax_code": ("mã số thuế {}", "mst {} của hộ kinh doanh", "ma so thue ca nhan {}"),
    "bank_account": (
        "stk {} vietcombank",
        "số tài khoản {} ngân hàng agribank",
        "chuyển vào tk {} giùm",
        "tai khoan bidv {}",
    ),
    "card_number": ("số thẻ {}", "thẻ visa {}", "so the atm cua toi {}", "thẻ ngân hàng số {} bị khoá"),
    "email": ("email của tôi {}", "gửi qua {} giúp", "mail: {}", "dia chi thu dien tu {}"),
    "health_card": ("thẻ bhyt {}", "mã thẻ bảo hiểm y tế {}", "{} còn hạn không"),
}
TWO = (
    "tôi tên Trần Thị B, sđt {}, cccd {}, xem giúp tôi",
    "dt {} con cccd la {} nha",
    "số điện thoại {} và số căn cước {}",
)
FAMILY = (
    "số của má tôi {}",
    "má em xài số {}",
    "gọi má tôi giùm {}",
    "số của ba mẹ tôi là {}, ngân hàng hay gọi",
    "ma em xai so {}",
    "so {} k lien lac duoc",
)
"""Mothers in the South are "má", which without its mark is a code ("mã")."""
_NAMES = ("an.nguyen", "tranthib1985", "le_van_c", "phamduc", "hoa-mai.vo", "ngoc.anh.2k")
_HOSTS = ("gmail.com", "yahoo.com.vn", "outlook.com", "hcmut.edu.vn", "example.org")

PLAIN = (
    "tôi cần 2 bản sao, 3 ảnh 3x4 và 1 tờ khai CT01",
    "nộp ngày 02/11/2026 hẹn 16/11/2026 mà tới nay 26/11/2026 chưa có",
    "nhà 2 tầng, 3 phòng, 120 m2, xây năm 2005",
    "thu 50.000 đồng tiền mặt và 15.000 đồng lệ phí",
    "chuyển 419.453.000 đồng qua ngân hàng được không",
    "từ 7 giờ 30 đến 11 giờ 30, chiều 13 giờ đến 17 giờ",
    "con tôi sinh 15/03/2024, nay 2 tuổi 8 tháng",
    "hộ khẩu 5 người, 2 người lớn 3 trẻ em",
    "luật số 91/2025/QH15 và nghị định 356/2025/NĐ-CP",
    "chờ 3 lần rồi, lần 1 ngày 5/9, lần 2 ngày 12/9, lần 3 ngày 20/9",
    "tôi ở hẻm 84/12/3 đường Cách Mạng Tháng 8, quận 3 cũ",
    "lương 12 triệu, có 2 người phụ thuộc",
)
KEPT = (
    (
        "procedure_code",
        ("thủ tục {} cần giấy gì", "{} lệ phí bao nhiêu", "ma thu tuc {}"),
        ("1.004222", "2.000815", "1.001193.000.00.00.H29", "1.012793", "3.000410"),
    ),
    (
        "case_code",
        ("hồ sơ {} tới đâu rồi", "{}", "tra cuu {}"),
        ("H29.12-261102-0004", "H29-261015-0021", "H29.12.34-261120-0103", "000.00.12.H29-261102-0007"),
    ),
    (
        "decision",
        ("theo quyết định {} thì sao", "{} còn hiệu lực không", "văn bản {}"),
        ("1872/QĐ-BCA", "3521/QĐ-UBND", "766/QĐ-TTg", "118/2025/NĐ-CP", "61/2018/NĐ-CP", "91/2025/QH15", "05/CT-UBND"),
    ),
    (
        "day",
        ("tôi nộp ngày {} mà chưa có", "sinh {} làm căn cước được không", "hen tra {}"),
        ("12/10/2026", "01-02-1985", "3.11.2026", "20/11", "2026-11-02", "ngày 5 tháng 9 năm 2024"),
    ),
    (
        "money",
        ("lệ phí {} đúng không", "sao thu tôi {}", "phạt {} có quá không"),
        ("15.000 đồng", "500.000đ", "1.200.000 vnd", "150k", "2 triệu", "3.000.000.000 đồng", "12.500.000"),
    ),
    (
        "hotline",
        ("gọi {} được không", "tổng đài {} bận hoài", "so {} la so gi"),
        ("1022", "113", "114", "115", "19006899", "1900 6899", "1800 1096", "111"),
    ),
    (
        "thing",
        ("thửa đất số {} tờ bản đồ 12", "nhà số {} đường Lê Lợi", "phòng {} chung cư"),
        ("345", "123/45/6", "1208", "12A", "256"),
    ),
    (
        "article",
        ("điều {} luật nói gì", "khoản {} điều 12", "mẫu {} điền sao"),
        ("21", "3", "CT01", "01", "15.2", "NA17"),
    ),
    (
        "amount",
        ("diện tích {} có tách thửa được không", "cao {} tầng", "mất {} ngày làm việc"),
        ("36 m2", "120,5 m2", "3", "15", "1000 m2"),
    ),
    (
        "reference",
        ("góp ý {} tới đâu", "{}", "yêu cầu {} huỷ giùm"),
        ("GY-7K3MPA", "DL-3F7HKA", "GL-PA7T4C", "HT 482-137-2"),
    ),
    ("plain_words", ("{}",), PLAIN),
    ("year", ("từ năm {} tới nay", "xe đời {}", "luật {} khác gì"), ("1975", "2019", "2024", "2025")),
)
"""Look-alikes, each with what is said around it: nothing of them may be masked."""


def samples() -> Iterator[Sample]:
    """Yield all samples, the same ones each time."""
    draw = random.Random(SEED)  # noqa: S311 - no secrets, the same each time
    yield from _numbers(draw)
    yield from _others(draw)
    for kind, frames, values in KEPT:
        for value in values:
            for frame in frames:
                yield Sample(frame.format(value), kind, keep=(value,))


def _digits(draw: random.Random, count: int) -> str:
    return "".join(str(draw.randrange(10)) for _ in range(count))


def _phone(draw: random.Random) -> str:
    return draw.choice(("03", "05", "07", "08", "09")) + _digits(draw, 8)


def _citizen(draw: random.Random) -> str:
    return f"0{draw.choice(('79', '01', '48', '92', '75', '82'))}{draw.randrange(4)}{_digits(draw, 8)}"


def _numbers(draw: random.Random) -> Iterator[Sample]:
    makers: dict[str, tuple[Callable[[], str], tuple[Spelling, ...]]] = {
        "phone": (lambda: _phone(draw), PHONE),
        "citizen_id": (lambda: _citizen(draw), CARD),
        "identity_number": (lambda: "02" + _digits(draw, 7), NINE),
        "insurance_number": (lambda: draw.choice(("79", "01", "74")) + _digits(draw, 8), TEN),
        "tax_code": (lambda: "03" + _digits(draw, 8), TEN),
        "bank_account": (lambda: _digits(draw, draw.choice((9, 10, 12, 13, 14))), (_plain, _grouped(4, 3, 3, by=" "))),
        "card_number": (lambda: draw.choice(("9704", "4111", "5355")) + _digits(draw, 12), SIXTEEN),
    }
    for kind, (make, spellings) in makers.items():
        for frame in SAID[kind]:
            for spell in spellings:
                value = spell(make())
                yield Sample(frame.format(value), kind, secrets=(value,))
    for frame in TWO:
        for _ in range(6):
            values = (draw.choice(PHONE)(_phone(draw)), draw.choice(CARD)(_citizen(draw)))
            yield Sample(frame.format(*values), "two_at_once", secrets=values)
    for frame in FAMILY:
        for spell in PHONE:
            value = spell(_phone(draw))
            yield Sample(frame.format(value), "family_phone", secrets=(value,))


def _others(draw: random.Random) -> Iterator[Sample]:
    for frame in SAID["passport"]:
        for letter in ("B", "C", "P", "c", "K"):
            value = f"{letter}{_digits(draw, 7 if letter != 'K' else 8)}"
            yield Sample(frame.format(value), "passport", secrets=(value,))
    for frame in SAID["email"]:
        for name in _NAMES:
            value = f"{name}@{draw.choice(_HOSTS)}"
            yield Sample(frame.format(value), "email", secrets=(value,))
    for frame in SAID["health_card"]:
        for value in (f"DN4{_digits(draw, 12)}", f"HC 4 79 {_digits(draw, 10)}", f"GD-4-01-{_digits(draw, 10)}"):
            yield Sample(frame.format(value), "health_card", secrets=(value,))


def write(path: Path) -> int:
    """Write the set as JSON lines; return how many there are."""
    rows = [asdict(sample) for sample in samples()]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return len(rows)

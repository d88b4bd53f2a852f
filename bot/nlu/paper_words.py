"""The small grammar of asking about papers, over folded text in which every paper is a run of NUL marks."""

from __future__ import annotations

import re

_PAPER = r"\x00+"
_SHAPE = (
    r"(?:ban sao y|ban sao|ban chinh|ban goc|ban chup|photo(?:copy)?|foto|pho to|copy|cong chung|chung thuc|sao y|goc"
    r"|cu|to|cai|cuon|tam|them|lai|luon|nua|ca|mot|may|cac|nhung|thang|theo|kem|\d{1,2}|ra|vo|vao|giay to|mau|la"
    r"|duoc|di)"
)
_GIVE = (
    r"(?:nop|bo sung|mang|dem|xuat trinh|dua|co|kem|photo(?:copy)?|foto|pho to|copy|cong chung|chung thuc|sao y"
    r"|cung cap|trinh|dien|chup|gui|ve lay|lay|lam|cam|chuan bi)"
)
_PAPERS = rf"(?P<papers>{_PAPER}(?:(?:\s+{_SHAPE})*\s*(?:,|va|hoac|voi|cung|roi|/|\+)\s*(?:{_SHAPE}\s+)*{_PAPER})*)"
_WHOM = r"(?:toi|em|minh|tui|con|anh|chi|nguoi ta|dan|be|chau|me|ba|phai|ca)"
_DEMAND = rf"(?:doi(?: hoi)?|hach|vet)(?:\s+(?:{_WHOM}|{_GIVE}))*"
_TELL = rf"(?:bat|yeu cau|keu|bieu|ep|bao|buoc|noi|kiu|doi|can bo noi)(?:\s+{_WHOM})*(?:\s+(?:{_GIVE}|phai|can))+"
_TELL_PAPER = r"(?:bat|yeu cau|bat buoc)"
_HAND_IN = (
    r"(?:nop|bo sung|mang|dem|xuat trinh|dua|co|kem|photo(?:copy)?|cong chung|chung thuc|cung cap|trinh|dien|cam)"
)
_NEED = rf"(?:can|phai|bat buoc|khoi|khong can|khong phai)(?:\s+(?:phai|{_HAND_IN}|can|tu|chuan bi))*"
_NEED_ASKED = rf"(?:sao\s+(?:lai\s+)?|co\s+){_NEED}"
_NO = r"(?:khong|ko|k|hong|hok|hem|khum|chu|a|ha|sao|hay|dung|chua)"
CUE = re.compile(
    rf"(?<!\w)(?:{_DEMAND}|{_TELL}|{_TELL_PAPER}|{_NEED_ASKED}|thieu)\s+(?:{_SHAPE}\s+)*{_PAPERS}(?:\s+{_SHAPE}(?!\w))*"
)
"""Words of demanding or needing, then papers."""

NEED = re.compile(
    rf"(?<!\w){_NEED}\s+(?:{_SHAPE}\s+)*{_PAPERS}(?:\s+{_SHAPE}(?!\w))*(?=(?:\s+[^\x00\s,;.]+){{0,6}}?\s+{_NO}(?!\w))"
)
"""Words of needing, papers, and a word of asking soon after: "cần … không". Without it somebody tells what he needs."""

TAIL = re.compile(
    rf"{_PAPERS}(?:\s+[^\x00\s]+){{0,4}}?\s+(?:co|con|thi|cung)?\s*(?:co\s+)?(?:can|bat buoc|phai nop|phai co|phai mang"
    rf"|can thiet|can nop|can mang)(?:\s+(?:{_GIVE}|phai|thiet))*(?:\s+(?:nua|dau|a|vay))?\s+{_NO}(?!\w)"
)
"""Papers, then "có cần không", "có bắt buộc không"."""

WANTED = re.compile(
    rf"{_PAPERS}\s+(?:(?:ho|phuong|xa|can bo|nguoi ta|cong an|truong|tren phuong|ben do)\s+)+"
    r"(?:(?:van|cu|lai|cung)\s+)*(?:doi|hoi|bat nop|yeu cau|bat mang|keu nop)(?!\w)"
)
"""Papers, then who wants them: "sổ hộ khẩu họ vẫn đòi"."""

CARRIES_ON = re.compile(
    rf"^(?:da|vay|the|thi|roi|uh|u|a|con|vay con|the con|\s)*(?:con|vay|the)\s+(?:{_SHAPE}\s+)*{_PAPERS}"
    r"(?:\s+cua(?:\s+[^\x00\s]+){1,3}?)?(?:\s+(?:thi|sao|vay|a|ha|em|nua|the nao|khong"
    r"|ko|k|hong|cong chung|chung thuc|duoc|co|can|nhi|ta))*\W*$"
)
"""The whole message: "vậy còn … thì sao"."""

OFFICE = re.compile(
    r"(?<!\w)(?:phuong|xa|can bo|ho|nguoi ta|cong an|ubnd|uy ban|truong|co quan|chi do|anh do|mot cua|ben do)\W"
    r"|(?<!\w)ma\s$"
)
"""Who demands. Typed without marks, "doi" is "đòi" beside one of these, else it may be "đổi"."""

ASKS_ELSE = re.compile(
    r"(?<!\w)(?:(?:gi|j|nao)(?!\w)(?!\s+(?:khong|ko|k|hong)(?!\w))|bao lau|may (?:ngay|tam|bo)|o dau|bao nhieu"
    r"|nhieu tien|the nao|(?:cong ty|ngan hang|chu nha|chu tro|sep)(?:\s+\w+){0,2}\s+(?:doi|bat|yeu cau|keu))(?!\w)"
)
"""A question on a fact of its own, or a demand of somebody who is no office: answered by others."""

NOT_A_QUESTION = re.compile(
    r"(?<!\w)(?:phan anh|khieu nai|to cao|kien (?:ra toa|phuong)|hoi lo|boi duong|lot tay|phong bi)"
)
"""What others answer: petitions, complaints, denunciations."""

HEADS_MARKED = frozenset({"thẻ", "sổ", "đơn", "bằng", "mẫu"})
"""Short heads with their marks: "thể", "sở", "đón" are none."""

_HEADS = (
    r"giay|to khai|don|so do|so|the|bang|chung chi|hop dong|van ban|bien ban|quyet dinh|phieu|hoa don|ban ve|ban khai"
    r"|ban cam|ban cha|ban trich|ban tom tat|danh sach|hoc ba|bien lai|chung tu|cong ham|ly lich|mau|chung nhan"
    r"|cam ket|xac nhan|to trinh|de nghi|bao cao|sao ke|ket qua|thong bao|phuong an|so tay|biên ban|cong van|trich luc"
)
_STOPS = (
    r"khong|ko|k|hong|hok|hem|nua|thi|ma|a|ha|hả|di|moi|dung|co|phai|can|bat|doi|khi|luc|roi|nhi|nhe|vay|sao|day|luon|em"
    r"|anh|chi|hay|hoac|va|voi|cung|de|cho|o|tai|la|kieu|chu|do|ho|nay|kia|gi|nao|hoi|theo|cua ho|trong|dang|ban chinh"
    r"|yeu|keu|neu|vi|tu|bao nhieu|het|ra|vo|duoc|thoi|tren|nhung|nhu"
)
_PAIRS = (
    r"(?:ho (?:kinh|ngheo|can|khau|tich|gia|chieu)|thay doi|dang ky|trat tu|de nghi|de xuat|tu phap|tu thuat"
    r"|chu ky|chu ho|chu so huu|chi dinh|co so|co hieu luc"
    r"|anh ruot|chi nhanh|theo mau|o nha|dieu kien|cho thue|cho muon|chuyen nhuong|cu nguoi|tai san|tu vong|lam chung"
    r"|tai tro)(?!\w)"
)
"""Pairs that hold a small word and are part of a name."""
FREE = re.compile(
    rf"(?<!\w)(?P<paper>(?:{_HEADS})(?!\w)(?:\s+(?:{_PAIRS}|(?!(?:{_STOPS})(?!\w))[\w-]+)){{0,9}})",
)
"""A paper in free words: a word that papers begin with, and what follows up to a small word."""

WHOLE = re.compile(
    r"^(?:giay(?: to)? (?:ban giay|ngoai|khong|la|nay|kia|do|vo ly|gi|lung tung).*"
    r"|giay(?: to| tay| phep)?(?: can thiet| lien quan| them| nay| do| khac| cu)?|ho so(?: \w+)?"
    r"|so(?:(?: luong| dien thoai| tien| nha| tai khoan| dinh danh| xe| khung| may).*)?"
    r"|bang (?:mang|online|tien)?|the|xac nhan|de nghi"
    r"|thong bao|ket qua|chung nhan|mau|the nao.*|don gian.*"
    r"|phieu|van ban|bang|giay)$"
)
"""What looks like a paper and names none."""

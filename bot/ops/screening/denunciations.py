"""Accusations of officials in plain words: bribes, abuse, theft (R-26). They are not taken and not written down.

Precise phrases only; what they miss, the intent classifier finds, and then it is dropped as well, after the turn.
A question on the procedure itself ("đơn tố cáo nộp ở đâu"), on lawful fees or on training courses is no accusation.
"""

from __future__ import annotations

from bot.ops.screening.clauses import Phrases, normal, typed_with_marks

_OFFICIAL = (
    r"(?:cán bộ|cb|công chức|nhân viên|công an|csgt|cảnh sát|hải quan|thanh tra|địa chính|hộ tịch|tư pháp|chủ tịch|phó phòng"
    r"|trưởng phòng|trưởng ban|trưởng khu phố|tổ trưởng|quản lý|kế toán|giám thị|đăng kiểm viên|trật tự|bên thuế|bên xây dựng"
    r"|(?:anh|chị|cô|ông|bà|chú|thằng|con|đứa)(?: \w+)? (?:ở (?:quầy|phường|xã|bàn|phòng)|bên|tiếp nhận))"
)
_SOMEBODY = (
    r"(?:ổng|bả|ảnh|ông đó|ông ta|anh ta|anh kia|chị kia|cô ấy|cô đó|chị đó|người ta|tụi nó|mấy ổng|họ|nó|phường|xã)"
)
_SUM = (
    r"(?:\d[\d.,]*\s?(?:k|ngàn|nghìn|tr|triệu|củ|chai|đồng|đ|lít)(?:\s?\d)?"
    r"|(?:một|hai|ba|bốn|năm|mấy|vài|chục|nửa) (?:trăm|triệu|chục|củ)(?: ngàn| rưỡi)?|trăm ngàn|triệu rưỡi)"
)
_GIFT = r"(?:phong bì|lót tay|bồi dưỡng|chung chi|hoa hồng|(?:tiền )?(?:cà phê|cafe|cf|trà nước|bôi trơn)|hối lộ)"
_ASK = (
    r"(?:đòi|vòi|gợi ý|bắt (?:đưa|nộp|chi|chung)|kêu (?:tui |tôi |em |dân )?(?:đưa|chi|chung|lo)"
    r"|bảo (?:đưa|để lại|chi|phải đưa)|biểu (?:đưa|phải)|xin|ép|hỏi)"
)
_UNLESS_PAID = (
    r"(?:mới|ms|thì mới|là)(?: \w+){0,2} (?:ký|làm|nhận|duyệt|xong|cho|đóng|trả|giải quyết|đo|vẽ|qua|được|xử lý|lẹ|nhanh"
    r"|đưa|đậu|xác nhận)"
)
_LAWFUL = r"(?! (?:lệ phí|phí|trợ cấp|lương|thuế|đền|cọc|thuê|nợ|bồi thường|mặt))"
_ACCUSATION = Phrases.of(
    (
        rf"(?:đòi|vòi|lấy|nhận|cầm|đưa(?: nó| ổng| cho \w+)?|dúi(?: \w+){{0,4}}|quăng(?: \w+){{0,4}}) {_SUM}"
        rf"(?: \w+){{0,6}} {_UNLESS_PAID}",
        rf"{_OFFICIAL}(?: \w+){{0,6}} (?:đòi|vòi|gợi ý|ăn|xin)(?: \w+){{0,3}} (?:{_SUM}|{_GIFT}|tiền){_LAWFUL}",
        rf"{_OFFICIAL}(?: \w+){{0,4}} (?:lấy|nhận|cầm)(?: \w+){{0,2}} (?:{_SUM}|{_GIFT}|tiền (?:của|tỷ|riêng|thả|chạy|bỏ))",
        rf"{_SOMEBODY}(?: \w+){{0,4}} (?:đòi|vòi|gợi ý|ăn|nhận)(?: \w+){{0,3}} {_GIFT}",
        rf"{_ASK}(?: \w+){{0,4}} (?:{_GIFT}|tiền)(?: \w+){{0,8}} {_UNLESS_PAID}",
        rf"vòi(?: \w+){{0,3}} {_SUM}|(?:bị|cứ) (?:gợi ý|vòi|đòi|hỏi)(?: \w+){{0,3}} (?:{_SUM}|{_GIFT}|tiền){_LAWFUL}(?! đền)",
        rf"{_SUM}(?: \w+){{0,3}} (?:uống (?:cà phê|nước)|ăn sáng|trà nước)|(?:hỏi|đòi|xin) tiền (?:trà nước|cà phê|cafe|cf)",
        r"vòi vĩnh|vòi (?:tiền|dân)|đút lót|lót tay|(?:nhận|ăn|đòi|đưa) hối lộ|mãi lộ|làm luật mỗi|tham ô|biển thủ|ăn chặn"
        r"|ăn tiền của dân|(?:nhận|đòi|nộp) phong bì|kẹp tiền|(?:chi|đòi) hoa hồng(?! môi giới)|bán đất công",
        r"(?:có|đưa|kẹp|phải|không|đòi) (?:cái )?(?:phong bì|tiền vô hồ sơ|quà) (?:mới|thì mới|ms|thì qua)",
        r"(?:không|k|ko) (?:có |đưa )?tiền (?:thì |là )?(?:đừng hòng|không (?:ký|làm|nhận|giải quyết)|cho hồ sơ)",
        r"(?:bồi dưỡng|lo lót) (?:anh em|chút đỉnh|cho (?:cán bộ|họ|ổng|nó)|mới|thì mới)|đút tiền",
        rf"(?:nhận|lấy|cầm)(?: của \w+)? (?:tiền|{_SUM})(?: \w+){{0,4}} (?:chạy việc|bảo kê|thả người|cho xe|không biên lai"
        r"|không (?:ghi|đưa|có) (?:biên lai|hóa đơn)|bỏ túi)",
        r"(?:cán bộ|công an|phường|thanh tra)(?: \w+){0,4} bảo kê|bảo kê (?:cho|mấy|sòng|công trình)",
        r"thu tiền(?: \w+){0,4} bỏ túi|tiền riêng của|tài khoản riêng của(?: \w+){0,2} (?:cán bộ|công an|anh|chị|ông|bà)",
        rf"chuyển khoản riêng {_SUM}|{_SUM} hứa chạy",
        r"(?:tôi|tui|em|mình|xin|muốn|dân) (?:xin |muốn |sẽ |phải )?(?:tố cáo|tố giác|tố) (?:ông|bà|anh|chị|cô|chú|thằng|mấy"
        r"|cán bộ|chủ tịch|phó|công an|ổng|nó|việc này|hành vi|tay|giám đốc|trưởng)|tố cáo (?:cô|thầy|ông|bà) \w+",
        r"(?:làm giả|giả mạo|sửa) (?:chữ ký|hồ sơ)(?: \w+){0,8} (?:sang tên|lấy đất|chiếm|bán)",
        r"hăm không đưa tiền|kê khống|chạy (?:việc|biên chế) (?:vào|vô|cho)",
    ),
    marked=(
        r"chung chi (?:mới|thì|cho|bao nhiêu)|(?:phải|thì|bị ép) chung chi",
        r"cò(?: \w+){0,6} (?:phường|hồ sơ|cán bộ|trọn gói|bên trong|đòi|triệu|lo giấy)|cò (?:hồ sơ|giấy tờ|dắt|mồi|đất)",
    ),
    unmarked=(r"phai chung chi|chung chi thi moi|doi tien (?:cf|ca phe|boi duong|lot tay)",),
)
_PROCEDURE = Phrases.of(
    (
        r"(?:giải quyết|tiếp nhận|thủ tục|quy trình|mẫu) (?:đơn )?(?:khiếu nại|tố cáo)",
        r"bồi dưỡng (?:nghiệp vụ|kiến thức|chuyên môn|độc hại|quốc phòng|giám định|chuyên viên)|lớp bồi dưỡng|vườn cò|con cò|giá cò",
        r"(?:chồng|vợ|bạn trai|người yêu|ba dượng|hàng xóm|con tôi|chủ nợ)(?: \w+){0,3} (?:đánh|bạo hành|đòi|chửi)",
        r"không phải (?:đòi|vòi)|tội (?:đưa|nhận)|năm tù|cán bộ thật|lừa đảo|(?:giả|xưng)(?: danh| làm| là)? (?:công an|cán bộ|thuế|thượng úy)|số lạ|gọi điện (?:kêu|bảo|nói)",
    )
)
# What goes on about the same person or sum, once a denunciation has been turned away.
_MORE = Phrases.of(
    (
        r"(?:nó|ổng|bả|ảnh|ông ta|anh ta|chị ta|cô ta|tụi nó|mấy ổng|thằng đó|ông đó|anh đó|chị đó|bà đó|ông này|anh này|chị này|thằng này)",
        r"(?:tên|họ tên)(?: \w+){0,2} (?:là )?\w+|làm (?:ở|bên) (?:phường|xã|quầy|phòng|bàn|ủy ban)|(?:quầy|bàn|phòng) (?:số )?\d+|biển số|ghi âm|quay clip|bằng chứng|nhân chứng",
        r"cán bộ|công an|chủ tịch|đưa tiền|chuyển khoản|đòi|vòi|tố cáo|nhận tiền",
        _SUM,
    )
)
_QUESTION = Phrases.of(
    (r"ở đâu|cho ai|với ai|gọi (?:số )?(?:nào|ai)|bao lâu|thế nào|làm sao|được không|cần gì|là gì|bao nhiêu|mấy",)
)


def is_denunciation(text: str) -> bool:
    """Whether `text` accuses an official."""
    told = normal(text)
    marks = typed_with_marks(told)
    return _ACCUSATION.found_in(told, marks) and not _PROCEDURE.found_in(told, marks)


def goes_on_accusing(text: str) -> bool:
    """Whether `text`, said after a denunciation was turned away, tells more of it; a mere question does not."""
    told = normal(text)
    marks = typed_with_marks(told)
    return is_denunciation(text) or (_MORE.found_in(told, marks) and not _QUESTION.found_in(told, marks))

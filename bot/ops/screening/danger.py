"""Danger to life right now, in plain words: 113, 114 and 115 come first, whatever else the message holds.

Precise phrases only: what is less plain is the intent classifier's business. A clause that speaks of papers, or of
something long past, is no alarm ("làm lại giấy tờ bị cháy", "giấy phép phòng cháy").
"""

from __future__ import annotations

from bot.ops.screening.clauses import Phrases, clauses, normal, typed_with_marks

_SOMEBODY = (
    r"(?:con|bé|cháu|ba|má|mẹ|cha|bố|ông|bà|chồng|vợ|ck|vk|anh|chị|em|chú|bác|cô|người ta|có người|có ng|ai|nó|bạn"
    r"|hàng xóm|thằng|nhỏ)"
)
_ALARM = Phrases.of(
    (
        r"(?:bốc|phát|bắt|phựt|sắp bốc) (?:cháy|lửa)",
        r"(?:có|thấy) (?:đám |đang |đám đang )?cháy(?! (?:nắng|hàng|bóng))",
        r"(?:bắt|phựt|bốc|bén) (?:lửa|cháy|khói)|khói (?:mù mịt|bốc|đen|nghi ngút)|lửa cháy|lửa lan",
        r"cháy (?:nhà|lớn|to|rồi|lan|chung cư|kho|quán|xưởng|phòng|xe)(?: \w+){0,3} (?:rồi|cứu|kìa|quá|với|kẹt|ơi|đi)",
        r"cháy (?:nhà|lớn|to|chung cư|kho|quán|xưởng) (?:kho|kế|bên|gần|kẹt)",
        r"báo cháy kêu|chuông báo cháy",
        r"mùi (?:ga|gas)|xì (?:ga|gas)|rò rỉ (?:khí )?gas?|nổ (?:bình|bom|lớn|gas|ga)",
        r"cứu (?:tui|tôi|em|e|với|vs|con|cháu|bác|mẹ|ba|má|người)|kêu cứu|la cướp|kêu cướp",
        r"(?:bị )?(?:điện giật|giật điện)(?! bóng)|dây điện (?:đứt|rớt|rơi)",
        rf"{_SOMEBODY}(?: \w+){{0,6}} (?:ngất|xỉu|bất tỉnh|ngưng thở|ngừng thở|tím tái|co giật|đột quỵ|hôn mê|sùi bọt mép)",
        r"đột quỵ|co giật|sùi bọt mép|không thở (?:được|nổi|nữa)|thở không (?:được|nổi|ra)|ngưng thở|ngừng thở|nằm bất động",
        r"khó thở|tím (?:tái|ngắt)|gọi (?:hoài )?không (?:dậy|tỉnh)|kêu (?:hoài )?không (?:dậy|tỉnh)|không nhúc nhích",
        r"ôm ngực|đau tim quá|lên cơn (?:co giật|đau tim|hen)|méo miệng",
        r"bị hóc|nuốt (?:viên )?pin|mắc nghẹn",
        r"(?:vỡ|bể) (?:nước )?ối|sắp (?:sanh|sinh|đẻ)(?: \w+){0,4} (?:máu|kẹt|gấp|liền)",
        r"uống (?:\w+ ){0,4}(?:thuốc trừ sâu|thuốc sâu|thuốc chuột|thuốc cỏ|thuốc ngủ|thuốc độc|axit|dầu hỏa|thuốc tẩy)",
        r"chảy (?:nhiều )?máu(?: \w+){0,2} (?:nhiều|quá|đầm đìa|ghê|lắm)|máu me|chảy máu đầm đìa|máu chảy",
        r"(?:đang )?(?:cầm|có|vác|rút) (?:dao|mã tấu|súng|búa|rìu)(?! (?:kéo|kiếm|biểu diễn|săn|hoa))",
        r"chém (?:người|nhau|lộn)|đâm (?:người|nhau|chém)|bị (?:đâm|chém|bắn)|dọa trong ngân hàng",
        r"(?:đang|vừa|mới|đi|tụi nó|bọn) (?:bị )?(?:cướp|trộm|phá cửa|bẻ khóa)|(?:cướp|trộm|kẻ gian|kẻ lạ) (?:đang|trong nhà|vô|vào|leo)",
        r"có (?:trộm|cướp|ăn trộm|ăn cướp)|phá cửa(?: \w+){0,4} (?:giết|đánh|đâm)|(?:vừa|mới) bị (?:giật|cướp)(?: \w+){0,3}(?! (?:giấy|căn cước))",
        r"bắt cóc|bị kéo lên xe|bị nhốt|mắc kẹt|kẹt (?:trong|bên trong|dưới)|bên trong có người",
        r"đuối nước|chết đuối|chìm (?:nghỉm|xuồng|ghe|đò)|(?:ghe|xuồng|đò|tàu) (?:chìm|lật)|(?:rớt|té|rơi) (?:xuống )?(?:nước|sông|kênh|giếng|hồ|ao|cống)",
        r"(?:đòi|sắp|định) nhảy (?:cầu|lầu|xuống)|đứng trên (?:lan can|thành|nóc|mái)",
        r"(?:sập|đổ|đè)(?: \w+){0,3} (?:trúng|người|chết|bị thương)|đè (?:trúng|lên)|(?:nhà|tường|giàn giáo) (?:cũ )?sập|bị vùi",
        r"(?:té|rớt|ngã|rơi) (?:lầu|từ)|té trong nhà tắm|(?:té|ngã) (?:gãy|xỉu)",
        r"(?:có|bị|vừa|gặp) tai nạn(?: (?:xe|giao thông|chết|nghiêm|nặng|ở|ngay|giữa|rồi|kinh))(?! \w+ (?:hư|nộp))",
        r"tai nạn (?:ở|chết người|nghiêm trọng|giữa|ngay|trước)|(?:xe|chiếc)(?: \w+){0,3} (?:tông|đụng|cán)(?: \w+){0,3} (?:người|nhà|nhau|lề|chết|nằm)|tông (?:vô|vào|nhau|trúng|chết)",
        r"(?:nhiều|mấy|chục)(?: \w+){0,2} (?:bị thương|bị phỏng|bị bỏng|ói|ngất)|bị (?:phỏng|bỏng|thương) nặng",
        r"(?:xe|gọi|kêu|cần) (?:xe )?(?:cấp cứu|cứu thương)(?: \w+){0,6} (?:tới|gấp|liền|ngay|giùm|đi|với|hoài)|(?:gọi|kêu|cần)(?: giùm| gấp)? (?:xe )?(?:cấp cứu|cứu thương)",
        r"số cứu (?:hỏa|hoả)|gọi (?:113|114|115)(?: \w+){0,3} (?:hoài|hok|hong|không|ko)",
        r"xác (?:người|chết|chìm|trôi)|có người chết|giết người|đòi (?:vô |vào )?giết",
        r"(?:rắn|chó dại)(?: \w+){0,2} cắn(?: \w+){0,4} (?:sưng|tím|chảy|rồi)|rắn(?: \w+){0,2} cắn",
        r"mất tích(?: \w+){0,8} (?:giờ|nay|bị|qua)|ngộ độc",
        r"lựu đạn|gài bom|đặt bom|vật lạ giống bom",
    ),
    marked=(
        r"(?:nhà|kho|chợ|xe|quán|lầu|chung cư|phòng|xưởng|bếp|bãi)(?: \w+){0,3} (?:đang |bị )?cháy",
        r"hóc (?:\w+ ){0,4}(?:thở|không thở|được)",
        r"cháy (?:nhà|lớn|to|chung cư|lan)",
    ),
    unmarked=(
        r"chay nha|(?:nha|kho|cho|quan|lau|chung cu)(?: \w+){0,2} (?:dang|bi) chay|chay (?:lon|to|chung cu)",
        r"(?:nha|kho|chung cu)(?: \w+){0,2} chay (?:roi|lon|to|kia)",
    ),
)
_PAPERS = Phrases.of(
    (
        r"phòng cháy|chữa cháy|pccc|giấy phép|giấy chứng nhận|thủ tục|hồ sơ|trợ cấp|bảo hiểm|bồi thường|khai tử|làm lại|cấp lại",
        r"xin (?:cấp|phép|giấy|đổi)|đăng ký(?! tạm trú)|điều kiện|nghề nghiệp|rủi ro|lao động nộp|cứu trợ|cứu hộ|biển số|chế độ",
        r"(?:tháng|năm|tuần|hồi) (?:trước|ngoái|rồi|năm)|hôm (?:kia|trước)|năm \d{4}|mất (?:hết )?giấy|mất bóp|căn cước|bằng lái",
        r"đơn kêu cứu|năm tù|tù mấy|thiêu xác|áp lực|giấy tờ|sổ (?:hồng|hộ|đỏ)|hộ khẩu|hỗ trợ|do tai nạn|ủy quyền|quảng cáo|bóng đèn|cháy bóng|cháy hàng|khác nhau|mở (?:phòng khám|tiệm|quán)|bán bình|cho phòng khám|phim|karaoke tới",
    )
)


def is_emergency(text: str) -> bool:
    """Whether some clause of `text` says that life is in danger now."""
    told = normal(text)
    marks = typed_with_marks(told)
    return any(_ALARM.found_in(clause, marks) and not _PAPERS.found_in(clause, marks) for clause in clauses(told))

"""What every importer promises: it alone recognises its files, gives what is in them and no more, and never raises."""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from datetime import date
from functools import lru_cache

import openpyxl
import pytest

from knowledge.errors import RecordInvalidError
from knowledge.importers import registry
from knowledge.importers.base import HEAD_BYTES, Head, Incoming, Reading
from knowledge.models import Completeness, ComponentRole, FeeStatus, Procedure, ProcedureKind
from knowledge.text import fold, words
from tests.fixtures.catalogue import portal_record

DAY = date(2026, 7, 18)
FOLDERS = (
    *("api_detail", "page_text", "detail_md", "detail_pdf", "doc_tables_json"),
    *("flat_json", "list_csv", "list_xlsx"),
)
HEADER = ["Mã số", "Tên", "Cơ quan ban hành", "Cơ quan thực hiện", "Lĩnh vực"]
ROW = ["1.000001", "Thủ tục nuôi chim", "Bộ Nông nghiệp", "Ủy ban nhân dân cấp xã\nTrạm thú y", "Chăn nuôi"]

PAGE = """Chi tiết thủ tục hành chính
Mã thủ tục: 1.000001
Số quyết định: 11/QĐ-BNV
Tên thủ tục: Thủ tục nuôi chim
Cấp thực hiện: Cấp Xã
Lĩnh vực: Chăn nuôi
Trình tự thực hiện:
    - Bước 1: Điền tờ khai.
    - Bước 2: Nộp hồ sơ.
Cách thức thực hiện:
  * Hình thức nộp: ONLINE
    Thời hạn giải quyết: 3 WORKING_DAY
    Phí, lệ phí: 10000 VNĐ (mỗi con chim)
  * Hình thức nộp: DIRECT
    Thời hạn giải quyết: 1 OTHER
    Phí, lệ phí: 0 VNĐ ()

Thành phần hồ sơ:
  [ Nuôi chim lạ ]
    - Tờ khai nuôi chim
      Số lượng: Bản chính: 1, Bản sao: 2
Cơ quan thực hiện: Ủy ban nhân dân cấp xã
Kết quả thực hiện: Giấy xác nhận
Yêu cầu, điều kiện thực hiện: Có chuồng.
"""
MARKDOWN = """# Thủ tục nuôi chim

## Thông tin chung

* **Mã thủ tục:** 1.000001
* **Số quyết định:** 11/QĐ-BNV
* **Cấp thực hiện:** Cấp xã
* **Lĩnh vực:** Chăn nuôi

## Trình tự thực hiện

- Bước 1: Điền tờ khai.
- Bước 2: Nộp hồ sơ.

## Cách thức thực hiện

| Hình thức nộp | Thời gian giải quyết | Phí, lệ phí | Mô tả |
| --- | --- | --- | --- |
| Trực tuyến | 3 ngày làm việc | 10000 VNĐ (mỗi con chim) | Không có thông tin |
| Trực tiếp | N/A | Miễn phí | Không có thông tin |

## Thành phần hồ sơ

### Nuôi chim lạ

| Tên giấy tờ | Bản chính | Bản sao | Tệp đính kèm |
| --- | --- | --- | --- |
| Tờ khai nuôi chim | 1 | 2 | Không có |

## Cơ quan thực hiện

Ủy ban nhân dân cấp xã

## Yêu cầu, điều kiện thực hiện

Có chuồng.

## Kết quả xử lý

* Giấy xác nhận (Mã: `KQ.1`)
"""
TABLES = {
    "metadata": {
        "mã_thủ_tục": "1.000001",
        "tên_thủ_tục": "Thủ tục nuôi chim",
        "số_quyết_định": "Quyết định số 11/QĐ-BNV",
        "cấp_thực_hiện": "Cấp Xã",
        "lĩnh_vực": "Chăn nuôi",
    },
    "content": {
        "trình_tự_thực_hiện": "Bước 1: Điền tờ khai. Bước 2: Nộp hồ sơ.",
        "cơ_quan_thực_hiện": "Ủy ban nhân dân cấp xã",
        "kết_quả_thực_hiện": "Giấy xác nhận",
        "yêu_cầu_điều_kiện_thực_hiện": "Có chuồng.",
    },
    "tables": {
        "hinh_thuc_nop": [
            {
                "hinh_thuc": "Trực tuyến",
                "thoi_han_giai_quyet": "3 Ngày làm việc",
                "phi_le_phi": "Lệ phí : 10.000 Đồng (mỗi con chim)",
            },
            {"hinh_thuc": "Trực tiếp", "thoi_han_giai_quyet": "", "phi_le_phi": "Phí : 0 Đồng"},
        ],
        "thanh_phan_ho_so": [
            {"ten_giay_to": "Tờ khai nuôi chim", "so_luong": "", "ghi_chu": "Bản chính: 1\nBản sao: 2"}
        ],
    },
}
FLAT = {
    "ma_thu_tuc": "1.000001",
    "ten_thu_tuc": "Thủ tục nuôi chim",
    "so_quyet_dinh": "11/QĐ-BNV",
    "cap_thuc_hien": "Cấp xã",
    "linh_vuc": "Chăn nuôi",
    "co_quan_thuc_hien": "Ủy ban nhân dân cấp xã",
    "trinh_tu_thuc_hien": "- Bước 1: Điền tờ khai.\n- Bước 2: Nộp hồ sơ.",
    "cach_thuc_thuc_hien": "Hình thức nộpThời gianTrực tuyến1Miễn phí",
    "thanh_phan_ho_so": "Tên giấy tờTờ khai nuôi chim1 bản chính",
}


def xlsx(*rows):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def csv_text(*rows, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return "\ufeff" + out.getvalue()


def as_json(document):
    return json.dumps(document, ensure_ascii=False).encode()


SAMPLES = {
    "portal-json": as_json(portal_record(name="Thủ tục nuôi chim")),
    "doc-tables": as_json(TABLES),
    "flat-json": as_json(FLAT),
    "page-text": PAGE.encode(),
    "detail-md": MARKDOWN.encode(),
    "list-xlsx": xlsx(["DANH SÁCH THỦ TỤC"], HEADER, ROW),
    "list-csv": csv_text(HEADER, ROW).encode(),
}
WHOLE = ("doc-tables", "page-text", "detail-md")


def read(tmp_path, content, name="file.bin", importer=None):
    path = tmp_path / name
    path.write_bytes(content)
    reading = Reading(importer or registry.recognise(path), path, DAY)
    return [incoming.procedure for incoming in reading], reading.faults


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_is_recognised_by_its_content_and_by_one_importer_alone(tmp_path, name):
    for file_name in ("file.bin", "file.csv", "file.json", "file.xlsx"):
        (tmp_path / file_name).write_bytes(SAMPLES[name])
        assert registry.recognise(tmp_path / file_name).name == name
    head = Head("x", SAMPLES[name][:HEAD_BYTES])
    assert [importer.name for importer in registry.IMPORTERS if importer.recognises(head)] == [name]
    assert registry.by_name(name).name == name


@pytest.mark.parametrize("name", SAMPLES)
def test_code_title_sector_and_day_are_read_from_every_format(tmp_path, name):
    (record,), faults = read(tmp_path, SAMPLES[name])
    assert faults == []
    assert (record.code, record.title) == ("1.000001", "Nuôi chim")
    assert record.checked_on == record.source.retrieved_on == DAY
    assert record.completeness is registry.by_name(name).completeness
    assert name == "portal-json" or record.sector == "Chăn nuôi"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_record_comes_with_the_document_it_can_be_read_from_again(tmp_path, name):
    path = tmp_path / "file"
    path.write_bytes(SAMPLES[name])
    importer = registry.by_name(name)
    (incoming,) = Reading(importer, path, DAY)
    assert isinstance(incoming, Incoming)
    assert importer.parse(incoming.raw, DAY) == incoming.procedure
    assert str(path) in incoming.place


@pytest.mark.requirement("R-03")
@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_record_gives_papers_times_fees_and_steps(tmp_path, name):
    (record,), _ = read(tmp_path, SAMPLES[name])
    online, counter = record.submission_methods
    assert (online.times[0].amount, online.times[0].unit.value) == (3, "working_day")
    assert [(fee.amount, fee.note) for fee in online.fees] == [(10000, "mỗi con chim")]
    assert counter.times == ()
    assert {fee.status for fee in counter.fees} <= {FeeStatus.NOT_PUBLISHED}
    (paper,) = (part for case in record.dossier for part in case.components)
    assert (paper.name, paper.originals, paper.copies, paper.role) == ("Tờ khai nuôi chim", 1, 2, ComponentRole.SUBMIT)
    assert record.steps == ("Điền tờ khai.", "Nộp hồ sơ.")
    assert [result.name for result in record.result_documents] == ["Giấy xác nhận"]
    assert record.requirements == ("Có chuồng.",)
    assert record.decision.number == "11/QĐ-BNV"
    assert record.handling_agency == "Ủy ban nhân dân cấp xã"


@pytest.mark.requirement("R-03", "R-09", "R-20")
def test_glued_tables_give_no_papers_no_fees_and_no_times(tmp_path):
    (record,), _ = read(tmp_path, SAMPLES["flat-json"])
    assert record.completeness is Completeness.GLUED
    assert record.dossier == record.submission_methods == ()
    assert record.steps == ("Điền tờ khai.", "Nộp hồ sơ.")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16"])
def test_a_csv_list_is_read_however_it_was_saved(tmp_path, delimiter, encoding):
    header = [HEADER[4], HEADER[0], HEADER[1], "Ghi chú", HEADER[2], HEADER[3]]
    row = [ROW[4], ROW[0], 'Tên "trong nháy", có phẩy; chấm phẩy', "x", "UBND tỉnh Lạng Sơn", ROW[3]]
    content = csv_text(header, row, [""] * 6, delimiter=delimiter).lstrip("\ufeff").encode(encoding)
    (record,), faults = read(tmp_path, content)
    assert faults == []
    assert record.title == 'Tên "trong nháy", có phẩy; chấm phẩy'
    assert record.handling_agency == "Ủy ban nhân dân cấp xã; Trạm thú y"
    assert (record.kind, record.applies_to_city) == (ProcedureKind.PROVINCIAL, False)


def test_rows_that_are_no_procedures_are_named_with_their_place(tmp_path):
    rows = [HEADER, ROW, ["1.5", "Mã hỏng", "", "", ""], ["", "Không mã", "", "", ""], ["1.000002", "", "", "", ""]]
    for content in (xlsx(["DANH SÁCH"], [], *rows), csv_text(["DANH SÁCH"], [], *rows).encode()):
        records, faults = read(tmp_path, content)
        assert [record.code for record in records] == ["1.000001"]
        assert [fault.reason for fault in faults] == [
            "'1.5' is not a procedure code",
            "the row has no procedure code",
            "1.000002 has no name",
        ]
        assert [int(fault.place.replace(":", " ").split()[-1]) for fault in faults] == [5, 6, 7]


def test_a_csv_in_an_old_encoding_is_refused_with_its_line(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("Mã số,Tên\n1.000001,x\n1.000002,Đăng ký".encode("cp1258", "replace"))
    (fault,) = read(tmp_path, path.read_bytes(), importer=registry.by_name("list-csv"))[1]
    assert "line 1 is neither UTF-8 nor UTF-16" in fault.reason


def test_a_packed_file_that_unpacks_without_end_is_refused(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "x")
        with packed.open("xl/workbook.xml", "w", force_zip64=True) as part:
            for _ in range(310):
                part.write(b"\0" * 1_000_000)
    records, faults = read(tmp_path, out.getvalue())
    assert records == []
    assert "unpacks to" in faults[0].reason


HOSTILE = [
    b"",
    b" \n\t",
    b"\x00" * 1000,
    bytes(range(256)) * 20,
    b"<!DOCTYPE html><html><body>Request Rejected</body></html>",
    b"%PDF-1.4 nothing follows",
    b"PK\x03\x04 xl/ not a zip",
    b"[" * 50_000,
    b'{"metadata": [], "content": 5, "tables": {"hinh_thuc_nop": [1, null, {"hinh_thuc": 7}]}}',
    b'{"ma_thu_tuc": 5, "ten_thu_tuc": ["x"]}',
    b'{"executionMethods": {"a": 1}, "code": "1.000001", "name": "x"}',
    "Chi tiết thủ tục hành chính\nMã thủ tục: khong\n".encode(),
    "## Thông tin chung\n\n* **Mã thủ tục:** 1.000001\n".encode() + b"|" * 5_000,
    ("> " * 3_000 + "x").encode(),
    'Mã số,Tên\n"1.000001,x'.encode(),
]


@pytest.mark.parametrize("importer", registry.IMPORTERS, ids=lambda importer: importer.name)
@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_content_is_a_fault_with_its_place_and_never_an_exception(tmp_path, importer, content):
    records, faults = read(tmp_path, content, importer=importer)
    assert all(isinstance(record, Procedure) for record in records)
    assert records or faults or importer.name.startswith("list-") or not content.strip()
    assert all("file.bin" in fault.place for fault in faults)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_cut_off_or_scrambled_anywhere_never_raises(tmp_path, name):
    importer, content, chance = registry.by_name(name), SAMPLES[name], random.Random(5)
    for _ in range(60):
        broken = bytearray(content[: chance.randrange(len(content))])
        for _ in range(chance.randrange(4)):
            broken[chance.randrange(len(broken) or 1) : 0] = bytes([chance.randrange(256)])
        read(tmp_path, bytes(broken), importer=importer)


@pytest.mark.parametrize("content", HOSTILE[:5], ids=range(5))
def test_a_file_of_no_known_format_is_refused_with_the_formats_that_are(tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(RecordInvalidError, match="none of the known formats: portal-json"):
        registry.recognise(tmp_path / "a")


def test_a_pdf_without_a_text_layer_says_so(tmp_path):
    parts = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    parts.append("<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>")
    text, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(text))
        text += f"{number} 0 obj{part}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    text += f"xref\n0 4\n0000000000 65535 f \n{table}trailer<</Size 4/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF"
    records, faults = read(tmp_path, text.encode())
    assert records == []
    assert "no text layer" in faults[0].reason


# The recorded samples of the portal's own formats: each is read once, since a PDF takes seconds.


@lru_cache
def read_sample(path):
    reading = Reading(registry.recognise(path), path, DAY)
    return [incoming.procedure for incoming in reading], reading.faults


def sample(shared_data, folder, name):
    path = shared_data / "catalogue" / "formats" / folder / name
    return *read_sample(path)[0], path


UNIT_IN_CASES = {"1.004884"}
"""Whose unit of time stands only in the interface's cases, which the page does not print."""


def names(record, roles=(ComponentRole.SUBMIT, ComponentRole.PRESENT, ComponentRole.NOTE)):
    return {fold(part.name)[:60] for case in record.dossier for part in case.components if part.role in roles}


@pytest.mark.requirement("R-03")
@pytest.mark.parametrize("code", ["1.000656", "1.001193", "1.004222", "1.004884", "1.013225"])
def test_the_page_says_what_the_interface_says(shared_data, code):
    page, _ = sample(shared_data, "page_text", f"{code}.txt")
    record, _ = sample(shared_data, "api_detail", f"{code}.json")
    assert names(page) == names(record)
    assert [step.lstrip("-+* ") for step in page.steps] == [step.lstrip("-+* ") for step in record.steps]
    assert page.decision.number == record.decision.number
    assert [way.method for way in page.submission_methods] == [way.method for way in record.submission_methods]
    for ours, theirs in zip(page.submission_methods, record.submission_methods, strict=True):
        if code not in UNIT_IN_CASES:
            assert ours.times == theirs.times
        assert [(fee.amount, fee.status) for fee in ours.fees] == [(fee.amount, fee.status) for fee in theirs.fees]


@pytest.mark.requirement("R-03")
def test_the_pdf_says_what_the_interface_says(shared_data):
    pdf, _ = sample(shared_data, "detail_pdf", "1.013225.pdf")
    record, _ = sample(shared_data, "api_detail", "1.013225.json")
    theirs = {name[:40] for name in names(record)}
    ours = {name[:40] for name in names(pdf)}
    assert len(ours & theirs) >= 0.9 * len(theirs)
    assert len(pdf.steps) == len(record.steps)
    assert [way.times[0].amount for way in pdf.submission_methods] == [10, 10]


def test_markdown_says_what_the_interface_says_of_papers(shared_data):
    ours, _ = sample(shared_data, "detail_md", "1_001193_procedure_detail.md")
    record, _ = sample(shared_data, "api_detail", "1.001193.json")
    assert len(names(ours) & names(record)) >= 0.9 * len(names(record))


@pytest.mark.requirement("R-03")
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_recorded_file_is_recognised_read_and_added_nothing_to(shared_data, folder):
    for path in sorted((shared_data / "catalogue" / "formats" / folder).iterdir()):
        records, faults = read_sample(path)
        assert (bool(records), faults) == (True, []), path
        if path.suffix in (".txt", ".md", ".json"):
            text = set(words(path.read_text("utf-8-sig")))
            for record in records:
                said = " ".join([*record.steps, *(part.name for case in record.dossier for part in case.components)])
                assert set(words(said)) <= text

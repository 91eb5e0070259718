"""Small files of every accepted kind, as programs write them."""

import io
import zipfile

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89"
    b"\0\0\0\nIDATx\x9cc\0\1\0\0\5\0\1\r\n-\xb4\0\0\0\0IEND\xaeB`\x82"
)
JPG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xd9"
TXT = "Quyết định số 123/QĐ-UBND\n".encode()


def archive(*entries: tuple[str, bytes], comment: bytes = b"") -> bytes:
    """A ZIP archive; an entry called mimetype is not packed, as OpenDocument wants it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in entries:
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            made.writestr(zipfile.ZipInfo(name), content, compress_type=how)
        made.comment = comment
    return out.getvalue()


DOCX = archive(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w:document/>"))
XLSX = archive(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>"))
ODT = archive(("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<office/>"))
ODS = archive(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<office/>"))

GOOD = {
    "pdf": PDF, "png": PNG, "jpg": JPG, "jpeg": JPG, "docx": DOCX, "xlsx": XLSX, "odt": ODT, "ods": ODS,
    "txt": TXT, "csv": b"\xef\xbb\xbfa,b\r\n1,2\r\n",
}  # fmt: skip

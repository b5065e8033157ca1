"""Makes small files of the binary formats, by hand so that a test sees what is in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

Line = tuple[int, str]
"""Font size in points and text."""


def make_pdf(pages: Sequence[Sequence[Line]], *, encrypted: bool = False) -> bytes:
    """A PDF with one text line under the other; `encrypted` with a password that nobody knows."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        content, height = [], 760
        for size, text in lines:
            height -= size * 3 // 2
            content.append(f"BT /F1 {size} Tf 60 {height} Td ({text}) Tj ET")
        stream = "\n".join(content).encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return assemble_pdf(objects, encrypted=encrypted)


def assemble_pdf(objects: Sequence[bytes], *, encrypted: bool = False) -> bytes:
    """A PDF of objects, numbered from 1; the first is the catalogue."""
    data, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    lock = b"<1234>"
    secret = b"<%s>" % (b"5a" * 32)
    encryption = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O %s /U %s /P -4 >> /ID [%s %s]" % (
        secret,
        secret,
        lock,
        lock,
    )
    trailer = b"<< /Size %d /Root 1 0 R %s >>" % (len(objects) + 1, encryption if encrypted else b"")
    return bytes(data + b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, table))


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def make_docx(paragraphs: Sequence[tuple[str, str]], *, padding: int = 0) -> bytes:
    """A Word document of (style id, text) paragraphs; `padding` adds a file of so many zero bytes."""
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{escape(text)}</w:t></w:r></w:p>'
        for style, text in paragraphs
    )
    return make_docx_of(body, padding=padding)


def make_docx_of(body: str, *, padding: int = 0, numbering: str = "") -> bytes:
    """A Word document whose body is the given XML."""
    document = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return docx_package(document, padding=padding, numbering=numbering)


def docx_package(document: str, *, padding: int = 0, numbering: str = "") -> bytes:
    """A Word document of which `document` is the main part."""
    names = {"Heading1": "heading 1", "Heading2": "heading 2", "Normal": "Normal"}
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in names.items()
    )
    styles += '<w:style w:styleId="Secret"><w:name w:val="Secret"/><w:rPr><w:vanish/></w:rPr></w:style>'
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}.document.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "word/document.xml": document,
        "word/styles.xml": f'<w:styles xmlns:w="{WORD}">{styles}</w:styles>',
        "word/numbering.xml": f'<w:numbering xmlns:w="{WORD}">{numbering}</w:numbering>',
        "padding.bin": "\0" * padding,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return packed.getvalue()

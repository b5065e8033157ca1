"""Makes documents that are meant to bring their reader down."""

from __future__ import annotations

import io
import zipfile
import zlib

from tests.unit.knowledge.files import WORD, assemble_pdf, docx_package, make_pdf


def zip_bomb() -> bytes:
    """A Word document of some 400 KB whose text unpacks to 200 MB."""
    run = f"<w:p><w:r><w:t>{'lamp ' * 200}</w:t></w:r></w:p>"
    return docx_package(f'<w:document xmlns:w="{WORD}"><w:body>{run * 200_000}</w:body></w:document>')


def zip_bomb_that_lies() -> bytes:
    """The same, whose directory says that the text has ten bytes."""
    honest = zip_bomb()
    with zipfile.ZipFile(io.BytesIO(honest)) as package:
        size = package.getinfo("word/document.xml").file_size
    return honest.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))


def billion_laughs() -> bytes:
    """A Word document whose text is an entity of entities, a gigabyte long when it is put together."""
    entities = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10))
    return docx_package(
        f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY e0 "lamp">{entities}]>'
        f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>&e9;</w:t></w:r></w:p></w:body></w:document>'
    )


def deep_docx() -> bytes:
    """Content controls, each in the one before."""
    depth = 100_000
    inside = f"{'<w:sdt>' * depth}<w:p/>{'</w:sdt>' * depth}"
    return docx_package(f'<w:document xmlns:w="{WORD}"><w:body>{inside}</w:body></w:document>')


def many_pages(count: int = 10_000) -> bytes:
    return make_pdf([[(11, f"Page {number} says something of its own about lamps.")] for number in range(count)])


def pdf_with_recursive_form() -> bytes:
    """A page that draws a form which draws itself."""
    return assemble_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
            _stream(
                b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 3 0 R >> >>"
            ),
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R"
            b" /Resources << /XObject << /X 3 0 R >> >> >>",
            _stream(b"/X Do"),
        ]
    )


def pdf_with_huge_stream(size: int = 2 * 1024**3) -> bytes:
    """A page whose content is packed twice and unpacks to `size` bytes of blanks."""
    packer = zlib.compressobj(9)
    once = b"".join(packer.compress(b" " * 2**24) for _ in range(size // 2**24)) + packer.flush()
    return assemble_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>",
            _stream(zlib.compress(once, 9), b"/Filter [/FlateDecode /FlateDecode]"),
        ]
    )


def pdf_with_page_loop() -> bytes:
    """A tree of pages that holds itself."""
    return assemble_pdf(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000 >>"]
    )


def nested_html(depth: int = 100_000) -> bytes:
    return b"<div>" * depth + b"lamp" + b"</div>" * depth


def single_line(size: int = 30 * 2**20) -> bytes:
    return (b"lamp " * (size // 5 + 1))[:size]


def single_word(size: int = 30 * 2**20) -> bytes:
    return b"x" * size


def nested_json(depth: int = 100_000) -> bytes:
    return b"[" * depth + b"]" * depth


def many_list_items(count: int = 1_000_000) -> bytes:
    return b"- lamp\n" * count


def nested_quotes(depth: int = 20_000) -> bytes:
    return b">" * depth + b" lamp\n"


def unclosed_comments(count: int = 200_000) -> bytes:
    return b"text <!-- and <b hidden " * count


def _stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)

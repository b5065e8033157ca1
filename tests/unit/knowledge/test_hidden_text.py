"""What a document holds without showing it is told apart, and instructions in it keep the document from being found."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.domain import DocumentKind
from server.knowledge.ingest import Ingestor
from server.knowledge.load import MEDIA_TYPES, load
from server.knowledge.outcome import DocumentStatus
from server.knowledge.parsed import ParsedDocument
from tests.unit.knowledge.fakes import PLANTED, FakeEmbedder, FakeRails, FakeStore, make_document
from tests.unit.knowledge.files import assemble_pdf, make_docx_of

MARKDOWN, HTML, PLAIN, PDF, DOCX, JSON = MEDIA_TYPES


def read(data: str | bytes, media_type: str, kind: DocumentKind = DocumentKind.DOC) -> ParsedDocument:
    return load(data.encode() if isinstance(data, str) else data, media_type, kind)


def text_of(parsed: ParsedDocument) -> str:
    return "\n".join(section.text for section in parsed.sections)


def tags(text: str) -> str:
    return "".join(chr(0xE0000 + ord(character)) for character in text)


def selectors(text: str) -> str:
    return "".join(chr(0xFE00 + byte if byte < 16 else 0xE0100 + byte - 16) for byte in text.encode())


@pytest.mark.parametrize(
    "markup",
    [
        '<p style="display: none">SECRET</p>',
        '<p style="visibility:hidden">SECRET</p>',
        '<span style="font-size:0">SECRET</span>',
        '<span style="font-size: 1px">SECRET</span>',
        '<span style="opacity:0">SECRET</span>',
        '<div style="position:absolute; left:-9999px">SECRET</div>',
        '<div style="text-indent:-5000px">SECRET</div>',
        '<span style="color:#fff">SECRET</span>',
        '<div style="background:#ffffff"><span style="color: white">SECRET</span></div>',
        '<span style="color:transparent">SECRET</span>',
        "<p hidden>SECRET</p>",
        '<span aria-hidden="true">SECRET</span>',
        "<!-- SECRET -->",
        "<style>.x1 { display: none } p { color: red }</style><p class='x1'>SECRET</p>",
        "<style>#y { position: absolute; left: -4000px; }</style><p id='y'>SECRET</p>",
        f"lamps{tags('SECRET')} and fans",
        f"lamps{selectors('SECRET')} and fans",
        "lamps" + "".join(f"&#{0xE0000 + ord(character)};" for character in "SECRET"),
    ],
)
def test_html_that_hides_text(markup: str) -> None:
    parsed = read(f"<html><body><main><h1>Fees</h1><p>None.</p>{markup}</main></body></html>", HTML)

    assert "None." in text_of(parsed)
    assert "SECRET" not in text_of(parsed)
    assert any("SECRET" in text for text in parsed.hidden)


@pytest.mark.parametrize(
    "markup",
    [
        '<p style="font-size: 0.9em">SHOWN</p>',
        '<p style="font-size:10px">SHOWN</p>',
        '<p style="background:#003366"><b style="color:white">SHOWN</b></p>',
        '<div class="hero"><b style="color:#fff">SHOWN</b></div>',
        '<p style="opacity:0.8; background-color: #fff">SHOWN</p>',
        "<details><summary>More</summary><p>SHOWN</p></details>",
        '<div style="max-height:0; overflow:hidden">SHOWN</div>',
    ],
)
def test_html_that_does_not(markup: str) -> None:
    parsed = read(f"<html><body><main><h1>Fees</h1>{markup}</main></body></html>", HTML)

    assert "SHOWN" in text_of(parsed)
    assert not parsed.hidden


@pytest.mark.parametrize(
    "source",
    [
        "Five <!-- SECRET --> days.",
        "Five days.\n\n<!--\nSECRET\n-->\n",
        "Five days.\n\n<div style='display:none'>\nSECRET\n</div>\n",
        'Five <span style="font-size:0">SECRET</span> days.',
        f"Five{tags('SECRET')} days.",
    ],
)
def test_markdown_that_hides_text(source: str) -> None:
    parsed = read(source, MARKDOWN)

    assert "Five" in text_of(parsed)
    assert "SECRET" not in text_of(parsed)
    assert any("SECRET" in text for text in parsed.hidden)


def test_markdown_shows_what_its_code_quotes() -> None:
    source = "Write `<!-- a comment -->`:\n\n```html\n<p hidden>x</p>\n```\n"
    parsed = read(source, MARKDOWN)

    assert text_of(parsed) == source.strip()
    assert not parsed.hidden


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


@pytest.mark.parametrize(
    "hidden",
    [
        run("SECRET", "<w:vanish/>"),
        run("SECRET", '<w:color w:val="FFFFFF"/>'),
        run("SECRET", '<w:sz w:val="2"/>'),
        run("SECRET", '<w:rStyle w:val="Secret"/>'),
        f"<w:hyperlink>{run('SECRET', '<w:vanish/>')}</w:hyperlink>",
        run(tags("SECRET")),
    ],
)
def test_docx_that_hides_text(hidden: str) -> None:
    parsed = read(make_docx_of(f"<w:p>{run('Five ')}{hidden}{run('days.')}</w:p>"), DOCX)

    assert text_of(parsed) == "Five days."
    assert any("SECRET" in text for text in parsed.hidden)


@pytest.mark.parametrize(
    "shown",
    [
        "<w:p>" + run("SHOWN", '<w:vanish w:val="0"/>') + "</w:p>",
        "<w:p>" + run("SHOWN", '<w:color w:val="FFFFFF"/><w:highlight w:val="black"/>') + "</w:p>",
        '<w:p><w:pPr><w:shd w:fill="003366"/></w:pPr>' + run("SHOWN", '<w:color w:val="FFFFFF"/>') + "</w:p>",
    ],
)
def test_docx_that_does_not(shown: str) -> None:
    parsed = read(make_docx_of(shown), DOCX)

    assert text_of(parsed) == "SHOWN"
    assert not parsed.hidden


def pdf_page(content: str, *, picture: bool = False) -> bytes:
    stream = f"BT /F1 11 Tf 60 700 Td (Five days.) Tj ET\n{content}".encode()
    image = (
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>"
        b"\nstream\n\x80\nendstream"
    )
    if picture:
        stream = b"q 612 0 0 792 0 0 cm /I Do Q\n" + stream
    return assemble_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
            b" /Resources << /Font << /F1 3 0 R >> /XObject << /I 6 0 R >> >> >>",
            image,
        ]
    )


@pytest.mark.parametrize(
    "content",
    [
        "BT 3 Tr /F1 11 Tf 60 600 Td (SECRET) Tj ET",
        "1 1 1 rg BT /F1 11 Tf 60 600 Td (SECRET) Tj ET",
        "BT /F1 1 Tf 60 600 Td (SECRET) Tj ET",
        "BT /F1 11 Tf 60 -90 Td (SECRET) Tj ET",
        "1 g 50 590 200 30 re f BT /F1 11 Tf 60 600 Td (SECRET) Tj ET",
    ],
)
def test_pdf_that_hides_text(content: str) -> None:
    parsed = read(pdf_page(content), PDF)

    assert text_of(parsed) == "Five days."
    assert parsed.hidden == ("SECRET",)


@pytest.mark.parametrize(
    ("content", "picture"),
    [
        ("0.1 0.2 0.5 rg 50 590 200 30 re f 1 1 1 rg BT /F1 11 Tf 60 600 Td (SHOWN) Tj ET", False),
        ("BT 3 Tr /F1 11 Tf 60 600 Td (SHOWN) Tj ET", True),
        ("q 11 0 0 11 60 600 cm BT /F1 1 Tf (SHOWN) Tj ET Q", False),
    ],
)
def test_pdf_that_does_not(content: str, picture: bool) -> None:
    parsed = read(pdf_page(content, picture=picture), PDF)

    assert "SHOWN" in text_of(parsed)
    assert not parsed.hidden


async def test_hidden_instructions_quarantine_the_document_and_other_hidden_text_is_dropped(tmp_path: Path) -> None:
    store = FakeStore()
    ingestor = await Ingestor.open(
        tmp_path / "ingest.db", store, FakeEmbedder(), FakeRails(), max_document_bytes=10_000, parse_timeout=20.0
    )
    try:
        ingestion_id = await ingestor.begin("acme")
        outcomes = {}
        for name, comment in (("planted", f"{PLANTED} at once"), ("harmless", "written by Ada")):
            document = make_document(name, media_type=MARKDOWN)
            data = f"# Refunds\n\nFive days. <!-- {comment} -->\n".encode()
            accepted = await ingestor.accept("acme", ingestion_id, document, data)
            outcomes[name] = await accepted.outcome
    finally:
        await ingestor.close()

    assert outcomes["planted"].status is DocumentStatus.QUARANTINED
    assert "hidden_text" in outcomes["planted"].detail
    assert outcomes["harmless"].status is DocumentStatus.CREATED
    chunks = {name: store.documents["acme", name][1] for name in outcomes}
    assert [chunk.quarantine_reason for chunk in chunks["planted"]] == ["hidden_text"]
    assert [(chunk.text.strip(), chunk.quarantine_reason) for chunk in chunks["harmless"]] == [("Five days.", "")]

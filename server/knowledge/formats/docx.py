"""Word documents: headings by their styles, through HTML."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

from server.errors import UnreadableDocument
from server.knowledge.formats import html
from server.knowledge.parsed import ParsedDocument

MAX_UNPACKED_BYTES = 256 * 1024 * 1024

_OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"
_CORE_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_DTD = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)


def parse(data: bytes) -> ParsedDocument:
    """Raises UnreadableDocument: ENCRYPTED, TOO_LARGE when unpacked, UNSUPPORTED_MEDIA_TYPE (old .doc) or BROKEN."""
    if data.startswith(_OLE_SIGNATURE):
        raise _not_a_package(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _check_size(package)
            title = _core_title(package)
        page = _to_html(data)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, ValueError, ElementTree.ParseError) as error:
        raise UnreadableDocument(
            f"It is not a readable Word document: {error}", fix="Open it in Word and save it again."
        ) from error
    parsed = html.parse(page)
    return ParsedDocument(title or parsed.title, parsed.sections)


def _not_a_package(data: bytes) -> UnreadableDocument:
    if _ENCRYPTED_STREAM in data:
        return UnreadableDocument(
            "It is protected by a password.", reason="ENCRYPTED", fix="Save it without a password."
        )
    return UnreadableDocument(
        "It is in Word's old binary format.", reason="UNSUPPORTED_MEDIA_TYPE", fix="Save it as .docx."
    )


def _check_size(package: zipfile.ZipFile) -> None:
    unpacked = sum(entry.file_size for entry in package.infolist())
    if unpacked > MAX_UNPACKED_BYTES:
        raise UnreadableDocument(
            f"It unpacks to {unpacked:,} bytes; the limit is {MAX_UNPACKED_BYTES:,}.",
            reason="TOO_LARGE",
            fix="Split it, or take out what is embedded in it.",
        )


def _core_title(package: zipfile.ZipFile) -> str:
    """The title among the document's properties."""
    if "docProps/core.xml" not in package.namelist():
        return ""
    properties = package.read("docProps/core.xml")
    if _DTD.search(properties):
        raise ValueError("its properties declare a document type")
    found = ElementTree.fromstring(properties).find(_CORE_TITLE)  # noqa: S314 (no document type, so no entities)
    return (found.text or "").strip() if found is not None else ""


def _to_html(data: bytes) -> str:
    import mammoth  # noqa: PLC0415 (a fifth of a second that only Word documents cost)

    # Without its source a picture would still be written out as base64.
    no_pictures = mammoth.images.img_element(lambda _image: {"src": ""})
    result = mammoth.convert_to_html(io.BytesIO(data), style_map=_STYLES, convert_image=no_pictures)
    return f"<body>{result.value}</body>"

"""Word documents: headings by their styles, lists and tables as Markdown, hidden runs apart."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from server.errors import UnreadableDocument
from server.knowledge.formats.docx_styles import (
    Style,
    Styles,
    W,
    is_hidden,
    is_shaded,
    is_white,
    numbering,
    ordered_lists,
    value,
)
from server.knowledge.parsed import BODY, Block, ParsedDocument, build_sections

MAX_UNPACKED_BYTES = 256 * 1024 * 1024

_OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_CORE_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_TEXT_BOX, _CHOICE = f"{W}txbxContent", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice"
_DTD = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
_SIGNS = {f"{W}tab": " ", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_NOT_READ = frozenset(f"{W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "sdtPr", "tblPr", "trPr", "tcPr"))


def parse(data: bytes) -> ParsedDocument:
    """The title is the one in the document's properties, else its first heading of level 1.

    Raises UnreadableDocument: ENCRYPTED, TOO_LARGE when unpacked, UNSUPPORTED_MEDIA_TYPE (old .doc) or BROKEN.
    """
    if data.startswith(_OLE_SIGNATURE):
        raise _not_a_package(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _check_size(package)
            core = _part(package, "docProps/core.xml")
            found = None if core is None else core.find(_CORE_TITLE)
            title = (found.text or "").strip() if found is not None else ""
            reader = _Reader(package)
            blocks = list(reader.blocks())
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        KeyError,
        ValueError,
        ElementTree.ParseError,
    ) as error:
        raise UnreadableDocument(
            f"It is not a readable Word document: {error}", fix="Open it in Word and save it again."
        ) from error
    except RecursionError:
        raise UnreadableDocument("Its parts are nested too deeply.", fix="Send it as Markdown.") from None
    headings = (block.text for block in blocks if block.level == 1 and block.text.strip())
    return ParsedDocument(title or next(headings, ""), build_sections(blocks), tuple(reader.hidden))


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


def _part(package: zipfile.ZipFile, name: str) -> Element | None:
    """A part's XML. Raises ValueError where it declares a document type: only an attack would."""
    if name not in package.namelist():
        return None
    xml = package.read(name)
    if _DTD.search(xml) or b"\0" in xml[:100]:
        raise ValueError(f"{name} declares a document type or is not UTF-8")
    return ElementTree.fromstring(xml)  # noqa: S314 (no document type, so no entities)


class _Reader:
    """Walks through the body once; `hidden` has the hidden texts when that is done."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        document = _part(package, "word/document.xml")
        body = None if document is None else document.find(f"{W}body")
        if body is None:
            raise ValueError("it has no word/document.xml with a body")
        self._body = body
        self._styles = Styles(_part(package, "word/styles.xml"))
        self._ordered = ordered_lists(_part(package, "word/numbering.xml"))
        notes = _part(package, "word/footnotes.xml")
        self._notes = {} if notes is None else {note.get(f"{W}id", ""): note for note in notes.iter(f"{W}footnote")}
        self.hidden: list[str] = []

    def blocks(self) -> Iterator[Block]:
        items: list[str] = []
        for level, is_item, text in self._content(self._body, paper=True):
            if items and not is_item:
                yield Block(BODY, "\n".join(items))
                items = []
            if is_item:
                items.append(text)
            else:
                yield Block(level, text)
        yield Block(BODY, "\n".join(items))

    def _content(self, parent: Element, *, paper: bool) -> Iterator[tuple[int, bool, str]]:
        """Level, whether it is a list's item, and text of what is in a body, a cell or a text box.

        `paper` says that the background is white.
        """
        for element in parent:
            if element.tag == f"{W}p":
                yield from self._paragraph(element, paper=paper)
            elif element.tag == f"{W}tbl":
                yield BODY, False, self._table(element)
            elif element.tag not in _NOT_READ:
                yield from self._content(element, paper=paper)

    def _paragraph(self, paragraph: Element, *, paper: bool) -> Iterator[tuple[int, bool, str]]:
        properties = paragraph.find(f"{W}pPr")
        style = self._styles[value(None if properties is None else properties.find(f"{W}pStyle"))]
        boxes: list[Element] = []
        pieces = self._pieces(paragraph, style, boxes, paper=paper and not is_shaded(properties))
        text = "".join(pieces).strip()
        item = numbering(properties, style.numbering)
        if text and item and not style.level:
            mark = "1." if self._ordered.get(item) else "-"
            yield BODY, True, f"{'  ' * item[1]}{mark} {text}"
        elif text:
            yield style.level, False, text
        for box in boxes:
            yield from self._content(box, paper=paper)

    def _pieces(self, parent: Element, style: Style, boxes: list[Element], *, paper: bool) -> Iterator[str]:
        """The visible text of the runs below `parent`; text boxes and footnotes go to `boxes`."""
        for element in parent:
            if element.tag == f"{W}r":
                properties = element.find(f"{W}rPr")
                own = self._styles[value(None if properties is None else properties.find(f"{W}rStyle"))]
                white = is_white(properties, style.white or own.white) and paper and not is_shaded(properties)
                text = "".join(self._pieces(element, style, boxes, paper=paper))
                if white or is_hidden(properties, style.hidden or own.hidden):
                    self.hidden += [text] if text.strip() else []
                else:
                    yield text
            elif element.tag == f"{W}t":
                yield element.text or ""
            elif element.tag in _SIGNS:
                yield _SIGNS[element.tag]
            elif element.tag == _TEXT_BOX:
                boxes.append(element)
            elif element.tag == f"{W}footnoteReference":
                boxes += [note for note in (self._notes.get(element.get(f"{W}id", "")),) if note is not None]
            elif element.tag.endswith("}AlternateContent"):
                choice = element.find(_CHOICE)
                yield from self._pieces(element if choice is None else choice, style, boxes, paper=paper)
            elif element.tag not in _NOT_READ:
                yield from self._pieces(element, style, boxes, paper=paper)

    def _table(self, table: Element) -> str:
        # A table's style may colour its cells in ways that are not worth working out.
        is_styled = table.find(f"{W}tblPr/{W}tblStyle") is not None
        rows = [
            [
                " ".join(
                    " ".join(text.split()).replace("|", "\\|")
                    for _, _, text in self._content(cell, paper=not is_styled and not is_shaded(cell.find(f"{W}tcPr")))
                )
                for cell in row.iter(f"{W}tc")
            ]
            for row in table.findall(f"{W}tr")
        ]
        width = max((len(row) for row in rows), default=0)
        if width < 2:
            return "\n\n".join(cell for row in rows for cell in row if cell)
        lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
        return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])

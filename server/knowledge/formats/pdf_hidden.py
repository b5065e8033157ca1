"""Which characters of a PDF's page its readers do not see."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import pypdfium2
from pypdfium2 import raw

TINY_POINTS = 1.5
"""Letters of at most this size are not read by anybody."""
WHITE = 250
"""From here on, of 255, each colour of a letter is that of paper."""
TRANSPARENT = 12
"""Up to this opacity, of 255, nothing is seen."""

_Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""


def hidden_characters(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage) -> set[int]:
    """Indices, in the text page, of characters that are drawn invisibly, in white on white, tiny, or off the page.

    Invisible letters over a picture are the text of a scanned page, which the reader sees in the picture.
    """
    hidden: set[int] = set()
    seen: dict[int | None, bool] = {}
    surroundings = _Page(page, text_page)
    is_hidden = False
    for index in range(text_page.count_chars()):
        text_object = raw.FPDFText_GetTextObject(text_page, index)
        address = ctypes.cast(text_object, ctypes.c_void_p).value
        if address is not None:  # Spaces and line breaks that pdfium adds belong to what is before them.
            if address not in seen:
                seen[address] = surroundings.hides(text_object, index)
            is_hidden = seen[address]
        if is_hidden:
            hidden.add(index)
    return hidden


class _Page:
    """What lies on a page beside its text, looked up when first needed."""

    def __init__(self, page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage) -> None:
        self._page = page
        self._text_page = text_page

    def hides(self, text_object: Any, index: int) -> bool:
        """Whether a text object, whose first character has the index, cannot be seen."""
        if self._letter_size(index) <= TINY_POINTS:
            return True
        # By the character, because an object within a form knows only its place in the form.
        box = self._text_page.get_charbox(index, loose=True)
        mode = raw.FPDFTextObj_GetTextRenderMode(text_object)
        red, green, blue, opacity = _color(text_object)
        is_unseen = mode in (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
        is_filled = mode in (raw.FPDF_TEXTRENDERMODE_FILL, raw.FPDF_TEXTRENDERMODE_FILL_CLIP)
        if is_unseen or (is_filled and opacity <= TRANSPARENT):
            return not _is_on(self._pictures, box)
        if is_filled and min(red, green, blue) >= WHITE:
            return not _is_on((*self._pictures, *self._painted), box)
        left, bottom, right, top = self._page.get_cropbox()
        return bool(box[2] < left or box[0] > right or box[3] < bottom or box[1] > top)

    def _letter_size(self, index: int) -> float:
        """In points, as it is shown."""
        matrix = raw.FS_MATRIX()
        if not raw.FPDFText_GetMatrix(self._text_page, index, matrix):
            return math.inf
        return float(abs(raw.FPDFText_GetFontSize(self._text_page, index)) * math.hypot(matrix.c, matrix.d))

    @cached_property
    def _pictures(self) -> tuple[_Box, ...]:
        kinds = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING)
        return tuple(box for item, kind in self._objects if kind in kinds and (box := _bounds(item)))

    @cached_property
    def _painted(self) -> tuple[_Box, ...]:
        """Areas that are filled with something else than white."""
        paths = (item for item, kind in self._objects if kind == raw.FPDF_PAGEOBJ_PATH and _is_filled(item))
        boxes = (_bounds(path) for path in paths if min(_color(path)[:3]) < WHITE)
        return tuple(box for box in boxes if box)

    @cached_property
    def _objects(self) -> tuple[tuple[Any, int], ...]:
        return tuple(_descendants(self._page))


def _descendants(page: pypdfium2.PdfPage) -> Iterator[tuple[Any, int]]:
    """The page's objects with their kinds. Those of forms count as well, by the form's own place."""
    for place in range(raw.FPDFPage_CountObjects(page)):
        item = raw.FPDFPage_GetObject(page, place)
        kind = raw.FPDFPageObj_GetType(item)
        # What a form paints is placed by the form; a form with any path may be a coloured box.
        yield item, raw.FPDF_PAGEOBJ_SHADING if kind == raw.FPDF_PAGEOBJ_FORM and _paints(item) else kind


def _paints(form: Any) -> bool:
    kinds = {
        raw.FPDFPageObj_GetType(raw.FPDFFormObj_GetObject(form, place))
        for place in range(min(raw.FPDFFormObj_CountObjects(form), 1000))
    }
    return bool(kinds & {raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING, raw.FPDF_PAGEOBJ_PATH})


def _is_on(grounds: tuple[_Box, ...], box: _Box) -> bool:
    """Whether the middle of `box` lies on one of `grounds`."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(left <= x <= right and bottom <= y <= top for left, bottom, right, top in grounds)


def _color(item: Any) -> tuple[int, int, int, int]:
    """Red, green, blue and opacity of the filling, each 0 to 255; opaque black where there is none."""
    parts = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFPageObj_GetFillColor(item, *parts):
        return 0, 0, 0, 255
    red, green, blue, opacity = (part.value for part in parts)
    return red, green, blue, opacity


def _is_filled(path: Any) -> bool:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(raw.FPDFPath_GetDrawMode(path, mode, stroke)) and mode.value != raw.FPDF_FILLMODE_NONE


def _bounds(item: Any) -> _Box | None:
    edges = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(item, *edges):
        return None
    left, bottom, right, top = (edge.value for edge in edges)
    return left, bottom, right, top

"""text/html: what a reader sees of a page, without the site around it, as Markdown."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

from server.errors import UnreadableDocument
from server.knowledge.formats import markdown
from server.knowledge.parsed import ParsedDocument

_NOT_CONTENT = (
    "script, style, noscript, template, iframe, object, svg, canvas, nav, footer, dialog, button, input, select, "
    "textarea, [hidden], [aria-hidden=true], [role=navigation], [role=banner], [role=contentinfo], [role=dialog], "
    "[role=alertdialog], [role=search], [role=complementary]"
)
_SITE_CONTENT = "header, aside"
"""Belong to the page, not to the text; within an article they are the article's own."""

_BANNER = re.compile(r"(?<![a-z])(?:cookies?|consent|gdpr)(?![a-z])", re.IGNORECASE)
_INVISIBLE_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])", re.IGNORECASE
)


def parse(text: str) -> ParsedDocument:
    """The title is the page's first heading of level 1, else its <title>.

    Raises UnreadableDocument (BROKEN) for a page nested too deeply to be one.
    """
    try:
        soup = BeautifulSoup(text, "html.parser")
        page_title = soup.title.get_text(" ", strip=True) if soup.title else ""
        root = _content_root(soup)
        _remove_what_is_not_content(root)
        heading = root.find("h1")
        title = heading.get_text(" ", strip=True) if isinstance(heading, Tag) else ""
        parsed = markdown.parse(_to_markdown(root))
    except RecursionError:
        raise UnreadableDocument(
            "Its elements are nested too deeply.", fix="Export the page again, or send it as Markdown."
        ) from None
    return ParsedDocument(title or page_title, parsed.sections)


def _content_root(soup: BeautifulSoup) -> Tag:
    """The one article of the page, else its <main>, else its body."""
    main = soup.find("main") or soup.find(True, {"role": "main"})
    around = main if isinstance(main, Tag) else soup
    articles = around.find_all("article")
    if len(articles) == 1:
        return articles[0]
    return main if isinstance(main, Tag) else soup.body or soup


def _remove_what_is_not_content(root: Tag) -> None:
    selector = _NOT_CONTENT if root.name == "article" else f"{_NOT_CONTENT}, {_SITE_CONTENT}"
    for element in root.select(selector):
        element.decompose()
    for element in root.find_all(_is_unseen):
        if not element.decomposed:
            element.decompose()


def _is_unseen(element: Tag) -> bool:
    """Hidden by its own style, or a banner that asks for consent."""
    if _INVISIBLE_STYLE.search(str(element.get("style") or "")):
        return True
    classes = element.get("class") or ()
    names = " ".join((*classes, str(element.get("id") or "")))
    return element.name in ("div", "section", "p", "form") and bool(_BANNER.search(names)) and "banner" in names.lower()


def _to_markdown(root: Tag) -> str:
    converter = MarkdownConverter(
        heading_style="ATX",
        bullets="-",
        newline_style="BACKSLASH",
        strip=["a", "img"],
        escape_asterisks=False,
        escape_underscores=False,
        table_infer_header=True,
    )
    text: str = converter.convert_soup(root)
    return re.sub(r"\n{3,}", "\n\n", text)

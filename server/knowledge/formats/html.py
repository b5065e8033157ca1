"""text/html: what a reader sees of a page, without the site around it, as Markdown."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Comment, Tag
from markdownify import MarkdownConverter

from server.errors import UnreadableDocument
from server.knowledge.formats import markdown
from server.knowledge.parsed import ParsedDocument

_NOT_CONTENT = (
    "script, style, noscript, template, iframe, object, svg, canvas, nav, footer, dialog, button, input, select, "
    "textarea, [role=navigation], [role=banner], [role=contentinfo], [role=dialog], [role=alertdialog], [role=search], "
    "[role=complementary], [role=menu], [role=menubar], [role=tablist], [aria-label=breadcrumb i]"
)
_SITE_CONTENT = "header, aside"
"""Belong to the page, not to the text; within an article they are the article's own."""

_FURNITURE = re.compile(
    r"(?:breadcrumbs?|sidebar|side-bar|toc|table-of-contents|pagination|pager|share|social|newsletter|subscribe|related|"
    r"skip-link|skip-to-content|back-to-top|edit-this-page|feedback|was-this-helpful|vote|advert|ads|promo|site-header|"
    r"site-footer|navbar|menu)(?:-?(?:links?|list|buttons?|bar|nav|box|widget|articles?|posts?|container|wrapper))*",
    re.IGNORECASE,
)
"""Whole class names and ids of what surrounds a text."""

_BANNER = re.compile(r"(?<![a-z])(?:cookies?|consent|gdpr|onetrust|cookiebot)(?![a-z])", re.IGNORECASE)
_BANNER_PART = re.compile(r"banner|notice|bar|popup|modal|overlay|dialog|wall|prompt|consent|sdk", re.IGNORECASE)
_MAX_BANNER_CHARACTERS = 2_000
"""Longer elements are about cookies, as a help page may be."""

_INVISIBLE_STYLE = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|font-size:(?:0|[01](?:\.\d+)?(?:px|pt))(?![.\d])|opacity:0(?:\.0\d*)?(?![.\d])"
    r"|(?:text-indent|left|top|right|margin-left):-\d{3,}(?:px|pt|em|rem|%|vw)?|clip:rect\(0|clip-path:inset\((?:50|100)%"
    r"|transform:scale\(0\)|(?<![-a-z])color:transparent",
    re.IGNORECASE,
)
_COLOR = re.compile(r"(?<![-a-z])color:([^;!]+)", re.IGNORECASE)
_BACKGROUND = re.compile(r"background(?:-color)?:([^;!]+)", re.IGNORECASE)
_WHITE = re.compile(
    r"white|snow|#f[a-f]f[a-f]f[a-f]|#fff|rgba?\(25[0-5],25[0-5],25[0-5](?:,1(?:\.0)?)?\)|rgba\(.*,0(?:\.0\d*)?\)",
    re.IGNORECASE,
)
_HIDING_RULE = re.compile(r"([^{}]{1,200})\{([^{}]{0,2000})\}")
_SIMPLE_SELECTOR = re.compile(r"\s*([a-z]+)?([.#][\w-]+)\s*", re.IGNORECASE)


def parse(text: str) -> ParsedDocument:
    """The title is the page's first heading of level 1, else its <title>.

    What the page hides by attributes, by styles on the element or by simple rules of its own <style>, and what its
    comments say, is told apart as hidden. Raises UnreadableDocument (BROKEN) for a page nested too deeply to be one.
    """
    try:
        soup = BeautifulSoup(text, "html.parser")
        page_title = soup.title.get_text(" ", strip=True) if soup.title else ""
        hidden = _remove_hidden(soup)
        root = _content_root(soup)
        _remove_what_is_not_content(root)
        heading = root.find("h1")
        title = heading.get_text(" ", strip=True) if isinstance(heading, Tag) else ""
        parsed = markdown.parse(_to_markdown(root))
    except RecursionError:
        raise UnreadableDocument(
            "Its elements are nested too deeply.", fix="Export the page again, or send it as Markdown."
        ) from None
    return ParsedDocument(title or page_title, parsed.sections, (*hidden, *parsed.hidden))


def _content_root(soup: BeautifulSoup) -> Tag:
    """The one article of the page, else its <main>, else its body."""
    main = soup.find("main") or soup.find(True, {"role": "main"})
    around = main if isinstance(main, Tag) else soup
    articles = around.find_all("article")
    if len(articles) == 1:
        return articles[0]
    return main if isinstance(main, Tag) else soup.body or soup


def _remove_hidden(soup: BeautifulSoup) -> list[str]:
    """Take out of the page what its readers do not see; the texts of it."""
    hidden = [str(comment.extract()) for comment in soup.find_all(string=lambda found: isinstance(found, Comment))]
    rules = _hiding_selectors(soup)
    for element in soup.find_all(lambda tag: _is_hidden(tag, rules)):
        if not element.decomposed:
            hidden.append(element.get_text(" ", strip=True))
            element.decompose()
    return hidden


def _hiding_selectors(soup: BeautifulSoup) -> frozenset[str]:
    """The classes (".x") and ids ("#x") that the page's own style sheets hide."""
    rules = [rule for style in soup.find_all("style") for rule in _HIDING_RULE.findall(style.get_text())]
    selectors = (one for names, body in rules if _INVISIBLE_STYLE.search(_compact(body)) for one in names.split(","))
    return frozenset(found[2] for found in map(_SIMPLE_SELECTOR.fullmatch, selectors) if found)


def _is_hidden(element: Tag, rules: frozenset[str]) -> bool:
    if element.name in ("script", "style", "head", "title", "template", "noscript"):
        return False
    if element.has_attr("hidden") or str(element.get("aria-hidden")).lower() == "true":
        return True
    if rules and any(f".{name}" in rules for name in element.get("class") or ()):
        return True
    if rules and f"#{element.get('id')}" in rules:
        return True
    style = _compact(str(element.get("style") or ""))
    return bool(style) and (bool(_INVISIBLE_STYLE.search(style)) or _is_white_on_white(element, style))


def _is_white_on_white(element: Tag, style: str) -> bool:
    """White letters where no element around them says that they stand on something else than white."""
    color = _COLOR.search(style)
    if not color or not _WHITE.fullmatch(color[1]):
        return False
    for around in (element, *element.parents):
        background = _BACKGROUND.search(_compact(str(around.get("style") or "")))
        if background:
            return bool(_WHITE.fullmatch(background[1]))
        if around.get("class") or around.get("bgcolor"):
            return False  # A style sheet that is not at hand may well have coloured it.
    return True


def _compact(style: str) -> str:
    return re.sub(r"\s+", "", style)


def _remove_what_is_not_content(root: Tag) -> None:
    selector = _NOT_CONTENT if root.name == "article" else f"{_NOT_CONTENT}, {_SITE_CONTENT}"
    for element in root.select(selector):
        element.decompose()
    for element in root.find_all(_is_furniture):
        if not element.decomposed:
            element.decompose()


def _is_furniture(element: Tag) -> bool:
    """A banner that asks for consent, or a box whose own name says that it belongs to the site."""
    if element.name not in ("div", "section", "p", "form", "ul", "ol", "span", "a"):
        return False
    names = [*(element.get("class") or ()), str(element.get("id") or "")]
    if any(_FURNITURE.fullmatch(name) for name in names):
        return element.find("h1") is None
    joined = " ".join(names)
    return (
        bool(_BANNER.search(joined) and _BANNER_PART.search(joined))
        and len(element.get_text()) <= _MAX_BANNER_CHARACTERS
        and element.find("h1") is None
    )


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

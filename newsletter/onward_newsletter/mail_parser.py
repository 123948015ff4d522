"""HTML of an article, taken apart into the few kinds of block that every mail program can show.

What goes in is cleaned first; what comes out is well-formed XHTML inside each block, so that the two parts of a mail,
MJML and plain text, are made from the same pieces.

Understood: headings, paragraphs, lists, quotations, figures with captions, rules, preformatted text, and, by class,
a kicker (``class="kicker"``) and a button (a paragraph whose only content is ``<a class="button">``). A list each of
whose items is one link with a slot (``%%token%%``) is a list of choices and becomes large targets. Any other element is
opened and its content kept; scripts, styles, forms and frames are dropped with their content. What stands in a
``<div data-block="…">`` remembers that id, so that a finding can lead the author to the block.
"""

import re
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import nh3

from .mail_blocks import Block, Link


BLOCK_TAGS = {
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "li",
    "figcaption",
    "tr",
    "cite",
    "footer",
    "dt",
    "dd",
}
CONTAINERS = {
    "div",
    "section",
    "article",
    "aside",
    "header",
    "main",
    "figure",
    "blockquote",
    "ul",
    "ol",
    "table",
    "dl",
}
CONTAINERS |= {"thead", "tbody"}
INLINE = {"a", "strong", "b", "em", "i", "code", "sup", "sub", "s", "mark", "small", "q", "abbr"}
ALONE = {"br", "hr", "img"}
CELLS = {"td", "th"}
DROPPED = {
    "script",
    "style",
    "form",
    "iframe",
    "button",
    "select",
    "textarea",
    "svg",
    "video",
    "audio",
    "object",
    "noscript",
}

ATTRIBUTES = {
    "a": {"href", "class"},
    "img": {"src", "alt", "width"},
    "p": {"class"},
    "div": {"class", "data-block"},
    "ul": {"class"},
}
KIND_OF_TAG = {
    "h4": "h3",
    "h5": "h3",
    "h6": "h3",
    "figcaption": "caption",
    "cite": "source",
    "footer": "source",
}
KIND_OF_TAG |= {"h1": "h1", "h2": "h2", "h3": "h3", "pre": "pre", "li": "item", "tr": "row", "dt": "h3"}


#: A paragraph in small print looks like a caption.
WHOLLY_SMALL = re.compile(r"<small>(?P<print>(?:(?!</?small>).)*)</small>", re.DOTALL)


def blocks_of(html: str, *, base_url: str, image_hosts: frozenset[str] = frozenset()) -> list[Block]:
    """Return the blocks of an HTML fragment; relative addresses are completed with ``base_url``.

    Images from hosts other than the base's and ``image_hosts`` are left out, because loading them would tell
    strangers who reads the mail; their description stays.
    """
    parser = _BlockParser(base_url, image_hosts | {urlsplit(base_url).netloc})
    parser.feed(clean(html))
    parser.close()
    parser.finish_block()
    return [block for block in parser.blocks if block.html.strip() or block.kind in {"image", "rule"}]


def clean(html: str) -> str:
    """Return the HTML with nothing left that runs, loads or submits."""
    return nh3.clean(
        html,
        tags=BLOCK_TAGS | CONTAINERS | INLINE | ALONE | CELLS,
        clean_content_tags=DROPPED,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )


class _BlockParser(HTMLParser):
    def __init__(self, base_url: str, image_hosts: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.base_url, self.image_hosts = base_url, image_hosts
        self.blocks: list[Block] = []
        self.block: Block | None = None
        self.open_inline: list[str] = []
        self.lists: list[int | None] = []
        self.quotes = 0
        self.origins = [""]

    # Elements

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in INLINE:
            self._open_inline(tag, given)
        elif tag in ALONE:
            self._alone(tag, given)
        elif tag in CELLS:
            self._separate_cells()
        else:
            self._open_block(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag in INLINE:
            self._close_inline(tag)
        elif tag not in ALONE and tag not in CELLS:
            self.finish_block()
            self._leave(tag)

    def handle_data(self, data: str) -> None:
        is_pre = self.block is not None and self.block.kind == "pre"
        text = data if is_pre else _collapse(data, after=self.block.text[-1:] if self.block else "")
        if not text.strip() and (self.block is None or not self.block.html):
            return
        block = self._current()
        block.html += _as_typed(text) if is_pre else escape(text)
        block.text += text
        if "a" in self.open_inline:
            block.links[-1].text += text

    # Blocks

    def _open_block(self, tag: str, given: dict[str, str]) -> None:
        if tag == "p" and self.block is not None and self.block.kind == "item" and not self.block.text:
            return
        self.finish_block()
        if tag == "div":
            self.origins.append(given.get("data-block") or self.origins[-1])
        elif tag == "blockquote":
            self.quotes += 1
        elif tag in {"ul", "ol"}:
            self.lists.append(0 if tag == "ol" else None)
        elif tag in BLOCK_TAGS:
            kind = KIND_OF_TAG.get(tag, "p")
            self._start("kicker" if "kicker" in given.get("class", "").split() else kind)

    def _leave(self, tag: str) -> None:
        if tag == "div" and len(self.origins) > 1:
            self.origins.pop()
        elif tag == "blockquote":
            self.quotes -= 1
        elif tag in {"ul", "ol"} and self.lists:
            self.lists.pop()

    def _start(self, kind: str) -> None:
        self.block = Block(kind, depth=max(len(self.lists) - 1, 0), is_quoted=self.quotes > 0)
        if kind == "item":
            self.block.marker = self._next_marker()

    def _next_marker(self) -> str:
        if not self.lists or self.lists[-1] is None:
            return "•"
        self.lists[-1] += 1
        return f"{self.lists[-1]}."

    def _current(self) -> Block:
        if self.block is None:
            self._start("p")
        assert self.block is not None  # noqa: S101 (for the type checker; _start has just set it)
        return self.block

    def finish_block(self) -> None:
        """Close what is open and put the block away; text that follows starts a paragraph."""
        while self.open_inline:
            self._close_inline(self.open_inline[-1])
        if self.block is not None:
            self.block.text = (
                self.block.text.strip() if self.block.kind != "pre" else self.block.text.strip("\n")
            )
            if self.block.kind == "p" and (small := WHOLLY_SMALL.fullmatch(self.block.html)):
                self.block.kind, self.block.html = "caption", small["print"]
            self._put(self.block)
        self.block = None

    def _put(self, block: Block) -> None:
        block.origin = self.origins[-1]
        self.blocks.append(block)

    def _separate_cells(self) -> None:
        if self.block is not None and self.block.text:
            self.block.html += " · "
            self.block.text += " · "

    # Inline

    def _open_inline(self, tag: str, given: dict[str, str]) -> None:
        block = self._current()
        if tag != "a":
            block.html += f"<{tag}>"
        elif url := self._link_address(href := given.get("href", "").strip()):
            block.links.append(Link("", url, "button" in given.get("class", "").split(), href))
            block.html += f'<a href="{escape(url)}">'
        else:
            block.lost_links.append(given.get("href", ""))
            return
        self.open_inline.append(tag)

    def _close_inline(self, tag: str) -> None:
        if tag not in self.open_inline:
            return
        while self.open_inline:
            last = self.open_inline.pop()
            self._current().html += f"</{last}>"
            if last == tag:
                return

    def _link_address(self, href: str) -> str:
        """Return the full address, or "" for a link that leads nowhere or would tell a stranger a recipient's token."""
        url = urljoin(self.base_url + "/", href.strip())
        if not href or href.startswith("#") or ("%%" in url and not url.startswith(self.base_url + "/")):
            return ""
        return url

    def _alone(self, tag: str, given: dict[str, str]) -> None:
        if tag == "br":
            self._current().html += "<br/>"
            self._current().text += "\n"
        elif tag == "hr":
            self.finish_block()
            self._put(Block("rule"))
        else:
            self._image(given)

    def _image(self, given: dict[str, str]) -> None:
        """Put an image between blocks; the paragraph it stood in goes on after it."""
        src, alt = urljoin(self.base_url + "/", given.get("src", "")), " ".join(given.get("alt", "").split())
        self.finish_block()
        if urlsplit(src).netloc in self.image_hosts and "%%" not in src:
            width = int(given["width"]) if given.get("width", "").isdecimal() else None
            self._put(Block("image", html=escape(alt), text=alt, src=src, width=width))
        elif alt:
            self._put(Block("caption", html=escape(alt), text=alt))


def _as_typed(text: str) -> str:
    """Return preformatted text so that it keeps its lines and indents in mail programs that drop styles."""
    return escape(text.rstrip("\n")).replace("  ", "&nbsp; ").replace("\n", "<br/>")


def _collapse(data: str, *, after: str) -> str:
    """Return the text with white space as a browser shows it."""
    text = " ".join(data.split())
    if not text:
        return " " if data and after and not after.isspace() else ""
    lead = " " if data[0].isspace() and after and not after.isspace() else ""
    return f"{lead}{text}{' ' if data[-1].isspace() else ''}"

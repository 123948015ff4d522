"""Blocks to plain text that reads well: links as numbers, their addresses at the end."""

from collections.abc import Iterable

from .mail_blocks import Block


UNDERLINES = {"h1": "=", "h2": "-"}


def text_of(blocks: Iterable[Block]) -> str:
    """Return the text of the blocks, with the addresses of their links listed at the end.

    Lines are not broken: phones and desktops each know their own width.
    """
    addresses: list[str] = []
    pieces: list[str] = []
    previous: Block | None = None
    for block in blocks:
        pieces += [_joint(previous, block) if previous else "", _text(block, addresses)]
        previous = block
    return "".join([*pieces, _addresses(addresses)])


def _joint(above: Block, below: Block) -> str:
    if above.is_quoted and below.is_quoted:
        return "\n" if below.kind == "source" else "\n>\n"
    is_one_list = above.kind == below.kind and below.kind in {"item", "row"} and not below.is_choice
    return "\n" if is_one_list else "\n\n"


def _text(block: Block, addresses: list[str]) -> str:
    if block.kind == "image":
        return f"[{block.text}]" if block.text else ""
    if block.kind == "rule":
        return "* * *"
    if block.is_choice or block.is_button:
        return f"→ {block.text}\n  {block.links[0].url}"
    if block.kind in UNDERLINES and block.is_one_link:
        return f"{_marked(block, block.text)}\n{block.links[0].url}"
    return _marked(block, _numbered(block, addresses))


def _marked(block: Block, text: str) -> str:
    if block.kind in UNDERLINES:
        return f"{text}\n{UNDERLINES[block.kind] * min(len(text), 60)}"
    if block.kind == "kicker":
        return text.upper()
    if block.kind == "item":
        text = f"{'  ' * block.depth}{block.marker} {text}"
    elif block.kind == "source":
        text = f"— {text.lstrip('—– ')}"
    return "\n".join(f"> {line}" for line in text.split("\n")) if block.is_quoted else text


def _numbered(block: Block, addresses: list[str]) -> str:
    """Put "[n]" behind each link's text, unless the text is the address itself."""
    text, place = block.text, 0
    for link in block.links:
        words = link.text.strip()
        place = text.find(words, place) + len(words)
        if not words or words.rstrip("/") in {link.url.rstrip("/"), link.url.partition("://")[2].rstrip("/")}:
            continue
        mark = f" [{_number(link.url, addresses)}]"
        text, place = text[:place] + mark + text[place:], place + len(mark)
    return text


def _number(url: str, addresses: list[str]) -> int:
    if url not in addresses:
        addresses.append(url)
    return addresses.index(url) + 1


def _addresses(addresses: list[str]) -> str:
    if not addresses:
        return ""
    return "\n\n" + "\n".join(f"[{number}] {url}" for number, url in enumerate(addresses, start=1))

"""The few kinds of block that every mail program can show, as HTML and as text."""

from dataclasses import dataclass, field


@dataclass
class Link:
    """A link in a block, in the order of appearance."""

    text: str
    url: str
    is_button: bool = False
    #: The address as its author wrote it.
    given: str = ""


@dataclass
class Block:
    """One piece of a mail: its kind, its content as XHTML and as text, and how deep in quotes and lists it stands."""

    kind: str
    html: str = ""
    text: str = ""
    links: list[Link] = field(default_factory=list)
    marker: str = ""
    depth: int = 0
    is_quoted: bool = False
    src: str = ""
    width: int | None = None
    #: The id of the StreamField block it comes from; "" where nobody said.
    origin: str = ""
    #: What stood in links that lead nowhere in a mail, such as "#notes"; their words stay.
    lost_links: list[str] = field(default_factory=list)

    @property
    def is_one_link(self) -> bool:
        """Whether there is nothing in it but one link."""
        return len(self.links) == 1 and self.links[0].text.strip() == self.text.strip()

    @property
    def is_choice(self) -> bool:
        """Whether this is a list item that is nothing but one link made for each recipient."""
        return self.kind == "item" and self.is_one_link and "%%" in self.links[0].url

    @property
    def is_button(self) -> bool:
        return self.is_one_link and self.links[0].is_button

"""A browser as simple as they get: pages, links, cookies and forms over real HTTP; no script."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

import requests
from bs4 import BeautifulSoup, Tag


@dataclass
class PlainBrowser:
    """Someone with a browser of their own, looking at one page at a time."""

    base: str
    session: requests.Session = field(default_factory=requests.Session)
    url: str = ""
    page: BeautifulSoup = field(default_factory=lambda: BeautifulSoup("", "html.parser"))

    def visit(self, address: str) -> "PlainBrowser":
        return self._show(self.session.get(urljoin(self.base, address), timeout=30))

    def press(self, button: str, form: str = "form", **typed: str) -> "PlainBrowser":
        """Fill the first form that matches the CSS selector and has this button, and press it."""
        found, pressed = self._form_with(form, button)
        fields = _fields_of(found) | (
            {pressed["name"]: pressed.get("value", "")} if pressed.get("name") else {}
        )
        target = urljoin(self.url, str(found.get("action") or self.url))
        headers = {"Origin": self.base, "Referer": self.url}
        return self._show(self.session.post(target, data={**fields, **typed}, headers=headers, timeout=30))

    def label(self, text: str) -> Tag:
        """Return the box or the dot that stands with this text."""
        label = next(one for one in self.page.find_all("label") if text in one.get_text(" ", strip=True))
        found = self.page.find(id=label["for"]) if label.get("for") else label.find(["input", "textarea"])
        assert isinstance(found, Tag)
        return found

    @property
    def text(self) -> str:
        return " ".join(self.page.get_text(" ").split())

    def _form_with(self, selector: str, words: str) -> tuple[Tag, Tag]:
        for form in self.page.select(selector):
            for button in form.find_all("button"):
                if words in button.get_text(" ", strip=True):
                    return form, button
        raise AssertionError(f"No form with the button {words!r} at {self.url}: {self.text[:1500]}")

    def _show(self, response: requests.Response) -> "PlainBrowser":
        assert response.status_code < 500, f"{response.status_code} at {response.url}: {response.text[:2000]}"
        self.url, self.page = response.url, BeautifulSoup(response.text, "html.parser")
        return self


def _fields_of(form: Tag) -> Mapping[str, str]:
    fields: dict[str, str] = {}
    for element in form.find_all(["input", "textarea"]):
        name = element.get("name")
        marked = element.get("type") in {"radio", "checkbox"}
        if name and (not marked or element.has_attr("checked")):
            value = (
                element.get_text()
                if element.name == "textarea"
                else element.get("value", "on" if marked else "")
            )
            fields[str(name)] = str(value)
    return fields

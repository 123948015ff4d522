"""A page stands as it is from the first moment on: colours change under the pointer, not while a page is coming."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Visitor
from tests.journeys.running import Demo


pytestmark = pytest.mark.journey

#: What a browser does that looks at a form before the style sheets have come; returns what is on its way after that.
STYLES_THAT_COME_LATE = """() => {
  const sheets = [...document.styleSheets];
  const look = () => document.querySelectorAll("*").forEach((one) => getComputedStyle(one).color);
  sheets.forEach((sheet) => { sheet.disabled = true; });
  look();
  sheets.forEach((sheet) => { sheet.disabled = false; });
  look();
  return document.getAnimations().map((one) => `${one.transitionProperty} of ${one.effect.target.outerHTML}`);
}"""


@pytest.mark.parametrize(
    "path", ["/", "/the-manager-in-the-middle/one-number-counted-twice/", "/newsletter/"]
)
def test_styles_that_come_late_make_nothing_fade(
    demo: Demo, new_visitor: Callable[..., Visitor], path: str
) -> None:
    page = new_visitor().page
    page.goto(demo.url + path)
    assert page.evaluate(STYLES_THAT_COME_LATE) == []

"""What the author does in the Wagtail admin, as presses of keys and buttons."""

import re

from playwright.sync_api import Locator, Page, expect


class Desk:
    """The author's browser window in the admin of one site."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def sign_in(self) -> None:
        self.page.goto(f"{self.url}/admin/login/")
        self.page.get_by_label("Username").fill("author")
        self.page.get_by_label("Password").fill("demo")
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="What readers said")).to_be_visible()

    def make_poll(self, question: str, options: list[str]) -> None:
        self.page.goto(f"{self.url}/admin/snippets/onward_polls/poll/add/")
        self.page.locator("#id_question").fill(question)
        for number, option in enumerate(options):
            self.page.get_by_role("button", name="Add option").click()
            self.page.locator(f"#id_options-{number}-text").fill(option)
        self.page.get_by_role("button", name="Save").first.click()
        expect(self.page.get_by_text(question).first).to_be_visible()

    def make_series(self, title: str) -> int:
        """Publish a series and return the number of its page."""
        self.page.goto(f"{self.url}/admin/pages/")
        self.page.get_by_role("link", name="The Sales Floor").first.click()
        home = self._page_number()
        self.page.goto(f"{self.url}/admin/pages/add/onward_blog_pages/seriespage/{home}/")
        self.write_title(title)
        self.publish()
        return self._number_of(title)

    def begin_article(self, series: int, title: str) -> None:
        self.page.goto(f"{self.url}/admin/pages/add/onward_blog_pages/articlepage/{series}/")
        self.write_title(title)

    def write_title(self, title: str) -> None:
        """Type a title as a person would: once the editor's scripts are there to make an address from it."""
        self.page.wait_for_load_state("networkidle")
        self.page.locator("#id_title").fill(title)
        self.page.keyboard.press("Tab")
        expect(self.page.locator("#id_slug")).not_to_have_value("")

    def add_paragraph(self, text: str) -> None:
        field = self._add_block("Paragraph").locator("[contenteditable=true]").last
        field.click()
        field.press_sequentially(text)
        expect(field).to_have_text(text)
        # The editor hands its text to the form a quarter of a second after the last key.
        self.page.wait_for_timeout(1000)

    def add_poll(self, question: str) -> None:
        block = self._add_block("Poll")
        block.get_by_role("button", name="Choose").first.click()
        self._choose(question)

    def publish(self) -> None:
        self.page.get_by_role("button", name="More actions").last.click()
        # A message of the screen before may say "published" too.
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Publish").last.click()
        expect(self.page.locator(".messages .success")).to_contain_text("published")

    def stand_by(self) -> None:
        """Accept every block that the site wrote; without that the page cannot go out."""
        self.page.wait_for_load_state("networkidle")
        boxes = self.page.get_by_label("I stand by this").locator("visible=true")
        expect(boxes.first).to_be_visible()
        for box in boxes.all():
            box.check()

    def open_editor(self, title: str) -> None:
        self.page.goto(f"{self.url}/admin/pages/{self._number_of(title)}/edit/")

    def open_mail_of(self, title: str) -> None:
        self.page.goto(f"{self.url}/admin/responses/{self._number_of(title)}/mail/")

    def send_issue(self) -> None:
        """Press send, confirm the number, and wait until the books are closed."""
        self.page.get_by_role("link", name="Send…", exact=True).click()
        self.page.get_by_role("button", name=re.compile(r"^Send to [\d,]+ subscriber")).click()
        status = self.page.locator("#progress-section .w-status, [id*=progress] .w-status").first
        expect(status).to_have_text(re.compile("^submitted", re.IGNORECASE), timeout=120_000)

    def answer_comment(self, comment: str, reply: str) -> None:
        """Approve a held comment and answer it, from the one screen."""
        self.page.goto(f"{self.url}/admin/comments/")
        item = self.page.get_by_role("listitem").filter(has_text=comment)
        item.locator("summary").click()
        item.get_by_label(re.compile("Your reply")).fill(reply)
        item.get_by_role("button", name="Approve and reply").click()
        expect(self.page.get_by_role("listitem").filter(has_text=comment)).to_have_count(0)

    def tell_readers(self, title: str) -> None:
        """Tell who asked to be told; a second time there is nobody left."""
        self.page.goto(f"{self.url}/admin/responses/{self._number_of(title)}/tell/")
        button = self.page.get_by_role("button", name=re.compile(r"^Tell \d+ reader"))
        if button.count():
            button.click()
            expect(self.page.locator(".messages")).to_be_visible()

    def wait_for_home(self, row: Locator, text: re.Pattern[str]) -> None:
        """Look at the admin's home until a row says what it should, for a minute and a half at most."""
        for _ in range(45):
            self.page.goto(f"{self.url}/admin/")
            if row.count() and text.search(row.first.inner_text()):
                return
            self.page.wait_for_timeout(2000)
        expect(row.first).to_contain_text(text)

    def _add_block(self, name: str) -> Locator:
        body = self.page.locator("#panel-child-content-body-content, [id*='panel'][id*='body']").first
        body.locator("button[title='Insert a block']").last.click()
        self.page.get_by_role("option", name=name, exact=True).first.click()
        return body.locator("[data-streamfield-child]").last

    def _choose(self, text: str) -> None:
        self.page.locator(".modal-body").get_by_role("link", name=text).first.click()
        expect(self.page.locator(".modal-body")).to_be_hidden()

    def _number_of(self, title: str) -> int:
        self.page.goto(f"{self.url}/admin/pages/search/?q={title.replace(' ', '+')}")
        self.page.get_by_role("link", name=title, exact=True).first.click()
        return self._page_number()

    def _page_number(self) -> int:
        self.page.wait_for_url(re.compile(r"/admin/pages/\d+/"))
        found = re.search(r"/admin/pages/(\d+)/", self.page.url)
        assert found is not None
        return int(found[1])

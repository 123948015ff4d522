"""Send a page by wagtail-newsletter's own buttons and our engine; run by test_wagtail_newsletter.py, by itself."""

# ruff: noqa: E402 (models can be imported only once Django is set up)

import django
from django.core.management import call_command
from django.test.utils import setup_test_environment


django.setup()
setup_test_environment()
call_command("check", fail_level="WARNING")
call_command("migrate", verbosity=0, interactive=False)

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.core import mail
from django.db.models import F
from django.test import Client
from wagtail.models import Page, Site
from wagtail_newsletter.models import NewsletterRecipients

from onward_newsletter.addresses import address_key
from onward_newsletter.models import Delivery, Issue, Newsletter, Subscriber, Subscription
from onward_newsletter.pump import pump
from tests.hosts.letters.models import LetterPage


def subscribe(address, newsletter, topic=None):
    person = Subscriber.objects.create(address=address, address_key=address_key(address))
    Subscription.objects.create(subscriber=person, newsletter=newsletter, topic=topic, state="active")


class Editor:
    def __init__(self, page):
        self.page, self.browser = page, Client()
        self.browser.force_login(
            get_user_model().objects.create_superuser("e", "e@somebody.example", "words")
        )

    def press(self, action, **fields):
        data = {
            "title": self.page.title,
            "slug": self.page.slug,
            "body": self.page.body,
            "newsletter_subject": "",
            "newsletter_recipients": self.recipients.pk if self.recipients else "",
            "comments-TOTAL_FORMS": 0,
            "comments-INITIAL_FORMS": 0,
            "newsletter-action": action,
            **fields,
        }
        response = self.browser.post(f"/admin/pages/{self.page.pk}/edit/", data, follow=True)
        assert response.status_code == 200, response.status_code
        self.page.refresh_from_db()
        return " ".join(str(message) for message in response.context["messages"])

    def screen(self):
        return self.browser.get(f"/admin/pages/{self.page.pk}/edit/").content.decode()

    recipients = None


onward = Newsletter.objects.create(
    name="Onward", slug="onward", sender_name="Onward", sender_address="onward@somebody.example"
)
series = onward.topics.create(name="The series", slug="the-series", key="own:1")
subscribe("all@somebody.example", onward)
subscribe("series@somebody.example", onward, series)
root = Site.objects.get().root_page if Site.objects.exists() else Page.get_first_root_node()
page = root.add_child(instance=LetterPage(title="First letter", slug="first", body="Good morning, reader."))
editor = Editor(page)

# Without recipients a test leaves, and an issue does not.
editor.press("save_campaign")
assert Issue.objects.get().state == "draft"
said = editor.press("send_campaign")
assert "Choose the recipients first." in said, said
editor.press("send_test_email", **{"newsletter-test-email": "me@somebody.example"})
pump()
assert [message.to for message in mail.outbox] == [["me@somebody.example"]], mail.outbox
assert "Good morning, reader." in mail.outbox.pop().body

# The followers of one topic and whoever wants everything; sending can be undone as long as it is scheduled.
editor.recipients = NewsletterRecipients.objects.create(
    name="Followers", audience=str(onward.pk), segment=f"{onward.pk}/{series.pk}"
)
editor.recipients.full_clean()
assert editor.recipients.member_count == 2
said = editor.press("send_campaign")
assert "now sending" in said, said
assert Issue.objects.get().state == "scheduled"
assert "Unschedule" in editor.screen()
editor.browser.post(f"/admin/newsletter/pages/{page.pk}/unschedule/")
assert Issue.objects.get().state == "draft"

editor.press("send_campaign")
Issue.objects.update(scheduled_at=F("scheduled_at") - timedelta(minutes=2))
pump()
issue = Issue.objects.get()
assert issue.state == "submitted", (issue.state, issue.state_reason)
assert sorted(message.to[0] for message in mail.outbox) == ["all@somebody.example", "series@somebody.example"]
for message in mail.outbox:
    assert message.from_email == "Mara Kalani <onward@somebody.example>", message.from_email
    assert message.reply_to == ["mara@somebody.example"], message.reply_to
    assert message.subject == "First letter"
    assert "Good morning, reader." in message.body
    assert "List-Unsubscribe" in message.extra_headers, message.extra_headers

# What has been sent is neither changed nor sent again; the package shows our numbers.
assert "can no longer be changed" in editor.press("save_campaign")
assert editor.press("send_campaign")
pump()
assert (len(mail.outbox), Delivery.objects.count()) == (2, 2)
assert "2 (0 bounces)" in editor.screen()
print("sent")

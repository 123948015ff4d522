"""An issue to many subscribers into the mail folder, with the whole ledger. Not covered yet: SMTP and PostgreSQL."""

from .measuring import Result, say
from .servers import a_site, manage


MAILS = 500

CODE = f"""
from onward_newsletter.actions.issues import send_issue
from onward_newsletter.addresses import address_key
from django.utils import timezone
import time
n = Newsletter.objects.create(name="Bench", slug="bench", sender_name="Bench", sender_address="b@example.org")
people = Subscriber.objects.bulk_create(
    Subscriber(address=f"bench-{{i}}@example.org", address_key=address_key(f"bench-{{i}}@example.org"))
    for i in range({MAILS})
)
Subscription.objects.bulk_create(
    Subscription(subscriber=p, newsletter=n, state="active", confirmed_at=timezone.now(), consent_text="bench")
    for p in people
)
issue = Issue.objects.create(newsletter=n, subject="Bench", intro="Hello.", kind="note")
send_issue(issue)
began = time.perf_counter()
from onward_newsletter.pump import pump
while Issue.objects.get(pk=issue.pk).state in ("preparing", "sending"):
    pump()
print(time.perf_counter() - began)
"""


def measure() -> list[Result]:
    """Send one issue."""
    with a_site() as environment:
        say("Mail into a folder: making the tables …")
        manage("migrate", "--verbosity", "0", environment=environment)
        printed = manage("shell", "--verbosity", "0", "-c", CODE, environment=environment)
    seconds = float(printed.split()[-1])
    return [Result("a mail of an issue, into a folder", MAILS / seconds, 1000 * seconds / MAILS)]

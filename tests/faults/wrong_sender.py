"""A sender as in a hurried first version: it hands over a batch and marks the batch afterwards.

It exists to show that the judge notices. Run as a process of its own, like a worker.
"""

import smtplib
from email.message import EmailMessage

import django


BATCH = 50


def main() -> None:
    django.setup()
    from django.conf import settings

    from onward_newsletter.actions.issues import prepare_issue
    from onward_newsletter.models import Delivery, Issue

    for issue in Issue.objects.filter(state="preparing"):
        prepare_issue(issue)
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as smtp:
        while batch := list(
            Delivery.objects.filter(state="pending").select_related("subscriber", "issue")[:BATCH]
        ):
            for delivery in batch:
                assert delivery.subscriber is not None
                message = EmailMessage()
                message["To"], message["Subject"] = delivery.subscriber.address, delivery.issue.subject
                message["From"], message["Message-ID"] = "ann@example.org", f"<{delivery.pk}@example.org>"
                message.set_content("Hello.")
                smtp.send_message(message)
            Delivery.objects.filter(pk__in=[delivery.pk for delivery in batch]).update(state="submitted")
    Issue.objects.filter(state="sending").update(state="submitted")


if __name__ == "__main__":
    main()

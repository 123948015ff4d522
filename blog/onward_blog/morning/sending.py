"""Sending the morning mail: to each author once a day at most, however often and wherever this runs."""

import logging
import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.users.models import UserProfile

from onward_blog.desk.places import editors
from onward_blog.links import absolute
from onward_blog.mail import send_mail
from onward_blog.models import AuthorDesk

from .letter import Letter, letter_to


logger = logging.getLogger(__name__)

#: When the morning begins, in the site's time zone. What comes later in the day waits for the next mail.
MORNING = time(7)


def send_morning_mails(now: datetime | None = None) -> int:
    """Write to every author who wants it and has not been dealt with today; return how many mails were taken.

    Before seven in the morning, by the site's time zone, nobody is written to. After that the first run of the day
    does it all, at whatever hour that is, and the others find nothing left to do. A new author's first mail comes on
    the morning after the account was first seen.
    """
    local = (now or timezone.now()).astimezone(timezone.get_default_timezone())
    is_morning = local.time() >= MORNING
    _introduce(local.date() if is_morning else local.date() - timedelta(days=1))
    if not is_morning:
        return 0
    return sum(_safely(user, local.date()) for user in _authors().iterator())


def write_to(user: Any, today: date) -> bool:
    """Deal with one author's morning; return whether a mail was taken for sending.

    The day is noted by a conditional update in the transaction that takes the mail: of two runs at once one waits
    for the other and then finds it done, and a run that dies leaves nothing behind.
    """
    with transaction.atomic():
        mine = AuthorDesk.objects.filter(user=user)
        if not mine.filter(looked_on__lt=today).update(looked_on=today):
            return False
        desk = mine.get()
        if not desk.wants_mail:
            return False
        with translation.override(UserProfile.get_for_user(user).get_preferred_language()):
            letter = letter_to(user, desk)
            if letter is None or not _take(letter, user, today):
                return False
        mine.update(mailed_on=today, mailed=letter.kept)
    return True


def _authors() -> Any:
    return editors().exclude(email="").order_by("pk")


def _introduce(day: date) -> None:
    """Give every author a desk; whoever has had none is dealt with for this day."""
    AuthorDesk.objects.filter(looked_on=None).update(looked_on=day)
    new = _authors().filter(onward_desk=None)
    AuthorDesk.objects.bulk_create(
        [AuthorDesk(user=user, looked_on=day) for user in new], ignore_conflicts=True
    )


def _safely(user: Any, today: date) -> bool:
    """Write to one author; whatever goes wrong there is logged, tried again, and keeps no other from the mail."""
    try:
        return write_to(user, today)
    except Exception:
        logger.exception("blog.morning_mail_failed", extra={"user": user.pk})
        return False


def _take(letter: Letter, user: Any, today: date) -> bool:
    context = {
        "letter": letter,
        "subject": letter.subject,
        "site_name": letter.site_name,
        "link": absolute(reverse("onward_blog_desk:readers")),
        "settings_link": absolute(f"{reverse('wagtailadmin_account')}#tab-notifications"),
    }
    return send_mail(
        purpose="morning",
        address=user.email,
        subject=f"{letter.subject} · {letter.site_name}",
        text=re.sub(r"\n{3,}", "\n\n", render_to_string("onward_blog/morning/mail/letter.txt", context)),
        html=render_to_string("onward_blog/morning/mail/letter.html", context),
        key=f"morning:{user.pk}:{today.isoformat()}",
    )

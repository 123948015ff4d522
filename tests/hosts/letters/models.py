from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail_newsletter.models import NewsletterPageMixin


class LetterPage(NewsletterPageMixin, Page):
    body = models.TextField(blank=True)

    newsletter_template = "letters/letter.html"
    content_panels = [*Page.content_panels, FieldPanel("body")]

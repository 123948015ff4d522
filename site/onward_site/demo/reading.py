"""The pictures, polls, series and articles of the demo."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.core.files.images import ImageFile
from django.utils import timezone
from wagtail.images.models import Image
from wagtail.models import Page, Revision, Site

from onward_blog.pages.models import ArticlePage, SeriesPage
from onward_polls.desk.offering import match_earlier
from onward_polls.models import Option, Poll

from .body import body_of
from .content.pictures import ALL_PICTURES
from .content.polls import ALL_POLLS
from .content.series import ALL_SERIES
from .content.shapes import ArticleText, PollText, SeriesText
from .drawing import SIZE, draw_picture
from .stage import Stage, option_uuid


def draw_pictures(stage: Stage) -> None:
    """Draw the pictures and put them into the image library."""
    for text in ALL_PICTURES:
        file = ImageFile(BytesIO(draw_picture(text.name)), name=f"demo-{text.name}.png")
        stage.pictures[text.name] = Image.objects.create(
            title=text.title,
            description=text.alt,
            file=file,
            width=SIZE[0],
            height=SIZE[1],
            uploaded_by_user=stage.user,
        )


def ask_questions(stage: Stage) -> None:
    """Make the polls, without a ballot in them."""
    for text in ALL_POLLS:
        closes_at = None if text.closes_day is None else stage.moment(text.closes_day, "20:00")
        stage.polls[text.name] = poll = Poll.objects.create(
            question=text.question,
            kind=text.kind,
            results_visibility=text.visibility,
            ask_words=bool(text.words_prompt) or text.kind == Poll.Kind.WORDS,
            words_prompt=text.words_prompt,
            opens_at=stage.moment(text.opens_day, "06:00"),
            closes_at=closes_at,
            close_announced_at=closes_at,
            low_label=text.ends[0],
            high_label=text.ends[1],
            roles="\n".join(role for role, _percent in text.roles),
            follows=stage.polls.get(text.follows),
        )
        Poll.objects.filter(pk=poll.pk).update(created_at=poll.opens_at - timedelta(days=1))
        Option.objects.bulk_create(_options(text, poll))
        match_earlier(poll, Option.objects.filter(poll=poll))


def _options(text: PollText, poll: Poll) -> list[Option]:
    return [
        Option(
            poll=poll,
            uuid=option_uuid(text.name, name),
            text=label,
            sort_order=place,
            is_other=name == text.other,
        )
        for place, (name, label, _count) in enumerate(text.options)
    ]


def publish_series(stage: Stage) -> None:
    """Publish both series with their articles, each on its day."""
    for text in ALL_SERIES:
        _publish_series(stage, text)


def _publish_series(stage: Stage, text: SeriesText) -> None:
    day = min(part.day for part in text.parts) - 7
    series = SeriesPage(
        title=text.title,
        slug=text.slug,
        promise=text.promise,
        author=stage.author,
        planned_parts=text.planned_parts,
        search_description=text.promise[:255],
    )
    home = Site.objects.get(is_default_site=True).root_page
    stage.series[text.slug] = _publish(stage, home, series, day)
    for part in text.parts:
        stage.articles[part.slug] = _publish(stage, series, _article(stage, part), part.day)


def _article(stage: Stage, text: ArticleText) -> ArticlePage:
    article = ArticlePage(
        title=text.title,
        slug=text.slug,
        standfirst=text.standfirst,
        author=stage.author,
        body=json.dumps(body_of(stage, text)),
        next_question=text.next_question,
        next_expected=expected(stage, text),
        next_at_answers=text.next_at_answers,
        search_description=text.standfirst[:255],
    )
    article.tags.add(*text.tags)
    return article


def expected(stage: Stage, text: ArticleText) -> Any:
    """Return the day on which the next part is expected, or None."""
    if text.next_in_days is None:
        return None
    return timezone.localdate(stage.now) + timedelta(days=text.next_in_days)


def _publish(stage: Stage, parent: Page, page: Any, day: int) -> Any:
    """Publish a page as if it had been published on that day, early in the morning."""
    moment = stage.moment(day)
    page.owner = stage.user
    page.first_published_at = moment
    parent.add_child(instance=page)
    page.save_revision(user=stage.user).publish(user=stage.user)
    Page.objects.filter(pk=page.pk).update(
        first_published_at=moment, last_published_at=moment, latest_revision_created_at=moment
    )
    Revision.page_revisions.filter(object_id=str(page.pk)).update(created_at=moment)
    return type(page).objects.get(pk=page.pk)

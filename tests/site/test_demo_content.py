"""The demo's texts agree with each other before anything is loaded."""

import re
from collections import Counter

import pytest

from onward_site.demo.content import people
from onward_site.demo.content.board import STARRED, THEMES
from onward_site.demo.content.comments import ALL_COMMENTS, THREAD, WRITERS
from onward_site.demo.content.part_one import PART_ONE
from onward_site.demo.content.part_two import PART_TWO
from onward_site.demo.content.pictures import ALL_PICTURES
from onward_site.demo.content.polls import ALL_POLLS, WEEK
from onward_site.demo.content.series import ALL_SERIES, MEETINGS
from onward_site.demo.content.words import ALL_WORDS
from onward_site.demo.drawing import PICTURES, draw_picture
from onward_site.demo.following import AUDIENCE, OTHERS


EXAMPLE = re.compile(r"[a-z0-9.]+@example\.(org|com|net)")
ARTICLES = [*(part for series in ALL_SERIES for part in series.parts), PART_TWO]


def words_in(article):
    texts = [value for block, value in article.body if block in {"paragraph", "heading"}]
    lists = [line for block, value in article.body if block == "list" for line in value]
    return len(re.sub(r"<[^>]+>", "", " ".join(texts + lists)).split())


def test_every_address_belongs_to_an_example_domain():
    addresses = [
        people.AUTHOR_ADDRESS,
        people.NEWSLETTER_SENDER,
        *(address for _name, address in WRITERS.values()),
        *(sentence.tell for sentence in ALL_WORDS if sentence.tell),
    ]

    assert [address for address in addresses if not EXAMPLE.fullmatch(address)] == []
    assert set(people.DOMAINS) <= {"example.org", "example.com", "example.net"}


def test_every_poll_and_picture_in_an_article_exists():
    polls = {
        value for article in ARTICLES for block, value in article.body if block in {"poll", "words_question"}
    }
    pictures = {value for article in ARTICLES for block, value in article.body if block == "image"}

    assert polls == {poll.name for poll in ALL_POLLS}
    assert pictures == {picture.name for picture in ALL_PICTURES} == set(PICTURES)


def test_forty_readers_wrote_a_sentence_each_for_an_option_that_is_offered():
    offered = {poll.name: {name for name, _text, _count in poll.options} or {""} for poll in ALL_POLLS}

    assert len(ALL_WORDS) == len({sentence.words for sentence in ALL_WORDS}) == 40
    assert all(sentence.option in offered[sentence.poll] for sentence in ALL_WORDS)
    assert {sentence.consent for sentence in ALL_WORDS} == {"none", "anonymous", "initials", "name"}


def test_only_a_reader_who_gave_a_name_or_initials_has_a_credit():
    for sentence in ALL_WORDS:
        assert bool(sentence.credit) == (sentence.consent in {"initials", "name"}), sentence.words


def test_two_hundred_and_twelve_readers_answered_the_first_poll():
    assert sum(count for _name, _text, count in WEEK.options) == 212
    assert all(poll.mail <= sum(count for *_, count in poll.options) for poll in ALL_POLLS if poll.options)


def test_every_line_on_the_board_belongs_to_a_sentence():
    sentences = [(sentence.poll, sentence.words) for sentence in ALL_WORDS]
    starts = [(poll, start) for poll, _theme, starts in THEMES for start in starts]
    found = [
        sum(of_poll == poll and words.startswith(start) for of_poll, words in sentences)
        for poll, start in starts
    ]

    assert found == [1] * len(starts)
    assert all(any(words.startswith(start) for _poll, words in sentences) for start in STARRED)


def test_those_who_answer_again_answered_before():
    for poll in ALL_POLLS:
        earlier = {other.name: other for other in ALL_POLLS}.get(poll.follows)
        before, now = Counter(), Counter()
        for origin, option, count in poll.moves:
            before[origin] += count
            now[option] += count

        assert before <= Counter({name: count for name, _text, count in earlier.options} if earlier else {})
        assert now <= Counter({name: count for name, _text, count in poll.options})


def test_every_comment_follows_the_one_it_answers_at_most_three_levels_deep():
    depth = {}
    for comment in ALL_COMMENTS:
        depth[comment.name] = depth[comment.reply_to] + 1 if comment.reply_to else 1
        assert comment.by == "author" or comment.by in WRITERS

    assert max(depth.values()) == 3
    assert len(depth) == len(ALL_COMMENTS)


def test_the_discussion_holds_one_comment_of_every_fate():
    fates = Counter(comment.state for comment in THREAD)

    assert fates == {"public": 20, "held": 1, "unconfirmed": 1, "rejected": 1, "spam": 1}


def test_comments_stand_in_the_order_in_which_they_were_written():
    moments = {comment.name: (comment.day, comment.clock) for comment in ALL_COMMENTS}
    answers = [comment for comment in ALL_COMMENTS if comment.reply_to]

    assert all(moments[answer.reply_to] < moments[answer.name] for answer in answers)


def test_two_hundred_and_fifty_people_follow_or_once_did():
    assert sum(fate.followers for fate in AUDIENCE) == 204
    assert sum(fate.followers for fate in (*AUDIENCE, *OTHERS)) == 250


def test_part_one_is_a_proper_article_and_the_older_parts_are_short():
    assert 900 <= words_in(PART_ONE) <= 1300
    assert all(200 <= words_in(part) <= 400 for part in MEETINGS.parts)


@pytest.mark.parametrize("picture", ALL_PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_drawn_alike_every_time_and_says_what_it_shows(picture):
    first, second = draw_picture(picture.name), draw_picture(picture.name)

    assert first == second
    assert 20 < len(picture.alt) < 250

"""Sentences are put together by what they are about: the same way every time, whatever anybody writes."""

import json
import os
import random
import subprocess
import sys

import pytest

from tests.bench.themes import by_commonest_word, group_numbers
from tests.polls.labelled import labelled, sentences


pytest.importorskip("sklearn", reason="the extra themes is not installed")

from sklearn.metrics import adjusted_rand_score

from onward_polls.themes.clustering import Grouping, group_texts, halve
from onward_polls.themes.naming import suggested_names
from onward_polls.themes.standing import typical_and_dissenting
from onward_polls.themes.text import folded, words_in


SPAWNED = """
import json, sys
from onward_polls.themes.clustering import group_texts
texts = json.load(sys.stdin)
grouping = group_texts(texts, language="en")
print(json.dumps([grouping.stands_for, grouping.groups, grouping.left]))
"""


def as_texts(texts: list[str], grouping: Grouping) -> tuple[list[list[str]], list[str]]:
    """Return a grouping in words: the texts of each group in their order, and those left over."""
    return [[texts[place] for place in group] for group in grouping.groups], sorted(
        texts[place] for place in grouping.left
    )


# Quality


@pytest.mark.parametrize(("name", "language", "least"), [("english", "en", 0.65), ("german", "de", 0.65)])
def test_proposals_agree_with_a_person_far_better_than_the_naive_way(
    name: str, language: str, least: float
) -> None:
    by_hand, texts = zip(*labelled(name), strict=True)

    ours = adjusted_rand_score(by_hand, group_numbers(list(texts), language))
    naive = adjusted_rand_score(by_hand, by_commonest_word(list(texts)))

    assert ours > least
    assert ours > naive + 0.3


def test_what_hardly_shares_a_word_is_mostly_left_to_the_author() -> None:
    plain, own_words = (group_numbers(sentences(name), "en") for name in ("english", "english_own_words"))

    assert plain.count(-1) / len(plain) < 0.15
    assert own_words.count(-1) / len(own_words) > 0.4


def test_a_sentence_about_nothing_else_is_left_over_and_not_forced_into_a_theme() -> None:
    texts = [*sentences(), "Zebras graze beside the quiet volcano."]

    assert texts[-1] in as_texts(texts, group_texts(texts, language="en"))[1]


# The same every time


def test_the_order_of_the_rows_changes_nothing() -> None:
    texts = [*sentences(), "Meetings!", "MEETINGS", "meetings"]
    groups, left = as_texts(texts, group_texts(texts, language="en"))

    for seed in range(3):
        shuffled = random.Random(seed).sample(texts, len(texts))
        again, left_again = as_texts(shuffled, group_texts(shuffled, language="en"))

        assert [[folded(text) for text in group] for group in again] == [
            [folded(text) for text in group] for group in groups
        ]
        assert left_again == left


def test_every_process_comes_to_the_same_result_whatever_its_hash_seed() -> None:
    texts = json.dumps([*sentences(), *sentences("german")])
    paths = os.pathsep.join(path for path in sys.path if path)

    said = {
        subprocess.run(
            [sys.executable, "-c", SPAWNED],
            input=texts,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": paths,
                "PYTHONHASHSEED": seed,
                "OMP_NUM_THREADS": threads,
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, threads in (("0", "1"), ("1", "2"), ("4242", "2"))
    }

    assert len(said) == 1


def test_more_sentences_than_are_compared_with_each_other_are_grouped_the_same_in_any_order() -> None:
    texts = [f"{first} {second}" for first in sentences()[:60] for second in sentences("german")[:15]]
    shuffled = random.Random(1).sample(texts, len(texts))

    assert as_texts(shuffled, group_texts(shuffled, language="en")) == as_texts(
        texts, group_texts(texts, language="en")
    )


# Nearly the same


def test_the_same_in_other_letters_and_other_punctuation_stands_on_one_line() -> None:
    texts = [*sentences(), "Too many meetings!", "too many   MEETINGS", "Too many meetings..."]

    grouping = group_texts(texts, language="en")

    assert len({grouping.stands_for[place] for place in (-1, -2, -3)}) == 1
    assert grouping.stands_for[-1] == len(texts) - 3


def test_a_slip_of_the_pen_stands_on_the_line_of_the_sentence_it_repeats() -> None:
    sentence = "Explaining the weekly forecast and the pipeline coverage to my director"
    texts = [*sentences(), f"{sentence}.", sentence.replace("director", "directors")]

    stands_for = group_texts(texts, language="en").stands_for

    assert stands_for[-1] == stands_for[-2]
    assert texts[stands_for[-3]] == "My dog."


def test_no_meetings_does_not_stand_on_the_line_of_meetings() -> None:
    texts = [*sentences(), "No meetings.", "Never meetings.", "Without meetings."]

    stands_for = group_texts(texts, language="en").stands_for

    assert stands_for[-3:] == list(range(len(texts)))[-3:]


def test_one_word_from_many_readers_is_a_theme_of_its_own() -> None:
    texts = ["Meetings"] * 40 + ["Travelling by train"] * 20

    assert as_texts(texts, group_texts(texts, language="en")) == (
        [["Meetings"] * 40, ["Travelling by train"] * 20],
        [],
    )


# Whatever anybody writes


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [""] * 60,
        ["🎉"] * 60,
        [chr(0x1F300 + number) for number in range(60)],
        ["the and of", "it is", "to be or not to be"] * 20,
        ["Meetings"] * 60,
        ["1", "22", "333"] * 20,
        ["report " * 1500 + str(number) for number in range(60)],
        ["x" * 10_000, "y" * 10_000] * 30,
        ["a b"] * 59 + ["Something else entirely"],
        ["\x00", "\ufdd0", "\u200b\u200e"] * 20,
        ["٪ الاجتماعات الداخلية", "التقارير الأسبوعية كثيرة", "العملاء والزيارات"] * 20,
        ["\u202eمقلوب ABC\u202c", "ABC مقلوب"] * 30,
    ],
    ids=[
        "none", "empty", "one emoji", "many emoji", "stop words", "all the same", "numbers", "10,000 characters",
        "two endless words", "one different", "invisible", "right to left", "turned around",
    ],
)  # fmt: skip
def test_every_text_is_in_one_place_whatever_it_is(texts: list[str]) -> None:
    grouping = group_texts(texts, language="en")
    placed = sorted([place for group in grouping.groups for place in group] + grouping.left)

    assert placed == list(range(len(texts)))
    assert len(halve(texts, language="en")) == len(texts)
    groups, left = as_texts(texts, grouping)
    names = suggested_names(groups, left, language="en")
    assert all(0 < len(name) <= 100 for name in names)
    assert len(set(names)) == len(names)


def test_sentences_without_spaces_are_grouped_by_their_characters() -> None:
    about = {
        "meetings": ["会議が多すぎる", "会議ばかりです", "毎日会議", "社内会議が長い"],
        "reports": ["報告書を書く", "毎週の報告書", "報告書の作成", "報告書が多い"],
        "visits": ["顧客訪問", "顧客を訪問する", "顧客訪問が楽しい", "訪問で移動"],
    }
    texts = [text for group in about.values() for text in group] * 5

    groups, left = as_texts(texts, group_texts(texts, language="ja"))

    assert sorted(map(sorted, map(set, groups))) == sorted(map(sorted, about.values()))
    assert left == []


def test_marks_that_belong_to_letters_do_not_cut_a_word() -> None:
    assert words_in("बैठकें बहुत हैं") == ["बैठकें", "बहुत", "हैं"]
    assert words_in("Don’t, 3 CRM-reports!") == ["don", "crm", "reports"]


# Names, and the two sentences


def test_a_name_is_made_of_the_words_that_are_common_in_it_and_rare_elsewhere() -> None:
    texts = sentences()
    groups, left = as_texts(texts, group_texts(texts, language="en"))

    names = suggested_names(groups, left, language="en")

    assert "Forecast, pipeline, target" in names
    assert "Reports, CRM, admin" in names
    assert len(set(names)) == len(groups)


def test_a_word_of_a_single_reader_is_in_no_name() -> None:
    groups = [["Meetings with Wilhelmina", "Meetings about nothing", "Meetings again"]]

    assert suggested_names(groups, [], language="en") == ["Meetings"]


def test_words_that_stand_together_are_named_together() -> None:
    group = ["Customer service does not answer", "Calling customer service", "Customer service again"]

    assert suggested_names([group], ["Reports"], language="en") == ["Customer service"]


def test_the_typical_sentence_shares_most_and_the_dissenting_one_least() -> None:
    texts = [
        "Meetings.",
        "Internal meetings with head office and with marketing take half of my week.",
        "Meetings with marketing and internal meetings with head office.",
        "I refuse to sit in rooms without windows, whoever has invited me there.",
    ]

    typical, dissenting = typical_and_dissenting(texts, range(4), language="en")

    assert (typical, dissenting) == (2, 3)


def test_two_sentences_have_no_middle_to_differ_from() -> None:
    assert typical_and_dissenting(["Meetings", "Reports"], [0, 1], language="en") == (0, None)
    assert typical_and_dissenting(["Meetings"] * 5, range(5), language="en") == (0, None)
    assert typical_and_dissenting(["Meetings", "Reports"], [], language="en") == (None, None)

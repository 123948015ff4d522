"""What readers asked the series to answer, and how many want each answered."""

from datetime import timedelta

from onward_blog.models import QuestionSupport, ReaderQuestion

from .content.questions import ALL_QUESTIONS
from .content.shapes import QuestionText
from .stage import Stage


State = ReaderQuestion.State
#: How long the author took to let a question through, and how long readers went on wanting it too.
LET_THROUGH_AFTER = timedelta(minutes=50)


def take_questions(stage: Stage) -> None:
    """Store the questions as they stand after two weeks, each wanted by so many browsers."""
    for text in ALL_QUESTIONS:
        _want(_question(stage, text), text.wanted)


def _question(stage: Stage, text: QuestionText) -> ReaderQuestion:
    asked_at = stage.moment(text.day, text.clock)
    seen = text.state not in (State.HELD, State.REJECTED)
    question = ReaderQuestion.objects.create(
        page=stage.series[text.series],
        words=text.words,
        state=text.state,
        public_at=asked_at + LET_THROUGH_AFTER if seen else None,
        answered_in=stage.articles.get(text.answered_in),
    )
    ReaderQuestion.objects.filter(pk=question.pk).update(asked_at=asked_at)
    return question


def _want(question: ReaderQuestion, readers: int) -> None:
    QuestionSupport.objects.bulk_create(
        QuestionSupport(question=question, reader_key=f"demo reader {number}") for number in range(readers)
    )

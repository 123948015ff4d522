"""Moderation from a shell."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from onward_blog.comments.errors import CommentError
from onward_blog.comments.moderating import decide_one
from onward_blog.comments.numbers import comment_number
from onward_blog.models import CommentState


class Command(BaseCommand):
    """Decide about one comment: ``moderate COMMENT_ID approve|reject|spam``. Doing it twice changes nothing more."""

    help = "Decide about one comment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("comment_id", help="the number in the comment's address, #c123")
        parser.add_argument("decision", choices=["approve", "reject", "spam"])

    def handle(self, *args: Any, **options: Any) -> None:
        number = comment_number(options["comment_id"])
        try:
            state = decide_one(number or 0, options["decision"])
        except CommentState.DoesNotExist as error:
            raise CommandError(f"There is no comment {options['comment_id']}.") from error
        except CommentError as error:
            raise CommandError(str(error.sentence)) from error
        self.stdout.write(f"Comment {state.comment_id} is {state.state}.")

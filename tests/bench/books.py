"""Whether the books of a poll add up after a crowd: folds, and prints one JSON object. Run inside the site."""

import json
import sys

import django


def main(poll_id: int) -> None:
    """Print what the crowd left behind."""
    django.setup()

    from onward_polls.models import Poll
    from tests.polls.crowd import books

    sys.stdout.write(json.dumps(books(Poll.objects.get(pk=poll_id))))


if __name__ == "__main__":
    main(int(sys.argv[1]))

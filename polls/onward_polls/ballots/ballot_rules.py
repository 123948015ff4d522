"""Which options a ballot may mark: the rules a poll's kind and limits make."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onward_polls.errors import BallotIncomplete, RoleUnknown, UnknownOption
from onward_polls.models import Option, Poll
from onward_polls.words import CONTROL


#: Room for what a reader writes beside the "other" option: a line, not an essay.
MAX_BESIDE_OTHER = 200


#: The options a reader may mark.
Offered = Mapping[UUID, Option]


def offered_by(poll: Poll) -> Offered:
    """Return the options of a poll that a reader may mark, by uuid."""
    return {option.uuid: option for option in poll.options.all() if option.retired_at is None}


def find_options(poll: Poll, values: Sequence[str]) -> list[Option]:
    """Turn uuids as a form sends them into options of this poll, or raise UnknownOption."""
    return pick_options(offered_by(poll), values)


def pick_options(offered: Offered, values: Sequence[str]) -> list[Option]:
    """Turn uuids as a form sends them into some of these options, or raise UnknownOption."""
    try:
        return [offered[uuid] for uuid in dict.fromkeys(UUID(value) for value in values)]
    except (KeyError, ValueError) as error:
        raise UnknownOption from error


def check_options(poll: Poll, options: Sequence[Option]) -> None:
    """Refuse options of another poll, retired ones, and too few or too many of them."""
    if any(option.poll_id != poll.pk or option.retired_at for option in options):
        raise UnknownOption
    least, most = ballot_limits(poll)
    if len(options) < least:
        raise BallotIncomplete(
            ngettext("Please choose an answer first.", "Please choose at least %(least)d answers.", least)
            % {"least": least}
        )
    if most is not None and len(options) > most:
        raise BallotIncomplete(
            ngettext(
                "Please choose one answer only; nothing was counted yet.",
                "Please choose at most %(most)d answers; nothing was counted yet.",
                most,
            )
            % {"most": most}
        )


def ballot_limits(poll: Poll) -> tuple[int, int | None]:
    """Return how many options a ballot must and may mark; None means as many as there are."""
    if poll.kind == Poll.Kind.WORDS:
        return 0, 0
    if poll.takes_one_answer:
        return 1, 1
    return max(poll.min_votes, 1), poll.max_votes


def check_role(poll: Poll, role: str) -> None:
    """Refuse a role that the poll does not offer; none at all is fine."""
    if role and role not in poll.role_list:
        raise RoleUnknown


def clean_beside_other(text: str) -> str:
    """Return what was written beside "other" as one line, perhaps empty, or raise BallotIncomplete."""
    words = " ".join(CONTROL.sub("", text).split())
    if len(words) > MAX_BESIDE_OTHER:
        raise BallotIncomplete(
            _(
                "What you wrote is %(length)d characters long, and there is room for %(most)d beside an answer. "
                "Please shorten it; you can add more after you have answered."
            )
            % {"length": len(words), "most": MAX_BESIDE_OTHER}
        )
    return words

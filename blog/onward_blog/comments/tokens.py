"""What stands in the links of comment mail: the comment's number and its nonce as signed JSON, nothing of its text."""

from django.core import signing

from .errors import ConfirmationExpired, ConfirmationVoid


#: One salt for each purpose: a token for muting confirms nothing.
CONFIRM = "onward_blog.comments.confirm"
MUTE = "onward_blog.comments.mute"

#: Seconds: 48 hours to confirm, a year to stop mail about replies.
MAX_AGE = {CONFIRM: 48 * 60 * 60, MUTE: 366 * 24 * 60 * 60}


def make_token(purpose: str, *, comment_id: int, nonce: str) -> str:
    """Return a token for one comment and one purpose."""
    return signing.dumps([comment_id, nonce], salt=purpose)


def read_token(purpose: str, token: str) -> tuple[int, str]:
    """Return (comment id, nonce); raise ConfirmationExpired or ConfirmationVoid."""
    try:
        comment_id, nonce = signing.loads(token, salt=purpose, max_age=MAX_AGE[purpose])
    except signing.SignatureExpired as error:
        raise ConfirmationExpired from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise ConfirmationVoid from error
    return int(comment_id), str(nonce)

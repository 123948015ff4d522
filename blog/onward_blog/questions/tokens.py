"""What stands in the link of a confirmation mail: the question's number and its nonce as signed JSON."""

from django.core import signing

from .errors import LinkVoid


_SALT = "onward_blog.questions.address"


def make_token(question_id: int, nonce: str) -> str:
    """Return the token for the address of one question."""
    return signing.dumps([question_id, nonce], salt=_SALT)


def read_token(token: str) -> tuple[int, str]:
    """Return (question id, nonce); raise LinkVoid for a token that is not ours.

    It does not grow old by itself: it is worth something only as long as the address is kept.
    """
    try:
        question_id, nonce = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise LinkVoid from error
    return int(question_id), str(nonce)

"""The aggregation: per article, what readers did as of now, kept as one row."""

from typing import Any


def fold_responses() -> int:
    """Fold every live article; return how many of them changed."""
    return 0


def fold_article(article: Any) -> bool:
    """Fold one article; return whether anything changed."""
    return False

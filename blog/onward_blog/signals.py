"""What other code may listen to. Every signal is sent after the transaction has been committed."""

from django.dispatch import Signal


#: Readers can see a comment from now on. sender=CommentState; comment (an XtdComment), page.
#: Not sent again while it stays public.
comment_published = Signal()

#: A comment that readers could see is gone from the page. sender=CommentState; comment, page.
#: Not sent when a comment is refused that was never public.
comment_withdrawn = Signal()

#: A reader passed an article on. sender=ShareCount; page_id, channel (a slug of the channel table).
#: Not sent for shares that were not counted: robots, the same browser again on the same day, a busy network.
share_counted = Signal()

"""Mail that comes back: reports of servers, complaints of readers, and the mailbox they lie in."""

"""Pages for readers: subscribing, unsubscribing, preferences, and the archive of issues."""

"""Somebody's own app, whose page types write the next part. Its migrations are made where it is tried."""

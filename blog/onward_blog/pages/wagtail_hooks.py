"""What the ready-made pages add to Wagtail: their headers."""

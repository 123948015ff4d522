"""Passing an article on, and counting it without anybody else's help."""

"""What the DNS says of a sender's domain: whether the world will believe that our mail is ours."""

from .checking import Check, check_sender


__all__ = ["Check", "check_sender"]

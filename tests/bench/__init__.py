"""Measurements of this machine: ``python -m tests.bench`` measures everything, ``… votes`` one area of it."""

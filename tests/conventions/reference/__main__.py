"""Writes the generated reference pages and the snippets of the README."""

from tests.conventions.reference import write

write()

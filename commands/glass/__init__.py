"""Glass that was broken, and who has looked at it."""

"""Atlassian Statuspage, where customers read how things are."""

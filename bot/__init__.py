"""Redbutton: what a team types and presses becomes operations, checked, run once, recorded."""

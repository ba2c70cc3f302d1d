"""Redbutton: what a team types and presses in Slack becomes operations, checked, durable and recorded."""

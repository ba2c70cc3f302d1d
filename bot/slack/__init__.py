"""Slack as a door: payloads in, Block Kit out; it decides nothing."""

"""Slack's Web API: the client, and the one paced sender of messages."""

"""Jira Cloud, by its REST API v3."""

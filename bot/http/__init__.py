"""The one web server: Slack's requests, health, metrics."""

"""A pretend Slack workspace and pretend vendors that speak the real wire protocols."""

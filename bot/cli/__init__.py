"""The command line, the twin of Slack: same catalogue, same road, same records."""

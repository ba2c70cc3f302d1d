"""What the bot promises, as tests."""

"""Finding one's way in the bot."""

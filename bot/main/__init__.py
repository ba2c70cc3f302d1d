"""The only place where things are built and joined."""

from bot.main.house import House

__all__ = ["House"]

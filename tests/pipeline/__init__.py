"""The road."""

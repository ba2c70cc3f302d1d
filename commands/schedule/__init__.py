"""Asking for operations at given times."""

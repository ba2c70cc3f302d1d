"""Tickets: where work is written down."""

"""Accounts of the backoffice."""

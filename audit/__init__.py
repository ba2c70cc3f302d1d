"""The record that is never changed."""

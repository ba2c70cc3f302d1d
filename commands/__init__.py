"""The operations, one module each, in groups."""

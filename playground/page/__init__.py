"""The pretend workspace as a page in the browser."""

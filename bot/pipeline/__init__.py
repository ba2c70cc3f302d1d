"""The road: receive, identify, parse, decide, record, execute, record, reply."""

"""The pager, by PagerDuty's REST API."""

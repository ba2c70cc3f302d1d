"""What right settings look like."""

EXAMPLES = {
    "SLACK_BOT_TOKEN": "xoxb-… from your app's page > OAuth & Permissions",
    "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99ffff85a500 from your app's Basic Information",
    "SLACK_API_URL": "https://slack.com/api/",
    "SLACK_APP_TOKEN": "xapp-1-… from Basic Information > App-Level Tokens, connections:write",
    "DATABASE_URL": "sqlite:///var/redbutton.db",
    "REDBUTTON_VAR": "var",
    "REDBUTTON_PORT": "3000",
    "REDBUTTON_HOST": "127.0.0.1",
    "policy.paths": 'paths = ["rules/"]',
    "policy.zone": 'zone = "Europe/Berlin"',
    "policy.incident": 'incident = "Checkout fails"',
    "policy.on_call_stale": "on_call_stale = 600",
    "roster": (
        '[roster.platform]\npeople = ["U0123ABCD", "U0456EFGH"]\n'
        'starts = "2026-11-02T09:00"\ndays = 7'
    ),
    "targets": ('[targets.user."ada@example.com"]\nenvironment = "prod"\nowner = "support-leads"'),
    "groups": 'support = ["U0123ABCD"]',
    "channels": 'ops = ["C0123ABCD"]',
    "databases": '[databases.backoffice]\nurl = "sqlite:///var/backoffice.db"',
    "lanes": '[lanes.finance]\nchannel = "C0123ABCD"',
    "glass.channel": 'channel = "C0123ABCD"',
    "PAGERDUTY_API_TOKEN": "u+AbCdEf… from PagerDuty > Integrations > API Access Keys",
    "PAGERDUTY_FROM": "bot@example.com",
    "PAGERDUTY_API_URL": "https://api.pagerduty.com",
    "PAGERDUTY_WEBHOOK_SECRET": "shown once when the webhook subscription is made",
    "JIRA_URL": "https://example.atlassian.net",
    "JIRA_EMAIL": "bot@example.com",
    "JIRA_API_TOKEN": "ATATT3… from id.atlassian.com > Security > API tokens",
    "JIRA_WEBHOOK_SECRET": "the secret given to the webhook in Jira's settings",
    "STATUSPAGE_API_KEY": "from Statuspage > Manage account > API info",
    "pagerduty.rosters": 'platform = "PSCHED1"',
    "jira": 'project = "OPS"',
    "statuspage": 'page = "kctbh9vrtdwd"',
    "incident.services": '[incident.services.checkout]\npager = "PCHECK1"',
    "incident.severities": '[incident.severities.SEV1]\ngroups = ["leads"]',
    "incident.announce": 'announce = "C0123ABCD"',
    "incident.drill_pager": 'drill_pager = "PDRILL1"',
    "incident.drill_tickets": "drill_tickets = true",
    "incident.room": 'room = "inc-{number}-{name}"',
    "incident": 'announce = "C0123ABCD"',
    "schedule.floor": "[schedule]\nfloor = 60",
    "schedule.catch_up": "[schedule]\ncatch_up = 12",
    "schedules": (
        '[schedules.morning]\noperation = "oncall.who"\nwhen = "weekdays at 9:00 Europe/Berlin"\n'
        'channel = "C0123ABCD"\nowner = "U0123ABCD"'
    ),
    "holidays": '[holidays.berlin]\ndates = ["12-25", "12-26", "2027-03-26"]',
    "cli.users": 'alice = "U0123ABCD"',
    "cli.auditors": 'auditors = ["alice"]',
    "aliases": '"/suspend" = "users.suspend"',
}
"""A right value for each setting, shown beside a wrong one."""

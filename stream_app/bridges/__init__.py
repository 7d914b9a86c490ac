"""Passing alerts on: from the alerts topic to Alertmanager, PagerDuty, a webhook or Slack."""

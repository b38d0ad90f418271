"""Slack, Teams, Chatwork and Google Chat to try notices with: they take them as the real ones do."""

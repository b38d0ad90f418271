"""Slack, Microsoft Teams, Chatwork and Google Chat: one module each, where its wire format ends."""

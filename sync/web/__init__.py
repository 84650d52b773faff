"""The HTTP door: webhooks, dashboard, API, health and metrics; nothing is decided here."""

"""The answer to GET /: edit it, save, and reload the page."""

GREETING = "Hello from FastAPI, version 1"

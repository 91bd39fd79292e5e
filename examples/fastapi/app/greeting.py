"""What GET / answers: edit it, save, and ask again."""

GREETING = "Hello from FastAPI, version 1"

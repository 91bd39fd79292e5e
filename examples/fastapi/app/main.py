"""The application that uvicorn serves."""

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from app.greeting import GREETING

app = FastAPI()


@app.get("/")
def index() -> PlainTextResponse:
    """Answer with the greeting."""
    return PlainTextResponse(f"{GREETING}\n")

"""Edit GREETING, save, and look at the page. Then take the closing quote away, save, and look again."""

GREETING = "Hello from the hotrun demo, version 1"
COLOR = "teal"

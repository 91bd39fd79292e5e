package main

// greeting is the answer to GET /: edit it, save, and reload the page.
const greeting = "Hello from net/http, version 1"

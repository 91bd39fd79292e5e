package main

// greeting is shown by templates/index.html: edit it, save, and reload the page.
const greeting = "Hello from Gin, version 1"

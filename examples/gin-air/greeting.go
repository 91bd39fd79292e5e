package main

// greeting goes into templates/index.html: edit it, save, and ask again.
const greeting = "Hello from Gin, version 1"

package main

// greeting is what GET / answers: edit it, save, and ask again.
const greeting = "Hello from net/http, version 1"

// The answer to GET /: edit it, save, and reload the page.
export const greeting = "Hello from Node, version 1";

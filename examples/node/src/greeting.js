// What GET / answers: edit it, save, and ask again.
export const greeting = "Hello from Node, version 1";

// A small HTTP server on node:http that shuts down gracefully on SIGTERM.
import { createServer } from "node:http";

import { greeting } from "./greeting.js";

const port = Number(process.env.PORT || 8085);

const server = createServer((request, response) => {
  const found = request.url === "/";
  response.writeHead(found ? 200 : 404, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(found ? `${greeting}\n` : "not found\n");
});

server.listen(port, "127.0.0.1", () => {
  console.log(`listening on 127.0.0.1:${server.address().port}`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}

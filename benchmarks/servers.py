"""The servers for restarts under load: uvicorn, Node and Go. Each answers after 5 ms with the version from a file.

Each uses descriptor 3 if LISTEN_FDS is set (uvicorn by its option), and binds a port otherwise. It prints a line when
it serves. It stops as docs/recipes.md describes, to drop as few requests as possible.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

INSTALL_S = 300.0
SERVING = "serving"
VERSION = "version.txt"

_PYTHON = """\
import asyncio

with open("version.txt", "rb") as file:
    version = file.read()


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        print("serving", flush=True)
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await asyncio.sleep(0.005)
    headers = [(b"content-length", str(len(version)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": version})
"""

_NODE = """\
const version = require("node:fs").readFileSync("version.txt");
const server = require("node:http").createServer((request, response) => setTimeout(() => response.end(version), 5));
server.listen(process.env.LISTEN_FDS ? { fd: 3 } : { port: Number(process.argv[2]), host: "127.0.0.1" }, () => {
    console.log("serving");
});
for (const signal of ["SIGTERM", "SIGINT"]) {
    process.once(signal, () => {
        server.prependListener("request", (request, response) => response.setHeader("Connection", "close"));
        server.close();
    });
}
"""

_GO = """\
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	version, err := os.ReadFile("version.txt")
	if err != nil {
		log.Fatal(err)
	}
	var listener net.Listener
	if os.Getenv("LISTEN_FDS") != "" {
		listener, err = net.FileListener(os.NewFile(3, "listen"))
	} else {
		listener, err = net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	}
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(5 * time.Millisecond)
		w.Write(version)
	})}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	go func() {
		<-stop.Done()
		listener.Close()
		server.SetKeepAlivesEnabled(false)
	}()
	fmt.Println("serving")
	if err := server.Serve(listener); !errors.Is(err, net.ErrClosed) {
		log.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond) // Shutdown closes what was accepted and not read yet
	server.Shutdown(context.Background())
}
"""


Command = Callable[[int, bool], list[str]]  # (the port, whether it gets a socket instead) -> the command to run


class Missing(Exception):
    """A server that is not available. The message is the reason."""


class Server(msgspec.Struct, frozen=True):
    """`prepare` writes the files into a folder, and returns a function for the command. Raises Missing."""

    name: str
    prepare: Callable[[Path], Command]


def _uvicorn(folder: Path) -> Command:
    (folder / "app.py").write_text(_PYTHON, encoding="utf-8")
    environment = folder / "python"
    _run([sys.executable, "-m", "venv", str(environment)], folder)
    _run([str(environment / "bin" / "pip"), "install", "--quiet", "--compile", "uvicorn"], folder)
    command = [str(environment / "bin" / "uvicorn"), "app:app", "--app-dir", str(folder), "--no-access-log"]
    return lambda port, held: [*command, *(("--fd", "3") if held else ("--port", str(port)))]


def _node(folder: Path) -> Command:
    node = shutil.which("node")
    if node is None:
        raise Missing("there is no node here")
    (folder / "server.js").write_text(_NODE, encoding="utf-8")
    return lambda port, held: [node, str(folder / "server.js"), str(port)]


def _go(folder: Path) -> Command:
    go = shutil.which("go")
    if go is None:
        raise Missing("there is no go here")
    (folder / "main.go").write_text(_GO, encoding="utf-8")
    program = folder / "server"
    _run([go, "build", "-o", str(program), "main.go"], folder)
    return lambda port, held: [str(program), str(port)]


SERVERS = (Server("uvicorn", _uvicorn), Server("Node", _node), Server("Go", _go))


def _run(argv: list[str], folder: Path) -> None:
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            argv, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=INSTALL_S, check=False
        )
        if done.returncode != 0:
            output.seek(0)
            raise Missing(output.read().decode(errors="replace").strip()[-160:])

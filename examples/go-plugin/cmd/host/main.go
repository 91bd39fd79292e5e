// A small HTTP server that loads its plugins at the start, and shuts down gracefully on SIGTERM.
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
	"path/filepath"
	"plugin"
	"syscall"
	"time"

	"example.test/goplugin/shared"
)

func main() {
	plugins, err := load("tmp/plugins/*.so")
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "host, %s\n", shared.Version)
		for _, each := range plugins {
			fmt.Fprintln(w, each.Greet("world"))
		}
	})
	if err := serve(mux, address()); err != nil {
		log.Fatal(err)
	}
}

// load opens all plugins that match the pattern.
func load(pattern string) ([]shared.Plugin, error) {
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return nil, err
	}
	var found []shared.Plugin
	for _, path := range paths {
		opened, err := plugin.Open(path)
		if err != nil {
			return nil, err
		}
		symbol, err := opened.Lookup("Plugin")
		if err != nil {
			return nil, err
		}
		one, ok := symbol.(*shared.Plugin)
		if !ok {
			return nil, fmt.Errorf("%s: Plugin is a %T", path, symbol)
		}
		found = append(found, *one)
	}
	return found, nil
}

// address is the address to listen on: loopback, with PORT from the environment.
func address() string {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8088"
	}
	return net.JoinHostPort("127.0.0.1", port)
}

// serve handles requests until SIGINT or SIGTERM, and then finishes open ones.
func serve(handler http.Handler, address string) error {
	stop, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer release()

	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println("listening on", listener.Addr())

	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()

	select {
	case err := <-failed:
		return err
	case <-stop.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	fmt.Println("stopped")
	return nil
}

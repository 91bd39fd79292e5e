// A small Gin application: a template, PORT and NAME from the environment, a graceful shutdown on SIGTERM.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/gin-gonic/gin"
)

func main() {
	if err := serve(router(), address()); err != nil {
		log.Fatal(err)
	}
}

// router is the application without its socket.
func router() http.Handler {
	router := gin.Default()
	router.LoadHTMLGlob("templates/*.html")
	router.GET("/", func(c *gin.Context) {
		c.HTML(http.StatusOK, "index.html", gin.H{"Greeting": greeting, "Name": os.Getenv("NAME")})
	})
	return router
}

// address is the address to listen on: loopback, with PORT from the environment, as in Gin itself.
func address() string {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8081"
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
	return server.Shutdown(grace)
}

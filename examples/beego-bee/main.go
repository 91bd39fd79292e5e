// A small Beego application with the layout of `bee new`.
package main

import (
	"fmt"

	"github.com/beego/beego/v2/server/web"

	_ "example.com/beego/routers"
)

// announcement prints the address when the application listens.
type announcement struct{}

func (announcement) AfterStart(app *web.HttpServer) {
	fmt.Printf("listening on %s:%d\n", app.Cfg.Listen.HTTPAddr, app.Cfg.Listen.HTTPPort)
}

func (announcement) BeforeShutdown(*web.HttpServer) {}

func main() {
	web.BeeApp.LifeCycleCallbacks = append(web.BeeApp.LifeCycleCallbacks, announcement{})
	web.Run()
}

// A small Beego application, laid out as `bee new` does it.
package main

import (
	"fmt"

	"github.com/beego/beego/v2/server/web"

	_ "example.com/beego/routers"
)

// announcement says where the application listens, once it does.
type announcement struct{}

func (announcement) AfterStart(app *web.HttpServer) {
	fmt.Printf("listening on %s:%d\n", app.Cfg.Listen.HTTPAddr, app.Cfg.Listen.HTTPPort)
}

func (announcement) BeforeShutdown(*web.HttpServer) {}

func main() {
	web.BeeApp.LifeCycleCallbacks = append(web.BeeApp.LifeCycleCallbacks, announcement{})
	web.Run()
}

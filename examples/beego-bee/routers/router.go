// Package routers maps paths to controllers.
package routers

import (
	"github.com/beego/beego/v2/server/web"

	"example.com/beego/controllers"
)

func init() {
	web.Router("/", &controllers.MainController{})
}

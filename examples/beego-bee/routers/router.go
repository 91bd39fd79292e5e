// Package routers says which controller answers which path.
package routers

import (
	"github.com/beego/beego/v2/server/web"

	"example.com/beego/controllers"
)

func init() {
	web.Router("/", &controllers.MainController{})
}

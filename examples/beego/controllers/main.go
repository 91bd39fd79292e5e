// Package controllers answers the requests.
package controllers

import "github.com/beego/beego/v2/server/web"

// greeting is shown by views/index.tpl: edit it, save, and reload the page.
const greeting = "Hello from Beego, version 1"

// MainController answers GET /.
type MainController struct {
	web.Controller
}

// Get renders views/index.tpl.
func (c *MainController) Get() {
	c.Data["Greeting"] = greeting
	c.Data["Audience"] = web.AppConfig.DefaultString("audience", "nobody")
	c.TplName = "index.tpl"
}

// A plugin that shouts.
package main

import (
	"strings"

	"example.test/goplugin/shared"
)

const greeting = "hello"

type loud struct{}

func (loud) Greet(name string) string {
	return strings.ToUpper(greeting+" "+name) + " (loud, " + shared.Version + ")"
}

// Plugin is the symbol that the host looks up.
var Plugin shared.Plugin = loud{}

func main() {}

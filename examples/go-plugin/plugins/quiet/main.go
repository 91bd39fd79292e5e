// A plugin that whispers.
package main

import (
	"example.test/goplugin/shared"
)

const greeting = "psst"

type quiet struct{}

func (quiet) Greet(name string) string {
	return greeting + " " + name + " (quiet, " + shared.Version + ")"
}

// Plugin is the symbol that the host looks up.
var Plugin shared.Plugin = quiet{}

func main() {}

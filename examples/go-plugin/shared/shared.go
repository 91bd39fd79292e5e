// Package shared is used by the host and its plugins.
package shared

// Version is reported by the host and each plugin: edit it, save, and reload the page.
const Version = "version 1"

// Plugin is the interface of each plugin's symbol Plugin.
type Plugin interface {
	Greet(name string) string
}

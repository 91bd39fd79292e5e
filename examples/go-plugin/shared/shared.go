// Package shared is what the host and its plugins have in common.
package shared

// Version is what the host and each plugin say that they run: edit it, save, and ask again.
const Version = "version 1"

// Plugin is what the host looks up in each plugin, under the name Plugin.
type Plugin interface {
	Greet(name string) string
}

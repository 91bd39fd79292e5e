"""The view on the whole screen: errors, processes, output and builds, each in a pane. All of it is pure."""

"""The full screen: errors, processes, output and builds, each in a pane. All of it is pure."""

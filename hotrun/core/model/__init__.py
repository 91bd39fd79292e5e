"""The data of the core: the project, and the inputs, commands and events of the engine."""

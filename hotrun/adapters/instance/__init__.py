"""One hotrun a project: its folder, its lock and its control socket."""

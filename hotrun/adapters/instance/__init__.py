"""One hotrun for each project: its folder, its lock and its control socket."""

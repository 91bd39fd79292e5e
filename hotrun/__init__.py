"""hotrun watches a project, builds it, restarts it, and keeps the truth about it on screen."""

__version__ = "0.1.0"

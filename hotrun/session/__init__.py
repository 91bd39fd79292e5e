"""One run of hotrun in a project: the loop, and everything that it connects."""

"""One session of hotrun in a project: the event loop and the parts that it connects."""

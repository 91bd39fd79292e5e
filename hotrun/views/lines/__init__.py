"""Line by line: plain text, JSON, and the forms for CI."""

"""What answers with a color: networks that are trained, and a process that remembers rows."""

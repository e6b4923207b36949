"""Runs: what brings both sides and the rules together. The lock, the cursors and the commits, one
course and all courses, reading a course and sending its marks, the preview that writes nothing,
the check list of a connection and what a run says at its end. The order of things is here; what
is right is asked of the domain."""

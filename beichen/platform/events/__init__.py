"""Facts said aloud by an area after it changed something, and the jobs that listen."""

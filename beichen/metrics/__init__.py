"""What is measured: metrics and the band tables that turn a value into a score."""

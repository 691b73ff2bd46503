"""Settings, URLs and the API: the only place that knows every area."""

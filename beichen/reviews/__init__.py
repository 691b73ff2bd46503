"""Review plans, parts written by raters, ratings, calibration, release and acknowledgement."""

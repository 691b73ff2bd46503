"""The WSGI application that the web processes serve."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "beichen.config.settings")
application = get_wsgi_application()

gc.freeze()
gc.set_threshold(20_000, 20, 50)
"""What was loaded stays: going through it for garbage at every page cost a tenth of the page."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _quick_and_alone(settings, tmp_path):
    """A cheap password hash; bare frames, so that these tests need no room above identity."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ROOT_URLCONF = "beichen.platform.auth.tests.urls"
    ui = tmp_path / "ui"
    ui.mkdir()
    (ui / "base.html").write_text("{% block title %}{% endblock %}{% block content %}{% endblock %}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [str(tmp_path)]}]

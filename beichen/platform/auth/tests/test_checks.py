from __future__ import annotations

from dataclasses import replace

import pytest

from beichen.platform.auth import checks


def ids(found):
    return {message.id for message in found}


@pytest.fixture
def sound(settings):
    settings.DATABASE_ROLE, settings.DEBUG, settings.DEMO = "web", False, False
    settings.SECRET_KEY = "k3y-0f-th1s-1nst4ll4t10n-4nd-n0-0th3r"
    settings.ENV = replace(settings.ENV, secret_key=settings.SECRET_KEY, host="127.0.0.1", tls=False)
    settings.ALLOWED_HOSTS = ["localhost"]
    return settings


def test_a_sound_configuration_passes(sound):
    assert ids(checks.serving()) == set()
    assert ids(checks.deployed()) == set()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"DEBUG": True}, "identity.E001"),
        ({"SECRET_KEY": "short"}, "identity.E002"),
        ({"SECRET_KEY": "a" * 50}, "identity.E002"),
        ({"ALLOWED_HOSTS": ["*"]}, "identity.E004"),
    ],
)
@pytest.mark.attack("A38")
def test_an_unsafe_one_is_refused_to_web_and_worker(sound, change, refusal):
    for name, value in change.items():
        setattr(sound, name, value)
    assert ids(checks.serving()) == {refusal}
    sound.DATABASE_ROLE = "owner"
    assert ids(checks.serving()) == set()


def test_a_key_that_is_not_kept_is_refused(sound):
    sound.ENV = replace(sound.ENV, secret_key="")
    assert ids(checks.serving()) == {"identity.E003"}


def test_what_others_reach_is_warned_about(sound):
    sound.ENV = replace(sound.ENV, host="0.0.0.0")
    sound.DEMO = True
    assert ids(checks.deployed()) == {"identity.W001", "identity.W002"}

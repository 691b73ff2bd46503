"""Django settings; every value from outside comes through `launch.environment`."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from beichen.config import logs
from beichen.launch import environment
from beichen.platform.kit import clock
from beichen.platform.ui.digest import static_digest

ENV = environment.read()
BASE = Path(__file__).resolve().parents[1]

DEBUG = ENV.debug
SECRET_KEY = ENV.secret_key or secrets.token_urlsafe(48)
PUBLIC_URL = ENV.public_url or f"http{'s' if ENV.tls else ''}://{ENV.host}:{ENV.port}"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver", ENV.host, urlsplit(PUBLIC_URL).hostname or ENV.host]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if ENV.public_url else []

AREAS = ["people", "metrics", "strategy", "goals", "conversations", "reviews", "reward", "insight", "demo"]
PLATFORM = ["events", "audit", "access", "registry", "notify", "files", "approvals", "forms", "api", "ui"]

# Ours first: their templates and translations stand in front of those of Django and allauth.
INSTALLED_APPS = [
    "beichen.platform.auth",
    *(f"beichen.platform.{name}" for name in PLATFORM if (BASE / "platform" / name / "apps.py").exists()),
    *(f"beichen.{name}" for name in AREAS),
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "pgtrigger",
]

MIDDLEWARE = [
    "beichen.platform.audit.middleware.RequestIdMiddleware",
    "beichen.platform.ui.gauges.MeasuringMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "beichen.platform.ui.lanes.LanesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "beichen.platform.api.middleware.ProblemMiddleware",
    "beichen.platform.auth.middleware.ActorMiddleware",
    "beichen.platform.ui.language.LanguageMiddleware",
]

ROOT_URLCONF = "beichen.config.urls"
WSGI_APPLICATION = "beichen.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "identity.Account"


def _pool() -> dict[str, Any]:
    """Who waits at a page is told within a second to come back. A try to reconnect ends soon, or the pauses between
    tries, which double, would outlast the database's absence; the next request tries anew."""
    timeout = 1 if ENV.role == "web" else 5
    return {"min_size": 1, "max_size": environment.WEB_THREADS, "timeout": timeout, "reconnect_timeout": 2}


def _database() -> dict[str, Any]:
    address = ENV.database
    if address is None:
        return {"ENGINE": "django.db.backends.postgresql", "NAME": "beichen"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": address.name,
        "USER": address.user,
        "PASSWORD": address.password,
        "HOST": address.host,
        "PORT": address.port,
        "CONN_HEALTH_CHECKS": True,  # a restarted database leaves dead connections in the pool
        "OPTIONS": {
            **dict(address.options),
            **({"pool": _pool()} if ENV.role != "owner" else {}),
        },
    }


DATABASES = {"default": _database()}
DATABASE_ROLE = ENV.role
DATA_DIR = ENV.data_dir
METRICS_TOKEN = ENV.metrics_token

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "beichen.platform.ui.shell.shell",
            ],
        },
    }
]

# Sign-in: e-mail and password, nobody signs up; the rules of a session are in platform.auth.middleware.
DEMO = ENV.demo
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3 * 3600
ACCOUNT_ADAPTER = "beichen.platform.auth.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_FORMS = {
    "login": "beichen.platform.auth.forms.SignInForm",
    "change_password": "beichen.platform.auth.forms.ChangePasswordForm",
    "reset_password_from_key": "beichen.platform.auth.forms.NewPasswordForm",
}
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "100/h/ip,10/h/key",
    "login_failed_device": "10/h/key",
    "reset_password": "20/h/ip,3/h/key",
    "reset_password_from_key": "20/h/ip",
    "begin": "100/h/ip",  # a code is eighty random bits: a limit for its account would only shut its owner out
    "change_password": "10/h/user",
    "reauthenticate": "10/h/user",
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "identity_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}
IDENTITY_HOOKS = {
    "acting": "beichen.platform.access.current.acting",
    "record": "beichen.platform.audit.record",
    "person_maker": "beichen.people.rules.first_administrator",
}

LOGGING = logs.LOGGING

LANGUAGE_CODE = "zh-hans"
LOCALE_PATHS = [BASE / "platform" / "kit" / "locale"]
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = ENV.time_zone
clock.live_in(TIME_ZONE)
USE_TZ = True
LANGUAGE_COOKIE_NAME = "beichen_language"

# Pages: files carry the digest of all of them in their address, so they may be kept for ever.
STATIC_URL = f"/static/{static_digest(BASE)}/"
STATICFILES_FINDERS = [
    "beichen.platform.ui.finders.VendorFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
VENDOR_ROOT = ENV.data_dir / "front"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 0 if DEBUG else 365 * 24 * 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
CSRF_FAILURE_VIEW = "beichen.platform.ui.pages.stale_form"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
if ENV.tls:
    SESSION_COOKIE_NAME, SESSION_COOKIE_SECURE = "__Host-beichen", True
    CSRF_COOKIE_NAME, CSRF_COOKIE_SECURE = "__Host-csrf", True
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # else everybody behind the proxy would share one limit of wrong passwords
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_ON_APP_READY = None
EVENTS_ACTING = "beichen.platform.access.current.acting"

# Without BEICHEN_SMTP_URL nothing leaves the host: notices stay in the product, other mail goes to the console.
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
NOTIFY_BY_MAIL = bool(ENV.smtp)
if ENV.smtp:
    _smtp = urlsplit(ENV.smtp)
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _smtp.hostname, _smtp.port or (465 if _smtp.scheme == "smtps" else 587)
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_smtp.username or ""), unquote(_smtp.password or "")
    EMAIL_USE_SSL, EMAIL_USE_TLS = _smtp.scheme == "smtps", _smtp.scheme == "smtp" and EMAIL_HOST != "localhost"
    DEFAULT_FROM_EMAIL = parse_qs(_smtp.query).get("from", [f"beichen@{_smtp.hostname}"])[0]

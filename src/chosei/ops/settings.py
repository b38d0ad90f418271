"""Django's settings, made from the one configuration in `chosei.ops.config`.

Other packages read what they need as `django.conf.settings.CHOSEI_…`; none of them imports `chosei.ops`.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF

from chosei.ops.addresses import origin
from chosei.ops.config import load
from chosei.ops.database import django_database
from chosei.ops.further_providers import further_settings, sign_in_urls
from chosei.ops.logging import logging_config
from chosei.ports.providers import PROVIDERS

django_stubs_ext.monkeypatch()  # lets classes say TextField[str, str] and ModelForm[Member] at run time

_config = load()
_package = Path(__file__).resolve().parents[1]
_secure = _config.chosei_public_url.startswith("https://")
_process = os.environ.get("CHOSEI_PROCESS", "")

# --- Chosei's own -----------------------------------------------------------------------------------------
CHOSEI_PUBLIC_URL = _config.chosei_public_url
CHOSEI_DATA_DIR = _config.chosei_data_dir
CHOSEI_TOKEN_KEYS = _config.chosei_token_keys
CHOSEI_EMAIL_FROM = _config.chosei_email_from
CHOSEI_ZOOM_CLIENT_ID = _config.chosei_zoom_client_id
CHOSEI_ZOOM_CLIENT_SECRET = _config.chosei_zoom_client_secret
CHOSEI_ZOOM_WEBHOOK_SECRET = _config.chosei_zoom_webhook_secret
CHOSEI_ZOOM_LOGIN_URL = _config.chosei_zoom_login_url
CHOSEI_ZOOM_API_URL = _config.chosei_zoom_api_url
CHOSEI_MICROSOFT_CLIENT_ID = _config.chosei_microsoft_client_id
CHOSEI_MICROSOFT_CLIENT_SECRET = _config.chosei_microsoft_client_secret
CHOSEI_MICROSOFT_TENANT = _config.chosei_microsoft_tenant
CHOSEI_MICROSOFT_LOGIN_URL = _config.chosei_microsoft_login_url
CHOSEI_MICROSOFT_GRAPH_URL = _config.chosei_microsoft_graph_url
CHOSEI_GOOGLE_CLIENT_ID = _config.chosei_google_client_id
CHOSEI_GOOGLE_CLIENT_SECRET = _config.chosei_google_client_secret
CHOSEI_GOOGLE_LOGIN_URL = _config.chosei_google_login_url
CHOSEI_GOOGLE_TOKEN_URL = _config.chosei_google_token_url
CHOSEI_GOOGLE_API_URL = _config.chosei_google_api_url
_further = further_settings(PROVIDERS)
globals().update(_further)
CHOSEI_SLACK_API_URL = _config.chosei_slack_api_url
CHOSEI_CHATWORK_API_URL = _config.chosei_chatwork_api_url
CHOSEI_TRUSTED_PROXIES = _config.chosei_trusted_proxies
CHOSEI_DEVELOPMENT = _config.sandboxed
"""Whether pages meant for development (the style guide) are served: only where nothing real is connected."""

# --- Application ------------------------------------------------------------------------------------------
DEBUG = False  # failures are read in the log; a debug page would show what the log must not
SECRET_KEY = _config.chosei_secret_key
ALLOWED_HOSTS = list(_config.allowed_hosts)
CSRF_TRUSTED_ORIGINS = [CHOSEI_PUBLIC_URL]
ROOT_URLCONF = "chosei.web.urls"
WSGI_APPLICATION = "chosei.ops.wsgi.application"
AUTH_USER_MODEL = "records.Member"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "axes",
    "csp",
    "django_htmx",
    "chosei.records",
    "chosei.mails",
    "chosei.web",
    "chosei.web.console",
    "chosei.web.public",
    "chosei.web.reception",
]
MIDDLEWARE = [
    "chosei.ops.requests.ClientAddressMiddleware",
    "chosei.ops.requests.RequestLogMiddleware",
    "chosei.ops.requests.CookiesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # so that our own widget templates are found

# --- Data -------------------------------------------------------------------------------------------------
DATABASES = {"default": django_database(_config, pooled=_process == "web")}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
PROCRASTINATE_IMPORT_PATHS = ["chosei.jobs.tasks"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""

# --- Who signs in -----------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in"
PASSWORD_RESET_TIMEOUT = 60 * 60 * 2  # seconds
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14  # seconds
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"  # what Django's sign-in form calls the address
AXES_USERNAME_CALLABLE = "chosei.ops.requests.sign_in_address"
AXES_CLIENT_IP_CALLABLE = "chosei.ops.requests.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # who signed in when is no one's to keep
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # Member.email is unique without regard to case, by a constraint the check cannot see
    "axes.W006",  # on purpose: an address alone would let anybody lock a colleague out
]

# --- In the browser ---------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF, *_config.sign_in_origins, *map(origin, sign_in_urls(_further))],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"  # links are secrets: no other site may read them from a Referer
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if _secure else 0
SECURE_SSL_REDIRECT = False  # the proxy in front redirects; Chosei itself only ever hears plain HTTP
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CHOSEI_TRUSTED_PROXIES else None
SESSION_COOKIE_NAME = "__Host-chosei_session" if _secure else "chosei_session"
CSRF_COOKIE_NAME = "__Host-chosei_csrf" if _secure else "chosei_csrf"
LANGUAGE_COOKIE_NAME = "chosei_language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _secure
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_HTTPONLY = True

# --- Files ------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = _config.chosei_data_dir / "static"
_collected = _process == "web" and (STATIC_ROOT / "staticfiles.json").exists()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # nothing is ever uploaded
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _process == "prepare" or _collected
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not _collected
WHITENOISE_AUTOREFRESH = False

# --- Language and time ------------------------------------------------------------------------------------
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]  # each in itself, so that its reader finds it
LOCALE_PATHS = [
    _package / area / "locale" for area in ("web", "web/console", "web/public", "web/reception", "mails")
]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Mail that Django itself sends (password reset) -------------------------------------------------------
_graph = _config.mail_from_graph
CHOSEI_GRAPH_MAILBOX = _graph.address if _graph else ""
CHOSEI_GRAPH_MAILBOX_TENANT = _graph.tenant if _graph else ""
if _graph is None:
    _mail = _config.mail_server
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail.host
    EMAIL_PORT = _mail.port
    EMAIL_HOST_USER = _mail.user
    EMAIL_HOST_PASSWORD = _mail.password
    EMAIL_USE_TLS = _mail.security == "starttls"
    EMAIL_USE_SSL = _mail.security == "tls"
    EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = SERVER_EMAIL = CHOSEI_EMAIL_FROM

LOGGING_CONFIG = "chosei.ops.logging.configure"
LOGGING = logging_config(_config.chosei_log_format)

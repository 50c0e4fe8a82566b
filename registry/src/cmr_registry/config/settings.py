"""Settings of the server: the only reader of the environment (contract.md, "Settings of the server")."""

import secrets
import sys
from pathlib import Path

from cmr_dictionary.case_report import static_folder
from cmr_registry.config.env import Environment, SettingProblem

ENVIRONMENT = Environment()
_env = ENVIRONMENT

PACKAGE = Path(__file__).resolve().parent.parent
DATA_DIR = _env.folder("CMR_DATA_DIR", Path("var/registry"))
STORAGE_URL = _env.text("CMR_STORAGE_URL", f"file://{DATA_DIR}/objects")
STORAGE_OPTIONS = _env.storage_options()
KEYRING_FILE = _env.folder("CMR_KEYRING_FILE", DATA_DIR / "keyring.json")
BASE_URL = _env.text("CMR_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
DEMO = _env.flag("CMR_DEMO")
CONTACT_EMAIL = _env.text("CMR_CONTACT_EMAIL", "")
VIEWER_DIR = _env.folder("CMR_VIEWER_DIR", Path("var/viewer"))
QUIET_SECONDS = _env.integer("CMR_QUIET_SECONDS", 900, 1, 86_400)


def _secret_key() -> str:
    """The secret of sessions and signatures, made at first start with owner-only rights."""
    path = _env.folder("CMR_SECRET_KEY_FILE", DATA_DIR / "secret-key")
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(64))
        secret = path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        secret = ""
    if len(secret) < 50:
        hint = "Let CMR_SECRET_KEY_FILE name a file in a writable folder; the server makes it at first start."
        _env.problems.append(
            SettingProblem("CMR_SECRET_KEY_FILE", "not a readable file of 50 or more characters.", hint)
        )
        return secrets.token_urlsafe(64)
    return secret


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = [
    host for host in _env.text("CMR_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host
]

ROOMS = (
    "audit",
    "accounts",
    "documents",
    "centers",
    "subjects",
    "archive",
    "exams",
    "followup",
    "intake",
    "quality",
    "cohorts",
    "projects",
    "access",
    "releases",
    "dicomweb",
    "public",
    "desks",
)
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "cmr_registry.lib",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    *(f"cmr_registry.{room}" for room in ROOMS),
    "cmr_registry.config",
]

MIDDLEWARE = [
    "cmr_registry.config.requests.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cmr_registry.config.principal.PrincipalMiddleware",
]

ROOT_URLCONF = "cmr_registry.config.urls"
ASGI_APPLICATION = "cmr_registry.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cmr_registry.config.context.frame",
            ],
        },
    }
]

_URL = _env.text("CMR_DATABASE_URL", f"sqlite:///{DATA_DIR}/registry.sqlite")
_IS_MIGRATING = sys.argv[1:2] == ["migrate"]
DATABASES = {
    "default": _env.database("CMR_DATABASE_OWNER_URL" if _IS_MIGRATING else "CMR_DATABASE_URL", _URL),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_ADAPTER = "cmr_registry.accounts.sign_in.ClosedAdapter"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/key,100/5m/ip"}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "public:home"

_HTTPS = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _HTTPS
SESSION_COOKIE_NAME = "__Host-session" if _HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _HTTPS else "csrf"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = False
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = False
STATIC_URL = "/static/"
STATIC_ROOT = None
STATICFILES_DIRS = [static_folder()]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
_MAIL = _env.mail("CMR_EMAIL_URL", f"file://{DATA_DIR}/mail")
EMAIL_BACKEND = f"django.core.mail.backends.{_MAIL.backend}.EmailBackend"
EMAIL_FILE_PATH = _MAIL.folder
EMAIL_HOST, EMAIL_PORT = _MAIL.host, _MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
EMAIL_USE_TLS = _MAIL.is_encrypted
DEFAULT_FROM_EMAIL = SERVER_EMAIL = CONTACT_EMAIL or "registry@localhost"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"allow_list": {"class": "cmr_registry.lib.log.AllowListHandler", "level": "WARNING"}},
    "root": {"handlers": ["allow_list"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["allow_list"], "propagate": False, "level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
FILE_UPLOAD_HANDLERS = ["cmr_registry.lib.spool.SpoolUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 2**20
SILENCED_SYSTEM_CHECKS: list[str] = []

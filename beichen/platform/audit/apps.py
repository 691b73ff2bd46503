"""Wiring of the audit."""

from django.apps import AppConfig

GRANTS = {
    "audit_entry": {"web": "INSERT, SELECT", "worker": "INSERT, SELECT"},
    "audit_pending": {"web": "INSERT, SELECT", "worker": "INSERT, SELECT, DELETE"},
    "audit_seal": {"web": "SELECT", "worker": "INSERT, SELECT"},
    "audit_anchor": {"web": "SELECT", "worker": "INSERT, SELECT"},
}


class AuditConfig(AppConfig):
    name = "beichen.platform.audit"
    label = "audit"

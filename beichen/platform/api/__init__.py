"""The API door: errors as problem+json, cursor pages, idempotency, versions."""

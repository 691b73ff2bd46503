"""What every area stands on: identity, access, audit, events, approvals, forms, messages, API and pages."""

"""Who may see and do what, from one table (policy.csv): row filters, permissions, row security, two-person acts."""

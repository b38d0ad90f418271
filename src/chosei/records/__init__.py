"""What Chosei remembers: Django models, nothing clever. Only chosei.actions and chosei.reconcile write them."""

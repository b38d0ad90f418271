"""What Chosei remembers: Django models, nothing clever. Only actions and reconcile write them."""

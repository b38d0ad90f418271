"""The identity platform: who signs in, what they consent to, and the tokens that follow."""

"""A Zoom to try Chosei with: OAuth, meetings, webhooks, and pages to look at, all below /zoom.

Written from Zoom's public descriptions and not from Chosei's adapter, so that a misreading in one is not
repeated in the other.
"""

"""Google Workspace as far as a scheduling service needs it: OAuth, Calendar v3, the directory's rooms."""

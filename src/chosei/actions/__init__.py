"""Use cases: the only writers of records. Each owns its transaction and enqueues what follows on commit."""

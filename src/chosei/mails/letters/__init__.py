"""One module for each occasion: it turns records into the body of a letter, or into None when void."""

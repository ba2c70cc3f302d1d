"""What waits for others to agree, decided by words: where no card is at hand."""

"""What is held about a person: seen, taken along, corrected, withdrawn, erased."""

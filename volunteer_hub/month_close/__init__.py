"""月结 · A month's figures signed by two people and kept; what is corrected later is restated."""

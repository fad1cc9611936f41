"""Templates in; text, HTML and PDF out."""

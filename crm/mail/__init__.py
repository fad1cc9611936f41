"""Mail in and out. Only `smtp` and an IMAP module touch the network."""

"""Use cases: one public function per sentence a user would say. They own the transaction."""

"""Who is on call, and the pages that wake them."""

"""Who may do what: Cedar rules and the engine that asks them."""

budget = { limit_usd = 20000, emails = ["finance@example.com"] }

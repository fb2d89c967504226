budget = { limit_usd = 4000, emails = ["finance@example.com"] }

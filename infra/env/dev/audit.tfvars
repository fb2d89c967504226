budget = { limit_usd = 3000, emails = ["finance@example.com"] }

paging  = { pager = { protocol = "https", endpoint = "https://events.pager.example.com/integration/shop-prod" } }
notices = { team = { protocol = "email", endpoint = "oncall@example.com" } }

paging  = {}
notices = { team = { protocol = "email", endpoint = "oncall@example.com" } }

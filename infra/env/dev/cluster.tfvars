kubernetes_version = "1.34"
nodes              = { instance_types = ["m7i.large", "m6i.large"], min_size = 1, max_size = 3, capacity_type = "SPOT" }

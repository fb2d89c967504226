# the pipeline of the environment after this one takes the application's image from here
pulled_by = ["arn:aws:iam::333344445555:role/shop-prod-pipeline"]

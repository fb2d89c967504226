# the pipeline of the environment after this one takes the application's image from here
pulled_by = ["arn:aws:iam::222233334444:role/shop-test-pipeline"]

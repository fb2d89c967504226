# nobody yet: the first comes by stacks/people/README.md
engineers = {}

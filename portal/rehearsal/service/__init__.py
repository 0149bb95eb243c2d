"""The steps of a scenario, done and looked at through the services that people use."""

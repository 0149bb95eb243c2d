"""What tests stand on: private servers, throw-away databases, a browser, a look at the system."""

"""The switch for programs: a REST interface and a stream of events, over HTTP."""

"""What is asked and answered: the models of the interface, with words and examples for its description."""

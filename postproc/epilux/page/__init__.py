"""The report's page: one HTML file without a network, whose figures and table answer to the reader."""

"""Pages for browsing: ways in for those who do not know what to type. Read models over search(), each state a GET URL."""

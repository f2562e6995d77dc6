"""What a run came to, and the forms it is given in: console, JSON, Markdown, HTML, JUnit."""

"""Server-rendered pages: what people see of Doorward in a browser."""

"""A mail server's stand-in for one machine: mail is kept in a folder and read in the browser at /mailbox/."""

"""Hand a mail server the same message many times over several connections, and keep no books. Run as a program.

It stands in for Postfix's ``smtp-source`` where that is not installed.
"""

import argparse
import itertools
import smtplib
import threading


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--bytes", type=int, default=35_000)
    options = parser.parse_args()
    body = b"Subject: Bench\r\n\r\n" + b"X" * 70 + b"\r\n"
    body *= max(1, options.bytes // len(body))
    numbers = itertools.count()

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", options.port) as smtp:
            smtp.ehlo()
            while next(numbers) < options.messages:
                smtp.mail("b@example.org")
                smtp.rcpt("a@example.org")
                smtp.data(body)

    threads = [threading.Thread(target=send) for _ in range(options.sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()

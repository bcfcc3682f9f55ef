"""A webhook on loopback that fails twice before it takes a message.

Answers 503 to the first two tries of each message (known by its Idempotency-Key), 200 to the third,
and writes every try as a line of JSON to FILE: path, status, headers, body.

    python webhook_sink.py PORT FILE
"""

import http.server
import json
import sys


class Sink(http.server.BaseHTTPRequestHandler):
    tries = {}

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        key = (self.path, self.headers["Idempotency-Key"])
        self.tries[key] = self.tries.get(key, 0) + 1
        status = 200 if self.tries[key] > 2 else 503
        line = {
            "path": self.path,
            "status": status,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": body,
        }
        with open(self.server.file, "a", encoding="utf-8") as out:
            out.write(json.dumps(line) + "\n")
        self.send_response(status)
        if status == 503:
            self.send_header("Retry-After", "1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Sink)
    server.file = sys.argv[2]
    server.serve_forever()

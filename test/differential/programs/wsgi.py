"""A WSGI application that says how it read the request; as a program: wsgi.py <server> <port>."""
import sys

from seen import seen


def app(environ, start_response):
    # gunicorn ends the body by itself; the others by the length that they state.
    if environ.get("wsgi.input_terminated"):
        body = environ["wsgi.input"].read()
    else:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    target = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    value = seen(environ["REQUEST_METHOD"], target, environ.get("HTTP_HOST", ""), body)
    answer = b"" if environ["REQUEST_METHOD"] == "HEAD" else b"ok"
    start_response("200 OK", [("X-Seen", value), ("Content-Length", str(len(answer)))])
    return [answer]


def main(server, port):
    if server == "waitress":
        import waitress

        waitress.serve(app, host="127.0.0.1", port=port, threads=2, max_request_header_size=262144)
    else:
        from cheroot.wsgi import Server

        Server(("127.0.0.1", port), app, numthreads=2).start()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

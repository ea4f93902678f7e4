"""tornado_origin.py <port>"""
import sys

from seen import seen
from tornado.httpserver import HTTPServer
from tornado.httputil import ResponseStartLine, HTTPHeaders
from tornado.ioloop import IOLoop


def answer(request):
    value = seen(request.method, request.uri, request.headers.get("Host", ""), request.body)
    headers = HTTPHeaders({"X-Seen": value, "Content-Length": "2"})
    body = b"" if request.method == "HEAD" else b"ok"
    request.connection.write_headers(ResponseStartLine("HTTP/1.1", 200, "OK"), headers, body)
    request.connection.finish()


HTTPServer(answer, max_header_size=262144).listen(int(sys.argv[1]), "127.0.0.1")
IOLoop.current().start()

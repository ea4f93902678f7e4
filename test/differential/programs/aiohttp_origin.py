"""aiohttp_origin.py <port>"""
import asyncio
import sys

from aiohttp import web
from seen import seen


async def answer(request):
    body = await request.read()
    value = seen(request.method, request.raw_path, request.headers.get("Host", ""), body)
    return web.Response(text="ok", headers={"X-Seen": value})


async def main(port):
    options = {"max_line_size": 262144, "max_field_size": 262144}
    runner = web.ServerRunner(web.Server(answer, **options))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


asyncio.run(main(int(sys.argv[1])))

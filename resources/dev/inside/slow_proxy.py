# SPDX-License-Identifier: GPL-3.0-or-later
"""slow_proxy.py PORT BYTES: passes connections on to PORT of this machine, and answers back at BYTES a second for each.

Prints its own port. With it a registry of this machine is as slow as one far away, so that there is something to see.
"""
import asyncio
import sys


async def pass_on(source, sink, rate):
    while data := await source.read(16384):
        sink.write(data)
        await sink.drain()
        if rate:
            await asyncio.sleep(len(data) / rate)
    sink.close()


async def main(port, rate):
    async def serve(source, sink):
        far_source, far_sink = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pass_on(source, far_sink, 0), pass_on(far_source, sink, rate), return_exceptions=True)

    try:
        server = await asyncio.start_server(serve, "127.0.0.1", 5000)
    except OSError:  # somebody has the port that registries usually have
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))

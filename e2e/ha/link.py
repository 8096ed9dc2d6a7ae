"""A wire between two machines: takes connections at one port and carries them to another. Stopped (SIGSTOP), it is a wire that was cut."""

import asyncio
import sys


async def carry(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def main(here, there):
    async def come(reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", there)
        except OSError:
            writer.close()
            return
        await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer))

    server = await asyncio.start_server(come, "127.0.0.1", here)
    async with server:
        await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))

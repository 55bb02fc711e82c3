import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { networkInterfaces } from 'node:os'

/** A port of this computer at which everything that arrives is counted, by UDP and by TCP. */
export interface Listener {
  port: number
  /** The addresses at which it listens, without zone: loopback and those of the network cards, IPv4. */
  addresses: string[]
  /** What arrived so far: `udp 127.0.0.1:4711`, `tcp …`. */
  arrived: () => string[]
  close: () => Promise<void>
}

/** Opens one port for UDP and TCP on every address; TCP connections are ended at once. */
export async function listen(): Promise<Listener> {
  const arrived: string[] = []
  const tcp = createServer((socket) => {
    arrived.push(`tcp ${socket.remoteAddress}:${socket.remotePort}`)
    socket.on('error', () => undefined)
    socket.destroy()
  })
  await new Promise<void>((ready) => tcp.listen(0, '0.0.0.0', ready))
  const { port } = tcp.address() as AddressInfo
  const udp = createSocket('udp4')
  udp.on('message', (_bytes, from) => arrived.push(`udp ${from.address}:${from.port}`))
  await new Promise<void>((ready) => udp.bind(port, '0.0.0.0', ready))
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  const addresses = own.filter(({ family }) => family === 'IPv4').map(({ address }) => address)
  return { port, addresses, arrived: () => [...arrived], close: () => closeBoth(tcp, udp) }
}

async function closeBoth(tcp: Server, udp: Socket): Promise<void> {
  await Promise.all([
    new Promise<void>((closed) => tcp.close(() => closed())),
    new Promise<void>((closed) => udp.close(() => closed())),
  ])
}

/** Chromium's command line as we want it, before it reads it. */
export interface Switches {
  set: readonly (readonly [name: string, value: string])[]
  remove: readonly string[]
}

/** Doors through which any program of this computer could drive the window. `--inspect` is shut by a fuse. */
const DEBUGGING = ['remote-debugging-port', 'remote-debugging-pipe', 'remote-debugging-address', 'remote-allow-origins']

/** Each of them would win over the proxy that we set. */
const OTHER_PROXIES = ['no-proxy-server', 'proxy-auto-detect', 'proxy-pac-url']

/**
 * The switches that leave Chromium without a network, but for the dev server (null outside development). Requests of
 * the page can be refused one by one, but preconnects, DNS prefetches and WebRTC pass no such place: so no name and no
 * address resolves for any of them, multicast DNS included, and TCP has only a proxy that is not there.
 */
export function chromiumSwitches(devServer: string | null, isPackaged: boolean): Switches {
  const url = devServer === null ? null : new URL(devServer)
  return {
    set: [
      // `^NOTFOUND` fails at once; the older `~NOTFOUND` is itself looked for by multicast when WebRTC asks.
      ['host-resolver-rules', ['MAP * ^NOTFOUND', ...(url ? [`EXCLUDE ${url.hostname}`] : [])].join(', ')],
      ['proxy-server', 'socks5://nothing.invalid:9'],
      // Chromium goes around a proxy for this computer's own addresses unless told not to.
      ['proxy-bypass-list', ['<-loopback>', ...(url ? [url.host] : [])].join(';')],
    ],
    remove: [...OTHER_PROXIES, ...(isPackaged ? DEBUGGING : [])],
  }
}

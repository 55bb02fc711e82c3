/** A part of the app with a life of its own. `start` may fail with a reason that people can read. */
export interface Service {
  name: string
  start: () => void | Promise<void>
  stop: () => void | Promise<void>
}

/** Says which service did not start, and why. */
export class ServiceFailure extends Error {
  readonly service: string

  constructor(service: string, cause: unknown) {
    super(`${service}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'ServiceFailure'
    this.service = service
  }
}

/** Starts services in the order given and stops those that started in reverse. */
export interface ServiceRunner {
  start: () => Promise<void>
  /** Never rejects; `onError` gets what a stopping service threw. */
  stop: () => Promise<void>
}

/** Builds a runner; when a service does not start, those before it are stopped again and `ServiceFailure` is thrown. */
export function createServiceRunner(
  services: readonly Service[],
  onError: (service: string, thrown: unknown) => void,
): ServiceRunner {
  const started: Service[] = []

  async function stop(): Promise<void> {
    for (let service = started.pop(); service; service = started.pop()) {
      try {
        await service.stop()
      } catch (thrown) {
        onError(service.name, thrown)
      }
    }
  }

  async function start(): Promise<void> {
    for (const service of services) {
      try {
        await service.start()
      } catch (thrown) {
        await stop()
        throw new ServiceFailure(service.name, thrown)
      }
      started.push(service)
    }
  }

  return { start, stop }
}

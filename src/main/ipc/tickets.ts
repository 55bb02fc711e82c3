/** Work of which only the newest of each ticket matters: what came before it is cancelled. */
export interface Tickets {
  run<T>(ticket: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>
}

export function createTickets(): Tickets {
  const current = new Map<string, AbortController>()
  return {
    run: async (ticket, work) => {
      current.get(ticket)?.abort()
      const own = new AbortController()
      current.set(ticket, own)
      try {
        return await work(own.signal)
      } finally {
        if (current.get(ticket) === own) current.delete(ticket)
      }
    },
  }
}

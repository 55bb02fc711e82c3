import { Failure } from '@shared/result'
import { STREAM_SIZE } from '@shared/run'
import type { PageToken } from '@shared/run'

/** For each stream the last sequence that lies on the older side of a place between two runs. */
export type Place = ReadonlyMap<number, number>

/** `3:120,4:77`: stream and sequence. */
export function writeToken(place: Place): PageToken {
  return [...place].map(([stream, sequence]) => `${stream}:${sequence}`).join(',')
}

/** Throws `invalid_input` for what is no token. */
export function readToken(token: PageToken): Place {
  const place = new Map<number, number>()
  for (const part of token === '' ? [] : token.split(',')) {
    const found = /^(\d{1,7}):(\d{1,16})$/.exec(part)
    const sequence = Number(found?.[2])
    if (!found || sequence >= STREAM_SIZE) throw new Failure('invalid_input', 'This is no place in the list of runs.')
    place.set(Number(found[1]), sequence)
  }
  return place
}

/**
 * Durations by how many there are of which length: linear up to 31 µs, then 16 slots an octave (log-linear, as
 * HdrHistogram has them). A slot is at most 1/16 of its lower bound wide, so its middle is at most 1/32 = 3.1 % off.
 * Histograms are merged by adding slots; percentiles must never be averaged.
 */

/** Bits of a duration that its slot keeps below the highest one. */
const SUB_BITS = 4
const SUBS = 1 << SUB_BITS
const WORD = 2 ** 32
/** Durations reach 2^53 − 1 µs. */
const SLOTS = (53 - SUB_BITS) * SUBS + SUBS

/** Durations of many runs. To be changed by the functions here only. */
export interface Histogram {
  /** How many durations there are. */
  n: number
  /** How many lie in each slot; see `slotOf`. */
  slots: Float64Array
}

export function emptyHistogram(): Histogram {
  return { n: 0, slots: new Float64Array(SLOTS) }
}

/** Makes a histogram empty again, which is cheaper than a new one. */
export function clearHistogram(histogram: Histogram): void {
  histogram.n = 0
  histogram.slots.fill(0)
}

/** Slot of a duration in whole microseconds, 0 … 2^53 − 1. */
export function slotOf(durationUs: number): number {
  if (durationUs < SUBS) return durationUs
  // Bit operators cut at 32 bits.
  if (durationUs < WORD) {
    const shift = 31 - SUB_BITS - Math.clz32(durationUs)
    return shift * SUBS + (durationUs >>> shift)
  }
  const shift = 63 - SUB_BITS - Math.clz32(Math.floor(durationUs / WORD))
  return shift * SUBS + Math.floor(durationUs / 2 ** shift)
}

/** The middle of a slot, microseconds. */
export function middleOf(slot: number): number {
  if (slot < 2 * SUBS) return slot
  const shift = Math.floor(slot / SUBS) - 1
  const width = 2 ** shift
  return (slot - shift * SUBS) * width + (width - 1) / 2
}

/** Takes one duration, microseconds. */
export function addDuration(histogram: Histogram, durationUs: number): void {
  addSlot(histogram, slotOf(durationUs))
}

/** Takes one duration whose slot is known. */
export function addSlot(histogram: Histogram, slot: number): void {
  histogram.n++
  histogram.slots[slot] = (histogram.slots[slot] ?? 0) + 1
}

/** Adds the durations of `other`. */
export function mergeHistogram(into: Histogram, other: Histogram): void {
  into.n += other.n
  for (let slot = 0; slot < SLOTS; slot++) into.slots[slot] = (into.slots[slot] ?? 0) + (other.slots[slot] ?? 0)
}

/** As stored: for every slot in use, how many empty ones lie before it and its count, as varints (LEB128). */
export function encodeHistogram({ n, slots }: Histogram): Uint8Array {
  let next = 0
  let end = 0
  let left = n
  for (let slot = 0; slot < SLOTS && left > 0; slot++) {
    const count = slots[slot] ?? 0
    if (count === 0) continue
    end = writeVarint(end, slot - next)
    end = writeVarint(end, count)
    next = slot + 1
    left -= count
  }
  return encoded.slice(0, end)
}

/** A histogram from its stored form. */
export function decodeHistogram(stored: Uint8Array): Histogram {
  const histogram = emptyHistogram()
  mergeEncoded(histogram, stored)
  return histogram
}

/** Adds a stored histogram. What is no histogram (a damaged file) never writes outside of the slots. */
export function mergeEncoded(into: Histogram, stored: Uint8Array): void {
  const { slots } = into
  let slot = -1
  let value = 0
  let scale = 1
  let isCount = false
  for (let index = 0; index < stored.length; index++) {
    const byte = stored[index] ?? 0
    value += (byte & 127) * scale
    if (byte > 127) {
      scale *= 128
      continue
    }
    if (isCount && slot < SLOTS) {
      slots[slot] = (slots[slot] ?? 0) + value
      into.n += value
    } else if (!isCount) slot += value + 1
    isCount = !isCount
    value = 0
    scale = 1
  }
}

/**
 * The durations (microseconds) that shares (0 … 1, ascending) of the runs do not exceed, by nearest rank; within 3.1 %.
 * Nothing for an empty histogram.
 */
export function percentiles({ n, slots }: Histogram, shares: readonly number[]): number[] {
  const found: number[] = []
  let seen = 0
  for (let slot = 0; slot < SLOTS && n > 0; slot++) {
    seen += slots[slot] ?? 0
    for (let share = shares[found.length]; share !== undefined; share = shares[found.length]) {
      if (seen < Math.min(n, Math.max(1, Math.ceil(share * n)))) break
      found.push(Math.round(middleOf(slot)))
    }
    if (found.length === shares.length) break
  }
  return found
}

/** Room to encode in: two varints of at most 8 bytes a slot. */
const encoded = new Uint8Array(SLOTS * 16)

/** Writes at `at`; returns where the next one begins. */
function writeVarint(at: number, value: number): number {
  let end = at
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) encoded[end++] = (rest % 128) + 128
  encoded[end++] = rest
  return end
}

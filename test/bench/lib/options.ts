/** Smaller data sets, for a look whether the benches work; nothing is written into the document. */
export const QUICK = process.argv.includes('--quick')

/** Data sets are built anew. */
export const FRESH = process.argv.includes('--fresh')

/** The whole of each hour of the simulated week, which takes three times as long. */
export const LONG = process.argv.includes('--long')

/** Smaller data sets, for a look whether the benches work; nothing is written into the document. */
export const QUICK = process.argv.includes('--quick')

/** Data sets are built anew. */
export const FRESH = process.argv.includes('--fresh')

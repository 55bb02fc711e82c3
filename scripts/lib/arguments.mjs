/** Command lines of the scripts. */

/**
 * Takes the scripts' own flags out of a command line; the rest belongs to the application.
 * @param {readonly string[]} argv without Node and the script
 * @param {readonly string[]} ownFlags like `--long`
 * @returns {{ flags: Set<string>, rest: string[] }} own flags count only before a `--`; the first `--` is dropped
 */
export function splitArguments(argv, ownFlags) {
  const separator = argv.indexOf('--')
  const before = separator < 0 ? argv : argv.slice(0, separator)
  const after = separator < 0 ? [] : argv.slice(separator + 1)
  const isOwn = (word) => ownFlags.includes(word)
  return { flags: new Set(before.filter(isOwn)), rest: [...before.filter((word) => !isOwn(word)), ...after] }
}

/**
 * Reads the command line of `npm test`.
 * @param {readonly string[]} argv without Node and the script
 * @param {readonly string[]} known names of all steps
 * @returns {{ long: boolean, names: string[], filters: string[], unknown: string[] }} `names` is empty for "all";
 * `filters` are the words after `--`, parts of test file names
 */
export function parseTestArguments(argv, known) {
  const separator = argv.indexOf('--')
  const before = separator < 0 ? argv : argv.slice(0, separator)
  const words = before.filter((word) => word !== '--long')
  return {
    long: before.includes('--long'),
    names: words.filter((word) => known.includes(word)),
    filters: separator < 0 ? [] : argv.slice(separator + 1),
    unknown: words.filter((word) => !known.includes(word)),
  }
}

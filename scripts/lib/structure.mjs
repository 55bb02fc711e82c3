/** Figures of the source tree, and how far each may go: so that it grows simpler, and never more tangled unseen. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cruise, format } from 'dependency-cruiser'
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options'
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config'
import ts from 'typescript'

const MAIN = 'src/main'
const RENDERER = 'src/renderer'
const WORKER = 'src/main/archive/worker'
/** A file of so many lines or less holds no whole concept, unless several others share it. */
const FEW_LINES = 60

/**
 * @typedef {object} SourceFile
 * @property {string} path from the root, with slashes
 * @property {number} lines
 * @property {Set<string>} imports paths of other files of the tree, also those imported for their types only
 * @property {Set<string>} exports names that are declared and exported here
 * @typedef {object} Figure
 * @property {string} name
 * @property {number} value
 * @property {string[]} [which] what was counted, where a list helps
 */

/**
 * How far each figure may go: as it stood when it was last lowered. The median is the one that may not fall.
 * @type {Record<string, { most: number } | { least: number }>}
 */
export const LIMITS = {
  'files in src/main': { most: 178 },
  'median lines of a file there': { least: 113 },
  'files there with at most 60 lines': { most: 29 },
  'files there that one file imports': { most: 71 },
  'rooms directly in archive/worker': { most: 8 },
  'arrows between these rooms': { most: 19 },
  'arrows among them that lead back': { most: 0 },
  'floors of these rooms': { most: 5 },
  'exported names declared twice or more': { most: 0 },
  'files in src/renderer': { most: 236 },
  'lines in src/renderer': { most: 13_946 },
}

/**
 * Reads the TypeScript and Vue files below `src`, and checks the rules of `.dependency-cruiser.cjs`.
 * @param {string} root folder that holds `src`, the rules and the tsconfig that they name
 * @returns {Promise<{ files: SourceFile[], violations: string | null }>} `violations` as depcruise prints them
 */
export async function readSource(root) {
  const options = await extractOptions(join(root, '.dependency-cruiser.cjs'))
  const fileName = join(root, options.tsConfig.fileName)
  const settings = { ...options, baseDir: root, tsConfig: { fileName } }
  const { output } = await cruise(['src'], settings, null, { tsConfig: extractTsConfig(fileName) })
  const paths = new Set(output.modules.map(({ source }) => source).filter(isOurs))
  const files = output.modules
    .filter(({ source }) => paths.has(source))
    .map(({ source: path, dependencies }) => {
      const text = readFileSync(join(root, path), 'utf8')
      const imports = dependencies.map(({ resolved }) => resolved).filter((to) => paths.has(to) && to !== path)
      return { path, lines: text.split('\n').length - 1, imports: new Set(imports), exports: exportedNames(path, text) }
    })
  const isBroken = output.summary.violations.length > 0
  const violations = isBroken ? String((await format(output, { outputType: 'err' })).output).trim() : null
  return { files, violations }
}

function isOurs(path) {
  return /^src\/.*\.(ts|vue)$/.test(path) && !path.endsWith('.d.ts')
}

/** What is passed on from another file is declared there. A component exports itself only. */
function exportedNames(path, text) {
  if (path.endsWith('.vue')) return new Set()
  const names = []
  for (const statement of ts.createSourceFile(path, text, ts.ScriptTarget.Latest).statements) {
    if (ts.isExportDeclaration(statement) && !statement.moduleSpecifier && statement.exportClause) {
      names.push(...statement.exportClause.elements.map(({ name }) => name.text))
    }
    if (!ts.canHaveModifiers(statement)) continue
    if (!ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) continue
    if (ts.isVariableStatement(statement)) {
      names.push(...statement.declarationList.declarations.flatMap(({ name }) => boundNames(name)))
    } else if (statement.name) names.push(statement.name.text)
  }
  return new Set(names)
}

function boundNames(name) {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : boundNames(element.name)))
}

/**
 * @param {SourceFile[]} files
 * @returns {Figure[]}
 */
export function figuresOf(files) {
  const main = files.filter(({ path }) => path.startsWith(`${MAIN}/`))
  const renderer = files.filter(({ path }) => path.startsWith(`${RENDERER}/`))
  const small = main.filter(({ lines }) => lines <= FEW_LINES)
  const importers = importersOf(files)
  const lonely = main.filter(({ path }) => importers.get(path).length === 1)
  const { rooms, arrows, back, floors } = roomsOf(files, WORKER)
  const twice = namesDeclaredTwice(files)
  const counted = (name, list, which) => ({ name, value: list.length, ...(which && { which: list.map(which) }) })
  return [
    counted('files in src/main', main),
    { name: 'median lines of a file there', value: median(main.map(({ lines }) => lines)) },
    counted(`files there with at most ${FEW_LINES} lines`, small, ({ path, lines }) => `${path} ${lines}`),
    counted('files there that one file imports', lonely, ({ path }) => `${path} ← ${importers.get(path)[0]}`),
    counted('rooms directly in archive/worker', rooms),
    counted('arrows between these rooms', arrows, inWords),
    counted('arrows among them that lead back', back, inWords),
    { name: 'floors of these rooms', value: floors },
    counted('exported names declared twice or more', twice, ([name, paths]) => `${name}: ${paths.join(', ')}`),
    counted('files in src/renderer', renderer),
    { name: 'lines in src/renderer', value: linesOf(renderer) },
  ]
}

const inWords = ([from, to]) => `${from} → ${to}`

function linesOf(files) {
  return files.reduce((sum, { lines }) => sum + lines, 0)
}

function median(values) {
  return values.sort((one, other) => one - other)[values.length >> 1] ?? 0
}

function importersOf(files) {
  const importers = new Map(files.map(({ path }) => [path, []]))
  for (const { path, imports } of files) for (const to of imports) importers.get(to).push(path)
  return importers
}

function namesDeclaredTwice(files) {
  const places = new Map()
  for (const { path, exports } of files) {
    for (const name of exports) places.set(name, [...(places.get(name) ?? []), path])
  }
  return [...places].filter(([, paths]) => paths.length > 1)
}

/**
 * A folder as a house: what lies directly in it are its rooms, an import from one room into another is an arrow. An
 * arrow leads back when its end leads to its start; floors are the rooms on the longest way along the others.
 */
function roomsOf(files, folder) {
  const roomOf = (path) => (path.startsWith(`${folder}/`) ? path.slice(folder.length + 1).split('/')[0] : null)
  const ends = new Map()
  for (const { path, imports } of files) {
    const room = roomOf(path)
    if (room === null) continue
    const others = [...imports].map(roomOf).filter((other) => other !== null && other !== room)
    ends.set(room, new Set([...(ends.get(room) ?? []), ...others]))
  }
  const rooms = [...ends.keys()]
  const arrows = rooms.flatMap((from) => [...ends.get(from)].map((to) => [from, to]))
  const reach = new Map(rooms.map((room) => [room, reachableFrom(room, ends)]))
  const leadsBack = ([from, to]) => reach.get(to).has(from)
  const down = arrows.filter((arrow) => !leadsBack(arrow))
  return { rooms, arrows, back: arrows.filter(leadsBack), floors: longestWay(rooms, down) }
}

/** The number of rooms on the longest way along arrows that form no circle. */
function longestWay(rooms, arrows) {
  const heights = new Map()
  const heightOf = (room) => {
    const known = heights.get(room)
    if (known !== undefined) return known
    const below = arrows.filter(([from]) => from === room).map(([, to]) => heightOf(to))
    heights.set(room, 1 + Math.max(0, ...below))
    return heights.get(room)
  }
  return Math.max(0, ...rooms.map(heightOf))
}

function reachableFrom(room, ends) {
  const reached = new Set()
  const waiting = [...ends.get(room)]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reached.has(next)) continue
    reached.add(next)
    waiting.push(...ends.get(next))
  }
  return reached
}

/**
 * What has grown worse.
 * @param {Figure[]} figures
 * @param {typeof LIMITS} limits
 * @returns {string[]} one sentence for each figure beyond its limit
 */
export function beyondLimits(figures, limits) {
  return figures.flatMap(({ name, value }) => {
    const { most = Infinity, least = -Infinity } = limits[name]
    if (value > most) return `${name}: ${value}, at most ${most} may be.`
    if (value < least) return `${name}: ${value}, at least ${least} must be.`
    return []
  })
}

/** A piece of an error group's title: as it is, or a part that varies from run to run. */
export interface TitlePiece {
  text: string
  varies: boolean
}

/** Splits a title at its varying parts, which the archive writes as `‹number›`. */
export function titlePieces(title: string): TitlePiece[] {
  return title
    .split(/(‹[^‹›]{1,40}›)/)
    .filter((text) => text !== '')
    .map((text) => (/^‹.*›$/.test(text) ? { text: text.slice(1, -1), varies: true } : { text, varies: false }))
}

/**
 * The body as a system takes it. Notification services of Linux read it as markup: what comes out of an error message
 * (`<lambda>`) would vanish or become a tag.
 */
export function bodyFor(body: string, platform: NodeJS.Platform): string {
  if (platform !== 'linux') return body
  return body.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

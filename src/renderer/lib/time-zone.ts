/** The zone of this computer as an IANA name, in which days and hours are counted. */
export function timeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

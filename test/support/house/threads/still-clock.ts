/** Imported first by the archive's threads as the browser tests start them: time stands still, as in their pages. */
const nowMs = Number(process.env['HASSETTE_MONITOR_TEST_NOW_MS'])
if (nowMs > 0) {
  globalThis.Date = new Proxy(Date, {
    apply: (RealDate) => new RealDate(nowMs).toString(),
    construct: (RealDate, args, target) =>
      Reflect.construct(RealDate, args.length > 0 ? args : [nowMs], target) as Date,
    get: (RealDate, name) => (name === 'now' ? () => nowMs : (Reflect.get(RealDate, name) as unknown)),
  })
}

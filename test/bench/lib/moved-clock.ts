/**
 * Imported first by the archive's threads as benches start them: their `Date.now` is moved by so many milliseconds, so
 * that a data set that was built some time ago ends now.
 */
const movedMs = Number(process.env['HASSETTE_MONITOR_BENCH_CLOCK_MS'] ?? 0)
const realNow = Date.now
if (movedMs !== 0) Date.now = () => realNow() + movedMs
